#!/usr/bin/env bash
# {{title}}
# Takes back what apply.sh made, consumers before producers. Refuses while tables hold rows or a
# subscription is enabled, unless told to drop data.
#
#   ./rollback.sh [--drop-data]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
drop_data=off
case ${1-} in
  '') ;;
  --drop-data) drop_data=on ;;
  *) echo "rollback.sh: unknown argument $1" >&2; exit 2 ;;
esac

run() {
  echo "$2"
  PGOPTIONS="-c client_min_messages=warning" psql -X -q -v ON_ERROR_STOP=1 -v drop_data="$drop_data" -d "$1" -f "$2" >/dev/null
}
exists() { psql -X -q -A -t -d "$1" -c 'SELECT 1' >/dev/null 2>&1; }

{{#checks}}
if exists {{connection}}; then run {{connection}} {{file}}; fi
{{/checks}}
{{#steps}}
if exists {{connection}}; then run {{connection}} {{file}}; fi
{{/steps}}
