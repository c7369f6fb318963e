/* CatBoost's models: what is read of them, what is refused, and in which words. That predictions are
 * the library's is shown by test/program/test_import. */
#include "core/import/catboost/catboost.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/import/import.h"

static struct ft_arena arena;
static struct ft_import import;
static struct ft_error err;

static int open_arena(void **state) {
  (void)state;
  ft_arena_init(&arena, (size_t)1 << 28);
  memset(&err, 0, sizeof err);
  return 0;
}

static int close_arena(void **state) {
  (void)state;
  ft_arena_release(&arena);
  return 0;
}

/* Read with fields of these types, one letter each: d double, i integer, t text, b boolean. */
static enum ft_status read_as(struct ft_span bytes, const char *types, char result) {
  static const char letters[] = "ditb";
  static const enum ft_type meant[] = { FT_FLOAT64, FT_INT32, FT_TEXT, FT_BOOL };
  static struct ft_field field[16];
  static struct ft_import_request request;
  request.fields = (uint32_t)strlen(types);
  for (uint32_t i = 0; i < request.fields; i++)
    field[i] = (struct ft_field){ "x", meant[strchr(letters, types[i]) - letters], 0, 0 };
  request.field = field;
  request.target =
      (struct ft_field){ "prediction", meant[strchr(letters, result) - letters], 0, 0 };
  return ft_import_read(&import, &arena, &request, bytes, &err);
}

static void assert_says(const char *words) {
  if (!strstr(err.message, words) && !strstr(err.hint, words))
    fail_msg("\"%s\" (%s) does not say \"%s\"", err.message, err.hint, words);
}

/* A model of two numbers and one tree, whose parts may be replaced. */
struct parts {
  const char *loss, *classes, *splits, *values, *borders, *index, *missing, *scale, *more, *trees;
};
#define PARTS                                                                                 \
  ((struct parts){ .loss = "RMSE",                                                            \
                   .classes = "{}",                                                           \
                   .splits = "[{\"split_index\":0,\"border\":0.5,\"float_feature_index\":0}," \
                             "{\"split_index\":2,\"border\":-1,\"float_feature_index\":1}]",  \
                   .values = "[1,2,3,4]",                                                     \
                   .borders = "[0.5,1.5]",                                                    \
                   .index = "0",                                                              \
                   .missing = "\"has_nans\":true,\"nan_value_treatment\":\"AsFalse\"",        \
                   .scale = "[2,[10]]",                                                       \
                   .more = "" })

static const char *write_json(const struct parts *p) {
  static char text[8192], trees[2048];
  snprintf(trees, sizeof trees, "\"oblivious_trees\":[{\"leaf_values\":%s,\"splits\":%s}]",
           p->values, p->splits);
  snprintf(
      text, sizeof text,
      "{\"features_info\":{\"float_features\":["
      "{\"borders\":%s,\"feature_id\":\"a\",\"feature_index\":0,\"flat_feature_index\":%s,%s},"
      "{\"borders\":[-1],\"feature_id\":\"1\",\"feature_index\":1,\"flat_feature_index\":1,"
      "\"has_nans\":false,\"nan_value_treatment\":\"AsTrue\"}]%s},"
      "\"model_info\":{\"class_params\":%s,\"catboost_version_info\":\"Branch: tags/v1.2.10\\n\","
      "\"params\":{\"loss_function\":{\"type\":\"%s\"}}},%s,\"scale_and_bias\":%s}",
      p->borders, p->index, p->missing, p->more, p->classes, p->loss, p->trees ? p->trees : trees,
      p->scale);
  return text;
}

static enum ft_status read_parts(const struct parts *parts, const char *types, char result) {
  return read_as(ft_span_of(write_json(parts)), types, result);
}

static double leaf_of(const struct ft_forest *forest, uint32_t node) {
  return forest->base[0] + ldexp(forest->node[node].leaf, -forest->exponent);
}

static void a_tree_of_levels_is_ours(void **state) {
  (void)state;
  struct parts parts = PARTS;
  assert_int_equal(read_parts(&parts, "dd", 'd'), FT_OK);
  assert_string_equal(import.format, "CatBoost");
  assert_string_equal(import.version, "1.2.10");
  assert_string_equal(import.objective, "RMSE");
  const struct ft_forest *forest = &import.model.member[0].forest;
  assert_int_equal(forest->nodes, 7);
  assert_int_equal(forest->node[0].feature, 1); /* the last split is the leaf's highest bit */
  assert_true(forest->node[0].threshold == nextafterf(-1, 0));
  assert_int_equal(forest->node[0].missing_left, 1); /* AsTrue, but none was seen */
  assert_int_equal(forest->node[forest->node[0].left].feature, 0);
  assert_true(leaf_of(forest, forest->node[forest->node[0].left].left) == 12);
  assert_true(leaf_of(forest, forest->node[forest->node[0].right].left) == 16);
  assert_true(leaf_of(forest, forest->node[forest->node[0].right].right) == 18);
}

