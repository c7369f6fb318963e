#include "core/train/partition.h"

#include <stdlib.h>

#include "core/train/split.h"

static enum ft_status deal_rows(struct ft_partition *partition, const struct ft_fit_data *data,
                                uint32_t labels, struct ft_error *err) {
  double *target = calloc(partition->rows + 1, sizeof *target);
  if (!target) return ft_fail(err, FT_NOMEM, "out of memory for the folds");
  for (size_t r = 0; r < partition->rows; r++)
    target[r] = data->target[partition->row[r]];
  enum ft_status status =
      ft_split_folds(partition->fold, target, partition->rows, labels, partition->folds, err);
  free(target);
  return status;
}

static void list_scored(struct ft_partition *partition, const struct ft_fit_data *data) {
  for (size_t r = 0; r < partition->rows; r++) {
    if (partition->hold_out && partition->fold[r] != 0) continue;
    partition->target[partition->scoreds] = data->target[partition->row[r]];
    partition->scored[partition->scoreds++] = (uint32_t)r;
  }
}

enum ft_status ft_partition_deal(struct ft_partition *out, struct ft_arena *arena,
                                 const struct ft_fit_data *data, const uint32_t *row, size_t rows,
                                 const struct ft_deal *deal, struct ft_error *err) {
  *out = (struct ft_partition){ .row = row,
                                .rows = rows,
                                .folds = rows < deal->folds ? (uint32_t)rows : deal->folds,
                                .hold_out = deal->hold_out };
  out->fold = FT_ARENA_NEW(arena, uint32_t, rows);
  out->scored = FT_ARENA_NEW(arena, uint32_t, rows);
  out->target = FT_ARENA_NEW(arena, double, rows);
  if (!out->fold || !out->scored || !out->target) return ft_arena_fail(err, "the folds");
  FT_TRY(deal_rows(out, data, deal->labels, err));
  list_scored(out, data);
  return FT_OK;
}
