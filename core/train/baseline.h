/* Baselines: what scores can be had without looking at a column, on the same rows.
 *
 * accuracy        always the most frequent class
 * F1              always the positive class: 2 s / (1 + s) of its share s, which is more than guessing by
 *                 share (s) and than never (0)
 * F1_Macro        guessing by the classes' shares: each class has its share as F1, 1 / classes on the mean,
 *                 which is more than always the most frequent class
 * AUC             0.5, any guessing
 * log loss        the classes' shares as probabilities
 * MSE, RMSE, MAE  always the mean; R2 of it is 0
 *
 * Means and shares are those of the rows themselves: no constant answer does better.
 * Shapes   counts one a label; weights count how often a row is there.
 * Threads  pure functions. */
#ifndef FORETELL_TRAIN_BASELINE_H
#define FORETELL_TRAIN_BASELINE_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/objective.h"

/* Of numbers, around their mean. */
struct ft_spread {
  double mean;
  double square; /* mean squared difference */
  double absolute;
};

struct ft_spread ft_spread_of(const double *target, const uint32_t *times, size_t rows);

double ft_baseline_of_numbers(enum ft_metric metric, const struct ft_spread *spread);
/* `count` has `labels` entries, `stride` apart. */
double ft_baseline_of_classes(enum ft_metric metric, const double *count, size_t stride,
                              uint32_t labels, uint32_t positive);

#endif