static void missing_values_go_as_the_file_says(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.missing = "\"has_nans\":true,\"nan_value_treatment\":\"AsTrue\"";
  assert_int_equal(read_parts(&parts, "dd", 'd'), FT_OK);
  const struct ft_forest *forest = &import.model.member[0].forest;
  assert_int_equal(forest->node[forest->node[0].left].missing_left, 0);
}

static void equal_leaves_are_one(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.values = "[1,2,7,7]";
  assert_int_equal(read_parts(&parts, "dd", 'd'), FT_OK);
  const struct ft_forest *forest = &import.model.member[0].forest;
  assert_int_equal(forest->nodes, 5);
  assert_true(leaf_of(forest, forest->node[0].right) == 24);
}

static void a_tree_of_nodes_is_ours(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.trees = "\"trees\":[{\"left\":{\"value\":1},\"right\":{\"value\":3,\"right\":{\"value\":2},"
                "\"split\":{\"split_index\":1,\"border\":1.5,\"float_feature_index\":0}},"
                "\"split\":{\"split_index\":0,\"border\":0.5,\"float_feature_index\":0}}]";
  assert_int_equal(read_parts(&parts, "dd", 'd'), FT_OK);
  const struct ft_forest *forest = &import.model.member[0].forest;
  const struct ft_node *right = &forest->node[forest->node[0].right];
  assert_true(leaf_of(forest, forest->node[0].left) == 12);
  assert_true(leaf_of(forest, right->right) == 14);
  assert_true(leaf_of(forest, right->left) == 16); /* it ends in the split itself */
}

static void classes_have_their_labels(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.loss = "Logloss";
  parts.classes = "{\"class_names\":[\"no\",\"yes\"]}";
  assert_int_equal(read_parts(&parts, "dd", 't'), FT_OK);
  assert_int_equal(import.model.problem, FT_BINARY);
  assert_true(ft_span_equal(import.model.label[1], FT_SPAN("yes")));
  assert_int_equal(read_parts(&parts, "dd", 'i'), FT_INVALID);
  assert_says("is not a number");
  parts.classes = "{\"class_names\":[\"False\",\"True\"]}";
  assert_int_equal(read_parts(&parts, "dd", 'b'), FT_OK);
  parts.classes = "{\"class_names\":[false,true],\"class_label_type\":\"Boolean\"}";
  assert_int_equal(read_parts(&parts, "dd", 't'), FT_OK);
  assert_true(ft_span_equal(import.model.label[1], FT_SPAN("True")));
  assert_int_equal(read_parts(&parts, "dd", 'i'), FT_OK);
  assert_true(ft_span_equal(import.model.label[1], FT_SPAN("1")));
  assert_int_equal(read_parts(&parts, "dd", 'd'), FT_OK);
  assert_int_equal(import.model.link, FT_LINK_LOGISTIC);
}

/* Two margins are one; of several there is a probability each. */
static void several_classes_share_splits(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.loss = "MultiClass";
  parts.values = "[1,2, 3,5, 7,7, 9,1]";
  parts.scale = "[1,[0,0]]";
  assert_int_equal(read_parts(&parts, "dd", 'd'), FT_OK);
  assert_int_equal(import.model.link, FT_LINK_LOGISTIC);
  const struct ft_forest *forest = &import.model.member[0].forest;
  assert_true(leaf_of(forest, forest->node[forest->node[0].right].right) == -8);
  parts.values = "[1,2,3, 3,5,4, 7,7,7, 9,1,2]";
  parts.scale = "[1,[0,0,0]]";
  parts.classes = "{\"class_to_label\":[3,5,8]}";
  assert_int_equal(read_parts(&parts, "dd", 'i'), FT_OK);
  assert_int_equal(import.model.outputs, 3);
  assert_true(ft_span_equal(import.model.label[2], FT_SPAN("8")));
  parts.loss = "MultiClassOneVsAll";
  parts.classes = "{}";
  assert_int_equal(read_parts(&parts, "dd", 't'), FT_OK);
  assert_int_equal(import.model.link, FT_LINK_LOGISTIC);
  parts.values = "[1,2, 3,5, 7,7, 9,1]";
  parts.scale = "[1,[0,0]]";
  assert_int_equal(read_parts(&parts, "dd", 't'), FT_OK);
  assert_int_equal(import.model.outputs, 2);
  assert_int_equal(read_parts(&parts, "dd", 'd'), FT_INVALID);
}

