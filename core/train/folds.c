#include "core/train/folds.h"

#include <assert.h>
#include <stdlib.h>

#include "core/train/split.h"

static enum ft_status deal_rows(struct ft_folds *folds, const struct ft_fit_data *data,
                                uint32_t labels, struct ft_error *err) {
  double *target = calloc(folds->rows + 1, sizeof *target);
  if (!target) return ft_fail(err, FT_NOMEM, "out of memory for the folds");
  /* The split sees positions; targets are gathered in the order of the partition. */
  for (size_t r = 0; r < folds->rows; r++)
    target[r] = data->target[folds->row[r]];
  enum ft_status status =
      ft_split_folds(folds->fold, target, folds->rows, labels, folds->folds, err);
  free(target);
  return status;
}

static void list_scored(struct ft_folds *folds, const struct ft_fit_data *data) {
  for (size_t r = 0; r < folds->rows; r++) {
    /* With a hold-out only fold 0 is ever predicted. */
    assert(folds->fold[r] < folds->folds);
    if (folds->hold_out && folds->fold[r] != 0) continue;
    folds->target[folds->n_scored] = data->target[folds->row[r]];
    folds->scored[folds->n_scored++] = (uint32_t)r;
  }
}

enum ft_status ft_folds_make(struct ft_folds *out, struct ft_arena *arena,
                             const struct ft_fit_data *data, const uint32_t *row, size_t rows,
                             const struct ft_fold_options *fold_options, struct ft_error *err) {
  *out =
      (struct ft_folds){ .row = row,
                         .rows = rows,
                         .folds = rows < fold_options->folds ? (uint32_t)rows : fold_options->folds,
                         .hold_out = fold_options->hold_out };
  /* Never more folds than rows: a fold without a row would leave nothing out. */
  out->fold = FT_ARENA_NEW(arena, uint32_t, rows);
  out->scored = FT_ARENA_NEW(arena, uint32_t, rows);
  out->target = FT_ARENA_NEW(arena, double, rows);
  if (!out->fold || !out->scored || !out->target) return ft_arena_fail(err, "the folds");
  FT_TRY(deal_rows(out, data, fold_options->labels, err));
  list_scored(out, data);
  return FT_OK;
}
