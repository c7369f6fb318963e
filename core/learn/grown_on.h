/* The rows that trees were grown on. */
#ifndef FORETELL_LEARN_GROWN_ON_H
#define FORETELL_LEARN_GROWN_ON_H

#include "core/learn/matrix.h"

/* Where a booster's trees come from: the rows that it was trained on. */
struct ft_grown_on {
  const struct ft_features *features; /* that the thresholds are of; borrowed, as `row` */
  const uint32_t *row;
  size_t rows;
  uint32_t threads; /* to look at the rows with; 0 is one */
};

#endif