static void what_is_not_supported_is_named(void **state) {
  (void)state;
  static const char *const losses[] = { "RMSEWithUncertainty", "MultiRMSE", "MultiLogloss",
                                        "PythonUserDefinedPerObject", "MultiQuantile" };
  for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
    struct parts parts = PARTS;
    parts.loss = losses[i];
    assert_int_equal(read_parts(&parts, "dd", 'd'), FT_UNSUPPORTED);
    assert_says(losses[i]);
    assert_true(err.hint[0]);
  }
  struct parts parts = PARTS;
  parts.values = "[1,2,3,4,5,6,7,8]";
  parts.scale = "[1,[0,0]]";
  assert_int_equal(read_parts(&parts, "dd", 'd'), FT_UNSUPPORTED);
  assert_says("2 numbers at once");
  parts = PARTS;
  parts.more = ",\"text_features\":[{}]";
  assert_int_equal(read_parts(&parts, "dd", 'd'), FT_UNSUPPORTED);
  assert_says("text_features");
}

static void a_column_that_is_left_out_stays_a_parameter(void **state) {
  (void)state;
  struct parts parts = PARTS;
  parts.index = "2";
  assert_int_equal(read_parts(&parts, "ddd", 'd'), FT_OK);
  assert_string_equal(import.model.field[0].name, "x1");
}

/* A third column, of categories: of one value and of a statistic there are splits 3 and 4. */
struct category_parts {
  const char *values, *elements, *kind, *border, *stride, *map, *split;
};
#define CATEGORY_PARTS                                                                     \
  ((struct category_parts){ .values = "[2710717543]",                                      \
                            .elements = "[{\"combination_element\":\"cat_feature_value\"," \
                                        "\"cat_feature_index\":0}]",                       \
                            .kind = "Borders",                                             \
                            .border = "0",                                                 \
                            .stride = "3",                                                 \
                            .map = "[\"18446744073709551615\",9,9,\"77\",1,3,\"5\",4,0]",  \
                            .split = "{\"split_index\":4,\"border\":8.5}" })

static enum ft_status read_categories(const struct category_parts *p, const char *types) {
  static char more[2048], trees[2048];
  struct parts parts = PARTS;
  snprintf(more, sizeof more,
           ",\"categorical_features\":[{\"feature_id\":\"c\",\"feature_index\":0,"
           "\"flat_feature_index\":2,\"values\":%s}],\"ctrs\":[{\"borders\":[8.5],"
           "\"ctr_type\":\"%s\",\"elements\":%s,\"identifier\":\"i\",\"prior_denomerator\":1,"
           "\"prior_numerator\":0.5,\"scale\":15,\"shift\":0,\"target_border_idx\":%s}]",
           p->values, p->kind, p->elements, p->border);
  snprintf(trees, sizeof trees,
           "\"ctr_data\":{\"i\":{\"counter_denominator\":7,\"hash_map\":%s,\"hash_stride\":%s}},"
           "\"oblivious_trees\":[{\"leaf_values\":[1,2,3,4],\"splits\":["
           "{\"split_index\":3,\"value\":2710717543,\"cat_feature_index\":0},%s]}]",
           p->map, p->stride, p->split);
  parts.more = more;
  parts.trees = trees;
  return read_parts(&parts, types, 'd');
}

