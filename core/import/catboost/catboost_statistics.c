/* CatBoost's statistics of categories (CTRs) made ours: those of one combination share a list of keys.
 *
 * Numbers  float32, operation by operation as CatBoost has them, so that a value equals its own. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/import/catboost/catboost.h"

#define NO_ENTRY UINT32_MAX

/* A table's entries in the order of their hashes. */
struct entry {
  uint64_t hash;
  uint32_t place;
};

struct making {
  struct ft_arena *arena;
  const struct ft_catboost *from;
  uint32_t *feature;
  uint32_t first;              /* feature of statistic 0's encoder */
  struct ft_encoder *encoder;  /* of all features */
  uint32_t made;               /* encoders of statistics */
  const struct entry **sorted; /* one a statistic: its table's; NULL: not sorted yet */
};

bool ft_catboost_same_combination(const struct ft_catboost_combination *a,
                                  const struct ft_catboost_combination *b) {
  if (a->categories != b->categories || a->tests != b->tests) return false;
  for (uint32_t i = 0; i < a->categories; i++)
    if (a->category[i] != b->category[i]) return false;
  for (uint32_t i = 0; i < a->tests; i++) {
    const struct ft_catboost_split *x = &a->test[i], *y = &b->test[i];
    if (x->kind != y->kind || x->of != y->of || x->border != y->border || x->value != y->value)
      return false;
  }
  return true;
}

uint32_t ft_catboost_number_of(const struct ft_catboost *from, uint32_t index) {
  for (uint32_t i = 0; i < from->numbers; i++)
    if (from->number[i].index == index) return i;
  return FT_CATBOOST_NO_INDEX;
}

uint32_t ft_catboost_category_of(const struct ft_catboost *from, uint32_t index) {
  for (uint32_t i = 0; i < from->categories; i++)
    if (from->category[i].index == index) return i;
  return FT_CATBOOST_NO_INDEX;
}

static int compare_entries(const void *left, const void *right) {
  const struct entry *a = left, *b = right;
  return (a->hash > b->hash) - (a->hash < b->hash);
}

static int compare_keys(const void *left, const void *right) {
  const uint64_t *a = left, *b = right;
  return (*a > *b) - (*a < *b);
}

/* Once a table, however many statistics it serves. */
static enum ft_status sort_table(struct making *making, uint32_t index, struct ft_error *err) {
  const struct ft_catboost_table *table = making->from->statistic[index].table;
  for (uint32_t i = 0; i < index; i++)
    if (making->from->statistic[i].table == table) {
      making->sorted[index] = making->sorted[i];
      return FT_OK;
    }
  struct entry *entry = FT_ARENA_NEW(making->arena, struct entry, table->entries);
  if (!entry) return ft_arena_fail(err, "the model's categories");
  for (uint32_t i = 0; i < table->entries; i++)
    entry[i] = (struct entry){ table->hash[i], i };
  qsort(entry, table->entries, sizeof *entry, compare_entries);
  for (uint32_t i = 1; i < table->entries; i++)
    if (entry[i - 1].hash == entry[i].hash) return ft_catboost_fail(err, "a category twice");
  making->sorted[index] = entry;
  return FT_OK;
}

static uint32_t find_entry(const struct entry *entry, uint32_t entries, uint64_t hash) {
  uint32_t low = 0, high = entries;
  while (low < high) {
    const uint32_t middle = low + (high - low) / 2;
    if (entry[middle].hash == hash) return entry[middle].place;
    if (entry[middle].hash < hash)
      low = middle + 1;
    else
      high = middle;
  }
  return NO_ENTRY;
}

static float value_of_counts(const struct ft_catboost_statistic *statistic, double counted,
                             double all) {
  const float share = ((float)counted + statistic->prior) / ((float)all + statistic->prior_all);
  return (share + statistic->shift) * statistic->scale;
}

/* Counts are integers until they are added. */
static double sum_of(const double *number, uint32_t first, uint32_t end) {
  double sum = 0;
  for (uint32_t i = first; i < end; i++)
    sum += number[i];
  return sum;
}

