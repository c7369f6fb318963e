#include "core/learn/mlp_terms.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#define MAX_SORTED  ((size_t)20000) /* rows that quantiles are taken of */
#define MIN_MISSING 3               /* rows, for an indicator or a slot of their own */
#define MIN_SEEN    4               /* rows of a code with a slot of its own */

struct making {
  struct ft_mlp_terms *out;
  const struct ft_features *features;
  const uint32_t *row;
  size_t rows;
  const struct ft_mlp_terms_options *options;
  float *sorted; /* a feature's present values, ascending */
  size_t sorts;
  size_t missing;
};

static int compare_floats(const void *a, const void *b) {
  float first = *(const float *)a, second = *(const float *)b;
  return (first > second) - (first < second);
}

static void sort_values(struct making *making, uint32_t feature) {
  const float *value = ft_features_column(making->features, feature);
  /* Quantiles of some rows are exact enough; the missing ones are counted over all. */
  size_t every = making->rows / MAX_SORTED + 1;
  making->sorts = making->missing = 0;
  for (size_t r = 0; r < making->rows; r++) {
    float x = value[making->row[r]];
    making->missing += x != x;
    if (r % every == 0 && isfinite(x)) making->sorted[making->sorts++] = x;
  }
  qsort(making->sorted, making->sorts, sizeof *making->sorted, compare_floats);
}

static double quantile(const struct making *making, double share) {
  /* Linear interpolation between the neighbours, as NumPy's default. */
  assert(making->sorts > 0 && share >= 0 && share <= 1);
  double place = share * (double)(making->sorts - 1);
  size_t below = (size_t)place;
  double x = making->sorted[below];
  if (below + 1 < making->sorts) x += (place - (double)below) * (making->sorted[below + 1] - x);
  return x;
}

static void add_term(struct ft_mlp_terms *out, const struct ft_term *term) {
  out->term[out->terms++] = *term;
}

/* Robust scaling as in "Better by Default" (2024): the quartiles' distance, else half the range. */
static bool scale_number(struct ft_term *term, const struct making *making) {
  double centre = quantile(making, 0.5);
  double distance = quantile(making, 0.75) - quantile(making, 0.25);
  /* More than half of the rows have one value: the quartiles are equal. */
  if (!(distance > 0))
    distance = (making->sorted[making->sorts - 1] - (double)making->sorted[0]) / 2;
  float scale = (float)(1 / distance);
  if (!(distance > 0) || !isfinite(scale)) return false;
  term->centre = (float)centre;
  term->scale = scale;
  return true;
}

/* Hinges between quantiles of equal steps; those of equal values fall together. */
static void add_hinges(struct making *making, uint32_t feature) {
  uint32_t knots = making->options->knots;
  double from = making->sorted[0];
  for (uint32_t b = 1; b <= knots; b++) {
    double to = quantile(making, (double)b / knots);
    float scale = (float)(1 / (to - from));
    if (!(to > from) || !isfinite(scale)) continue;
    add_term(making->out, &(struct ft_term){ .feature = feature,
                                             .centre = (float)from,
                                             .scale = scale,
                                             .low = 0,
                                             .high = 1 });
    from = to;
  }
}

static void add_number(struct making *making, uint32_t feature) {
  sort_values(making, feature);
  float clip = (float)making->options->clip;
  struct ft_term term = { .feature = feature, .low = -clip, .high = clip };
  if (making->sorts > 0 && scale_number(&term, making)) {
    add_term(making->out, &term);
    if (making->options->knots > 1) add_hinges(making, feature);
  }
  /* An indicator that fewer rows have could not be learned. */
  if (making->missing >= MIN_MISSING)
    add_term(making->out, &(struct ft_term){ .feature = feature, .absent = 1 });
}

static size_t code_of(float value, size_t rows) {
  if (value != value) return rows - 1;
  return value >= 0 && value < (float)(rows - 1) ? (size_t)value : 0;
}

