#!/bin/bash
# Bring what the build, the tests or the checks need: tools/setup.sh [build|test|check|postgres|live]
#
# Debian packages come from apt (packages.txt), DuckDB and XGBoost from their registries' clients
# (pins.txt, checked by SHA-256) into .deps. Nothing is printed or done when nothing is missing.
set -euo pipefail

tools=$(dirname "$(readlink -f "$0")")
deps=$(dirname "$tools")/.deps
machine=$(uname -m)
level=${1:-build}

say() { echo "set-up: $*" >&2; }
die() { say "$@"; exit 1; }

# Levels that a level includes.
levels_of() {
  case $1 in
    build) echo build ;;
    test) echo build test ;;
    check) echo build test check ;;
    postgres) echo build postgres ;;
    live) echo build live ;;
    fetch) echo fetch ;;
    *) die "unknown level \"$1\" (build, test, check, postgres or live)" ;;
  esac
}

# The proofs of packages.txt.
prove_compiles() { cc -std=c17 -x c -S -o "$scratch/proof.s" - <<<'int main(void) { return 0; }'; }
prove_links() {
  cc -std=c17 -x c -o "$scratch/proof" - <<<$'#include <stdio.h>\nint main(void) { return puts("") < 0; }'
}
prove_runs() { "$@"; }
prove_version() {
  local least=$1 told
  shift
  told=$("$@") && [[ $told =~ [0-9]+(\.[0-9]+)+ ]] &&
    [[ $(printf '%s\n' "$least" "${BASH_REMATCH[0]}" | sort -V | head -n 1) == "$least" ]]
}
prove_python() {
  local modules=$*
  python3 -c "import sys, ${modules// /, }; sys.exit(sys.version_info < (3, 9))"
}
prove_module() { pkg-config --exists "$*"; }
prove_server() {
  local directory
  directory=$("${PG_CONFIG:-pg_config}" "--$1") && [[ -f $directory/$2 ]]
}
prove_sanitizers() {
  clang -fsanitize=address,undefined,fuzzer -x c -o "$scratch/proof" - \
    <<<'int LLVMFuzzerTestOneInput(const unsigned char *data, unsigned long size) { return !data && size; }'
}
prove_authorities() {
  python3 -c '
import os, ssl, sys
places = ssl.get_default_verify_paths()
sys.exit(not (places.cafile or places.capath and os.listdir(places.capath)))'
}