/* `number` NULL: a combination that was never seen. */
static float value_of(const struct ft_catboost_statistic *statistic, const double *number) {
  const struct ft_catboost_table *table = statistic->table;
  const uint32_t width = table->width, border = statistic->border;
  switch (table->kind) {
  case FT_CATBOOST_BORDERS:
    if (!number) return value_of_counts(statistic, 0, 0);
    return value_of_counts(statistic, sum_of(number, width > 2 ? border + 1 : 1, width),
                           sum_of(number, 0, width));
  case FT_CATBOOST_BUCKETS:
    if (!number) return value_of_counts(statistic, 0, 0);
    return value_of_counts(statistic, number[border], sum_of(number, 0, width));
  case FT_CATBOOST_COUNTER:
  case FT_CATBOOST_FREQUENCY:
    return value_of_counts(statistic, number ? number[0] : 0, table->denominator);
  default: /* means */
    return number ? value_of_counts(statistic, number[0], number[1])
                  : value_of_counts(statistic, 0, 0);
  }
}

/* What the kinds of tables must have. */
static enum ft_status check_statistic(const struct ft_catboost_statistic *statistic,
                                      struct ft_error *err) {
  const struct ft_catboost_table *table = statistic->table;
  const bool mean =
      table->kind == FT_CATBOOST_BINARIZED_MEAN || table->kind == FT_CATBOOST_FLOAT_MEAN;
  const bool counter = table->kind == FT_CATBOOST_COUNTER || table->kind == FT_CATBOOST_FREQUENCY;
  const uint32_t borders = table->kind == FT_CATBOOST_BORDERS ? table->width - 1 : table->width;
  if (counter ? table->width != 1 : mean ? table->width != 2 : table->width < 2)
    return ft_catboost_fail(err, "a statistic's count of classes");
  if (!mean && !counter && statistic->border >= borders)
    return ft_catboost_fail(err, "a statistic's border of the target");
  if (table->of.categories == 0) return ft_catboost_fail(err, "a statistic of no category");
  if (table->of.categories + table->of.tests > FT_MODEL_MAX_PARTS)
    return ft_fail(err, FT_LIMIT, "a statistic combines %" PRIu32 " parts, and at most %d can be",
                   table->of.categories + table->of.tests, FT_MODEL_MAX_PARTS);
  for (size_t i = 0; i < (size_t)table->entries * table->width; i++)
    if (!isfinite(table->number[i])) return ft_catboost_fail(err, "a statistic's counts");
  return FT_OK;
}

static enum ft_status make_parts(struct ft_statistic *out, const struct making *making,
                                 const struct ft_catboost_combination *of, struct ft_error *err) {
  const struct ft_catboost *from = making->from;
  out->parts = of->categories + of->tests;
  struct ft_combination_part *part =
      FT_ARENA_NEW(making->arena, struct ft_combination_part, out->parts);
  if (!part) return ft_arena_fail(err, "the model's categories");
  for (uint32_t i = 0; i < of->categories; i++)
    part[i].field = from->category[of->category[i]].column;
  for (uint32_t i = 0; i < of->tests; i++) {
    const struct ft_catboost_split *test = &of->test[i];
    struct ft_combination_part *to = &part[of->categories + i];
    if (test->kind == FT_CATBOOST_EQUAL)
      *to = (struct ft_combination_part){ .kind = FT_COMBINE_EQUAL,
                                          .field = from->category[test->of].column,
                                          .hash = test->value };
    else
      *to = (struct ft_combination_part){ .kind = FT_COMBINE_ABOVE,
                                          .field = from->number[test->of].column,
                                          .border = test->border,
                                          .missing_above = from->number[test->of].missing_right };
  }
  out->part = part;
  return FT_OK;
}

/* Those of the combination of statistic `index`; the first of all of the same. */
static uint32_t next_alike(const struct making *making, uint32_t index, uint32_t after) {
  const struct ft_catboost *from = making->from;
  for (uint32_t i = after; i < from->statistics; i++)
    if (ft_catboost_same_combination(&from->statistic[i].table->of,
                                     &from->statistic[index].table->of))
      return i;
  return from->statistics;
}

