/* The rows that a tree of a random forest draws: each row with the same chance, by our own generator. */
#ifndef FORETELL_LEARN_BAG_H
#define FORETELL_LEARN_BAG_H

#include <stdbool.h>

#include "foretell/random.h"

struct ft_bag {
  struct ft_random random; /* moves on with each row that is asked for */
  double share;            /* chance of a row, 0 … 1 */
};

static inline struct ft_bag ft_bag_of(uint64_t seed, uint32_t tree, double share) {
  uint64_t own = seed ^ (UINT64_C(0xd1342543de82ef95) * ((uint64_t)tree + 1));
  return (struct ft_bag){ ft_random_seeded(own), share };
}

/* Is the next row in the bag? To be asked for every row in order. */
static inline bool ft_bag_next(struct ft_bag *bag) {
  return ft_random_unit(&bag->random) < bag->share;
}

#endif
