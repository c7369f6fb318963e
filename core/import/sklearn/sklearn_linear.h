/* Weighted sums of columns, in double.
 *
 * Shapes   each field adds what it is worth to each output: a number a line, a category a constant. A
 *          field and an output are one tree of one or more linear leaves. */
#ifndef FORETELL_IMPORT_SKLEARN_LINEAR_H
#define FORETELL_IMPORT_SKLEARN_LINEAR_H

#include "core/import/sklearn/sklearn_reading.h"

/* The model's member: output o is intercept[o] + the sum of weight[o × columns + i] × column i. */
enum ft_status ft_sklearn_weigh(struct ft_sklearn *sklearn, const struct ft_sklearn_place *place,
                                const struct ft_prepared_table *columns, uint32_t outputs,
                                const double *weight, const double *intercept,
                                struct ft_error *err) FT_MUST_CHECK;

#endif
