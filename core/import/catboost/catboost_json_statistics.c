/* The statistics of categories in CatBoost's JSON: "ctrs" of the features, and "ctr_data". */
#include <math.h>
#include <string.h>

#include "core/import/catboost/catboost.h"

#define NO_HASH UINT64_MAX /* an empty place of the writer's table */

static const char *const kinds[FT_CATBOOST_STATISTIC_KINDS] = {
  "Borders", "Buckets",     "BinarizedTargetMeanValue", "FloatTargetMeanValue",
  "Counter", "FeatureFreq",
};

struct reading {
  struct ft_catboost *out;
  struct ft_arena *arena;
  const struct ft_element *list;   /* ctrs */
  const struct ft_element *data;   /* ctr_data */
  struct ft_catboost_table *table; /* one a member of it; of width 0 until it is read */
};

static enum ft_status fail(struct ft_error *err) {
  return ft_catboost_fail(err, "a statistic of categories");
}

uint32_t ft_catboost_json_index(const struct ft_element *object, const char *name) {
  double value = ft_element_real(ft_element_get(object, name), NAN);
  return value >= 0 && value < 2147483648.0 ? (uint32_t)value : FT_CATBOOST_NO_INDEX;
}

bool ft_catboost_json_hash(uint32_t *out, double number) {
  if (!(number >= -2147483648.0 && number < 4294967296.0) || number != floor(number)) return false;
  *out = (uint32_t)(int64_t)number;
  return true;
}

static bool read_test(struct ft_catboost_split *out, const struct ft_catboost *from,
                      const struct ft_element *element, bool number) {
  if (number) {
    *out = (struct ft_catboost_split){
      .kind = FT_CATBOOST_ABOVE,
      .of = ft_catboost_number_of(from, ft_catboost_json_index(element, "float_feature_index")),
      .border = (float)ft_element_real(ft_element_get(element, "border"), NAN)
    };
    return out->of != FT_CATBOOST_NO_INDEX && isfinite(out->border);
  }
  *out = (struct ft_catboost_split){
    .kind = FT_CATBOOST_EQUAL,
    .of = ft_catboost_category_of(from, ft_catboost_json_index(element, "cat_feature_index"))
  };
  return out->of != FT_CATBOOST_NO_INDEX &&
         ft_catboost_json_hash(&out->value, ft_element_real(ft_element_get(element, "value"), NAN));
}

/* The elements of one kind: 0 categories, 1 tests of numbers, 2 tests of categories. */
static bool read_elements(struct ft_catboost_combination *out, uint32_t *category,
                          struct ft_catboost_split *test, const struct ft_catboost *from,
                          const struct ft_element *list, int kind) {
  static const char *const names[] = { "cat_feature_value", "float_feature",
                                       "cat_feature_exact_value" };
  for (size_t i = 0; i < ft_element_count(list); i++) {
    const struct ft_element *element = ft_element_item(list, i);
    struct ft_span is = ft_element_text(ft_element_get(element, "combination_element"));
    if (!ft_span_equal(is, ft_span_of(names[kind]))) continue;
    if (kind > 0 && !read_test(&test[out->tests++], from, element, kind == 1)) return false;
    if (kind > 0) continue;
    category[out->categories] =
        ft_catboost_category_of(from, ft_catboost_json_index(element, "cat_feature_index"));
    if (category[out->categories++] == FT_CATBOOST_NO_INDEX) return false;
  }
  return true;
}

static enum ft_status read_combination(struct ft_catboost_combination *out, struct reading *reading,
                                       const struct ft_element *list, struct ft_error *err) {
  const size_t count = ft_element_count(list);
  uint32_t *category = FT_ARENA_NEW(reading->arena, uint32_t, count);
  struct ft_catboost_split *test = FT_ARENA_NEW(reading->arena, struct ft_catboost_split, count);
  if (!category || !test) return ft_arena_fail(err, "the model's categories");
  *out = (struct ft_catboost_combination){ .category = category, .test = test };
  for (int kind = 0; kind < 3; kind++)
    if (!read_elements(out, category, test, reading->out, list, kind)) return fail(err);
  return out->categories + out->tests == count ? FT_OK : fail(err);
}

static bool read_kind(enum ft_catboost_statistic_kind *out, struct ft_span name) {
  for (int i = 0; i < FT_CATBOOST_STATISTIC_KINDS; i++)
    if (ft_span_equal(name, ft_span_of(kinds[i]))) {
      *out = (enum ft_catboost_statistic_kind)i;
      return true;
    }
  return false;
}

/* A number of 64 bits as text. */
static bool read_hash(uint64_t *out, struct ft_span text) {
  uint64_t value = 0;
  if (text.size == 0 || text.size > 20) return false;
  for (size_t i = 0; i < text.size; i++) {
    const uint8_t digit = (uint8_t)(text.data[i] - '0');
    if (digit > 9 || value > (UINT64_MAX - digit) / 10) return false;
    value = value * 10 + digit;
  }
  *out = value;
  return true;
}

