#include "core/train/leakage.h"

#include <math.h>
#include <stdlib.h>

#include "core/train/metric.h"

#define MOST_ROWS ((size_t)20000)

static enum ft_status measure(double *auc, const struct ft_run *run, uint32_t feature,
                              double *score, double *target, struct ft_error *err) {
  const float *value = run->features.value + (size_t)feature * run->rows;
  size_t rows = run->rows < MOST_ROWS ? run->rows : MOST_ROWS;
  for (size_t r = 0; r < rows; r++) {
    score[r] = value[r] != value[r] ? -INFINITY : value[r];
    target[r] = run->target.value[r];
  }
  return ft_metric_auc(auc, score, target, rows, err);
}

enum ft_status ft_leakage_warn(struct ft_run *run, struct ft_error *err) {
  if (run->target.problem != FT_BINARY || run->rows < FT_LEAKAGE_ROWS) return FT_OK;
  double *room = calloc(2 * MOST_ROWS, sizeof *room);
  if (!room) return ft_fail(err, FT_NOMEM, "out of memory to look at the columns");
  enum ft_status status = FT_OK;
  for (uint32_t f = 0; f < run->features.features && status == FT_OK; f++) {
    double auc = 0.5;
    if (run->features.categories[f]) continue; /* codes have no order */
    status = measure(&auc, run, f, room, room + MOST_ROWS, err);
    if (status == FT_OK && fmax(auc, 1 - auc) > FT_LEAKAGE_AUC)
      ft_run_warn(run, "column \"%s\" alone tells the target: is it known when you predict?",
                  run->model.field[run->model.encoder[f].field].name);
  }
  free(room);
  return status;
}
