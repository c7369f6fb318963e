/* CatBoost's splits made ours: thresholds of numbers and statistics, sets of one category each. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "core/import/catboost/catboost.h"

#define WORD_BITS 32 /* of a word of a set */

struct making {
  struct ft_catboost_decisions *out;
  struct ft_arena *arena;
  struct ft_model *model;
  const struct ft_catboost *from;
  struct ft_encoder *encoder; /* of the inputs */
  uint32_t *statistic;        /* one a statistic: its feature */
};

static int compare_values(const void *left, const void *right) {
  const struct ft_hash128 *a = left, *b = right;
  return ft_hash128_compare(*a, *b);
}

/* Each once, in order. */
static enum ft_status sort_values(struct ft_encoder *encoder, struct ft_hash128 *value,
                                  uint32_t count, struct ft_error *err) {
  uint32_t used = 0;
  if (count) qsort(value, count, sizeof *value, compare_values);
  for (uint32_t i = 0; i < count; i++)
    if (i == 0 || value[i].word[0] != value[i - 1].word[0]) value[used++] = value[i];
  if (used > FT_MODEL_MAX_CATEGORIES)
    return ft_fail(err, FT_LIMIT,
                   "the model tells %" PRIu32
                   " categories of one input apart, and at most %d can be",
                   used, FT_MODEL_MAX_CATEGORIES);
  encoder->category = value;
  encoder->categories = used;
  return FT_OK;
}

/* The hashes that splits ask for are an encoder's categories: those of category i from place
 * begin[i] of `value` on. */
static enum ft_status list_values(struct making *making, struct ft_error *err) {
  const struct ft_catboost *from = making->from;
  uint32_t *begin = FT_ARENA_NEW(making->arena, uint32_t, (size_t)from->categories + 2);
  struct ft_hash128 *value = FT_ARENA_NEW(making->arena, struct ft_hash128, from->splits);
  if (!begin || !value) return ft_arena_fail(err, "the model's categories");
  for (uint32_t i = 0; i < from->splits; i++)
    if (from->split[i].kind == FT_CATBOOST_EQUAL) begin[from->split[i].of + 2]++;
  for (uint32_t i = 2; i < from->categories + 2; i++)
    begin[i] += begin[i - 1];
  for (uint32_t i = 0; i < from->splits; i++)
    if (from->split[i].kind == FT_CATBOOST_EQUAL)
      value[begin[from->split[i].of + 1]++].word[0] = from->split[i].value;
  for (uint32_t i = 0; i < from->categories; i++)
    FT_TRY(sort_values(&making->encoder[from->category[i].column], value + begin[i],
                       begin[i + 1] - begin[i], err));
  return FT_OK;
}

static enum ft_status list_all(struct making *making, struct ft_error *err) {
  making->encoder = FT_ARENA_NEW(making->arena, struct ft_encoder, making->model->features);
  if (!making->encoder) return ft_arena_fail(err, "the model's categories");
  for (uint32_t i = 0; i < making->model->features; i++)
    making->encoder[i] = making->model->encoder[i];
  FT_TRY(list_values(making, err));
  making->model->encoder = making->encoder;
  return FT_OK;
}

static const struct ft_encoder *encoder_of(const struct making *making,
                                           const struct ft_catboost_split *split) {
  return &making->model->encoder[making->from->category[split->of].column];
}

/* Our code of a value is its place in the encoder's list, from 1. */
static uint32_t code_of(const struct making *making, const struct ft_catboost_split *split) {
  const struct ft_encoder *encoder = encoder_of(making, split);
  uint32_t low = 0, high = encoder->categories;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (encoder->category[middle].word[0] < split->value)
      low = middle + 1;
    else
      high = middle;
  }
  return low + 1;
}

static uint32_t words_of(const struct making *making, const struct ft_catboost_split *split) {
  return split->kind == FT_CATBOOST_EQUAL ? code_of(making, split) / WORD_BITS + 1 : 0;
}

/* Rows with the value go to the right; a missing one is no value. */
static void decide_equal(struct making *making, struct ft_node *out,
                         const struct ft_catboost_split *split) {
  const uint32_t code = code_of(making, split);
  *out = (struct ft_node){ .feature = making->from->category[split->of].column,
                           .set = making->out->words,
                           .set_words = words_of(making, split),
                           .missing_left = 1 };
  making->out->word[out->set + code / WORD_BITS] |= UINT32_C(1) << code % WORD_BITS;
  making->out->words += out->set_words;
}

/* CatBoost's x > border is our not x < the next number. A statistic that is no number is not more. */
static enum ft_status decide_above(struct making *making, struct ft_node *out,
                                   const struct ft_catboost_split *split, struct ft_error *err) {
  const struct ft_catboost *from = making->from;
  const bool number = split->kind == FT_CATBOOST_ABOVE;
  if (!isfinite(split->border)) return ft_catboost_fail(err, "a border that is no finite number");
  *out = (struct ft_node){ .feature = number ? from->number[split->of].column
                                             : making->statistic[split->of],
                           .threshold = nextafterf(split->border, INFINITY),
                           .set = FT_NODE_NO_SET,
                           .missing_left = number ? !from->number[split->of].missing_right : 1 };
  return FT_OK;
}

static enum ft_status decide_all(struct making *making, struct ft_error *err) {
  const struct ft_catboost *from = making->from;
  struct ft_catboost_decisions *out = making->out;
  uint64_t words = 0;
  for (uint32_t i = 0; i < from->splits; i++)
    words += words_of(making, &from->split[i]);
  if (words > UINT32_MAX / 2) return ft_fail(err, FT_LIMIT, "the model has too many categories");
  out->node = FT_ARENA_NEW(making->arena, struct ft_node, from->splits);
  out->word = FT_ARENA_NEW(making->arena, uint32_t, words);
  if (!out->node || !out->word) return ft_arena_fail(err, "the model's trees");
  for (uint32_t i = 0; i < from->splits; i++)
    if (from->split[i].kind == FT_CATBOOST_EQUAL)
      decide_equal(making, &out->node[i], &from->split[i]);
    else
      FT_TRY(decide_above(making, &out->node[i], &from->split[i], err));
  return FT_OK;
}

enum ft_status ft_catboost_decisions_make(struct ft_catboost_decisions *out, struct ft_model *model,
                                          struct ft_arena *arena, const struct ft_catboost *from,
                                          struct ft_error *err) {
  struct ft_catboost_decisions decisions = { .words = 0 };
  struct making making = { .out = &decisions, .arena = arena, .model = model, .from = from };
  making.statistic = FT_ARENA_NEW(arena, uint32_t, from->statistics);
  if (!making.statistic) return ft_arena_fail(err, "the model's categories");
  FT_TRY(list_all(&making, err));
  FT_TRY(ft_catboost_statistics_make(model, making.statistic, arena, from, err));
  FT_TRY(decide_all(&making, err));
  *out = decisions;
  return FT_OK;
}