static void categories_are_looked_up_by_their_hash(void **state) {
  (void)state;
  struct category_parts parts = CATEGORY_PARTS;
  if (read_categories(&parts, "ddt") != FT_OK) fail_msg("%s", err.message);
  assert_int_equal(import.model.features, 4);
  const struct ft_encoder *city = &import.model.encoder[2];
  assert_int_equal(city->kind, FT_ENCODE_CITY);
  assert_int_equal(city->categories, 1);
  assert_true(city->category[0].word[0] == 2710717543U);
  const struct ft_statistic *statistic = import.model.encoder[3].statistic;
  assert_int_equal(statistic->keys, 2);
  assert_true(statistic->key[0] == 5 && statistic->key[1] == 77);
  assert_true(statistic->value[0] == 0.5F / 5 * 15);
  assert_true(statistic->value[1] == 3.5F / 5 * 15);
  assert_true(statistic->otherwise[0] == 0.5F / 1 * 15);
  const struct ft_forest *forest = &import.model.member[0].forest;
  assert_int_equal(forest->node[0].feature, 3);
  const struct ft_node *equal = &forest->node[forest->node[0].left];
  assert_int_equal(equal->feature, 2);
  assert_int_equal(forest->set_word[equal->set], 2);
  assert_int_equal(equal->missing_left, 1);
  assert_int_equal(read_categories(&parts, "ddi"), FT_OK);
  assert_int_equal(read_categories(&parts, "ddb"), FT_OK);
  assert_int_equal(read_categories(&parts, "ddd"), FT_INVALID);
  assert_says("is a category");
}

static void every_kind_of_statistic_counts_its_own_way(void **state) {
  (void)state;
  static const struct {
    const char *kind, *border, *stride, *map;
    float value, otherwise;
  } cases[] = {
    { "Borders", "1", "4", "[\"5\",1,2,4]", 4.5F / 8 * 15, 7.5F },
    { "Buckets", "1", "4", "[\"5\",1,2,4]", 2.5F / 8 * 15, 7.5F },
    { "BinarizedTargetMeanValue", "0", "3", "[\"5\",0.25,2]", 0.75F / 3 * 15, 7.5F },
    { "FloatTargetMeanValue", "0", "3", "[\"5\",-0.25,2]", 0.25F / 3 * 15, 7.5F },
    { "Counter", "0", "2", "[\"5\",3]", 3.5F / 8 * 15, 0.5F / 8 * 15 },
    { "FeatureFreq", "0", "2", "[\"5\",3]", 3.5F / 8 * 15, 0.5F / 8 * 15 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct category_parts parts = CATEGORY_PARTS;
    parts.kind = cases[i].kind;
    parts.border = cases[i].border;
    parts.stride = cases[i].stride;
    parts.map = cases[i].map;
    if (read_categories(&parts, "ddt") != FT_OK) fail_msg("case %zu: %s", i, err.message);
    const struct ft_statistic *statistic = import.model.encoder[3].statistic;
    assert_true(statistic->value[0] == cases[i].value);
    assert_true(statistic->otherwise[0] == cases[i].otherwise);
  }
}

static void hostile_categories_are_refused(void **state) {
  (void)state;
  static const struct {
    size_t offset;
    const char *value;
  } cases[] = {
#define CATEGORY_CASE(part, text) { offsetof(struct category_parts, part), text }
    CATEGORY_CASE(values, "[1]"), /* the split says another */
    CATEGORY_CASE(values, "[4294967296]"),
    CATEGORY_CASE(values, "[0.5]"),
    CATEGORY_CASE(values, "[]"),
    CATEGORY_CASE(elements, "[]"),
    CATEGORY_CASE(elements, "[1]"),
    CATEGORY_CASE(elements, "[{\"combination_element\":\"cat_feature_value\"}]"),
    CATEGORY_CASE(elements, "[{\"combination_element\":\"float_feature\",\"border\":1,"
                            "\"float_feature_index\":0}]"),
    CATEGORY_CASE(elements, "[{\"combination_element\":\"cat_feature_value\","
                            "\"cat_feature_index\":1}]"),
    CATEGORY_CASE(kind, "Bordes"),
    CATEGORY_CASE(kind, "Counter"), /* of one number */
    CATEGORY_CASE(border, "1"),
    CATEGORY_CASE(border, "-1"),
    CATEGORY_CASE(stride, "0"),
    CATEGORY_CASE(stride, "2"),
    CATEGORY_CASE(stride, "1e9"),
    CATEGORY_CASE(map, "[\"5\",1]"),
    CATEGORY_CASE(map, "[\"5\",1,2,\"5\",1,2]"),
    CATEGORY_CASE(map, "[\"18446744073709551616\",1,2]"),
    CATEGORY_CASE(map, "[\"x\",1,2]"),
    CATEGORY_CASE(map, "[5,1,2]"),
    CATEGORY_CASE(map, "[\"5\",1,NaN]"),
    CATEGORY_CASE(split, "{\"split_index\":5,\"border\":8.5}"),
    CATEGORY_CASE(split, "{\"split_index\":4,\"border\":8.25}"),
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct category_parts parts = CATEGORY_PARTS;
    memcpy((char *)&parts + cases[i].offset, &cases[i].value, sizeof cases[i].value);
    enum ft_status status = read_categories(&parts, "ddt");
    if (status != FT_CORRUPT) fail_msg("case %zu: %d, %s", i, (int)status, err.message);
  }
}

static void hostile_documents_are_refused(void **state) {
  (void)state;
  static const struct {
    size_t offset;
    const char *value;
  } cases[] = {
#define CASE(part, text) { offsetof(struct parts, part), text }
    CASE(index, "1"), /* a place twice */
    CASE(index, "-1"),
    CASE(index, "1e300"),
    CASE(index, "{}"),
    CASE(values, "[1,2,3]"),
    CASE(values, "[]"),
    CASE(values, "[1,2,3,NaN]"),
    CASE(values, "[1,2,3,1e308]"), /* times the scale */
    CASE(values, "[1,2,3,\"4\"]"),
    CASE(splits, "[{\"split_index\":3},{}]"),
    CASE(splits, "[{\"split_index\":0,\"border\":0.25},{}]"),
    CASE(splits, "[{\"split_index\":0,\"border\":0.5,\"float_feature_index\":1},{}]"),
    CASE(splits, "[1,2]"),
    CASE(borders, "[0.5,NaN]"),
    CASE(borders, "[]"),
    CASE(scale, "[1,[1,2]]"),
    CASE(scale, "[NaN,[1]]"),
    CASE(scale, "[1,[Infinity]]"),
    CASE(classes, "\"{\""),
    CASE(trees, "\"trees\":[{}]"),
    CASE(trees, "\"trees\":[1]"),
    CASE(trees, "\"trees\":[{\"left\":{\"value\":1},\"split\":{\"split_index\":0,\"border\":0.5,"
                "\"float_feature_index\":0}}]"),
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct parts parts = PARTS;
    memcpy((char *)&parts + cases[i].offset, &cases[i].value, sizeof cases[i].value);
    enum ft_status status = read_parts(&parts, "dd", 'd');
    if (status != FT_CORRUPT) fail_msg("case %zu: %d, %s", i, (int)status, err.message);
  }
}

static void reading_survives_every_failed_allocation(void **state) {
  (void)state;
  struct parts parts = PARTS;
  const char *text = write_json(&parts);
  enum ft_status status = FT_NOMEM;
  for (size_t allowed = 0; status != FT_OK; allowed++) {
    ft_arena_allow(allowed);
    status = read_as(ft_span_of(text), "dd", 'd');
    ft_arena_allow(SIZE_MAX);
    assert_true(status == FT_OK || status == FT_NOMEM);
  }
}

/* A FlatBuffers file in the making: a table is its vtable and then slots of 8 bytes, one a field. */
struct file {
  uint8_t byte[4096];
  size_t size;
};

static void put(struct file *file, size_t at, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; i++)
    file->byte[at + i] = (uint8_t)(value >> (8 * i));
}