/* [hash, number, …, hash, number, …]: a stride from hash to hash. */
static enum ft_status read_entries(struct ft_catboost_table *out, struct reading *reading,
                                   const struct ft_element *map, struct ft_error *err) {
  const size_t stride = (size_t)out->width + 1, entries = ft_element_count(map) / stride;
  uint64_t *hash = FT_ARENA_NEW(reading->arena, uint64_t, entries);
  double *number = FT_ARENA_NEW(reading->arena, double, entries * out->width);
  if (!hash || !number) return ft_arena_fail(err, "the model's categories");
  if (entries > UINT32_MAX / 2 || ft_element_count(map) % stride) return fail(err);
  for (size_t i = 0; i < entries; i++) {
    uint64_t read;
    if (!read_hash(&read, ft_element_text(ft_element_item(map, i * stride)))) return fail(err);
    if (read == NO_HASH) continue;
    for (uint32_t n = 0; n < out->width; n++)
      number[(size_t)out->entries * out->width + n] = ft_element_number(map, i * stride + 1 + n);
    hash[out->entries++] = read;
  }
  out->hash = hash;
  out->number = number;
  return FT_OK;
}

static enum ft_status read_table(struct ft_catboost_table *out, struct reading *reading,
                                 const struct ft_element *data, const struct ft_element *ctr,
                                 struct ft_error *err) {
  const uint32_t stride = ft_catboost_json_index(data, "hash_stride");
  if (stride < 2 || stride > FT_MODEL_MAX_LABELS) return fail(err);
  if (!read_kind(&out->kind, ft_element_text(ft_element_get(ctr, "ctr_type")))) return fail(err);
  out->width = stride - 1;
  out->denominator = ft_element_real(ft_element_get(data, "counter_denominator"), 0);
  FT_TRY(read_combination(&out->of, reading, ft_element_get(ctr, "elements"), err));
  return read_entries(out, reading, ft_element_get(data, "hash_map"), err);
}

static enum ft_status find_table(const struct ft_catboost_table **out, struct reading *reading,
                                 const struct ft_element *ctr, struct ft_error *err) {
  struct ft_span name = ft_element_text(ft_element_get(ctr, "identifier"));
  for (size_t i = 0; i < reading->data->count; i++) {
    const struct ft_object_member *member = &reading->data->of.member[i];
    if (!ft_span_equal(member->name, name)) continue;
    struct ft_catboost_table *table = &reading->table[i];
    if (table->width == 0) FT_TRY(read_table(table, reading, &member->value, ctr, err));
    *out = table;
    return FT_OK;
  }
  return fail(err);
}

static enum ft_status read_statistic(struct ft_catboost_statistic *out, struct reading *reading,
                                     const struct ft_element *ctr, struct ft_error *err) {
  FT_TRY(find_table(&out->table, reading, ctr, err));
  out->border = ft_catboost_json_index(ctr, "target_border_idx");
  out->prior = (float)ft_element_real(ft_element_get(ctr, "prior_numerator"), NAN);
  out->prior_all = (float)ft_element_real(ft_element_get(ctr, "prior_denomerator"), NAN);
  out->shift = (float)ft_element_real(ft_element_get(ctr, "shift"), NAN);
  out->scale = (float)ft_element_real(ft_element_get(ctr, "scale"), NAN);
  if (!isfinite(out->prior + out->prior_all) || !isfinite(out->shift * out->scale))
    return fail(err);
  return FT_OK;
}

enum ft_status ft_catboost_json_statistics(struct ft_catboost *out, struct ft_arena *arena,
                                           const struct ft_element *document,
                                           struct ft_error *err) {
  struct reading reading = { .out = out,
                             .arena = arena,
                             .list = ft_element_find(document, "features_info.ctrs"),
                             .data = ft_element_get(document, "ctr_data") };
  const size_t count = ft_element_count(reading.list);
  if (count == 0) return FT_OK;
  if (count > FT_MODEL_MAX_FEATURES || !reading.data || reading.data->kind != FT_ELEMENT_OBJECT)
    return fail(err);
  out->statistic = FT_ARENA_NEW(arena, struct ft_catboost_statistic, count);
  reading.table = FT_ARENA_NEW(arena, struct ft_catboost_table, reading.data->count);
  if (!out->statistic || !reading.table) return ft_arena_fail(err, "the model's categories");
  for (; out->statistics < count; out->statistics++)
    FT_TRY(read_statistic(&out->statistic[out->statistics], &reading,
                          ft_element_item(reading.list, out->statistics), err));
  return FT_OK;
}
