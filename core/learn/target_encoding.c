#include "core/learn/target_encoding.h"

#include <assert.h>
#include <stdlib.h>

#define MIN_SMOOTHING 1.0
#define MAX_SMOOTHING 100.0

struct ranked {
  double mean;
  double rows;
};

/* The mean of a code's rows and `smoothing` further rows at the mean of all: the posterior mean under a
 * normal prior (Micci-Barreca, 2001). */
static double smoothed(const struct ft_target_encoding *mean, double sum, double count) {
  return (sum + mean->smoothing * mean->mean) / (count + mean->smoothing);
}

static uint32_t level_of(const struct ft_target_encoding *mean, double value) {
  uint32_t low = 0, high = mean->cuts;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (mean->cut[middle] <= value)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

uint32_t ft_target_encoding_level(const struct ft_target_encoding *mean, uint32_t code) {
  size_t at = (size_t)FT_CODE_PARTS * mean->codes + code;
  return level_of(mean, smoothed(mean, mean->sum[at], mean->count[at]));
}

uint32_t ft_target_encoding_level_without(const struct ft_target_encoding *mean, uint32_t code,
                                          size_t part) {
  size_t all = (size_t)FT_CODE_PARTS * mean->codes + code, own = part * mean->codes + code;
  return level_of(
      mean, smoothed(mean, mean->sum[all] - mean->sum[own], mean->count[all] - mean->count[own]));
}

/* The variance within codes over that between them: as many rows as a code needs for its own mean to weigh
 * as much as the mean of all. By the method of moments (DerSimonian and Laird, 1986): the sum of squares
 * between k groups is expected to be (k - 1) variance + (n - sum n_c² / n) spread. */
static double choose_smoothing(const struct ft_target_encoding *mean, const double *square) {
  const double *sum = mean->sum + (size_t)FT_CODE_PARTS * mean->codes;
  const double *count = mean->count + (size_t)FT_CODE_PARTS * mean->codes;
  double rows = 0, rows_squared = 0, groups = 0, within = 0, between = 0;
  for (uint32_t c = 0; c < mean->codes; c++) {
    if (count[c] == 0) continue;
    double own = sum[c] / count[c];
    rows += count[c];
    rows_squared += count[c] * count[c];
    groups++;
    within += square[c] - own * sum[c];
    between += count[c] * (own - mean->mean) * (own - mean->mean);
  }
  /* One group, or no group of two rows: neither variance can be told, so codes are smoothed as
   * much as may be. */
  if (groups < 2 || rows <= groups) return MAX_SMOOTHING;
  double variance = within / (rows - groups);
  double spread = (between - (groups - 1) * variance) / (rows - rows_squared / rows);
  /* Also where the estimate of the spread is negative, which it is when codes differ less than
   * chance makes them. */
  if (spread * MAX_SMOOTHING <= variance) return MAX_SMOOTHING;
  double smoothing = variance / spread;
  return smoothing < MIN_SMOOTHING ? MIN_SMOOTHING : smoothing;
}

static int compare_means(const void *a, const void *b) {
  double first = ((const struct ranked *)a)->mean, second = ((const struct ranked *)b)->mean;
  return (first > second) - (first < second);
}

/* Each mean is a level where they are few; else levels hold about the same number of rows. */
static void place_cuts(struct ft_target_encoding *mean, struct ranked *ranked, uint32_t count) {
  double rows = 0, held = 0;
  qsort(ranked, count, sizeof *ranked, compare_means);
  for (uint32_t i = 0; i < count; i++)
    rows += ranked[i].rows;
  double min = count <= FT_CODE_LEVELS ? 0 : rows / FT_CODE_LEVELS;
  for (uint32_t i = 1; i < count; i++) {
    held += ranked[i - 1].rows;
    double middle = ranked[i - 1].mean + (ranked[i].mean - ranked[i - 1].mean) / 2;
    /* A cut only where the level has its share of the rows, and where two means leave room for
     * it. */
    if (held < min || !(middle > ranked[i - 1].mean)) continue;
    if (mean->cuts == FT_CODE_LEVELS) return;
    assert(mean->cuts == 0 || mean->cut[mean->cuts - 1] < middle);
    mean->cut[mean->cuts++] = middle;
    held = 0;
  }
}

static void add_rows(struct ft_target_encoding *mean, double *square, const uint32_t *code,
                     const double *value, size_t rows) {
  double sum = 0, count = 0;
  size_t all = (size_t)FT_CODE_PARTS * mean->codes;
  for (size_t i = 0; i < rows; i++) {
    /* Missing values have no code. */
    if (code[i] >= mean->codes) continue;
    size_t part = i % FT_CODE_PARTS * mean->codes;
    mean->sum[part + code[i]] += value[i];
    mean->count[part + code[i]]++;
    mean->sum[all + code[i]] += value[i];
    mean->count[all + code[i]]++;
    square[code[i]] += value[i] * value[i];
    sum += value[i];
    count++;
  }
  mean->mean = count > 0 ? sum / count : 0;
}

enum ft_status ft_target_encoding_make(struct ft_target_encoding *out, struct ft_arena *arena,
                                       uint32_t codes, const uint32_t *code, const double *value,
                                       size_t rows, struct ft_error *err) {
  struct ft_target_encoding mean = { .codes = codes };
  mean.sum = FT_ARENA_NEW(arena, double, (size_t)(FT_CODE_PARTS + 1) * codes);
  mean.count = FT_ARENA_NEW(arena, double, (size_t)(FT_CODE_PARTS + 1) * codes);
  mean.cut = FT_ARENA_NEW(arena, double, FT_CODE_LEVELS);
  double *square = FT_ARENA_NEW(arena, double, codes);
  struct ranked *ranked = FT_ARENA_NEW(arena, struct ranked, codes);
  if (!mean.sum || !mean.count || !mean.cut || !square || !ranked)
    return ft_arena_fail(err, "the means of a category");
  add_rows(&mean, square, code, value, rows);
  mean.smoothing = choose_smoothing(&mean, square);
  uint32_t count = 0;
  size_t all = (size_t)FT_CODE_PARTS * codes;
  for (uint32_t c = 0; c < codes; c++)
    if (mean.count[all + c] > 0)
      ranked[count++] = (struct ranked){ smoothed(&mean, mean.sum[all + c], mean.count[all + c]),
                                         mean.count[all + c] };
  /* Cuts are of the means over all parts; those without a part fall between the same cuts. */
  place_cuts(&mean, ranked, count);
  *out = mean;
  return FT_OK;
}
