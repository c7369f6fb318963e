#include "core/learn/extra_split.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SET_BITS 32

enum side { LEFT, RIGHT, MISSING, SIDES };

/* A code of the node. */
struct ft_extra_code {
  uint32_t code;
  uint32_t rows;
  int64_t sum;
};

/* The node's rows on each side of a split. */
struct sides {
  uint32_t rows[SIDES];
  int64_t sum[SIDES];    /* of numbers */
  const uint32_t *count; /* of classes: sides × classes */
};

static uint32_t max_categories(const struct ft_features *features) {
  uint32_t max = 0;
  for (uint32_t f = 0; f < features->features; f++)
    if (features->categories[f] > max) max = features->categories[f];
  return max;
}

enum ft_status ft_extra_splitter_make(struct ft_extra_splitter *out, struct ft_arena *arena,
                                      const struct ft_extra_data *data,
                                      const struct ft_extra_split_options *options, size_t rows,
                                      struct ft_error *err) {
  uint32_t max = max_categories(data->features);
  *out =
      (struct ft_extra_splitter){ .data = data, .options = *options, .words = max / SET_BITS + 1 };
  out->set = FT_ARENA_NEW(arena, uint32_t, 2 * (size_t)out->words);
  out->value = FT_ARENA_NEW(arena, float, rows);
  out->side = FT_ARENA_NEW(arena, uint8_t, rows);
  out->label = FT_ARENA_NEW(arena, uint32_t, rows);
  out->number = FT_ARENA_NEW(arena, int64_t, rows);
  out->count = FT_ARENA_NEW(arena, uint32_t, SIDES * ((size_t)data->classes + 1));
  out->feature = FT_ARENA_NEW(arena, uint32_t, data->features->features);
  out->code = FT_ARENA_NEW(arena, struct ft_extra_code, (size_t)max + 1);
  if (!out->set || !out->value || !out->side || !out->label || !out->number || !out->count ||
      !out->feature || !out->code)
    return ft_arena_fail(err, "a tree");
  out->trial_set = out->set + out->words;
  return FT_OK;
}

static bool in_set(const uint32_t *set, uint32_t code) {
  return set[code / SET_BITS] >> (code % SET_BITS) & 1;
}

static void gather_targets(struct ft_extra_splitter *s, const struct ft_extra_node *node) {
  /* Gathered once a node: each draw then reads them in a row. */
  if (s->data->number)
    for (uint32_t i = 0; i < node->rows; i++)
      s->number[i] = s->data->number[node->row[i]];
  else
    for (uint32_t i = 0; i < node->rows; i++)
      s->label[i] = s->data->label[node->row[i]];
}

/* What a gathered column spans. */
struct span {
  float min, max; /* of what is not missing; least > most when all is */
  bool missing;   /* some are */
};

static struct span gather(struct ft_extra_splitter *s, const struct ft_extra_node *node,
                          uint32_t feature) {
  const float *column = ft_features_column(s->data->features, feature);
  struct span span = { INFINITY, -INFINITY, false };
  for (uint32_t i = 0; i < node->rows; i++) {
    float value = column[node->row[i]];
    s->value[i] = value;
    /* Comparisons with NaN are false: a missing value leaves the span as it is. */
    span.min = value < span.min ? value : span.min;
    span.max = value > span.max ? value : span.max;
    span.missing |= value != value;
  }
  return span;
}

/* A threshold above the smallest value and not above the largest, so that neither side is empty. */
static float draw_threshold(const struct span *span, bool whole, struct ft_random *random) {
  assert(span->min < span->max);
  double min = fmax(span->min, -FLT_MAX), max = fmin(span->max, FLT_MAX);
  double drawn = min + ft_random_unit(random) * (max - min);
  /* Whole numbers are cut at halves: the same splits, and no threshold is a value. */
  if (whole) return (float)(floor(drawn) + 0.5);
  float threshold = (float)drawn;
  /* Rounding to float32 may reach the ends. */
  if (threshold <= (float)min) return nextafterf((float)min, INFINITY);
  return threshold <= (float)max ? threshold : (float)max;
}

static void take_sides(struct ft_extra_splitter *s, const struct ft_extra_split *split,
                       uint32_t rows) {
  if (split->is_set) {
    for (uint32_t i = 0; i < rows; i++) {
      float value = s->value[i];
      s->side[i] = (uint8_t)(value != value                          ? MISSING
                             : in_set(s->trial_set, (uint32_t)value) ? RIGHT
                                                                     : LEFT);
    }
    return;
  }
  float threshold = split->threshold;
  for (uint32_t i = 0; i < rows; i++) {
    float value = s->value[i];
    /* Without a branch: RIGHT is 1, and MISSING 2, where the comparison is false. */
    s->side[i] = (uint8_t)((value >= threshold) + 2 * (value != value));
  }
}

