#include "core/train/leakage.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/train/radix.h"

#define MAX_ROWS  ((size_t)20000)
#define MAX_PARTS 256U
#define MAX_CELLS ((size_t)1 << 22) /* parts × labels */

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
  struct sorted *moved;
  uint64_t *key;  /* two a row */
  size_t present; /* in `sorted`: rows with a number */
};

/* The first `count` of `sorted`, by their values. */
static void sort_values(struct looking *l, size_t count) {
  for (size_t i = 0; i < count; i++)
    /* Adding 0 makes -0 into 0, so that both are one value. */
    l->key[i] = (uint64_t)ft_radix_of_float(l->sorted[i].value + 0.0f) << 32 | i;
  ft_radix_sort(l->key, l->key + l->rows, count, 32);
  for (size_t i = 0; i < count; i++)
    l->moved[i] = l->sorted[(uint32_t)l->key[i]];
  memcpy(l->sorted, l->moved, count * sizeof *l->sorted);
}

/* Equal numbers share a part; missing ones have their own. */
static void part_numbers(struct looking *l, const float *value) {
  size_t count = 0;
  for (size_t r = 0; r < l->rows; r++) {
    l->part[r] = MAX_PARTS;
    if (value[r] == value[r]) l->sorted[count++] = (struct sorted){ value[r], (uint32_t)r };
  }
  sort_values(l, count);
  for (size_t i = 0, first = 0; i < count; i++) {
    if (l->sorted[i].value != l->sorted[first].value) first = i;
    /* By the place of the first equal value: parts of about equal rows, and equal values never
     * apart. */
    l->part[l->sorted[i].row] = (uint32_t)(first * MAX_PARTS / count);
  }
  l->parts = MAX_PARTS + 1;
  l->present = count;
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
  if ((size_t)(l->parts + 1) * labels > MAX_CELLS) return 0;
  memset(l->tally, 0, (size_t)(l->parts + 1) * labels * sizeof *l->tally);
  for (size_t r = 0; r < l->rows; r += 2) {
    l->tally[(size_t)l->part[r] * labels + (uint32_t)l->target[r]]++;
    all[(uint32_t)l->target[r]]++;
  }
  assert(labels > 0);
  uint32_t common = largest(all, labels);
  for (size_t r = 1; r < l->rows; r += 2) {
    const double *own = l->tally + (size_t)l->part[r] * labels;
    uint32_t said = largest(own, labels);
    /* A part that no counted row is in says what is most frequent overall. */
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
    /* Ranks from 0 to 1 have the mean 0.5, which is what an unseen part says. */
    double mean = rows[part] > 0 ? sum[part] / rows[part] : 0.5;
    left += (l->target[r] - mean) * (l->target[r] - mean);
    squares += (l->target[r] - 0.5) * (l->target[r] - 0.5);
  }
  return squares > 0 ? 1 - left / squares : 0;
}

/* The area under the curve of the numbers, sorted by now; missing ones are below all. */
static bool ranks_classes(const struct looking *l) {
  double of_class[2] = { 0, 0 }, present[2] = { 0, 0 }, area = 0;
  for (size_t r = 0; r < l->rows; r++)
    of_class[l->target[r] > 0]++;
  for (size_t i = 0; i < l->present; i++)
    present[l->target[l->sorted[i].row] > 0]++;
  double below = of_class[0] - present[0];
  area += (of_class[1] - present[1]) * below / 2;
  for (size_t i = 0, next; i < l->present; i = next) {
    double own[2] = { 0, 0 };
    for (next = i; next < l->present && l->sorted[next].value == l->sorted[i].value; next++)
      own[l->target[l->sorted[next].row] > 0]++;
    area += own[1] * (below + own[0] / 2);
    below += own[0];
  }
  double auc = of_class[0] * of_class[1] > 0 ? area / (of_class[0] * of_class[1]) : 0.5;
  return fmax(auc, 1 - auc) > FT_LEAKAGE_AUC;
}

static bool tells_target(struct looking *l, uint32_t feature) {
  const float *value = ft_features_column(&l->run->features, feature);
  uint32_t categories = l->run->features.categories[feature];
  if (categories)
    part_codes(l, value, categories);
  else
    part_numbers(l, value);
  bool numbers = l->run->target.problem == FT_REGRESSION;
  if ((numbers ? share_of_squares(l) : share_of_errors(l)) >= FT_LEAKAGE_SHARE) return true;
  return !categories && l->run->target.problem == FT_BINARY && ranks_classes(l);
}

/* Labels as they are; numbers by rank, so that no few large ones decide. */
static void read_target(struct looking *l) {
  const double *value = l->run->target.value;
  memcpy(l->target, value, l->rows * sizeof *value);
  if (l->run->target.problem != FT_REGRESSION) return;
  for (size_t r = 0; r < l->rows; r++)
    l->sorted[r] =
        (struct sorted){ (float)((value[r] - l->run->centre) / l->run->scale), (uint32_t)r };
  sort_values(l, l->rows);
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
  size_t labels = l->run->target.labels ? l->run->target.labels : 2, max = MAX_PARTS + 1;
  for (uint32_t f = 0; f < l->run->features.features; f++)
    if (l->run->features.categories[f] + 2 > max) max = l->run->features.categories[f] + 2;
  size_t cells = (max + 1) * labels;
  l->target = FT_ARENA_NEW(arena, double, l->rows);
  l->sorted = FT_ARENA_NEW(arena, struct sorted, l->rows);
  l->part = FT_ARENA_NEW(arena, uint32_t, l->rows);
  l->moved = FT_ARENA_NEW(arena, struct sorted, l->rows);
  l->key = FT_ARENA_NEW(arena, uint64_t, 2 * l->rows);
  l->tally = FT_ARENA_NEW(arena, double, cells < MAX_CELLS ? cells : MAX_CELLS);
  if (!l->target || !l->sorted || !l->part || !l->moved || !l->key || !l->tally)
    return ft_arena_fail(err, "the comparison of the columns");
  read_target(l);
  return FT_OK;
}

static void look(struct ft_run *run, struct looking *l) {
  uint32_t told = UINT32_MAX; /* field */
  for (uint32_t f = 0; f < run->features.features; f++) {
    uint32_t field = run->model.encoder[f].field;
    /* A column of several features is told of once. */
    if (field == told || !tells_target(l, f)) continue;
    ft_run_warn(
        run,
        "column \"%s\" alone gives the answer away: leave it out unless you know it when you "
        "predict",
        run->model.field[field].name);
    told = field;
  }
}

enum ft_status ft_leakage_warn(struct ft_run *run, struct ft_error *err) {
  if (run->rows < FT_LEAKAGE_ROWS) return FT_OK;
  struct looking l = { .run = run, .rows = run->rows < MAX_ROWS ? run->rows : MAX_ROWS };
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = make_room(&l, &arena, err);
  if (status == FT_OK) look(run, &l);
  ft_arena_release(&arena);
  return status;
}
