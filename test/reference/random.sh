#!/bin/bash
# xoshiro256** by Lua 5.4 and SplitMix64 by Java's SplittableRandom: random.sh > random.csv
#
# xoshiro: math.randomseed(a, b) sets the state a, 255, b, 0 and throws 16 numbers away; the lines
# are the next ones. splitmix: the first four numbers of a seed, which are xoshiro's state here.
set -euo pipefail
echo generator,seed,number
"${LUA:-lua5.4}" - <<'LUA'
math.randomseed(20260101, 42)
for i = 1, 64 do print(string.format("xoshiro,20260101,%016x", math.random(0))) end
LUA
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
cat >"$folder/Split.java" <<'JAVA'
public class Split {
  public static void main(String[] arguments) {
    for (long seed : new long[] { 0, 1, 1234567, -1, Long.MIN_VALUE }) {
      var random = new java.util.SplittableRandom(seed);
      for (int i = 0; i < 4; i++)
        System.out.printf("splitmix,%s,%016x%n", Long.toUnsignedString(seed), random.nextLong());
    }
  }
}
JAVA
java "$folder/Split.java"
