#!/bin/bash
# Build or install the PostgreSQL extension: tools/postgres.sh build|install FOLDER [DESTDIR]
#
# FOLDER is a build folder of meson's, whose archives the extension is linked with. The environment
# may name another compiler than the server's (CC), and COPT, which is added to the flags of compiler
# and linker. Quiet when all goes well.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

what=$1 folder=$(readlink -f "$2") destination=${3:-}
pg_config=${PG_CONFIG:-pg_config}
say() { echo "postgres: $*"; }
die() { say "$@" >&2; exit 1; }

command -v "$pg_config" >/dev/null ||
  die "there is no $pg_config; install PostgreSQL with its server headers (Debian:" \
    "postgresql-server-dev-all), or set PG_CONFIG to the pg_config of such an installation"
# libpq-dev has a pg_config too, and the client's package pgxs.mk: the headers are the proof.
for needed in "$("$pg_config" --includedir-server)/postgres.h" "$("$pg_config" --pgxs)"; do
  [[ -f $needed ]] ||
    die "there is no $needed, which the extension is built with; install the server headers (Debian:" \
      "postgresql-server-dev-all), or set PG_CONFIG to the pg_config of a server that has them"
done

run_make() { make -s -C "$folder/postgres" -f "$PWD/hosts/postgres/Makefile" CORE="$folder" \
  PG_CONFIG="$pg_config" ${CC:+CC="$CC"} "$@"; }

mkdir -p "$folder/postgres"
# A folder is for one server's headers and one compiler's flags.
version=$("$pg_config" --version)
options="$version ${CC:-} ${COPT:-}"
if [[ ! -f $folder/postgres/.options || $(<"$folder/postgres/.options") != "$options" ]]; then
  rm -rf "$folder/postgres"
  mkdir "$folder/postgres"
  echo "$options" >"$folder/postgres/.options"
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