static size_t append(struct file *file, uint64_t value, size_t bytes) {
  put(file, file->size, value, bytes);
  file->size += bytes;
  return file->size - bytes;
}

/* Fields are there when their bit in `present` is set. */
static size_t append_table(struct file *file, uint32_t fields, uint32_t present) {
  const size_t vtable = append(file, 4 + 2 * fields, 2);
  append(file, 4 + 8 * fields, 2);
  for (uint32_t i = 0; i < fields; i++)
    append(file, present >> i & 1 ? 4 + 8 * i : 0, 2);
  const size_t table = append(file, file->size - vtable, 4);
  for (uint32_t i = 0; i < fields; i++)
    append(file, 0, 8);
  return table;
}

static size_t slot(size_t table, uint32_t field) {
  return table + 4 + 8 * (size_t)field;
}

/* What comes next is where the offset at `at` points to. */
static void link_next(struct file *file, size_t at) {
  put(file, at, file->size - at, 4);
}

static void append_text(struct file *file, size_t at, const char *text) {
  link_next(file, at);
  append(file, strlen(text), 4);
  while (*text)
    append(file, (uint8_t)*text++, 1);
}

/* A vector of numbers of 4 or 8 bytes; gives where the first is. */
static size_t append_vector(struct file *file, size_t at, size_t bytes, uint32_t count,
                            const uint64_t *value) {
  link_next(file, at);
  append(file, count, 4);
  const size_t first = file->size;
  for (uint32_t i = 0; i < count; i++)
    append(file, value ? value[i] : 0, bytes);
  return first;
}

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static uint64_t narrow_bits_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/* One number with a border at 0.5, and one tree of it with the leaves 1 and 3. */
static void write_binary(struct file *file) {
  const uint64_t one = 1, zero = 0, border = narrow_bits_of(0.5f);
  const uint64_t leaf[] = { bits_of(1), bits_of(3) };
  *file = (struct file){ .size = 0 };
  append(file, 0x314d4243, 4); /* CBM1 */
  append(file, 0, 4);          /* the size comes at the end */
  const size_t root = append(file, 0, 4);
  const size_t vtable_room = 4 + 2 * 4;
  put(file, root, file->size + vtable_room - root, 4);
  const size_t core = append_table(file, 4, 7);
  append_text(file, slot(core, 0), "FlabuffersModel_v1");
  const size_t pair_at = append_vector(file, slot(core, 2), 4, 1, NULL);
  put(file, pair_at, file->size + 8 - pair_at, 4);
  const size_t pair = append_table(file, 2, 3);
  append_text(file, slot(pair, 0), "params");
  append_text(file, slot(pair, 1), "{\"loss_function\":{\"type\":\"MAE\"}}");
  put(file, slot(core, 1), file->size + 4 + 2 * 9 - slot(core, 1), 4);
  const size_t trees = append_table(file, 9, 1 | 2 | 4 | 1 << 5 | 1 << 8);
  put(file, slot(trees, 0), 1, 4);
  append_vector(file, slot(trees, 1), 4, 1, &zero);
  append_vector(file, slot(trees, 2), 4, 1, &one);
  append_vector(file, slot(trees, 8), 8, 2, leaf);
  const size_t number_at = append_vector(file, slot(trees, 5), 4, 1, NULL);
  put(file, number_at, file->size + 4 + 2 * 5 - number_at, 4);
  const size_t number = append_table(file, 5, 2 | 4 | 8 | 16);
  append_vector(file, slot(number, 3), 4, 1, &border);
  append_text(file, slot(number, 4), "a");
  put(file, 4, file->size - 8, 4);
}

