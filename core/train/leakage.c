#include "core/train/leakage.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/metric.h"

#define MOST_ROWS  ((size_t)20000)
#define MOST_PARTS 256U
#define MOST_CELLS ((size_t)1 << 22) /* parts × labels */

struct looking {
  const struct ft_run *run;
  size_t rows;
  double *target; /* labels' indices, or ranks from 0 to 1 */
  struct sorted {
    float value;
    uint32_t row;
  } * sorted;
  uint32_t *part; /* of each row */
  uint32_t parts;
  double *tally; /* parts × labels, or 2 × parts: rows and sums */
  double *score; /* for the AUC */
};

static int compare_sorted(const void *a, const void *b) {
  const struct sorted *first = a, *second = b;
  return (first->value > second->value) - (first->value < second->value);
}

/* Equal numbers share a part; missing ones have their own. */
static void part_numbers(struct looking *l, const float *value) {
  size_t count = 0;
  for (size_t r = 0; r < l->rows; r++) {
    l->part[r] = MOST_PARTS;
    if (value[r] == value[r]) l->sorted[count++] = (struct sorted){ value[r], (uint32_t)r };
  }
  if (count > 0) qsort(l->sorted, count, sizeof *l->sorted, compare_sorted);
  for (size_t i = 0, first = 0; i < count; i++) {
    if (l->sorted[i].value != l->sorted[first].value) first = i;
    l->part[l->sorted[i].row] = (uint32_t)(first * MOST_PARTS / count);
  }
  l->parts = MOST_PARTS + 1;
}

static void part_codes(struct looking *l, const float *value, uint32_t categories) {
  for (size_t r = 0; r < l->rows; r++)
    l->part[r] = value[r] == value[r] ? (uint32_t)value[r] : categories + 1;
  l->parts = categories + 2;
}

static uint32_t largest(const double *tally, uint32_t labels) {
  uint32_t best = 0;
  for (uint32_t l = 1; l < labels; l++)
    if (tally[l] > tally[best]) best = l;
  return best;
}

/* Rows in turn: one is counted, the next is judged by the counts. */
static double share_of_errors(struct looking *l) {
  uint32_t labels = l->run->target.labels;
  double errors = 0, errors_alone = 0, *all = l->tally + (size_t)l->parts * labels;
  if ((size_t)(l->parts + 1) * labels > MOST_CELLS) return 0;
  memset(l->tally, 0, (size_t)(l->parts + 1) * labels * sizeof *l->tally);
  for (size_t r = 0; r < l->rows; r += 2) {
    l->tally[(size_t)l->part[r] * labels + (uint32_t)l->target[r]]++;
    all[(uint32_t)l->target[r]]++;
  }
  uint32_t common = largest(all, labels);
  for (size_t r = 1; r < l->rows; r += 2) {
    const double *own = l->tally + (size_t)l->part[r] * labels;
    uint32_t said = largest(own, labels);
    errors += (own[said] > 0 ? said : common) != (uint32_t)l->target[r];
    errors_alone += common != (uint32_t)l->target[r];
  }
  return errors_alone > 0 ? 1 - errors / errors_alone : 0;
}

static double share_of_squares(struct looking *l) {
  double left = 0, squares = 0, *rows = l->tally, *sum = l->tally + l->parts;
  memset(l->tally, 0, 2 * (size_t)l->parts * sizeof *l->tally);
  for (size_t r = 0; r < l->rows; r += 2) {
    rows[l->part[r]]++;
    sum[l->part[r]] += l->target[r];
  }
  for (size_t r = 1; r < l->rows; r += 2) {
    uint32_t part = l->part[r];
    double mean = rows[part] > 0 ? sum[part] / rows[part] : 0.5;
    left += (l->target[r] - mean) * (l->target[r] - mean);
    squares += (l->target[r] - 0.5) * (l->target[r] - 0.5);
  }
  return squares > 0 ? 1 - left / squares : 0;
}

