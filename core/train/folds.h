/* Rows assigned to folds: a candidate is fitted once for each fold, on the rows outside it, and predicts
 * those in it. Which is all that is ever compared: predictions of rows that a fit did not see.
 *
 * Shapes   positions count the partition's rows, canonical rows those of the features. Fit i
 *          leaves out fold i.
 *          `scored` are the positions that get a prediction: all, or with `hold_out` those of fold 0.
 * Folds    differ by a row at most, in the rows of each label, too. There are never more than rows.
 * Owner    arrays are the arena's that ft_folds_make was given, but `row`.
 * Threads  read-only once assigned. */
#ifndef FORETELL_TRAIN_FOLDS_H
#define FORETELL_TRAIN_FOLDS_H

#include <stdbool.h>

#include "core/learn/fit.h"

struct ft_folds {
  const uint32_t *row; /* canonical rows; borrowed */
  size_t rows;
  uint32_t folds;   /* at least 1; 2 or more to fit anything */
  uint32_t *fold;   /* of each row; below `folds` */
  bool hold_out;    /* only fold 0 is left out and predicted, by one fit on the others */
  uint32_t *scored; /* ascending */
  size_t n_scored;
  double *target; /* of the scored rows, in their order; labels' indices, or scaled numbers */
};

struct ft_fold_options {
  uint32_t labels; /* spread evenly over the folds; 0: regression */
  uint32_t folds;  /* wanted; fewer rows make fewer folds */
  bool hold_out;   /* as of struct ft_folds */
};

/* Everything lives in the arena; `row` is borrowed.
 * Errors: FT_NOMEM */
enum ft_status ft_folds_make(struct ft_folds *out, struct ft_arena *arena,
                             const struct ft_fit_data *data, const uint32_t *row, size_t rows,
                             const struct ft_fold_options *fold_options,
                             struct ft_error *err) FT_MUST_CHECK;

/* Fits of a candidate. */
static inline uint32_t ft_folds_fits(const struct ft_folds *folds) {
  return folds->hold_out ? 1 : folds->folds;
}

#endif
