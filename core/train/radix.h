/* Integers sorted by their digits: of many, ten times as fast as by comparisons.
 *
 * Shapes   `scratch` has room for `count` keys, as `key` has.
 * Numbers  ascending by the bits from `low_bit` up; keys that are equal in these keep their order. The bits
 *          below may carry a row's number.
 * Threads  pure functions. */
#ifndef FORETELL_TRAIN_RADIX_H
#define FORETELL_TRAIN_RADIX_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

void ft_radix_sort(uint64_t *key, uint64_t *scratch, size_t count, unsigned low_bit);

/* Integers of the same order as the numbers; no NaN. */
static inline uint64_t ft_radix_of_double(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static inline double ft_radix_double(uint64_t key) {
  uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
  double number;
  memcpy(&number, &bits, sizeof number);
  return number;
}

static inline uint32_t ft_radix_of_float(float number) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  return bits >> 31 ? ~bits : bits | UINT32_C(1) << 31;
}

#endif
