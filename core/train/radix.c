#include "core/train/radix.h"

#include <assert.h>
#include <stdbool.h>

#define DIGIT_BITS  11
#define DIGITS      6 /* of 64 bits */
#define DIGIT_SIZES (1U << DIGIT_BITS)

static unsigned digit_of(uint64_t key, unsigned bit) {
  return (unsigned)(key >> bit) & (DIGIT_SIZES - 1);
}

/* Keys of each digit, of all digits at once. */
static void count_digits(size_t count_of[][DIGIT_SIZES], unsigned digits, const uint64_t *key,
                         size_t count, unsigned low_bit) {
  memset(count_of, 0, digits * sizeof *count_of);
  for (size_t i = 0; i < count; i++)
    for (unsigned d = 0; d < digits; d++)
      count_of[d][digit_of(key[i], low_bit + d * DIGIT_BITS)]++;
}

/* Counts made places; false when all keys have the same digit. */
static bool find_places(size_t *count_of, size_t count) {
  size_t place = 0;
  for (unsigned i = 0; i < DIGIT_SIZES; i++) {
    size_t own = count_of[i];
    if (own == count) return false;
    count_of[i] = place;
    place += own;
  }
  return true;
}

void ft_radix_sort(uint64_t *key, uint64_t *scratch, size_t count, unsigned low_bit) {
  assert(low_bit < 64);
  size_t place[DIGITS][DIGIT_SIZES];
  unsigned digits = (64 - low_bit + DIGIT_BITS - 1) / DIGIT_BITS;
  uint64_t *from = key, *to = scratch;
  if (count < 2) return;
  count_digits(place, digits, key, count, low_bit);
  for (unsigned d = 0; d < digits; d++) {
    /* A digit that all keys share moves nothing. */
    if (!find_places(place[d], count)) continue;
    for (size_t i = 0; i < count; i++)
      to[place[d][digit_of(from[i], low_bit + d * DIGIT_BITS)]++] = from[i];
    uint64_t *other = from;
    from = to;
    to = other;
  }
  if (from != key) memcpy(key, from, count * sizeof *key);
}
