/* The elastic net's penalty of weights: share * sum |w| + (1 - share) / 2 * sum w^2.
 *
 * Numbers  sums in the order given, in double.
 * Threads  pure functions. */
#ifndef FORETELL_LEARN_PENALTY_H
#define FORETELL_LEARN_PENALTY_H

#include <stddef.h>
#include <stdint.h>

double ft_penalty_size(const double *weight, size_t weights, double share);

/* What all of the values are to be lowered by for the penalty to be least. They are sorted
 * meanwhile. */
double ft_penalty_balance(double *value, uint32_t values, double share);

/* The least point of (w - value)^2 / 2 + by * |w|. */
static inline double ft_penalty_soften(double value, double by) {
  return value > by ? value - by : value < -by ? value + by : 0;
}

#endif