static void sum_classes(struct sides *out, const struct ft_extra_splitter *s, uint32_t rows) {
  uint32_t classes = s->data->classes;
  memset(s->count, 0, SIDES * (size_t)classes * sizeof *s->count);
  for (uint32_t i = 0; i < rows; i++)
    s->count[s->side[i] * classes + s->label[i]]++;
  for (uint32_t side = 0; side < SIDES; side++)
    for (uint32_t c = 0; c < classes; c++)
      out->rows[side] += s->count[side * classes + c];
  out->count = s->count;
}

static void sum_numbers(struct sides *out, const struct ft_extra_splitter *s, uint32_t rows) {
  uint32_t right = 0, missing = 0;
  int64_t sum = 0, sum_right = 0, sum_missing = 0;
  for (uint32_t i = 0; i < rows; i++) {
    int64_t is_right = s->side[i] == RIGHT, is_missing = s->side[i] == MISSING;
    right += (uint32_t)is_right;
    missing += (uint32_t)is_missing;
    sum += s->number[i];
    /* A mask of all ones or none: no branch that chance would make slow. */
    sum_right += s->number[i] & -is_right;
    sum_missing += s->number[i] & -is_missing;
  }
  *out = (struct sides){ .rows = { rows - right - missing, right, missing },
                         .sum = { sum - sum_right - sum_missing, sum_right, sum_missing } };
}

/* A side's part of the score, with the missing or without them. */
static double score_side(const struct sides *sides, enum side side, bool missing,
                         uint32_t classes) {
  double rows = (double)sides->rows[side] + (missing ? sides->rows[MISSING] : 0), squares = 0;
  if (rows == 0) return 0;
  /* sum² / rows is what the squared error falls by when the side's mean is predicted instead of
   * 0. */
  if (!sides->count) {
    double sum = (double)(sides->sum[side] + (missing ? sides->sum[MISSING] : 0));
    return sum * sum / rows;
  }
  const uint32_t *own = sides->count + side * classes, *more = sides->count + MISSING * classes;
  /* The same of indicators: rows × sum of squared shares, which is Gini's purity times the rows. */
  for (uint32_t c = 0; c < classes; c++) {
    double count = (double)own[c] + (missing ? more[c] : 0);
    squares += count * count;
  }
  return squares / rows;
}

/* The score with the missing on one side; negative when a side has too few rows. */
static double score_of(const struct ft_extra_splitter *s, const struct sides *sides,
                       bool missing_left) {
  uint32_t missing = sides->rows[MISSING];
  uint32_t left = sides->rows[LEFT] + (missing_left ? missing : 0);
  uint32_t right = sides->rows[RIGHT] + (missing_left ? 0 : missing);
  if (left < s->options.min_rows || right < s->options.min_rows) return -1;
  return score_side(sides, LEFT, missing_left && missing, s->data->classes) +
         score_side(sides, RIGHT, !missing_left && missing, s->data->classes);
}

/* The split is the best so far, if it is. */
static void judge(struct ft_extra_split *best, struct ft_extra_splitter *s,
                  struct ft_extra_split *trial, uint32_t rows) {
  struct sides sides = { 0 };
  take_sides(s, trial, rows);
  if (s->data->number)
    sum_numbers(&sides, s, rows);
  else
    sum_classes(&sides, s, rows);
  /* Where the node has no missing values, a later one goes the way of most rows. */
  trial->missing_left = sides.rows[LEFT] >= sides.rows[RIGHT];
  trial->score = score_of(s, &sides, trial->missing_left);
  /* Both ways are scored, as XGBoost learns its default direction. */
  if (sides.rows[MISSING] > 0) {
    double other = score_of(s, &sides, !trial->missing_left);
    trial->missing_left ^= other > trial->score;
    trial->score = fmax(trial->score, other);
  }
  if (trial->score <= best->score) return;
  *best = *trial;
  if (trial->is_set) memcpy(s->set, s->trial_set, s->words * sizeof *s->set);
}

static int compare_codes(const void *a, const void *b) {
  const struct ft_extra_code *one = a, *other = b;
  double mean = (double)one->sum / one->rows, other_mean = (double)other->sum / other->rows;
  if (mean != other_mean) return mean < other_mean ? -1 : 1;
  return (one->code > other->code) - (one->code < other->code);
}

