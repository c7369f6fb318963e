#!/bin/bash
# Build or install the PostgreSQL extension: tools/postgres.sh build|install FOLDER [DESTDIR]
#
# FOLDER is a build folder of meson's, whose archives the extension is linked with. Quiet when all
# goes well, and when there is no server to build for.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

what=$1 folder=$(readlink -f "$2") destination=${3:-}
pg_config=${PG_CONFIG:-pg_config}
say() { echo "postgres: $*"; }

if ! command -v "$pg_config" >/dev/null || [[ ! -f $("$pg_config" --pgxs) ]]; then
  say "no server headers here; the extension is left out"
  exit 0
fi

run_make() { make -s -C "$folder/postgres" -f "$PWD/hosts/postgres/Makefile" CORE="$folder" \
  PG_CONFIG="$pg_config" "$@"; }

mkdir -p "$folder/postgres"
# A folder is for one server's headers.
version=$("$pg_config" --version)
if [[ ! -f $folder/postgres/.version || $(<"$folder/postgres/.version") != "$version" ]]; then
  rm -rf "$folder/postgres"
  mkdir "$folder/postgres"
  echo "$version" >"$folder/postgres/.version"
fi
run_make all
[[ $what == install ]] || exit 0

run_make install DESTDIR="$destination" >/dev/null
# The trainer with its library, laid out as make install does, below the server's own libraries.
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
meson configure "$folder" -Dprefix=/foretell
tools/build.sh "$folder" "foretell foretell-trainer" -Dtests="$(test -f "$folder/.tested" && echo true || echo false)"
meson install -C "$folder" --no-rebuild --quiet --destdir "$tree"
target=$destination$("$pg_config" --pkglibdir)/foretell
rm -rf "$target"
mkdir -p "$target/lib/foretell"
mv "$tree/foretell/libexec" "$target/"
for part in xgboost xgboost_cpu.libs; do
  mv "$tree/foretell/lib/foretell/$part" "$target/lib/foretell/"
done
chmod -R u+rwX,go+rX "$target"
say "installed for $version: $destination$("$pg_config" --pkglibdir)"
