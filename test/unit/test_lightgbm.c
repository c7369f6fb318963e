/* LightGBM's text and dumps: what of them becomes what, and what is refused. That predictions are
 * those of the library is shown by test/program/test_import. */
#include "core/import/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

static const char lightgbm[] =
    "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=1\n"
    "objective=%s\nfeature_names=age plan\nfeature_infos=[0:1] 0:1:2\n\nTree=0\nnum_leaves=3\n"
    "num_cat=1\nsplit_feature=%s\nthreshold=%s\ndecision_type=%s\nleft_child=%s\nright_child=%s\n"
    "leaf_value=%s\ncat_boundaries=%s\ncat_threshold=%s\n\nend of trees\n\npandas_categorical:%s\n";
enum lightgbm_part {
  OBJECTIVE,
  FEATURE,
  THRESHOLD,
  DECISION,
  LEFT,
  RIGHT,
  LEAF,
  FIRST,
  SET,
  PANDAS,
  PARTS
};
static const char *const good_lightgbm[PARTS] = {
  "regression", "0 1",   "0.1 0", "10 1", "1 -1",
  "-3 -2",      "1 2 3", "0 1",   "5",    "[[\"a\",\"b\",\"c\"]]"
};

static const char *write_lightgbm(int part, const char *value) {
  static char text[4096];
  const char *p[PARTS];
  memcpy(p, good_lightgbm, sizeof p);
  if (part >= 0) p[part] = value;
  snprintf(text, sizeof text, lightgbm, p[OBJECTIVE], p[FEATURE], p[THRESHOLD], p[DECISION],
           p[LEFT], p[RIGHT], p[LEAF], p[FIRST], p[SET], p[PANDAS]);
  return text;
}

static void a_tree_of_lightgbm_is_ours(void **state) {
  (void)state;
  assert_int_equal(read_text(write_lightgbm(-1, NULL), "dt", 'd'), FT_OK);
  assert_string_equal(import.model.field[1].name, "plan");
  const struct ft_node *node = import.model.member[0].forest.node;
  /* x <= 0.1, as doubles, of a float32 x */
  assert_true(node[0].threshold > 0.1f || (double)0.1f > 0.1);
  assert_int_equal(node[0].missing_left, 1);
  assert_int_equal(node[1].feature, 1);
  assert_int_equal(node[1].missing_left, 1); /* and so to LightGBM's right */
  assert_int_equal(import.model.encoder[1].categories, 2);
  assert_int_equal(read_text(write_lightgbm(PANDAS, "null"), "di", 'd'), FT_OK);
}

static void objectives_of_lightgbm_have_their_links(void **state) {
  (void)state;
  static const struct {
    const char *objective;
    enum ft_link link;
  } cases[] = {
    { "regression", FT_LINK_IDENTITY },
    { "regression sqrt", FT_LINK_SIGNED_SQUARE },
    { "regression_l1 sqrt", FT_LINK_SIGNED_SQUARE },
    { "quantile sqrt", FT_LINK_SIGNED_SQUARE },
    { "huber sqrt", FT_LINK_IDENTITY }, /* the library, too, takes no notice of it */
    { "poisson sqrt", FT_LINK_EXP },
    { "cross_entropy_lambda", FT_LINK_SOFTPLUS },
    { "cross_entropy", FT_LINK_LOGISTIC },
    { "binary sigmoid:1", FT_LINK_LOGISTIC },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(read_text(write_lightgbm(OBJECTIVE, cases[i].objective), "dt", 'd'), FT_OK);
    assert_int_equal(import.model.link, cases[i].link);
  }
}

