/* The statistics of categories in cbm: TCtrFeature in the model's core, and behind it the part
 * "static_provider_v1", which is a count of tables TCtrValueTable, each with its size. */
#include <math.h>
#include <string.h>

#include "core/import/catboost/catboost_binary.h"

/* The numbers of the fields in the schema. */
enum combination_field { COMBINATION_CATEGORIES, COMBINATION_NUMBERS, COMBINATION_EQUALS };
enum base_field { BASE_COMBINATION, BASE_KIND, BASE_CLASSIFIER };
enum ctr_field { CTR_BASE, CTR_BORDER, CTR_PRIOR, CTR_PRIOR_ALL, CTR_SHIFT, CTR_SCALE };
enum feature_field { FEATURE_CTR };
enum table_field { TABLE_BASE, TABLE_INDEX, TABLE_BLOB, TABLE_DENOMINATOR, TABLE_CLASSES };

#define TEST_BYTES   8  /* an index, and a border or a hash */
#define BUCKET_BYTES 12 /* a hash, and the place of its numbers */
#define NO_HASH      UINT64_MAX

struct reading {
  struct ft_catboost *out;
  struct ft_arena *arena;
  uint32_t tables;
  struct ft_catboost_table *table;
};

static enum ft_status fail(struct ft_error *err) {
  return ft_catboost_fail(err, "a statistic of categories");
}

uint64_t ft_catboost_take_size(struct ft_reader *reader) {
  const uint64_t size = ft_reader_u32(reader);
  return size == UINT32_MAX ? ft_reader_u64(reader) : size;
}

static bool read_tests(struct ft_catboost_split *out, const struct ft_catboost *from,
                       struct ft_flat_vector list, enum ft_catboost_split_kind kind) {
  for (uint32_t i = 0; i < list.count; i++) {
    const uint32_t index = ft_flat_u32_at(list, i, 0);
    const bool number = kind == FT_CATBOOST_ABOVE;
    out[i] = (struct ft_catboost_split){ .kind = kind };
    out[i].of = number ? ft_catboost_number_of(from, index) : ft_catboost_category_of(from, index);
    if (number)
      out[i].border = ft_flat_f32_at(list, i, 4);
    else
      out[i].value = ft_flat_u32_at(list, i, 4);
    if (out[i].of == FT_CATBOOST_NO_INDEX || !isfinite(out[i].border)) return false;
  }
  return true;
}

static enum ft_status read_combination(struct ft_catboost_combination *out, struct reading *reading,
                                       struct ft_flat_table from, struct ft_error *err) {
  struct ft_flat_vector categories = ft_flat_vector(from, COMBINATION_CATEGORIES, 4);
  struct ft_flat_vector numbers = ft_flat_vector(from, COMBINATION_NUMBERS, TEST_BYTES);
  struct ft_flat_vector equals = ft_flat_vector(from, COMBINATION_EQUALS, TEST_BYTES);
  if ((uint64_t)categories.count + numbers.count + equals.count > FT_MODEL_MAX_PARTS)
    return fail(err);
  uint32_t *category = FT_ARENA_NEW(reading->arena, uint32_t, categories.count);
  struct ft_catboost_split *test =
      FT_ARENA_NEW(reading->arena, struct ft_catboost_split, numbers.count + equals.count);
  if (!category || !test) return ft_arena_fail(err, "the model's categories");
  for (uint32_t i = 0; i < categories.count; i++) {
    category[i] = ft_catboost_category_of(reading->out, ft_flat_u32_at(categories, i, 0));
    if (category[i] == FT_CATBOOST_NO_INDEX) return fail(err);
  }
  if (!read_tests(test, reading->out, numbers, FT_CATBOOST_ABOVE) ||
      !read_tests(test + numbers.count, reading->out, equals, FT_CATBOOST_EQUAL))
    return fail(err);
  *out = (struct ft_catboost_combination){ .categories = categories.count,
                                           .category = category,
                                           .tests = numbers.count + equals.count,
                                           .test = test };
  return FT_OK;
}

static enum ft_status read_base(struct ft_catboost_table *out, struct reading *reading,
                                struct ft_flat_table from, struct ft_error *err) {
  const uint8_t kind = ft_flat_u8(from, BASE_KIND, 0);
  if (kind >= FT_CATBOOST_STATISTIC_KINDS) return fail(err);
  out->kind = (enum ft_catboost_statistic_kind)kind;
  out->classifier = (uint32_t)ft_flat_i32(from, BASE_CLASSIFIER, 0);
  return read_combination(&out->of, reading, ft_flat_table(from, BASE_COMBINATION), err);
}

static bool is_mean(const struct ft_catboost_table *table) {
  return table->kind == FT_CATBOOST_BINARIZED_MEAN || table->kind == FT_CATBOOST_FLOAT_MEAN;
}

/* Of a mean the first number is a float32. */
static double number_at(const struct ft_catboost_table *table, struct ft_flat_vector blob,
                        uint32_t place, uint32_t number) {
  if (is_mean(table) && number == 0) return ft_flat_f32_at(blob, place, 0);
  return (int32_t)ft_flat_u32_at(blob, place, 4 * number);
}

