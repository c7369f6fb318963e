#!/bin/bash
# The checks of `make check`; each prints a line, all run, the exit status tells of any failure.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
failed=0

report() {
  local name=$1
  shift
  if "$@"; then
    echo "check: $name ok"
  else
    echo "check: $name FAILED"
    failed=1
  fi
}

check_format() {
  local wrong
  wrong=$(git ls-files -co --exclude-standard '*.[ch]' | xargs -r clang-format --dry-run --Werror 2>&1 |
    sed -n 's/^\([^ ]*\):[0-9]*:[0-9]*: error.*/\1/p' | sort -u)
  [[ -z $wrong ]] && return 0
  echo "$wrong" | sed 's/$/: not in the format of .clang-format (make format)/'
  return 1
}

# Everything global in our archives begins with ft_, so that nothing collides with a host's names,
# and no name is given twice.
check_symbols() {
  local archives=("$1"/libft_*.a)
  [[ -e ${archives[0]} ]] || return 0
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
    [[ -e $1/libft_$layer.a ]] || continue
    nm --undefined-only --quiet "$1/libft_$layer.a" |
      awk -v archive="libft_$layer.a" '
        $1 == "U" && $2 ~ /^(json_|XG|XGBoost|duckdb_|omp_|GOMP_|pthread_create)/ ||
        $1 == "U" && $2 ~ /^(exp|exp2|expm1|log|log2|log10|log1p|pow|tanh|sin|cos|tan|atan|atan2|cbrt|erf|lgamma|tgamma)f?$/ {
          print archive ": " $2 " is not to be used here"; bad = 1 } END { exit bad }' || return 1
  done
}

check_scripts() {
  local script
  while read -r script; do
    bash -n "$script" || return 1
  done < <(git ls-files -co --exclude-standard 'tools/*.sh' .ci/run)
  git ls-files -co --exclude-standard '*.py' | xargs -r python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)'
}

build_with() { CC=$1 tools/build.sh "build-$1" all -Dtests=true; }

report format check_format
report layers tools/layers.py
report sizes tools/sizes.py
report scripts check_scripts
report gcc build_with gcc
report clang build_with clang
report symbols check_symbols build-gcc
report "lower half" check_lower_half build-gcc
exit $failed
