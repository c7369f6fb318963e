#include "core/train/partition.h"

#include <stdlib.h>

#include "core/train/split.h"
#include "foretell/random.h"

/* One repeat: the first deals the rows as they come, a later one as its shuffle has them. */
static enum ft_status deal_once(struct ft_partition *partition, const struct ft_fit_data *data,
                                const struct ft_deal *deal, uint32_t repeat, struct ft_error *err) {
  size_t rows = partition->rows;
  uint32_t *order = calloc(rows + 1, sizeof *order), *dealt = calloc(rows + 1, sizeof *dealt);
  double *target = calloc(rows + 1, sizeof *target);
  enum ft_status status = FT_OK;
  if (!order || !dealt || !target) {
    status = ft_fail(err, FT_NOMEM, "out of memory for the folds");
    goto done;
  }
  for (size_t r = 0; r < rows; r++)
    order[r] = (uint32_t)r;
  struct ft_random random = ft_random_seeded(data->seed ^ (UINT64_C(0xd1b54a32d192ed03) * repeat));
  if (repeat > 0) ft_random_shuffle(&random, order, rows);
  for (size_t r = 0; r < rows; r++)
    target[r] = data->target[partition->row[order[r]]];
  status = ft_split_folds(dealt, target, rows, deal->labels, partition->folds, err);
  for (size_t r = 0; r < rows && status == FT_OK; r++)
    partition->fold[repeat * rows + order[r]] = dealt[r];
done:
  free(order);
  free(dealt);
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
                                .repeats = deal->hold_out || deal->repeats == 0 ? 1 : deal->repeats,
                                .hold_out = deal->hold_out };
  size_t repeats = out->repeats;
  out->fold = FT_ARENA_NEW(arena, uint32_t, rows * repeats);
  out->scored = FT_ARENA_NEW(arena, uint32_t, rows);
  out->target = FT_ARENA_NEW(arena, double, rows);
  if (!out->fold || !out->scored || !out->target) return ft_arena_fail(err, "the folds");
  for (uint32_t repeat = 0; repeat < out->repeats; repeat++)
    FT_TRY(deal_once(out, data, deal, repeat, err));
  list_scored(out, data);
  return FT_OK;
}