/* Slots of one lookup: "other" with the rare codes, then each code, then "missing". */
static void add_lookup(struct making *making, uint32_t feature, uint32_t *count) {
  struct ft_mlp_terms *out = making->out;
  uint32_t rows = making->features->categories[feature] + 2;
  uint32_t first =
      out->lookups ? out->lookup[out->lookups - 1].first + out->lookup[out->lookups - 1].rows : 0;
  uint32_t *slot = out->slot + first;
  const float *value = ft_features_column(making->features, feature);
  for (uint32_t c = 0; c < rows; c++)
    count[c] = 0;
  for (size_t r = 0; r < making->rows; r++)
    count[code_of(value[making->row[r]], rows)]++;
  /* The first slot is always "other": a code never seen in training must have one. */
  uint32_t other = out->slots++;
  for (uint32_t c = 0; c < rows; c++) {
    uint32_t min = c + 1 == rows ? MIN_MISSING : MIN_SEEN;
    slot[c] = c > 0 && count[c] >= min ? out->slots++ : other;
    out->seen[slot[c]] += count[c];
  }
  out->lookup[out->lookups++] =
      (struct ft_lookup){ .feature = feature, .first = first, .rows = rows };
  out->begin[out->lookups] = out->slots;
}

static enum ft_status make_room(struct making *making, struct ft_arena *arena, uint32_t **count,
                                struct ft_error *err) {
  const struct ft_features *features = making->features;
  struct ft_mlp_terms *out = making->out;
  size_t codes = 0, max = 1, lookups = 0;
  for (uint32_t f = 0; f < features->features; f++) {
    if (!features->categories[f]) continue;
    size_t rows = (size_t)features->categories[f] + 2;
    codes += rows;
    if (rows > max) max = rows;
    lookups++;
  }
  size_t terms = (features->features - lookups) * ((size_t)making->options->knots + 2);
  size_t sorts = making->rows < MAX_SORTED ? making->rows : MAX_SORTED;
  out->term = FT_ARENA_NEW(arena, struct ft_term, terms);
  out->lookup = FT_ARENA_NEW(arena, struct ft_lookup, lookups);
  out->slot = FT_ARENA_NEW(arena, uint32_t, codes);
  out->begin = FT_ARENA_NEW(arena, uint32_t, lookups + 1);
  out->seen = FT_ARENA_NEW(arena, uint32_t, codes);
  making->sorted = FT_ARENA_NEW(arena, float, sorts + 1);
  *count = FT_ARENA_NEW(arena, uint32_t, max);
  if (!out->term || !out->lookup || !out->slot || !out->begin || !out->seen || !making->sorted ||
      !*count)
    return ft_arena_fail(err, "the net's inputs");
  return FT_OK;
}

enum ft_status ft_mlp_terms_make(struct ft_mlp_terms *out, struct ft_arena *arena,
                                 const struct ft_features *features, const uint32_t *row,
                                 size_t rows, const struct ft_mlp_terms_options *options,
                                 struct ft_error *err) {
  struct making making = { .out = out,
                           .features = features,
                           .row = row,
                           .rows = rows,
                           .options = options };
  uint32_t *count;
  *out = (struct ft_mlp_terms){ 0 };
  FT_TRY(make_room(&making, arena, &count, err));
  for (uint32_t f = 0; f < features->features; f++)
    if (!features->categories[f]) add_number(&making, f);
  for (uint32_t f = 0; f < features->features; f++)
    if (features->categories[f]) add_lookup(&making, f, count);
  /* Lookups come after the terms, whose number is known only now. */
  for (uint32_t l = 0; l < out->lookups; l++)
    out->lookup[l].first += out->terms;
  return FT_OK;
}

static float value_of(const struct ft_term *term, float x) {
  if (x != x) return term->absent;
  float scaled = (x - term->centre) * term->scale;
  float raised = scaled > term->low ? scaled : term->low; /* no number becomes `low` */
  return raised < term->high ? raised : term->high;
}

void ft_mlp_terms_fill(float *number, uint32_t *slot, const struct ft_mlp_terms *terms,
                       const struct ft_features *features, const uint32_t *row, size_t rows) {
  for (uint32_t t = 0; t < terms->terms; t++) {
    const float *value = ft_features_column(features, terms->term[t].feature);
    for (size_t r = 0; r < rows; r++)
      number[r * terms->terms + t] = value_of(&terms->term[t], value[row[r]]);
  }
  for (uint32_t l = 0; l < terms->lookups; l++) {
    const struct ft_lookup *lookup = &terms->lookup[l];
    const uint32_t *slots = terms->slot + (lookup->first - terms->terms);
    const float *value = ft_features_column(features, lookup->feature);
    for (size_t r = 0; r < rows; r++)
      slot[r * terms->lookups + l] = slots[code_of(value[row[r]], lookup->rows)];
  }
}
