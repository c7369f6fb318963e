/* From the members' sums to margins, a block of rows at a time.
 *
 * Shapes   sums are sum-major, FT_BLOCK_ROWS apart; the first `rows` of each are right.
 * Numbers  double, as struct ft_transform of model.h says; what a kernel does is the same on all.
 * Threads  no globals. */
#ifndef FORETELL_PREDICT_TRANSFORM_H
#define FORETELL_PREDICT_TRANSFORM_H

#include "core/predict/kernel.h"
#include "core/predict/layout.h"

/* The plan's transforms in order. */
void ft_transform_sums(double *sum, const struct ft_plan_block *plan,
                       const struct ft_kernel *kernel, size_t rows);

/* exp(x - the row's highest) over its sum, which is taken in order; `count` at least 1. */
void ft_softmax(double *x, uint32_t count, const struct ft_kernel *kernel, size_t rows);

#endif