static void hostile_trees_of_lightgbm_are_refused(void **state) {
  (void)state;
  static const struct {
    enum lightgbm_part part;
    const char *value;
  } cases[] = {
    { FEATURE, "0 2" },
    { FEATURE, "0 -1" },
    { FEATURE, "0" },
    { FEATURE, "0 0" },
    { THRESHOLD, "nan 0" },
    { THRESHOLD, "0.1 1" },
    { THRESHOLD, "x 0" },
    { THRESHOLD, "0 0 0" },
    { DECISION, "14 1" },
    { DECISION, "-1 1" },
    { LEFT, "0 -1" }, /* a circle */
    { LEFT, "1 1" },
    { LEFT, "2 -1" },
    { RIGHT, "-4 -2" },
    { RIGHT, "-1e300 -2" },
    { LEAF, "1 2" },
    { LEAF, "1 nan 3" },
    { LEAF, "1 1e999 3" },
    { FIRST, "0 2" },
    { FIRST, "1 0" },
    { FIRST, "-1 1" },
    { FIRST, "0 99999999999" },
    { SET, "-1" },
    { SET, "4294967296" },
    { SET, "8" },
    { PANDAS, "[[\"a\",\"a\",\"a\"]]" },
    { PANDAS, "[" },
    { PANDAS, "[1]" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum ft_status status =
        read_text(write_lightgbm((int)cases[i].part, cases[i].value), "dt", 'd');
    if (status != FT_CORRUPT) fail_msg("case %zu: %d, %s", i, (int)status, err.message);
  }
}

static void what_lightgbm_has_and_we_do_not_is_named(void **state) {
  (void)state;
  static const struct {
    enum lightgbm_part part;
    const char *value, *words;
  } cases[] = {
    { OBJECTIVE, "own_words", "own_words" },
    { PANDAS, "[[0.5, 1.5, 2.5]]", "neither texts nor integers" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(read_text(write_lightgbm((int)cases[i].part, cases[i].value), "dt", 'd'),
                     FT_UNSUPPORTED);
    assert_says(cases[i].words);
  }
}

/* Of the first tree: leaf 0 is 1 + 0.5 x, leaf 1 is 2, leaf 2 is 4 + 2 x + 3 x. */
#define LINEAR                                                                        \
  "1 2 3\nis_linear=1\nleaf_const=1 2 4\nnum_features=1 0 2\nleaf_features=0  0 0 \n" \
  "leaf_coeff=0.5  2 3 "

static void linear_leaves_are_ours(void **state) {
  (void)state;
  assert_int_equal(read_text(write_lightgbm(LEAF, LINEAR), "dt", 'd'), FT_OK);
  assert_int_equal(import.model.member[0].kind, FT_LEARNER_LINEAR_FOREST);
  const struct ft_linear_forest *linear = &import.model.member[0].linear;
  assert_int_equal(linear->leaves, 3);
  assert_int_equal(linear->terms, 3);
  for (uint32_t i = 0; i < linear->splits.nodes; i++) {
    const struct ft_node *node = &linear->splits.node[i];
    if (node->feature != FT_NODE_LEAF) continue;
    const struct ft_linear_leaf *leaf = &linear->leaf[node->leaf];
    const double slope = leaf->terms ? linear->term[leaf->first].slope : 0;
    assert_true(leaf->missing == 1   ? leaf->constant == 1 && leaf->terms == 1 && slope == 0.5
                : leaf->missing == 2 ? leaf->constant == 2 && leaf->terms == 0
                                     : leaf->constant == 4 && leaf->terms == 2 && slope == 2);
  }
}

static void hostile_linear_leaves_are_refused(void **state) {
  (void)state;
  static const char *const cases[] = {
    "1 2 3\nis_linear=1",
    "1 2 3\nis_linear=1\nleaf_const=1 2 4\nnum_features=1 0\nleaf_features=0\nleaf_coeff=1",
    "1 2 3\nis_linear=1\nleaf_const=1 2\nnum_features=1 0 0\nleaf_features=0\nleaf_coeff=1",
    "1 2 3\nis_linear=1\nleaf_const=1 2 4\nnum_features=1 0 -1\nleaf_features=0\nleaf_coeff=1",
    "1 2 3\nis_linear=1\nleaf_const=1 2 4\nnum_features=1 0 1\nleaf_features=0\nleaf_coeff=1 1",
    "1 2 3\nis_linear=1\nleaf_const=1 2 4\nnum_features=1 0 0\nleaf_features=2\nleaf_coeff=1",
    "1 2 3\nis_linear=1\nleaf_const=1 2 4\nnum_features=1 0 0\nleaf_features=1\nleaf_coeff=1",
    "1 2 3\nis_linear=1\nleaf_const=1 2 4\nnum_features=1 0 0\nleaf_features=0.5\nleaf_coeff=1",
    "1 2 3\nis_linear=1\nleaf_const=1 2 4\nnum_features=1 0 0\nleaf_features=0\nleaf_coeff=inf",
    "1 2 3\nis_linear=1\nleaf_const=1 nan 4\nnum_features=0 0 0\nleaf_features=\nleaf_coeff=",
    "1 2 3\nis_linear=1\nleaf_const=1 2 4\nnum_features=2e9 2e9 2e9\nleaf_features=\nleaf_coeff=",
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum ft_status status = read_text(write_lightgbm(LEAF, cases[i]), "dt", 'd');
    if (status != FT_CORRUPT) fail_msg("case %zu: %d, %s", i, (int)status, err.message);
  }
}

/* 4: missing values are zeros, and go right, where 0 <= 0.1 goes left. */
static void zeros_that_are_missing_have_a_feature_of_their_own(void **state) {
  (void)state;
  assert_int_equal(read_text(write_lightgbm(DECISION, "4 1"), "dt", 'd'), FT_OK);
  assert_int_equal(import.model.features, 3);
  assert_string_equal(import.missing, "0");
  assert_int_equal(import.model.encoder[0].kind, FT_ENCODE_NUMBER);
  assert_int_equal(import.model.encoder[2].kind, FT_ENCODE_SENTINEL);
  assert_int_equal(import.model.encoder[2].field, 0);
  assert_true(import.model.encoder[2].low == -1e-35f && import.model.encoder[2].high == 1e-35f);
  assert_int_equal(import.model.member[0].forest.node[0].feature, 2);
  assert_int_equal(import.model.member[0].forest.node[0].missing_left, 0);
  assert_int_equal(read_text(write_lightgbm(DECISION, "6 1"), "dt", 'd'), FT_OK);
  assert_int_equal(import.model.features, 2); /* left either way */
}

/* --- dumps --- */

static const char dump[] =
    "{\"name\":\"tree\",\"version\":\"v4\",\"num_class\":1,\"num_tree_per_iteration\":1,"
    "\"max_feature_idx\":1,\"objective\":\"%s\",%s\"feature_names\":[\"age\",\"plan\"],"
    "\"feature_infos\":{\"age\":{\"values\":[]},\"plan\":{\"values\":[0,1,2]}},"
    "\"tree_info\":[{\"num_leaves\":%s,\"tree_structure\":{\"split_feature\":%s,\"threshold\":0.1,"
    "\"decision_type\":\"<=\",%s\"left_child\":{\"split_feature\":1,\"threshold\":%s,"
    "\"decision_type\":\"==\",\"default_left\":false,\"missing_type\":\"NaN\","
    "\"left_child\":{\"leaf_value\":3},\"right_child\":{\"leaf_value\":2}},"
    "\"right_child\":{\"leaf_value\":%s}}}],\"pandas_categorical\":%s}";
enum dump_part {
  DUMP_OBJECTIVE,
  DUMP_AVERAGE,
  DUMP_LEAVES,
  DUMP_FEATURE,
  DUMP_MISSING,
  DUMP_SET,
  DUMP_LEAF,
  DUMP_PANDAS,
  DUMP_PARTS
};

static const char *write_dump(int part, const char *value) {
  static char text[4096];
  const char *p[DUMP_PARTS] = { "regression",
                                "\"average_output\":false,",
                                "3",
                                "0",
                                "\"default_left\":true,\"missing_type\":\"NaN\",",
                                "\"0||2\"",
                                "1",
                                "[[\"a\",\"b\",\"c\"]]" };
  if (part >= 0) p[part] = value;
  snprintf(text, sizeof text, dump, p[DUMP_OBJECTIVE], p[DUMP_AVERAGE], p[DUMP_LEAVES],
           p[DUMP_FEATURE], p[DUMP_MISSING], p[DUMP_SET], p[DUMP_LEAF], p[DUMP_PANDAS]);
  return text;
}

static void a_dump_is_the_same_model_as_the_text(void **state) {
  (void)state;
  assert_int_equal(read_text(write_lightgbm(-1, NULL), "dt", 'd'), FT_OK);
  const struct ft_forest text = import.model.member[0].forest;
  const struct ft_encoder plan = import.model.encoder[1];
  assert_int_equal(read_text(write_dump(-1, NULL), "dt", 'd'), FT_OK);
  const struct ft_forest *forest = &import.model.member[0].forest;
  assert_string_equal(import.version, "v4");
  assert_int_equal(forest->nodes, text.nodes);
  assert_int_equal(forest->node[0].missing_left, text.node[0].missing_left);
  assert_true(forest->node[0].threshold == text.node[0].threshold);
  assert_int_equal(forest->node[1].set_words, text.node[1].set_words);
  assert_int_equal(forest->node[1].left - forest->node[1].right,
                   text.node[1].left - text.node[1].right);
  assert_int_equal(import.model.encoder[1].categories, plan.categories);
  assert_int_equal(
      read_text(
          write_dump(DUMP_LEAF, "1,\"leaf_const\":5,\"leaf_features\":[0],\"leaf_coeff\":[7]"),
          "dt", 'd'),
      FT_OK);
  assert_int_equal(import.model.member[0].kind, FT_LEARNER_LINEAR_FOREST);
  assert_true(import.model.member[0].linear.term[0].slope == 7);
}

static void what_a_dump_lacks_is_named_with_the_way_out(void **state) {
  (void)state;
  static const struct {
    enum dump_part part;
    const char *value, *words;
  } cases[] = {
    { DUMP_AVERAGE, "", "average_output" },
    { DUMP_MISSING, "", "default_left" },
    { DUMP_MISSING, "\"default_left\":true,", "missing_type" },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(read_text(write_dump((int)cases[i].part, cases[i].value), "dt", 'd'),
                     FT_UNSUPPORTED);
    assert_says(cases[i].words);
    assert_non_null(strstr(err.hint, "save_model"));
  }
  assert_int_equal(read_text("{\"tree_info\":[{\"tree_structure\":{\"leaf_value\":1}}]}", "d", 'd'),
                   FT_UNSUPPORTED);
  assert_non_null(strstr(err.hint, "save_model"));
}

static void hostile_dumps_are_refused(void **state) {
  (void)state;
  static const struct {
    enum dump_part part;
    const char *value;
  } cases[] = {
    { DUMP_LEAVES, "2" },
    { DUMP_LEAVES, "1e9" },
    { DUMP_LEAVES, "0" },
    { DUMP_LEAVES, "2.5" },
    { DUMP_FEATURE, "2" },
    { DUMP_FEATURE, "-1" },
    { DUMP_FEATURE, "1" },
    { DUMP_SET, "\"0|2\"" },
    { DUMP_SET, "\"0||\"" },
    { DUMP_SET, "\"-1\"" },
    { DUMP_SET, "\"0.5\"" },
    { DUMP_SET, "3" },
    { DUMP_SET, "\"3\"" },
    { DUMP_LEAF, "NaN" },
    { DUMP_LEAF, "1,\"left_child\":{\"leaf_value\":1}" },
    { DUMP_LEAF, "1,\"leaf_const\":1,\"leaf_features\":[0],\"leaf_coeff\":[]" },
    { DUMP_LEAF, "1,\"leaf_const\":1,\"leaf_features\":[\"x\"],\"leaf_coeff\":[1]" },
    { DUMP_LEAF, "1,\"leaf_const\":1" },
    { DUMP_MISSING, "\"default_left\":true,\"missing_type\":\"nan\"," },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    enum ft_status status = read_text(write_dump((int)cases[i].part, cases[i].value), "dt", 'd');
    if (status != FT_CORRUPT) fail_msg("case %zu: %d, %s", i, (int)status, err.message);
  }
}

static void reading_survives_every_failed_allocation(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    enum ft_status status = FT_NOMEM;
    for (size_t allowed = 0; status != FT_OK; allowed++) {
      ft_arena_allow(allowed);
      status = read_text(i == 0   ? write_lightgbm(DECISION, "4 1")
                         : i == 1 ? write_lightgbm(LEAF, LINEAR)
                                  : write_dump(-1, NULL),
                         "dt", 'd');
      ft_arena_allow(SIZE_MAX);
      assert_true(status == FT_OK || status == FT_NOMEM);
    }
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
  const struct CMUnitTest tests[] = {
    TEST(a_tree_of_lightgbm_is_ours),
    TEST(objectives_of_lightgbm_have_their_links),
    TEST(hostile_trees_of_lightgbm_are_refused),
    TEST(what_lightgbm_has_and_we_do_not_is_named),
    TEST(linear_leaves_are_ours),
    TEST(hostile_linear_leaves_are_refused),
    TEST(zeros_that_are_missing_have_a_feature_of_their_own),
    TEST(a_dump_is_the_same_model_as_the_text),
    TEST(what_a_dump_lacks_is_named_with_the_way_out),
    TEST(hostile_dumps_are_refused),
    TEST(reading_survives_every_failed_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
