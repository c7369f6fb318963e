#!/bin/bash
# SipHash-2-4 with 128 bits of output, by OpenSSL 3.0: siphash.sh > siphash.csv
#
# Key 00 01 … 0f; input number n is the bytes 00 01 … n-1, as in the vectors of the algorithm's
# authors. The first line, for no bytes, is theirs: a3817f04….
set -euo pipefail
echo bytes,hash
input=
for n in $(seq 0 80); do
  hash=$(printf "$input" | openssl mac -macopt size:16 \
    -macopt hexkey:000102030405060708090a0b0c0d0e0f SIPHASH)
  echo "$n,${hash,,}"
  input+=$(printf '\\x%02x' "$n")
done