/* The node's codes, ordered; how many. */
static uint32_t order_codes(struct ft_extra_splitter *s, uint32_t rows, uint32_t categories,
                            struct ft_random *random) {
  uint32_t codes = 0;
  /* Several classes have no single order of codes: the class of a random row gives one, so
   * frequent classes more often. */
  uint32_t class = s->data->number ? 0 : s->label[ft_random_below(random, rows)];
  memset(s->code, 0, ((size_t)categories + 1) * sizeof *s->code);
  for (uint32_t i = 0; i < rows; i++) {
    if (s->value[i] != s->value[i]) continue;
    struct ft_extra_code *code = &s->code[(uint32_t)s->value[i]];
    code->rows++;
    code->sum += s->data->number ? s->number[i] : s->label[i] == class;
  }
  /* Closed up in place: the write never passes the read. */
  for (uint32_t c = 0; c <= categories; c++) {
    if (s->code[c].rows == 0) continue;
    s->code[codes] = s->code[c];
    s->code[codes++].code = c;
  }
  qsort(s->code, codes, sizeof *s->code, compare_codes);
  return codes;
}

/* The codes from a place in their order on go right, or those before it: the fewer rows do, so that codes
 * which the node does not have go left with the most rows. Of two classes and of numbers the best split
 * into two sets is a cut of this order (Breiman and others, 1984, theorem 4.5; Fisher, 1958). */
static void draw_set(struct ft_extra_splitter *s, uint32_t codes, struct ft_random *random) {
  assert(codes > 1);
  uint32_t cut = 1 + (uint32_t)ft_random_below(random, codes - 1);
  uint64_t before = 0, behind = 0;
  for (uint32_t c = 0; c < codes; c++)
    *(c < cut ? &before : &behind) += s->code[c].rows;
  uint32_t first = before < behind ? 0 : cut, end = before < behind ? cut : codes;
  memset(s->trial_set, 0, s->words * sizeof *s->trial_set);
  for (uint32_t c = first; c < end; c++)
    s->trial_set[s->code[c].code / SET_BITS] |= UINT32_C(1) << (s->code[c].code % SET_BITS);
}

/* False when the feature cannot split the node: it is the same in all rows. */
static bool try_feature(struct ft_extra_split *best, struct ft_extra_splitter *s,
                        const struct ft_extra_node *node, uint32_t feature,
                        struct ft_random *random) {
  struct span span = gather(s, node, feature);
  struct ft_extra_split trial = { .feature = feature, .threshold = INFINITY };
  /* One value only: all that can be split is the missing rows from the others, by a threshold
   * that every number is below. */
  if (span.min >= span.max) {
    if (!span.missing || span.min > span.max) return false;
    judge(best, s, &trial, node->rows);
    return true;
  }
  uint32_t categories = s->data->features->categories[feature];
  trial.is_set = categories > 0;
  uint32_t codes = trial.is_set ? order_codes(s, node->rows, categories, random) : 0;
  for (uint32_t draw = 0; draw < s->options.draws; draw++) {
    if (trial.is_set)
      draw_set(s, codes, random);
    else
      trial.threshold = draw_threshold(&span, s->data->whole[feature], random);
    judge(best, s, &trial, node->rows);
  }
  return true;
}

bool ft_extra_split_find(struct ft_extra_split *out, struct ft_extra_splitter *splitter,
                         const struct ft_extra_node *node, struct ft_random *random) {
  uint32_t features = splitter->data->features->features, tried = 0;
  bool all = splitter->options.features >= features;
  *out = (struct ft_extra_split){ .score = -1 };
  gather_targets(splitter, node);
  for (uint32_t f = 0; f < features; f++)
    splitter->feature[f] = f;
  /* A shuffle that is done as far as it is needed: constant features are passed over and do not
   * count as tried. */
  for (uint32_t f = 0; f < features && tried < splitter->options.features; f++) {
    uint32_t other = all ? f : f + (uint32_t)ft_random_below(random, features - f);
    uint32_t feature = splitter->feature[other];
    splitter->feature[other] = splitter->feature[f];
    tried += try_feature(out, splitter, node, feature, random);
  }
  return out->score >= 0;
}

uint32_t ft_extra_split_side(const struct ft_extra_splitter *splitter,
                             const struct ft_extra_split *split, uint32_t row) {
  float value = ft_features_column(splitter->data->features, split->feature)[row];
  if (value != value) return split->missing_left ? LEFT : RIGHT;
  if (split->is_set) return in_set(splitter->set, (uint32_t)value) ? RIGHT : LEFT;
  return value < split->threshold ? LEFT : RIGHT;
}