static enum ft_status gather_keys(struct ft_statistic *out, struct making *making, uint32_t index,
                                  struct ft_error *err) {
  const struct ft_catboost *from = making->from;
  const struct ft_catboost_table *last = NULL;
  uint64_t keys = 0;
  for (uint32_t i = index; i < from->statistics; i = next_alike(making, index, i + 1))
    keys += from->statistic[i].table->entries;
  if (keys > UINT32_MAX / 8) return ft_fail(err, FT_LIMIT, "the model has too many categories");
  uint64_t *key = FT_ARENA_NEW(making->arena, uint64_t, keys);
  if (!key) return ft_arena_fail(err, "the model's categories");
  keys = 0;
  for (uint32_t i = index; i < from->statistics; i = next_alike(making, index, i + 1)) {
    const struct ft_catboost_table *table = from->statistic[i].table;
    if (table != last && table->entries)
      memcpy(key + keys, table->hash, table->entries * sizeof *key);
    keys += table != last ? table->entries : 0;
    last = table;
  }
  if (keys) qsort(key, keys, sizeof *key, compare_keys);
  out->keys = 0;
  for (uint64_t i = 0; i < keys; i++)
    if (i == 0 || key[i] != key[i - 1]) key[out->keys++] = key[i];
  out->key = key;
  return FT_OK;
}

static void fill_column(float *value, float *otherwise, const struct making *making,
                        const struct ft_statistic *is, uint32_t index) {
  const struct ft_catboost_statistic *statistic = &making->from->statistic[index];
  const struct ft_catboost_table *table = statistic->table;
  *otherwise = value_of(statistic, NULL);
  for (uint32_t k = 0; k < is->keys; k++) {
    const uint32_t entry = find_entry(making->sorted[index], table->entries, is->key[k]);
    value[(size_t)k * is->columns] = value_of(
        statistic, entry == NO_ENTRY ? NULL : table->number + (size_t)entry * table->width);
  }
}

static enum ft_status make_values(struct ft_statistic *out, struct making *making, uint32_t index,
                                  struct ft_error *err) {
  for (uint32_t i = index; i < making->from->statistics; i = next_alike(making, index, i + 1))
    out->columns++;
  float *value = FT_ARENA_NEW(making->arena, float, (size_t)out->keys * out->columns);
  float *otherwise = FT_ARENA_NEW(making->arena, float, out->columns);
  if (!value || !otherwise) return ft_arena_fail(err, "the model's categories");
  uint32_t column = 0;
  for (uint32_t i = index; i < making->from->statistics; i = next_alike(making, index, i + 1)) {
    fill_column(value + column, otherwise + column, making, out, i);
    making->feature[i] = making->first + making->made;
    making->encoder[making->first + making->made++] =
        (struct ft_encoder){ .kind = FT_ENCODE_STATISTIC,
                             .field = out->part[0].field,
                             .statistic = column == 0 ? out : NULL };
    column++;
  }
  out->value = value;
  out->otherwise = otherwise;
  return FT_OK;
}

static enum ft_status make_combination(struct making *making, uint32_t index,
                                       struct ft_error *err) {
  struct ft_statistic *statistic = FT_ARENA_NEW(making->arena, struct ft_statistic, 1);
  if (!statistic) return ft_arena_fail(err, "the model's categories");
  FT_TRY(make_parts(statistic, making, &making->from->statistic[index].table->of, err));
  FT_TRY(gather_keys(statistic, making, index, err));
  return make_values(statistic, making, index, err);
}

static enum ft_status make_all(struct making *making, struct ft_error *err) {
  const struct ft_catboost *from = making->from;
  for (uint32_t i = 0; i < from->statistics; i++) {
    FT_TRY(check_statistic(&from->statistic[i], err));
    FT_TRY(sort_table(making, i, err));
  }
  for (uint32_t i = 0; i < from->statistics; i++)
    if (next_alike(making, i, 0) == i) FT_TRY(make_combination(making, i, err));
  return FT_OK;
}

enum ft_status ft_catboost_statistics_make(struct ft_model *model, uint32_t *feature,
                                           struct ft_arena *arena, const struct ft_catboost *from,
                                           struct ft_error *err) {
  struct making making = { .arena = arena,
                           .from = from,
                           .feature = feature,
                           .first = model->features };
  const uint64_t features = (uint64_t)model->features + from->statistics;
  if (features > FT_MODEL_MAX_FEATURES)
    return ft_fail(err, FT_LIMIT, "the model has too many statistics of categories");
  making.encoder = FT_ARENA_NEW(arena, struct ft_encoder, features);
  making.sorted = FT_ARENA_NEW(arena, const struct entry *, from->statistics);
  if (!making.encoder || !making.sorted) return ft_arena_fail(err, "the model's categories");
  if (model->features)
    memcpy(making.encoder, model->encoder, model->features * sizeof *making.encoder);
  FT_TRY(make_all(&making, err));
  model->encoder = making.encoder;
  model->features = (uint32_t)features;
  return FT_OK;
}
