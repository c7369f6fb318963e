/* How the leaves of a deep tree are numbered (deep_plan.h): the numbers of a split's larger side stay as
 * they are, those of the smaller begin behind them where no bit of both meets. */
#ifndef FORETELL_PREDICT_LEAF_NUMBER_H
#define FORETELL_PREDICT_LEAF_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Of numbers below `numbers`, at most 2^31. */
static inline uint32_t ft_number_bits(uint32_t numbers) {
  uint32_t bits = 0;
  while (UINT32_C(1) << bits < numbers)
    bits++;
  return bits;
}

/* Which side of a split is the larger, and where the other's numbers begin. */
struct ft_number_sides {
  bool right_larger;
  uint32_t begin;
};

static inline struct ft_number_sides ft_number_sides(uint32_t left, uint32_t right) {
  const bool right_larger = right > left;
  const uint32_t large = right_larger ? right : left, small = right_larger ? left : right;
  const uint32_t unit = UINT32_C(1) << ft_number_bits(small);
  return (struct ft_number_sides){ right_larger, (large + unit - 1) & ~(unit - 1) };
}

#endif
