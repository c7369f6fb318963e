#!/bin/bash
# Configure a build folder when needed and build quietly: tools/build.sh FOLDER TARGETS [OPTION …]
#
# TARGETS is one word of ninja targets, "all" for everything; OPTIONs are meson's, and a folder is
# configured anew when they change. What the compiler says is shown when it fails.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

folder=$1
read -ra targets <<<"$2"
shift 2
options="$PWD ${CC:-cc} $*"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
quietly() {
  "$@" >"$log" 2>&1 </dev/null && return 0
  if grep -q '^FAILED: ' "$log"; then # ninja: leave out the steps that went well
    sed -n '/^FAILED: /,$p' "$log" | grep -vE '^\[[0-9]+/[0-9]+\] ' >&2 || true
  else
    grep -B 2 -A 2 ERROR "$log" >&2 || tail -n 20 "$log" >&2
  fi
  echo "build: $folder failed" >&2
  exit 1
}

if [[ ! -f $folder/build.ninja || ! -f $folder/.options || $(<"$folder/.options") != "$options" ]]; then
  echo "build: configuring $folder"
  if [[ -f $folder/build.ninja && -f $folder/.options && $(<"$folder/.options") == "$PWD ${CC:-cc} "* ]]; then
    quietly meson setup --reconfigure "$folder" "$@"
  else
    rm -rf "$folder"
    quietly meson setup "$folder" "$@"
  fi
  echo "$options" >"$folder/.options"
fi

start=$SECONDS
# Only what is asked for; ninja does nothing in a moment when nothing has changed.
if ! ninja -C "$folder" -n "${targets[@]}" 2>/dev/null | grep -q 'no work to do'; then
  echo "build: compiling in $folder"
  quietly ninja -C "$folder" "${targets[@]}"
  echo "build: $folder is ready after $((SECONDS - start)) s"
fi
