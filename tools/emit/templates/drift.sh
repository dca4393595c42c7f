#!/usr/bin/env bash
# {{title}}
# Compares every subscribed table with the producer's and prints what changed, with the SQL that
# repairs it; with --repair runs that SQL, the subscriber's first, and agrees on the new contract.
# Exits with 1 when there is drift that was not repaired.
#
#   ./drift.sh [--repair]
set -euo pipefail
repair=off
case ${1-} in
  '') ;;
  --repair) repair=on ;;
  *) echo "drift.sh: unknown argument $1" >&2; exit 2 ;;
esac
drifted=0

ask() { psql -X -q -A -t -F $'\t' -v ON_ERROR_STOP=1 -v relation="$2" -v contract="${3-}" -d "$1"; }

# compare PRODUCER CONSUMER RELATION SUBSCRIPTION
compare() {
  local contract findings
  contract=$(ask "$1" "$3" <<<"SELECT governance.contract(:'relation')")
  findings=$(ask "$2" "$3" "$contract" <<<"SELECT finding, run_on, repair FROM governance.drift(:'relation', :'contract')")
  [[ -n $findings ]] || return 0
  printf '%s\n' "$findings" | while IFS=$'\t' read -r finding side sql; do
    printf -- '-- %s: %s (%s)\n%s;\n' "$3" "$finding" "$side" "$sql"
  done
  if [[ $repair == off ]]; then
    drifted=1
    return 0
  fi
  {
    echo 'BEGIN;'
    printf '%s\n' "$findings" | while IFS=$'\t' read -r _ side sql; do
      if [[ $side == consumer ]]; then printf '%s;\n' "$sql"; fi
    done
    echo "SELECT governance.agree(:'relation', :'contract', false);"
    echo 'COMMIT;'
  } | ask "$2" "$3" "$contract" >/dev/null
  printf '%s\n' "$findings" | while IFS=$'\t' read -r _ side sql; do
    if [[ $side == producer ]]; then printf '%s;\n' "$sql"; fi
  done | ask "$1" "$3" >/dev/null
  ask "$1" "$3" "$contract" <<<"SELECT governance.agree(:'relation', :'contract', false)" >/dev/null
  # A subscription that an error has disabled goes on where it stopped.
  psql -X -q -v ON_ERROR_STOP=1 -v name="$4" -d "$2" >/dev/null <<'SQL'
SELECT format('ALTER SUBSCRIPTION %I ENABLE', s.subname)
FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
WHERE d.datname = current_database() AND s.subname = :'name' AND NOT s.subenabled \gexec
SQL
}

{{#links}}
compare {{producer}} {{consumer}} {{relation}} {{subscription}}
{{/links}}
exit "$drifted"
