/* Trees with linear leaves (struct ft_linear_forest of model.h) over a block of rows, row by row.
 *
 * Shapes   `block` as kernel.h has it; sums are output-major: sum[g * FT_BLOCK_ROWS + r].
 * NULLs    a term whose feature is NaN in the block is missing.
 * Numbers  double, in the order of the trees and terms: plain C, so one set of bits everywhere.
 * Threads  one work for each. */
#ifndef FORETELL_PREDICT_LINEAR_FOREST_H
#define FORETELL_PREDICT_LINEAR_FOREST_H

#include "core/predict/encode.h"
#include "core/predict/layout.h"

struct ft_linear_work {
  double *number; /* the most slots of any member × FT_BLOCK_ROWS: values of fields, NaN: missing */
  double *sum;    /* the most outputs of a member × FT_BLOCK_ROWS */
};

/* Room for each of the plan's members. Errors: FT_NOMEM */
enum ft_status ft_linear_work_make(struct ft_linear_work *out, struct ft_arena *arena,
                                   const struct ft_plan_block *plan,
                                   struct ft_error *err) FT_MUST_CHECK;

/* Sets work->sum for rows 0 … rows - 1 of the block, which are rows first … of the columns. */
void ft_linear_run(const struct ft_linear_work *work, const struct ft_plan_block *plan,
                   const struct ft_linear_block *linear, const struct ft_encoding *encoding,
                   const struct ft_column *column, const float *block, size_t first, size_t rows);

#endif