static enum ft_status read_file(const struct file *file, char result) {
  return read_as((struct ft_span){ (const char *)file->byte, file->size }, "d", result);
}

static void a_binary_file_is_ours(void **state) {
  (void)state;
  struct file file;
  write_binary(&file);
  if (read_file(&file, 'd') != FT_OK) fail_msg("%s", err.message);
  assert_string_equal(import.objective, "MAE");
  assert_string_equal(import.model.field[0].name, "a");
  const struct ft_forest *forest = &import.model.member[0].forest;
  assert_int_equal(forest->nodes, 3);
  assert_true(forest->node[0].threshold == nextafterf(0.5f, 1));
  assert_true(leaf_of(forest, 1) == 1);
  assert_true(leaf_of(forest, 2) == 3);
}

/* Whatever a byte is, the file is read or refused. */
static void hostile_bytes_are_refused(void **state) {
  (void)state;
  static const uint8_t values[] = { 0, 1, 4, 0x7f, 0x80, 0xff };
  struct file file;
  size_t refused = 0;
  write_binary(&file);
  for (size_t at = 0; at < file.size; at++)
    for (size_t v = 0; v < sizeof values; v++) {
      struct file changed = file;
      changed.byte[at] = values[v];
      refused += read_file(&changed, 'd') != FT_OK;
    }
  assert_true(refused > file.size);
  for (size_t size = 0; size < file.size; size++) {
    struct file shorter = file;
    shorter.size = size;
    assert_int_not_equal(read_file(&shorter, 'd'), FT_OK);
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
  const struct CMUnitTest tests[] = {
    TEST(a_tree_of_levels_is_ours),
    TEST(missing_values_go_as_the_file_says),
    TEST(equal_leaves_are_one),
    TEST(a_tree_of_nodes_is_ours),
    TEST(classes_have_their_labels),
    TEST(several_classes_share_splits),
    TEST(what_is_not_supported_is_named),
    TEST(a_column_that_is_left_out_stays_a_parameter),
    TEST(categories_are_looked_up_by_their_hash),
    TEST(every_kind_of_statistic_counts_its_own_way),
    TEST(hostile_categories_are_refused),
    TEST(hostile_documents_are_refused),
    TEST(reading_survives_every_failed_allocation),
    TEST(a_binary_file_is_ours),
    TEST(hostile_bytes_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
