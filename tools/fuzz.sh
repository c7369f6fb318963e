#!/bin/bash
# Run every fuzz target of a build folder: tools/fuzz.sh FOLDER SECONDS
#
# Starts from the corpus that the project keeps; inputs found on the way stay in the build folder.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
folder=$(readlink -f "$1")
seconds=$2
failed=0 ran=0
for target in "$folder"/test/fuzz/fuzz_*; do
  [[ -f $target && -x $target ]] || continue
  name=${target##*/fuzz_}
  kept=test/fuzz/corpus/$name found=$folder/corpus/$name dictionary=test/fuzz/$name.dict
  mkdir -p "$found"
  arguments=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 -print_final_stats=1
    -artifact_prefix="$folder/crash-$name-")
  [[ -f $dictionary ]] && arguments+=(-dict="$dictionary")
  corpus=("$found")
  [[ -d $kept ]] && corpus+=("$kept")
  ran=$((ran + 1))
  if "$target" "${arguments[@]}" "${corpus[@]}" >"$folder/$name.log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$name.log")
    echo "fuzz: $name ran clean, $runs runs in $seconds s"
  else
    failed=$((failed + 1))
    echo "fuzz: $name FAILED"
    grep -n -m1 -A40 -E 'ERROR|runtime error|SUMMARY' "$folder/$name.log" || tail -n 40 "$folder/$name.log"
  fi
done
echo "$((ran - failed)) passed, $failed failed"
((failed == 0 && ran > 0))
