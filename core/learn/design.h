/* The rows of a fit as the columns of a basis: terms densely, codes by number.
 *
 * Shapes   columns as in basis.h; a weight, a mean, a product: one a column.
 * Numbers  terms float32, as a plan computes them; sums in double, in lanes of a fixed number, so
 *          that every processor gives the same bits.
 * Owner    ft_design_release frees the columns; the basis is borrowed and outlives the design.
 * Threads  read-only once made. */
#ifndef FORETELL_LEARN_DESIGN_H
#define FORETELL_LEARN_DESIGN_H

#include "core/learn/basis.h"
#include "core/learn/fit_task.h"

#define FT_DESIGN_BLOCK 512 /* rows that sums over all columns take at once; 16 divides it */

struct ft_design {
  const struct ft_basis *basis; /* borrowed */
  size_t rows;
  float *term;    /* terms × rows */
  uint16_t *code; /* lookups × rows; row of the lookup */
};

/* Errors: FT_NOMEM */
enum ft_status ft_design_make(struct ft_design *out, const struct ft_features *features,
                              const struct ft_basis *basis, const uint32_t *row, size_t rows,
                              struct ft_error *err) FT_MUST_CHECK;
void ft_design_release(struct ft_design *design);

/* Rows first … first + rows - 1; arrays of rows begin with row `first`. */
struct ft_design_rows {
  size_t first;
  size_t rows;
};

/* margin[i] += sum of weight[j] * column[j][i] */
void ft_design_add(double *margin, const struct ft_design *design, struct ft_design_rows rows,
                   const double *weight);

/* out[j] += sum of column[j][i] * value[i] */
void ft_design_project(double *out, const struct ft_design *design, struct ft_design_rows rows,
                       const double *value);

/* Mean products of the columns less their means: columns × columns, of every n-th row so that
 * `max_rows` are not exceeded much. Rows count by `weight`, NULL for 1 each: the result is the sum of
 * weight * product over the rows, divided by the rows; `mean` gets the weighted means, and `*share` the
 * mean weight. Answers false when the fit of `end` (may be NULL) was late, or memory is out. */
bool ft_design_covariance(double *out, double *mean, double *share, const struct ft_design *design,
                          const double *weight, size_t max_rows, const struct ft_fit_task *end);

/* Sums over one dense column of float32. */
double ft_design_dot(const float *column, const double *value, size_t rows);
/* value[i] += weight * column[i] */
void ft_design_axpy(double *value, const float *column, double weight, size_t rows);
void ft_design_axpy_double(double *value, const double *line, double weight, size_t count);

#endif