# The lines "package proof" of the given levels whose proof fails.
missing_packages() {
  local wanted=" $* " levels package proof level
  while read -r levels package proof; do
    [[ -z $levels || $levels == \#* ]] && continue
    for level in ${levels//,/ }; do
      [[ $wanted == *" $level "* ]] || continue
      # shellcheck disable=SC2086 # a list of words
      "prove_"$proof >/dev/null 2>&1 </dev/null || echo "$package $proof"
    done
  done <"$tools/packages.txt"
}

# Those of the given packages that Debian says are installed.
installed_packages() {
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p'
}

# A line for each missing package.
list_proofs() {
  local line
  for line in "$@"; do
    printf '\n  %s: "%s" fails' "${line%% *}" "${line#* }"
  done
}

# Run quietly; three tries, since networks fail; show what it said when all fail.
try_quietly() {
  local log attempt
  log=$(mktemp)
  for attempt in 1 2 3; do
    if "$@" >"$log" 2>&1 </dev/null; then
      rm -f "$log"
      return 0
    fi
    ((attempt < 3)) && sleep $((attempt * 3))
  done
  tail -n 20 "$log" >&2
  rm -f "$log"
  return 1
}

apt_install() {
  local as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "these Debian packages are missing, and there is neither root nor sudo to install them: $*"
    as_root=(sudo)
    sudo -v || die "sudo refused; install these Debian packages and start again: $*"
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get -y -q -o DPkg::Lock::Timeout=600)
  say "installing $*"
  try_quietly "${apt[@]}" update || die "apt-get update failed"
  try_quietly "${apt[@]}" install --no-install-recommends "$@" || die "apt-get could not install $*"
}

# Debian may have a package installed, and another program of its name may come first in PATH: what
# counts is the proof.
install_packages() {
  local missing absent
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null ||
    die "this is no Debian system; bring what these packages have there, and start again" \
      "(tools/packages.txt explains the proofs):$(list_proofs "${missing[@]}")"
  mapfile -t absent < <(printf '%s\n' "${missing[@]%% *}" | sort -u |
    grep -vxF "$(installed_packages "${missing[@]%% *}")")
  ((${#absent[@]})) && apt_install "${absent[@]}"
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]} == 0)) ||
    die "Debian's packages are installed, but something else is in their way, in PATH for instance" \
      "(tools/packages.txt explains the proofs):$(list_proofs "${missing[@]}")"
}

# Download one pinned file into the folder $1.
fetch_by_npm() { try_quietly npm pack --silent --pack-destination "$1" "$2@$3"; }
fetch_by_pip() {
  try_quietly python3 -m pip download --quiet --no-deps --only-binary=:all: \
    --platform "manylinux_2_28_$machine" --dest "$1" "$2==$3"
}

# Lay out what was downloaded ($1) below the folder $2. XGBoost's library finds its OpenMP runtime
# in ../../xgboost_cpu.libs, so the wheel's own layout is kept.
unpack_duckdb() {
  tar -xzf "$1" -C "$2" package/libduckdb.so package/LICENSE
  mkdir -p "$2/duckdb/lib"
  mv "$2/package/libduckdb.so" "$2/duckdb/lib/"
  mv "$2/package/LICENSE" "$2/duckdb/"
  rm -r "$2/package"
}
unpack_xgboost() {
  mkdir "$2/wheel" "$2/xgboost"
  python3 -m zipfile -e "$1" "$2/wheel"
  mv "$2/wheel/xgboost/lib" "$2/xgboost/lib"
  mv "$2/wheel/xgboost_cpu.libs" "$2/"
  rm -r "$2/wheel"
}

# A library is here when its stamp names the pinned hash.
is_unpacked() { [[ -r $deps/$1/.pin && $(<"$deps/$1/.pin") == "$2" ]]; }

bring_library() {
  local name=$1 client=$2 package=$3 version=$4 sha256=$5 files part
  is_unpacked "$name" "$sha256" && return 0
  install_packages fetch
  say "fetching $package $version"
  local folder=$deps/.new
  rm -rf "$folder"
  mkdir -p "$folder/download"
  "fetch_by_$client" "$folder/download" "$package" "$version" ||
    die "$package $version could not be downloaded"
  files=("$folder"/download/*)
  [[ ${#files[@]} == 1 ]] && sha256sum --check --status <<<"$sha256  ${files[0]}" ||
    die "$package $version is not the file that tools/pins.txt names: wrong SHA-256"
  mkdir "$folder/tree"
  "unpack_$name" "${files[0]}" "$folder/tree"
  for part in "$folder"/tree/*; do
    rm -rf "${deps:?}/${part##*/}"
    mv "$part" "$deps/"
  done
  echo "$sha256" >"$deps/$name/.pin"
  rm -rf "$folder"
}

bring_libraries() {
  local name of client package version sha256 found=" "
  while read -r name of client package version sha256; do
    [[ $name == \#* || $of != "$machine" ]] && continue
    bring_library "$name" "$client" "$package" "$version" "$sha256"
    found+="$name "
  done <"$tools/pins.txt"
  for name in duckdb xgboost; do
    [[ $found == *" $name "* ]] || die "tools/pins.txt has no $name for $machine"
  done
}

levels=$(levels_of "$level")
mkdir -p "$deps"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
exec 9>"$deps/.lock"
flock 9 # a second set-up waits, and then finds nothing to do
# shellcheck disable=SC2086 # a list of words
install_packages $levels
bring_libraries