static enum ft_status read_entries(struct ft_catboost_table *out, struct reading *reading,
                                   struct ft_flat_vector index, struct ft_flat_vector blob,
                                   struct ft_error *err) {
  const uint32_t buckets = index.count / BUCKET_BYTES, items = blob.count / (4 * out->width);
  uint64_t *hash = FT_ARENA_NEW(reading->arena, uint64_t, items);
  double *number = FT_ARENA_NEW(reading->arena, double, (size_t)items * out->width);
  if (!hash || !number) return ft_arena_fail(err, "the model's categories");
  index.item_bytes = BUCKET_BYTES;
  blob.item_bytes = 4 * out->width;
  for (uint32_t i = 0; i < buckets; i++) {
    const uint64_t read = ft_flat_u64_at(index, i, 0);
    const uint32_t place = ft_flat_u32_at(index, i, 8);
    if (read == NO_HASH) continue;
    if (place >= items || out->entries == items) return fail(err);
    for (uint32_t n = 0; n < out->width; n++)
      number[(size_t)out->entries * out->width + n] = number_at(out, blob, place, n);
    hash[out->entries++] = read;
  }
  out->hash = hash;
  out->number = number;
  return FT_OK;
}

static enum ft_status read_table(struct ft_catboost_table *out, struct reading *reading,
                                 struct ft_span bytes, struct ft_error *err) {
  struct ft_flat flat = { .bytes = bytes };
  struct ft_flat_table root = ft_flat_root(&flat);
  const int32_t classes = ft_flat_i32(root, TABLE_CLASSES, 0);
  FT_TRY(read_base(out, reading, ft_flat_table(root, TABLE_BASE), err));
  const bool counter = out->kind == FT_CATBOOST_COUNTER || out->kind == FT_CATBOOST_FREQUENCY;
  if (!counter && !is_mean(out) && (classes < 2 || classes > FT_MODEL_MAX_LABELS)) return fail(err);
  out->width = counter ? 1 : is_mean(out) ? 2 : (uint32_t)classes;
  out->denominator = ft_flat_i32(root, TABLE_DENOMINATOR, 0);
  FT_TRY(read_entries(out, reading, ft_flat_vector(root, TABLE_INDEX, 1),
                      ft_flat_vector(root, TABLE_BLOB, 1), err));
  return flat.failed ? fail(err) : FT_OK;
}

static enum ft_status read_tables(struct reading *reading, struct ft_reader *parts,
                                  struct ft_error *err) {
  const uint64_t count = ft_catboost_take_size(parts);
  if (parts->failed || count > parts->left / 4) return fail(err);
  reading->table = FT_ARENA_NEW(reading->arena, struct ft_catboost_table, count);
  if (!reading->table) return ft_arena_fail(err, "the model's categories");
  for (; reading->tables < count; reading->tables++) {
    struct ft_span bytes = ft_reader_bytes(parts, ft_catboost_take_size(parts));
    if (parts->failed) return fail(err);
    FT_TRY(read_table(&reading->table[reading->tables], reading, bytes, err));
  }
  return FT_OK;
}

static const struct ft_catboost_table *find_table(const struct reading *reading,
                                                  const struct ft_catboost_table *wanted) {
  for (uint32_t i = 0; i < reading->tables; i++) {
    const struct ft_catboost_table *table = &reading->table[i];
    if (table->kind == wanted->kind && table->classifier == wanted->classifier &&
        ft_catboost_same_combination(&table->of, &wanted->of))
      return table;
  }
  return NULL;
}

static enum ft_status read_statistic(struct ft_catboost_statistic *out, struct reading *reading,
                                     struct ft_flat_table ctr, struct ft_error *err) {
  struct ft_catboost_table wanted = { .entries = 0 };
  FT_TRY(read_base(&wanted, reading, ft_flat_table(ctr, CTR_BASE), err));
  *out = (struct ft_catboost_statistic){
    .table = find_table(reading, &wanted),
    .border = (uint32_t)ft_flat_i32(ctr, CTR_BORDER, 0),
    .prior = ft_flat_f32(ctr, CTR_PRIOR, 0),
    .prior_all = ft_flat_f32(ctr, CTR_PRIOR_ALL, 1),
    .shift = ft_flat_f32(ctr, CTR_SHIFT, 0),
    .scale = ft_flat_f32(ctr, CTR_SCALE, 1),
  };
  if (!out->table || !isfinite(out->prior + out->prior_all) || !isfinite(out->shift * out->scale))
    return fail(err);
  return FT_OK;
}

enum ft_status ft_catboost_binary_statistics(struct ft_catboost *out, struct ft_arena *arena,
                                             struct ft_flat_vector list, struct ft_reader *parts,
                                             struct ft_error *err) {
  struct reading reading = { .out = out, .arena = arena };
  if (list.count == 0) return FT_OK;
  if (list.count > FT_MODEL_MAX_FEATURES) return fail(err);
  FT_TRY(read_tables(&reading, parts, err));
  out->statistic = FT_ARENA_NEW(arena, struct ft_catboost_statistic, list.count);
  if (!out->statistic) return ft_arena_fail(err, "the model's categories");
  for (; out->statistics < list.count; out->statistics++) {
    struct ft_flat_table feature = ft_flat_table_at(list, out->statistics);
    FT_TRY(read_statistic(&out->statistic[out->statistics], &reading,
                          ft_flat_table(feature, FEATURE_CTR), err));
  }
  return FT_OK;
}