static enum ft_status ranks_classes(bool *out, struct looking *l, const float *value,
                                    struct ft_error *err) {
  double auc = 0.5;
  for (size_t r = 0; r < l->rows; r++)
    l->score[r] = value[r] != value[r] ? -INFINITY : value[r];
  FT_TRY(ft_metric_auc(&auc, l->score, l->target, l->rows, err));
  *out |= fmax(auc, 1 - auc) > FT_LEAKAGE_AUC;
  return FT_OK;
}

static enum ft_status tells_target(bool *out, struct looking *l, uint32_t feature,
                                   struct ft_error *err) {
  const float *value = ft_features_column(&l->run->features, feature);
  uint32_t categories = l->run->features.categories[feature];
  if (categories)
    part_codes(l, value, categories);
  else
    part_numbers(l, value);
  bool numbers = l->run->target.problem == FT_REGRESSION;
  *out = (numbers ? share_of_squares(l) : share_of_errors(l)) >= FT_LEAKAGE_SHARE;
  if (categories || l->run->target.problem != FT_BINARY) return FT_OK;
  return ranks_classes(out, l, value, err);
}

/* Labels as they are; numbers by rank, so that no few large ones decide. */
static void read_target(struct looking *l) {
  const double *value = l->run->target.value;
  memcpy(l->target, value, l->rows * sizeof *value);
  if (l->run->target.problem != FT_REGRESSION) return;
  for (size_t r = 0; r < l->rows; r++)
    l->sorted[r] =
        (struct sorted){ (float)((value[r] - l->run->centre) / l->run->scale), (uint32_t)r };
  qsort(l->sorted, l->rows, sizeof *l->sorted, compare_sorted);
  for (size_t i = 0, first = 0, next; i < l->rows; i++) {
    if (i == 0 || l->sorted[i].value != l->sorted[first].value) first = i;
    for (next = i + 1; next < l->rows && l->sorted[next].value == l->sorted[first].value;)
      next++;
    double rank = ((double)first + (double)next) / 2 / (double)l->rows;
    for (; i < next; i++)
      l->target[l->sorted[i].row] = rank;
    i--;
  }
}

static enum ft_status make_room(struct looking *l, struct ft_arena *arena, struct ft_error *err) {
  size_t labels = l->run->target.labels ? l->run->target.labels : 2, most = MOST_PARTS + 1;
  for (uint32_t f = 0; f < l->run->features.features; f++)
    if (l->run->features.categories[f] + 2 > most) most = l->run->features.categories[f] + 2;
  size_t cells = (most + 1) * labels;
  l->target = FT_ARENA_NEW(arena, double, l->rows);
  l->sorted = FT_ARENA_NEW(arena, struct sorted, l->rows);
  l->part = FT_ARENA_NEW(arena, uint32_t, l->rows);
  l->score = FT_ARENA_NEW(arena, double, l->rows);
  l->tally = FT_ARENA_NEW(arena, double, cells < MOST_CELLS ? cells : MOST_CELLS);
  if (!l->target || !l->sorted || !l->part || !l->score || !l->tally)
    return ft_arena_fail(err, "the comparison of the columns");
  read_target(l);
  return FT_OK;
}

static enum ft_status look(struct ft_run *run, struct looking *l, struct ft_error *err) {
  uint32_t told = UINT32_MAX; /* field */
  for (uint32_t f = 0; f < run->features.features; f++) {
    uint32_t field = run->model.encoder[f].field;
    bool tells = false;
    if (field != told) FT_TRY(tells_target(&tells, l, f, err));
    if (!tells) continue;
    ft_run_warn(
        run,
        "column \"%s\" alone gives the answer away: leave it out unless you know it when you "
        "predict",
        run->model.field[field].name);
    told = field;
  }
  return FT_OK;
}

enum ft_status ft_leakage_warn(struct ft_run *run, struct ft_error *err) {
  if (run->rows < FT_LEAKAGE_ROWS) return FT_OK;
  struct looking l = { .run = run, .rows = run->rows < MOST_ROWS ? run->rows : MOST_ROWS };
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = make_room(&l, &arena, err);
  if (status == FT_OK) status = look(run, &l, err);
  ft_arena_release(&arena);
  return status;
}
