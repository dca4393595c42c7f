#!/usr/bin/env bash
# {{title}}
# Applies the files in their order, stopping at the first error. Run it again at any time: what is
# there already stays as it is.
#
#   ./apply.sh [--dry-run] [--rotate-passwords]
#
# Connections are services of libpq, one per node, named like the node (pg_service.conf, PGSERVICEFILE);
# they need a superuser. Passwords of new roles come from the environment:
{{#passwords}}
#   {{variable}}
{{/passwords}}
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"

dry_run=off rotate=off
for argument in "$@"; do
  case $argument in
    --dry-run) dry_run=on ;;
    --rotate-passwords) rotate=on ;;
    *) echo "apply.sh: unknown argument $argument" >&2; exit 2 ;;
  esac
done

# run CONNECTION FILE
run() {
  echo "$2"
  [[ $dry_run == off ]] || return 0
  PGOPTIONS="-c client_min_messages=warning" psql -X -q -v ON_ERROR_STOP=1 \
    -v rotate_passwords="$rotate" -d "$1" -f "$2" >/dev/null
}

# agree PRODUCER CONSUMER RELATION: the subscriber notes the producer's contract, the first time
agree() {
  [[ $dry_run == off ]] || return 0
  local contract
  contract=$(psql -X -q -A -t -v ON_ERROR_STOP=1 -v relation="$3" -d "$1" <<<"SELECT governance.contract(:'relation')")
  psql -X -q -A -t -v ON_ERROR_STOP=1 -v relation="$3" -v contract="$contract" -d "$2" \
    <<<"SELECT governance.agree(:'relation', :'contract', true)" >/dev/null
}

# Nothing is changed before every node has passed its check.
{{#checks}}
run {{connection}} {{file}}
{{/checks}}
{{#steps}}
run {{connection}} {{file}}
{{/steps}}
{{#agreements}}
agree {{producer}} {{consumer}} {{relation}}
{{/agreements}}
[[ $dry_run == off ]] || echo "Nothing was changed: this was a dry run."
