/* The booster: grows trees over columns of float32. Nothing above knows whose code does it.
 *
 * Shapes   rows picked out of feature-major columns; gradients and margins rows × outputs, row-major.
 * NULLs    NaN is the missing value; infinities are taken as ±1e38.
 * Numbers  with gradients given from outside that are multiples of one quantum (loss.h), every sum
 *          of the booster is exact, so that the number of threads decides nothing.
 * Threads  a booster and its matrices belong to one thread at a time. */
#ifndef FORETELL_TRAIN_BOOSTER_H
#define FORETELL_TRAIN_BOOSTER_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/model.h"

/* All rows as the encoders made them, in canonical order. */
struct ft_features {
  const float *value; /* features × rows, feature-major; owner: the training run */
  size_t rows;
  uint32_t features;
  const uint32_t *categories; /* a feature's codes run from 0 to this number; 0: a number */
  const float *const *column; /* one a feature, instead of `value`; NULL: they are in `value` */
};

/* A feature's value of every row. */
static inline const float *ft_features_column(const struct ft_features *features,
                                              uint32_t feature) {
  return features->column ? features->column[feature]
                          : features->value + (size_t)feature * features->rows;
}

struct ft_matrix;
struct ft_booster;

/* The picked rows as the booster holds them; `label` (one a picked row) may be NULL.
 * Errors: FT_NOMEM, FT_TRAINER */
enum ft_status ft_matrix_make(struct ft_matrix **out, const struct ft_features *features,
                              const uint32_t *row, size_t rows, const float *label,
                              uint32_t threads, struct ft_error *err) FT_MUST_CHECK;
void ft_matrix_free(struct ft_matrix *matrix); /* NULL is allowed */
size_t ft_matrix_rows(const struct ft_matrix *matrix);

/* All rows are one query: for the ranking objectives. */
enum ft_status ft_matrix_group(struct ft_matrix *matrix, struct ft_error *err) FT_MUST_CHECK;

struct ft_parameter {
  const char *name;
  const char *value;
};

/* `matrix` are those that margins will be asked of; their margins are kept up to date cheaply. */
enum ft_status ft_booster_make(struct ft_booster **out, struct ft_matrix *const *matrix,
                               size_t matrices, uint32_t outputs,
                               const struct ft_parameter *parameter, size_t parameters,
                               struct ft_error *err) FT_MUST_CHECK;
void ft_booster_free(struct ft_booster *booster); /* NULL is allowed */

/* One round by gradients from outside. */
enum ft_status ft_booster_boost(struct ft_booster *booster, struct ft_matrix *train, uint32_t round,
                                const float *gradient, const float *hessian,
                                struct ft_error *err) FT_MUST_CHECK;
/* One round by the booster's own objective over the matrix's labels. */
enum ft_status ft_booster_update(struct ft_booster *booster, struct ft_matrix *train,
                                 uint32_t round, struct ft_error *err) FT_MUST_CHECK;
/* Margins of all rounds so far; borrowed until the booster's next call. */
enum ft_status ft_booster_margins(const float **out, struct ft_booster *booster,
                                  struct ft_matrix *matrix, struct ft_error *err) FT_MUST_CHECK;
/* Where a booster's trees come from: the rows that it was trained on. */
struct ft_grown_on {
  const struct ft_features *features;
  const uint32_t *row;
  size_t rows;
};

/* The trees of the first `rounds` rounds, with leaves times `scale` (trees.h) and thresholds off the
 * values of the rows (threshold.h). */
enum ft_status ft_booster_forest(struct ft_forest *out, struct ft_arena *arena,
                                 struct ft_booster *booster, uint32_t rounds, double scale,
                                 const struct ft_grown_on *grown_on,
                                 struct ft_error *err) FT_MUST_CHECK;

#endif
