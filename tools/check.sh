#!/bin/bash
# The checks of `make check` and, with the word fast, of `make check-fast`; each prints a line, all
# run, the exit status tells of any failure.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
failed=0

# The checks: those of every change first, then the slow ones. The build folder of gcc is that of
# `make test`, where cc is gcc.
fast_checks=(format layers sizes words scripts gcc clang postgres_gcc postgres_clang symbols lower_half)
slow_checks=(undefined)

report() {
  if "check_$1"; then
    echo "check: ${1//_/ } ok"
  else
    echo "check: ${1//_/ } FAILED"
    failed=1
  fi
}

# Our files that fit the patterns; none at all is a failure, of git's for instance.
list_files() {
  local files
  files=$(git ls-files -co --exclude-standard "$@") && [[ -n $files ]] && echo "$files"
}

check_layers() { tools/layers.py; }
check_sizes() { tools/sizes.py; }
check_words() { tools/words.py; }

check_format() {
  local files wrong
  files=$(list_files '*.[ch]') || return 1
  wrong=$(xargs <<<"$files" -r clang-format --dry-run --Werror 2>&1 |
    sed -n 's/^\([^ ]*\):[0-9]*:[0-9]*: error.*/\1/p' | sort -u)
  [[ -z $wrong ]] && return 0
  echo "$wrong" | sed 's/$/: not in the format of .clang-format (make format)/'
  return 1
}

# Everything global in our archives begins with ft_, so that nothing collides with a host's names,
# and no name is given twice.
check_symbols() {
  local archives=("$(folder_of gcc)"/libft_*.a)
  nm --defined-only --extern-only --quiet "${archives[@]}" |
    awk '/:$/ { archive = $0 }
      NF == 3 && $3 !~ /^ft_/ { print archive, $3; bad = 1 }
      NF == 3 && $3 in seen { print $3 " is in " seen[$3] " and " archive; bad = 1 }
      NF == 3 { seen[$3] = archive }
      END { exit bad }'
}

# What predicts is loaded into servers: libc, OpenSSL and zstd, nothing else, and nothing of libm.
check_lower_half() {
  local layer
  for layer in base data model predict; do
    nm --undefined-only --quiet "$(folder_of gcc)/libft_$layer.a" |
      awk -v archive="libft_$layer.a" '
        $1 == "U" && $2 ~ /^(json_|XG|XGBoost|duckdb_|omp_|GOMP_|pthread_create)/ ||
        $1 == "U" && $2 ~ /^(exp|exp2|expm1|log|log2|log10|log1p|pow|tanh|sin|cos|tan|atan|atan2|cbrt|erf|lgamma|tgamma)f?$/ {
          print archive ": " $2 " is not to be used here"; bad = 1 } END { exit bad }' || return 1
  done
}

# Every script is read as what its name or its first line says it is.
check_scripts() {
  local files file
  files=$(list_files '*.sh' '*.py' .ci/run test) || return 1
  for file in $files; do
    case "$file $(head -n 1 "$file" | tr -d '\0')" in
      *.sh\ * | *' #!/bin/bash') bash -n "$file" || return 1 ;;
      *.py\ * | *' #!/usr/bin/env python3') echo "$file" ;;
    esac
  done | xargs python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)'
}

is_gcc() { "$1" --version 2>/dev/null | grep -q 'Free Software Foundation'; }
folder_of() {
  if [[ $1 == gcc ]] && is_gcc cc; then echo build; else echo "build-$1"; fi
}

build_with() {
  local folder
  folder=$(folder_of "$1")
  if [[ $folder == build ]]; then
    tools/build.sh build all -Dtests=true && touch build/.tested
  else
    CC=$1 tools/build.sh "$folder" all -Dtests=true
  fi
}
check_gcc() { build_with gcc; }
check_clang() { build_with clang; }

# The extension is compiled with the server's own flags, which are gcc's.
check_postgres_gcc() {
  if [[ $(folder_of gcc) == build ]]; then
    tools/postgres.sh build build
  else
    CC=gcc tools/postgres.sh build build-gcc
  fi
}
check_postgres_clang() {
  CC=clang COPT='-Wno-unknown-warning-option -Wno-ignored-optimization-argument' \
    tools/postgres.sh build build-clang
}

# clang sees undefined behaviour that gcc's sanitizer of `make asan` does not.
check_undefined() {
  CC=clang tools/build.sh build-undefined all -Dtests=true -Db_lundef=false \
    -Dbuildtype=debugoptimized -Db_sanitize=undefined &&
    UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 tools/run_tests.py build-undefined unit
}

checks=("${fast_checks[@]}")
case ${1:-} in
  '') checks+=("${slow_checks[@]}") ;;
  fast) ;;
  *) echo "usage: tools/check.sh [fast]" >&2; exit 2 ;;
esac
for name in "${checks[@]}"; do
  report "$name"
done
exit $failed
