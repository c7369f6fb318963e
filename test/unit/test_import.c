/* Models made elsewhere: what is refused, and in which words. That predictions are those of the
 * libraries is shown by test/program/test_import. */
#include "core/import/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/import/base/leaves.h"
#include "core/import/base/sentinel.h"
#include "core/import/imported.h"
#include "foretell/artifact.h"
#include "foretell/plan.h"

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

/* Read with fields of these types, one letter each: d double, i integer, t text, b boolean, y date. */
static enum ft_status read_as(struct ft_span bytes, const char *types, char result) {
  static const char letters[] = "ditby";
  static const enum ft_type meant[] = { FT_FLOAT64, FT_INT32, FT_TEXT, FT_BOOL, FT_DATE };
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

static enum ft_status read_text(const char *text, const char *types, char result) {
  return read_as(ft_span_of(text), types, result);
}

static void assert_says(const char *words) {
  if (!strstr(err.message, words)) fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

/* An XGBoost model of one tree, whose parts may be replaced. */
struct xgboost_parts {
  const char *base, *classes, *features, *objective, *left, *right, *feature, *condition, *missing,
      *more, *info, *rest;
};
#define XGBOOST_PARTS                                      \
  ((struct xgboost_parts){ .base = "5E-1",                 \
                           .classes = "0",                 \
                           .features = "2",                \
                           .objective = "binary:logistic", \
                           .left = "[1,-1,-1]",            \
                           .right = "[2,-1,-1]",           \
                           .feature = "[1,0,0]",           \
                           .condition = "[0.25,-1.5,2.5]", \
                           .missing = "[0,0,0]",           \
                           .more = "",                     \
                           .info = "[0]",                  \
                           .rest = "" })

static const char *write_xgboost(const struct xgboost_parts *p) {
  static char text[4096];
  snprintf(text, sizeof text,
           "{\"learner\":{\"attributes\":{},\"feature_names\":[],\"feature_types\":[],"
           "\"gradient_booster\":{\"model\":{\"gbtree_model_param\":{\"num_trees\":\"1\"},"
           "\"tree_info\":%s,\"trees\":[{\"left_children\":%s,\"right_children\":%s,"
           "\"split_indices\":%s,\"split_conditions\":%s,\"default_left\":%s%s}]},"
           "\"name\":\"gbtree\"},\"learner_model_param\":{\"base_score\":\"%s\","
           "\"num_class\":\"%s\",\"num_feature\":\"%s\"},\"objective\":{\"name\":\"%s\"}%s},"
           "\"version\":[1,7,6]}",
           p->info, p->left, p->right, p->feature, p->condition, p->missing, p->more, p->base,
           p->classes, p->features, p->objective, p->rest);
  return text;
}

static void a_tree_of_xgboost_is_ours(void **state) {
  (void)state;
  struct xgboost_parts parts = XGBOOST_PARTS;
  assert_int_equal(read_text(write_xgboost(&parts), "dd", 'b'), FT_OK);
  assert_string_equal(import.version, "1.7.6");
  assert_string_equal(import.model.field[1].name, "x2");
  assert_int_equal(import.model.problem, FT_BINARY);
  assert_true(ft_span_equal(import.model.label[1], FT_SPAN("true")));
  const struct ft_forest *forest = &import.model.member[0].forest;
  assert_int_equal(forest->node[0].feature, 1);
  assert_true(forest->node[0].threshold == 0.25f);
  assert_int_equal(read_text(write_xgboost(&parts), "di", 'd'), FT_OK);
  assert_int_equal(import.model.problem, FT_REGRESSION);
  assert_int_equal(import.model.link, FT_LINK_LOGISTIC);
}

static void hostile_trees_of_xgboost_are_refused(void **state) {
  (void)state;
  struct xgboost_parts good = XGBOOST_PARTS;
  static const struct {
    size_t offset;
    const char *value;
  } cases[] = {
#define CASE(part, text) { offsetof(struct xgboost_parts, part), text }
    CASE(left, "[1,0,-1]"),   /* a circle */
    CASE(left, "[0,-1,-1]"),  /* its own child */
    CASE(right, "[3,-1,-1]"), /* out of bounds */
    CASE(right, "[-5,-1,-1]"),
    CASE(right, "[2,-1]"),
    CASE(feature, "[2,0,0]"),
    CASE(feature, "[-1,0,0]"),
    CASE(feature, "[1e99,0,0]"),
    CASE(condition, "[NaN,-1.5,2.5]"),
    CASE(condition, "[0,Infinity,1]"),
    CASE(condition, "[1e999,0,1]"),
    CASE(condition, "{}"),
    CASE(missing, "[\"a\"]"),
    CASE(info, "[1]"),
    CASE(info, "[]"),
    CASE(base, "-1"),
    CASE(base, "2"),
    CASE(base, "[1,2]"),
    CASE(base, "x"),
    CASE(base, ""),
    CASE(classes, "3"),
    CASE(classes, "-1"),
    CASE(features, "0.5"),
    CASE(more, ",\"split_type\":[1,0,0]"),
    CASE(more, ",\"split_type\":[1,0,0],\"categories\":[1],\"categories_nodes\":[0],"
               "\"categories_segments\":[0],\"categories_sizes\":[9]"),
    CASE(more, ",\"split_type\":[1,0,0],\"categories\":[4097],\"categories_nodes\":[0],"
               "\"categories_segments\":[0],\"categories_sizes\":[1]"),
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct xgboost_parts parts = good;
    memcpy((char *)&parts + cases[i].offset, &cases[i].value, sizeof cases[i].value);
    enum ft_status status = read_text(write_xgboost(&parts), "dd", 'd');
    if (status != FT_CORRUPT) fail_msg("case %zu: %d, %s", i, (int)status, err.message);
  }
}

/* XGBoost writes it for a training of one class, and predicts 0 and 1 then. */
static void a_base_score_of_0_or_1_is_no_damage(void **state) {
  (void)state;
  struct xgboost_parts parts = XGBOOST_PARTS;
  parts.base = "1E0";
  assert_int_equal(read_text(write_xgboost(&parts), "dd", 'b'), FT_OK);
  assert_true(import.model.member[0].forest.base[0] > 690);
  parts.base = "0";
  assert_int_equal(read_text(write_xgboost(&parts), "dd", 'b'), FT_OK);
  assert_true(import.model.member[0].forest.base[0] < -690);
}

static void what_xgboost_has_and_we_do_not_is_named(void **state) {
  (void)state;
  struct xgboost_parts parts = XGBOOST_PARTS;
  parts.objective = "survival:own";
  assert_int_equal(read_text(write_xgboost(&parts), "dd", 'd'), FT_UNSUPPORTED);
  assert_says("\"survival:own\"");
  parts = XGBOOST_PARTS;
  parts.more = ",\"tree_param\":{\"size_leaf_vector\":\"3\"}";
  assert_int_equal(read_text(write_xgboost(&parts), "dd", 'd'), FT_UNSUPPORTED);
  assert_says("multi_output_tree");
  assert_int_equal(read_text("{\"a\": 1}", "dd", 'd'), FT_UNSUPPORTED);
  assert_says("no model that is known");
}

static void types_that_do_not_fit_are_named(void **state) {
  (void)state;
  struct xgboost_parts parts = XGBOOST_PARTS;
  const char *text = write_xgboost(&parts);
  assert_int_equal(read_text(text, "d", 'd'), FT_INVALID);
  assert_says("2 inputs where FUNCTION gives 1 type");
  assert_int_equal(read_text(text, "dt", 'd'), FT_INVALID);
  assert_says("argument 2 (\"x2\") is a number, and VARCHAR");
  assert_int_equal(read_text(text, "dd", 'y'), FT_INVALID);
  parts.objective = "reg:squarederror";
  assert_int_equal(read_text(write_xgboost(&parts), "dd", 'i'), FT_INVALID);
  assert_says("predicts a number");
}

#define BYTES(literal) \
  { literal, sizeof(literal) - 1 }

/* Its hint fits, and is not cut. */
static void assert_refused(struct ft_span bytes, const char *words, const char *way) {
  memset(&err, 0, sizeof err);
  assert_int_equal(read_as(bytes, "d", 'd'), FT_UNSUPPORTED);
  assert_says(words);
  if (!strstr(err.hint, way)) fail_msg("\"%s\" does not say \"%s\"", err.hint, way);
  assert_non_null(strchr(".?", err.hint[strlen(err.hint) - 1]));
}

static void formats_that_are_not_read_are_named(void **state) {
  (void)state;
  static const struct {
    struct ft_span bytes;
    const char *words, *way;
  } cases[] = {
    { BYTES("\x89HDF\r\n\x1a\n"), "Keras", "tf2onnx" },
    { BYTES("<?xml version=\"1.0\"?><PMML version=\"4.4\">"), "PMML", "save_model" },
    { BYTES("version https://git-lfs.github.com/spec/v1\noid sha256:00\n"), "Git LFS pointer",
      "git lfs pull" },
    { BYTES("/annex/objects/SHA256E-s1--0\n"), "git-annex", "git annex get" },
    { BYTES("\n <!DOCTYPE html><html>"), "HTML", "raw link" },
    { BYTES("<HTML><body>"), "HTML", "raw link" },
    { BYTES("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"), "error message",
      "Download" },
    { BYTES("GGUF\3\0\0\0"), "language model", "language" },
    { BYTES("\x18\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"F32\"}} data"), "safetensors", "torch.onnx" },
    { BYTES("\x1c\0\0\0TFL3\0\0\0\0"), "TensorFlow Lite", "--tflite" },
    { BYTES("PAR1\x15\0"), "Parquet", "TARGET" },
    { BYTES("X\n\0\0\0\3\0\4"), "saveRDS", "xgb.save" },
    { BYTES("RDX3\nX\n"), "of R", "xgb.save" },
    { BYTES("______LightGBM_Binary_File_Token______\n"), "data set", "save_model" },
    { BYTES("\xac\xed\0\x05sr"), "Java", "saveModel" },
    { BYTES("\x7f"
            "ELF\2\1\1"),
      "treelite", "compiled from" },
    { BYTES("\x28\xb5\x2f\xfd"), "zstd", "Unpack" },
    { BYTES("{\"meta\":{\"test_sets\":[]}}"), "log of a training", "model.cbm" },
    { BYTES("{\"class_name\": \"Sequential\", \"config\": {}}"), "architecture", "tf2onnx" },
    { BYTES("{\"cells\": [], \"nbformat\": 4}"), "notebook", "Save the model" },
    { BYTES("{\"class\":\"org.apache.spark.ml.PipelineModel\"}"), "Spark", "convert_sparkml" },
    { BYTES("import xgboost\n"), "Python program", "Save the model" },
    { BYTES("artifact_path: model\nflavors:\n  xgboost:\n"), "MLmodel", "model.xgb" },
    { BYTES("tree_index,node_depth,node_index,left_child\n0,1,0-S0,0-L0\n"), "LightGBM",
      "save_model" },
    { BYTES("#include \"gbdt.h\"\n#include <LightGBM/utils/common.h>"), "C++", "input_model" },
    { BYTES("[{\"tree_index\": 0, \"tree_structure\": {}}]"), "LightGBM", "save_model" },
    { BYTES("age,plan\n41,gold\n"), "table of rows", "TARGET" },
    { BYTES("1 1:0.5 7:-2e3\n0 2:1\n"), "table of rows", "TARGET" },
    { BYTES("\x08\x01 saved_model_main_op"), "SavedModel", "--saved-model" },
    { { "", 0 }, "the file is empty", "copied whole" },
    { BYTES("hello"), "no format", "are read" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_refused(cases[i].bytes, cases[i].words, cases[i].way);
}

static enum ft_status set_sentinel(enum ft_encoder_kind kind, enum ft_type type, float value) {
  static struct ft_field field;
  static struct ft_encoder encoder;
  field = (struct ft_field){ "x", type, 0, 0 };
  encoder = (struct ft_encoder){ .kind = kind };
  import = (struct ft_import){ .model = {
    .fields = 1,
    .field = &field,
    .features = 1,
    .encoder = &encoder
  } };
  return ft_sentinel_set(&import, &arena, value, value, &err);
}

static void a_missing_number_is_refused_where_it_could_be_a_category(void **state) {
  (void)state;
  assert_int_equal(set_sentinel(FT_ENCODE_NUMBER, FT_FLOAT64, 0), FT_OK);
  assert_int_equal(import.model.encoder->kind, FT_ENCODE_SENTINEL);
  assert_int_equal(ft_sentinel_set(&import, &arena, 0, 0, &err), FT_OK); /* said twice */
  assert_int_equal(ft_sentinel_set(&import, &arena, 1, 1, &err), FT_INVALID);
  assert_says("the file itself says that 0 is a missing value");
  assert_int_equal(set_sentinel(FT_ENCODE_CATEGORY, FT_INT32, 0), FT_UNSUPPORTED);
  assert_int_equal(set_sentinel(FT_ENCODE_CATEGORY, FT_INT32, -999), FT_UNSUPPORTED);
  assert_int_equal(set_sentinel(FT_ENCODE_CATEGORY, FT_INT32, 0.5F), FT_OK);
  assert_int_equal(set_sentinel(FT_ENCODE_CATEGORY, FT_TEXT, 0), FT_UNSUPPORTED); /* its code */
  assert_int_equal(set_sentinel(FT_ENCODE_CATEGORY, FT_TEXT, -999), FT_OK);
  assert_int_equal(set_sentinel(FT_ENCODE_CITY, FT_INT32, 0), FT_UNSUPPORTED);
  assert_int_equal(set_sentinel(FT_ENCODE_STATISTIC, FT_TEXT, 0.5F), FT_UNSUPPORTED);
}

static void leaves_lie_around_zero_and_lose_little(void **state) {
  (void)state;
  struct ft_tree tree[400];
  struct ft_node node[1200];
  double leaf[1200], base[1] = { 1 }, exact = 1, sum = 0;
  for (uint32_t t = 0; t < 400; t++) {
    tree[t] = (struct ft_tree){ .first = t * 3, .nodes = 3 };
    node[t * 3] = (struct ft_node){ .left = 1, .right = 2, .set = FT_NODE_NO_SET };
    for (uint32_t i = 1; i < 3; i++) {
      node[t * 3 + i] = (struct ft_node){ .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
      leaf[t * 3 + i] = (i == 1 ? 1 : 1.5) / (t % 7 + 3) + (t == 0 ? 1e6 : 0) + (t == 1) * i * 1000;
    }
    exact += leaf[t * 3 + 1];
  }
  struct ft_grown_trees trees = { 400, tree, 1200, node, leaf, 0, NULL };
  struct ft_model model = { .outputs = 1 };
  assert_int_equal(ft_grown_trees_members(&model, &arena, &trees, base, &err), FT_OK);
  for (uint32_t m = 0; m < model.members; m++) {
    const struct ft_forest *forest = &model.member[m].forest;
    int64_t units = 0;
    for (uint32_t t = 0; t < 400; t++)
      units += forest->node[t * 3 + 1].leaf;
    double unit = 1;
    for (int i = 0; i < forest->exponent; i++)
      unit /= 2;
    sum += forest->base[0] + (double)units * unit;
  }
  assert_true(sum - exact < 5e-3 && exact - sum < 5e-3);
  assert_true(model.member[0].forest.exponent > 10); /* the leaf of 1e6 lies near its neighbour */
}

/* Beyond some thousand trees the rounding could show: a second forest has what the first one lacks. */
static void many_trees_get_a_second_forest(void **state) {
  (void)state;
  enum { MANY = 3000 };
  struct ft_tree *tree = FT_ARENA_NEW(&arena, struct ft_tree, MANY);
  struct ft_node *node = FT_ARENA_NEW(&arena, struct ft_node, MANY * 3);
  double *leaf = FT_ARENA_NEW(&arena, double, MANY * 3), base[1] = { 0 }, exact = 0, sum = 0;
  for (uint32_t t = 0; t < MANY; t++) {
    tree[t] = (struct ft_tree){ .first = t * 3, .nodes = 3 };
    node[t * 3] = (struct ft_node){ .left = 1, .right = 2, .set = FT_NODE_NO_SET };
    for (uint32_t i = 1; i < 3; i++) {
      node[t * 3 + i] = (struct ft_node){ .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
      leaf[t * 3 + i] = (i == 1 ? -1.0 : 1.0) + 1.0 / (t + 3);
    }
    exact += leaf[t * 3 + 1 + t % 2];
  }
  struct ft_grown_trees trees = { MANY, tree, MANY * 3, node, leaf, 0, NULL };
  struct ft_model model = { .outputs = 1 };
  assert_int_equal(ft_grown_trees_members(&model, &arena, &trees, base, &err), FT_OK);
  assert_int_equal(model.members, 2);
  for (uint32_t m = 0; m < 2; m++) {
    const struct ft_forest *forest = &model.member[m].forest;
    int64_t units = 0;
    for (uint32_t t = 0; t < MANY; t++)
      units += forest->node[t * 3 + 1 + t % 2].leaf;
    double unit = 1;
    for (int i = 0; i < forest->exponent; i++)
      unit /= 2;
    sum += forest->base[0] + (double)units * unit;
  }
  assert_true(sum - exact < 1e-9 && exact - sum < 1e-9);
}

static void our_own_artifact_stays_as_it_is(void **state) {
  (void)state;
  struct xgboost_parts parts = XGBOOST_PARTS;
  struct ft_buffer first, second;
  struct ft_field field[2] = { { "a", FT_FLOAT64, 0, 0 }, { "b", FT_FLOAT64, 0, 0 } };
  struct ft_import_request request = { 2, field, { "prediction", FT_INT32, 0, 0 } };
  ft_buffer_init(&first, 1 << 20);
  ft_buffer_init(&second, 1 << 20);
  assert_int_equal(
      ft_imported_write(&first, &request, ft_span_of(write_xgboost(&parts)), NULL, NULL, &err),
      FT_OK);
  assert_int_equal(ft_imported_write(&second, &request, ft_buffer_view(&first), NULL, NULL, &err),
                   FT_OK);
  assert_true(ft_span_equal(ft_buffer_view(&first), ft_buffer_view(&second)));
  ft_buffer_reset(&second);
  field[1].type = FT_INT32;
  assert_int_equal(ft_imported_write(&second, &request, ft_buffer_view(&first), NULL, NULL, &err),
                   FT_INVALID);
  field[1].type = FT_FLOAT64;
  first.data[first.size / 2] ^= 1;
  assert_int_equal(ft_imported_write(&second, &request, ft_buffer_view(&first), NULL, NULL, &err),
                   FT_CORRUPT);
  ft_buffer_release(&first);
  ft_buffer_release(&second);
}

static void reading_survives_every_failed_allocation(void **state) {
  (void)state;
  struct xgboost_parts parts = XGBOOST_PARTS;
  enum ft_status status = FT_NOMEM;
  for (size_t allowed = 0; status != FT_OK; allowed++) {
    ft_arena_allow(allowed);
    status = read_text(write_xgboost(&parts), "dd", 'd');
    ft_arena_allow(SIZE_MAX);
    assert_true(status == FT_OK || status == FT_NOMEM);
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
  const struct CMUnitTest tests[] = {
    TEST(a_tree_of_xgboost_is_ours),
    TEST(hostile_trees_of_xgboost_are_refused),
    TEST(a_base_score_of_0_or_1_is_no_damage),
    TEST(what_xgboost_has_and_we_do_not_is_named),
    TEST(types_that_do_not_fit_are_named),
    TEST(formats_that_are_not_read_are_named),
    TEST(a_missing_number_is_refused_where_it_could_be_a_category),
    TEST(leaves_lie_around_zero_and_lose_little),
    TEST(many_trees_get_a_second_forest),
    TEST(our_own_artifact_stays_as_it_is),
    TEST(reading_survives_every_failed_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
