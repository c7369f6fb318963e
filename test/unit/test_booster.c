/* Our plan of a trained model gives the margins that XGBoost itself gives. */
#include "core/learn/booster.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/learn/trees.h"
#include "core/learn/xgboost_api.h"
#include "core/train/prepare.h"
#include "foretell/random.h"
#include "test/unit/rows_of.h"

#define ROWS   1500
#define ROUNDS 40

struct fixture {
  struct ft_arena arena;
  struct ft_run run;
  struct ft_job job;
  struct rows rows;
  float *label;
};

static void prepare(struct fixture *fixture, enum target_kind kind) {
  struct ft_error err;
  struct ft_table table;
  fixture->rows = make_rows(ROWS, kind, 5);
  fixture->job = job_of(kind);
  ft_arena_init(&fixture->arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(fill_table(&table, &fixture->rows, 1, false, &err), FT_OK);
  assert_int_equal(
      ft_run_prepare(&fixture->run, &fixture->arena, &table, &fixture->job, NULL, 0, &err), FT_OK);
  fixture->label = calloc(ROWS, sizeof *fixture->label);
  for (size_t r = 0; r < ROWS; r++)
    fixture->label[r] = (float)fixture->run.target.value[r];
}

static void tidy(struct fixture *fixture) {
  ft_run_release(&fixture->run);
  ft_arena_release(&fixture->arena);
  free_rows(&fixture->rows);
  free(fixture->label);
}

static double largest_leaf(const struct ft_forest *forest) {
  double largest = 0;
  for (uint32_t i = 0; i < forest->nodes; i++)
    if (forest->node[i].feature == FT_NODE_LEAF)
      largest = fmax(largest, fabs(ldexp(forest->node[i].leaf, -forest->exponent)));
  return largest;
}

/* A threshold lies between two values of the rows; where they are neighbours, there is no between. */
static void expect_no_training_value(const struct ft_forest *forest,
                                     const struct ft_features *features) {
  size_t splits = 0;
  for (uint32_t i = 0; i < forest->nodes; i++) {
    const struct ft_node *node = &forest->node[i];
    if (node->feature == FT_NODE_LEAF || node->set != FT_NODE_NO_SET) continue;
    const float *value = features->value + (size_t)node->feature * features->rows;
    float before = nextafterf(node->threshold, -INFINITY);
    bool is_value = false, has_neighbour = false;
    for (size_t r = 0; r < features->rows; r++) {
      is_value |= value[r] == node->threshold;
      has_neighbour |= value[r] == before;
    }
    assert_true(!is_value || has_neighbour);
    splits++;
  }
  assert_true(splits > 0);
}

static void expect_parity(enum target_kind kind, const char *objective, const char *classes,
                          const char *onehot) {
  struct fixture fixture = { 0 };
  struct ft_error err;
  struct ft_matrix *matrix = NULL;
  struct ft_booster *booster = NULL;
  prepare(&fixture, kind);
  struct ft_run *run = &fixture.run;
  struct ft_parameter parameter[] = { { "objective", objective },      { "base_score", "0" },
                                      { "tree_method", "hist" },       { "nthread", "1" },
                                      { "max_cat_to_onehot", onehot }, { "num_class", classes } };
  assert_int_equal(ft_matrix_make(&matrix, &run->features, run->all, ROWS, 1, &err), FT_OK);
  assert_int_equal(ft_matrix_label(matrix, fixture.label, &err), FT_OK);
  assert_int_equal(
      ft_booster_make(&booster, &matrix, 1, run->outputs, parameter, classes ? 6 : 5, &err), FT_OK);
  for (uint32_t round = 0; round < ROUNDS; round++)
    assert_int_equal(ft_booster_update(booster, matrix, round, &err), FT_OK);
  const float *theirs;
  assert_int_equal(ft_booster_margins(&theirs, booster, matrix, &err), FT_OK);
  struct ft_member member = { .weight = 1 };
  struct ft_grown_on rows = { &run->features, run->all, ROWS, 2 };
  assert_int_equal(
      ft_booster_forest(&member.forest, &fixture.arena, booster, ROUNDS, 1, &rows, &err), FT_OK);
  expect_no_training_value(&member.forest, &run->features);
  assert_int_equal(member.forest.trees, ROUNDS * run->outputs);
  double *ours = calloc((size_t)ROWS * run->outputs, sizeof *ours);
  assert_int_equal(ft_run_margins(ours, run, &member, 1, run->all, ROWS, &err), FT_OK);
  double bound = ROUNDS * largest_leaf(&member.forest) * (ldexp(1, -24) + ldexp(1, -22));
  bool moved = false;
  for (size_t i = 0; i < (size_t)ROWS * run->outputs; i++) {
    assert_true(fabs(ours[i] - theirs[i]) <= bound);
    moved |= fabs(ours[i]) > 100 * bound;
  }
  assert_true(moved);
  free(ours);
  ft_booster_free(booster);
  ft_matrix_free(matrix);
  tidy(&fixture);
}

static void plan_gives_the_margins_of_a_regression(void **state) {
  (void)state;
  expect_parity(BILL, "reg:squarederror", NULL, "64");
}

static void plan_gives_the_margins_of_category_sets(void **state) {
  (void)state;
  expect_parity(BILL, "reg:squarederror", NULL, "1");
}

static void plan_gives_the_margins_of_two_classes(void **state) {
  (void)state;
  expect_parity(CHURN, "binary:logitraw", NULL, "1");
}

static void plan_gives_the_margins_of_three_classes(void **state) {
  (void)state;
  expect_parity(TIER, "multi:softprob", "3", "1");
}

static enum ft_status read_bytes(const uint8_t *bytes, size_t size) {
  struct ft_arena arena;
  struct ft_error err;
  struct ft_forest forest;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status =
      ft_trees_read(&forest, &arena, (struct ft_span){ (const char *)bytes, size }, 10, 1, 1, &err);
  ft_arena_release(&arena);
  return status;
}

/* XGBoost's own bytes of three trees; malloc(). */
static uint8_t *grow_bytes(size_t *size) {
  struct fixture fixture = { 0 };
  struct ft_error err;
  struct ft_matrix *matrix = NULL;
  BoosterHandle booster;
  uint64_t length;
  const char *text;
  prepare(&fixture, BILL);
  assert_int_equal(ft_matrix_make(&matrix, &fixture.run.features, fixture.run.all, 200, 1, &err),
                   FT_OK);
  assert_int_equal(ft_matrix_label(matrix, fixture.label, &err), FT_OK);
  DMatrixHandle handle = ft_matrix_handle(matrix);
  assert_int_equal(XGBoosterCreate(&handle, 1, &booster), 0);
  assert_int_equal(XGBoosterSetParam(booster, "max_depth", "3"), 0);
  for (int round = 0; round < 3; round++)
    assert_int_equal(XGBoosterUpdateOneIter(booster, round, handle), 0);
  assert_int_equal(XGBoosterSaveModelToBuffer(booster, "{\"format\":\"ubj\"}", &length, &text), 0);
  uint8_t *bytes = malloc(length);
  memcpy(bytes, text, length);
  *size = length;
  XGBoosterFree(booster);
  ft_matrix_free(matrix);
  tidy(&fixture);
  return bytes;
}

/* Whatever is cut off or changed, reading ends with an answer, and never outside the bytes (which the
 * sanitizers see: every cut is a block of its own). */
static void trees_refuse_what_is_not_a_model(void **state) {
  (void)state;
  size_t size, refused = 0;
  uint8_t *bytes = grow_bytes(&size);
  assert_int_equal(read_bytes(bytes, size), FT_OK);
  for (size_t cut = 0; cut < size; cut += cut < size / 2 ? 7 : 3) {
    uint8_t *part = malloc(cut + 1);
    memcpy(part, bytes, cut);
    refused += read_bytes(part, cut) == FT_TRAINER;
    free(part);
  }
  assert_true(refused > 100);
  struct ft_random random = ft_random_seeded(3);
  for (int change = 0; change < 3000; change++) {
    size_t at = (size_t)ft_random_below(&random, size);
    uint8_t before = bytes[at];
    bytes[at] = (uint8_t)ft_random_next(&random);
    enum ft_status status = read_bytes(bytes, size);
    assert_true(status == FT_OK || status == FT_TRAINER || status == FT_NOMEM);
    bytes[at] = before;
  }
  static const char *const texts[] = { "", "{", "[]", "{}", "{L", "[$l#L\x7f\xff\xff\xff" };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    assert_int_equal(read_bytes((const uint8_t *)texts[i], strlen(texts[i])), FT_TRAINER);
  free(bytes);
}

static void a_wrong_parameter_is_an_error_with_words(void **state) {
  (void)state;
  struct fixture fixture = { 0 };
  struct ft_error err;
  struct ft_matrix *matrix = NULL;
  struct ft_booster *booster = NULL;
  prepare(&fixture, BILL);
  struct ft_parameter parameter = { "objective", "reg:nonsense" };
  assert_int_equal(ft_matrix_make(&matrix, &fixture.run.features, fixture.run.all, ROWS, 1, &err),
                   FT_OK);
  assert_int_equal(ft_matrix_label(matrix, fixture.label, &err), FT_OK);
  enum ft_status status = ft_booster_make(&booster, &matrix, 1, 1, &parameter, 1, &err);
  if (status == FT_OK) status = ft_booster_update(booster, matrix, 0, &err);
  assert_int_equal(status, FT_TRAINER);
  assert_non_null(strstr(err.message, "the learner failed"));
  assert_null(strchr(err.message, '\n'));
  ft_booster_free(booster);
  ft_matrix_free(matrix);
  tidy(&fixture);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(plan_gives_the_margins_of_a_regression),
    cmocka_unit_test(plan_gives_the_margins_of_category_sets),
    cmocka_unit_test(plan_gives_the_margins_of_two_classes),
    cmocka_unit_test(plan_gives_the_margins_of_three_classes),
    cmocka_unit_test(trees_refuse_what_is_not_a_model),
    cmocka_unit_test(a_wrong_parameter_is_an_error_with_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
