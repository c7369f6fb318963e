/* Rows as the booster holds them, and a store that keeps them between fits.
 *
 * Shapes   rows picked out of feature-major columns, in the order of the picking.
 * NULLs    NaN is the missing value; infinities are taken as ±1e38.
 * Bins     a matrix finds its bins when it is trained on first, and keeps them for all boosters of as
 *          many bins. Of very many rows they are found on some, evenly spread, and nothing else is kept:
 *          a third of the time, and of the memory.
 * Owner    who makes a matrix frees it; what a store lends goes back to it (ft_matrices_return), and the
 *          store frees it. Features and rows are borrowed while a matrix is made, and not kept.
 * Threads  a matrix belongs to one thread at a time; a store to any number of them. */
#ifndef FORETELL_LEARN_MATRIX_H
#define FORETELL_LEARN_MATRIX_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/error.h"

struct ft_matrix_store;

/* All rows as the encoders made them, in canonical order. */
struct ft_features {
  const float *value;            /* features × rows, feature-major; owner: the training run */
  size_t rows;                   /* of a column */
  uint32_t features;             /* at least 1 where anything is fitted */
  const uint32_t *categories;    /* a feature's codes run from 0 to this number; 0: a number; whole
                                  * numbers or NaN, and never above it */
  const float *const *column;    /* one a feature, instead of `value`; NULL: they are in `value` */
  struct ft_matrix_store *store; /* where fits keep matrices of `value`; NULL: nowhere */
};

/* A feature's value of every row. */
static inline const float *ft_features_column(const struct ft_features *features,
                                              uint32_t feature) {
  return features->column ? features->column[feature]
                          : features->value + (size_t)feature * features->rows;
}

struct ft_matrix;

/* Errors: FT_NOMEM, FT_TRAINER */
enum ft_status ft_matrix_make(struct ft_matrix **out, const struct ft_features *features,
                              const uint32_t *row, size_t rows, uint32_t threads,
                              struct ft_error *err) FT_MUST_CHECK;

/* From so many rows on a fit's training rows are binned as they are taken. */
#define FT_MATRIX_SHARED_ROWS ((size_t)1 << 18)

/* The rows as `bins` bins a feature, of very many rows found on a part: to be trained on, and nothing
 * else.
 * Errors: FT_NOMEM, FT_TRAINER */
enum ft_status ft_matrix_make_binned(struct ft_matrix **out, const struct ft_features *features,
                                     const uint32_t *row, size_t rows, uint32_t bins,
                                     uint32_t threads, struct ft_error *err) FT_MUST_CHECK;

void ft_matrix_free(struct ft_matrix *matrix); /* NULL is allowed */
size_t ft_matrix_rows(const struct ft_matrix *matrix);

/* How many bins a feature deserves: few rows do not fill more, and bins are what they cost. */
static inline uint32_t ft_matrix_bins(size_t training_rows) {
  return training_rows < 5000 ? 64 : 254;
}

/* The targets of the rows, one each: for the booster's own objectives. */
enum ft_status ft_matrix_label(struct ft_matrix *matrix, const float *label,
                               struct ft_error *err) FT_MUST_CHECK;

/* All rows are one query: for the ranking objectives. */
enum ft_status ft_matrix_group(struct ft_matrix *matrix, struct ft_error *err) FT_MUST_CHECK;

/* The booster's own handle. */
void *ft_matrix_handle(const struct ft_matrix *matrix);

/* The training rows of a fit, and the rows that judge it. */
struct ft_matrices {
  struct ft_matrix *train;
  struct ft_matrix *valid; /* NULL: none */
  void *kept;              /* the store's; NULL: they are the borrower's own */
};

/* Which rows, and how many bins the booster will want. */
struct ft_matrix_rows {
  const uint32_t *train;
  size_t n_train;
  const uint32_t *valid;
  size_t n_valid;
  uint32_t bins; /* a feature, at least 2 */
};

/* A store that keeps matrices of up to `bytes` together; NULL when there is no memory for it, which
 * is a store too: one that keeps nothing. */
struct ft_matrix_store *ft_matrix_store_make(size_t bytes);
void ft_matrix_store_free(struct ft_matrix_store *store); /* nothing may be lent */

/* The matrices of the rows: those kept, when the same rows were asked for before and nobody has them
 * now, else new ones. */
enum ft_status ft_matrices_borrow(struct ft_matrices *out, const struct ft_features *features,
                                  const struct ft_matrix_rows *rows, uint32_t threads,
                                  struct ft_error *err) FT_MUST_CHECK;
/* Back to the store, or freed. All zero is allowed. */
void ft_matrices_return(struct ft_matrices *matrices, const struct ft_features *features);

#endif
