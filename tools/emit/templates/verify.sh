#!/usr/bin/env bash
# {{title}}
# Checks on every database that what apply.sh made is there and works; changes nothing.
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")" || exit 1
failed=0
{{#steps}}
echo {{file}}
psql -X -q -A -t -v ON_ERROR_STOP=1 -d {{connection}} -f {{file}} || failed=1
{{/steps}}
exit "$failed"
