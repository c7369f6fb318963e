/* Random forests: what their leaves say, what they are calibrated by, what does not matter. */
#include "core/learn/random_forest.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/learn/forest_leaves.h"
#include "core/learn/leaf.h"
#include "test/unit/tree_sheet.h"

static const struct ft_configuration configuration = {
  .name = "forest",
  .learner = &ft_random_forest_learner,
  .options = &(const struct ft_random_forest_options){ .tree = { .max_depth = 8,
                                                                 .min_child_weight = 1,
                                                                 .colsample_bytree = 1,
                                                                 .colsample_bylevel = 1,
                                                                 .colsample_bynode = 0.7 },
                                                       .trees = 40,
                                                       .subsample = 0.63,
                                                       .smoothing = 1 },
};

static struct ft_fit_task task_of(const struct sheet *sheet, uint32_t threads) {
  return task_of_sheet(sheet, &configuration, threads);
}

static void a_forest_of_two_classes_predicts(void **state) {
  (void)state;
  expect_better_than_base(&configuration, FT_BINARY, 1, 0.6);
}

static void a_forest_of_four_classes_predicts(void **state) {
  (void)state;
  expect_better_than_base(&configuration, FT_MULTICLASS, 4, 0.75);
}

static void a_forest_of_numbers_predicts(void **state) {
  (void)state;
  expect_better_than_base(&configuration, FT_REGRESSION, 1, 0.15);
}

/* What the search compares is what the model will say: leaves are rounded, nothing else differs. */
static void margins_of_a_fit_are_those_of_its_member(void **state) {
  (void)state;
  struct sheet *sheet = make_sheet(600, FT_MULTICLASS, 4);
  struct ft_fit_task task = task_of(sheet, 1);
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  const struct ft_forest *forest = &fit.member.forest;
  for (size_t i = 0; i < task.n_valid; i++) {
    double margin[4];
    memcpy(margin, forest->base, sizeof margin);
    for (uint32_t t = 0; t < forest->trees; t++) {
      uint32_t leaf = ft_leaf_of(forest, &forest->tree[t], &sheet->features, task.valid[i]);
      margin[forest->tree[t].output] += ldexp(forest->node[leaf].leaf, -forest->exponent);
    }
    for (uint32_t g = 0; g < 4; g++)
      assert_true(fabs(margin[g] - fit.margin[i * 4 + g]) < 1e-4);
  }
  ft_arena_release(&arena);
  free(sheet);
}

static void threads_do_not_matter_to_a_forest(void **state) {
  (void)state;
  struct sheet *sheet = make_sheet(MAX, FT_REGRESSION, 1);
  struct ft_fit_task alone = task_of(sheet, 1), together = task_of(sheet, 3);
  struct ft_arena one, three;
  struct ft_fit first = fit_once(&one, &alone), second = fit_once(&three, &together);
  const struct ft_forest *a = &first.member.forest, *b = &second.member.forest;
  assert_int_equal(a->nodes, b->nodes);
  assert_memory_equal(a->node, b->node, a->nodes * sizeof *a->node);
  assert_memory_equal(first.margin, second.margin, alone.n_valid * sizeof *first.margin);
  ft_arena_release(&one);
  ft_arena_release(&three);
  free(sheet);
}

static void a_refit_grows_as_many_trees_as_it_is_told(void **state) {
  (void)state;
  struct sheet *sheet = make_sheet(200, FT_BINARY, 1);
  struct ft_fit_task task = task_of(sheet, 1);
  task.n_valid = 0;
  task.rounds = 7;
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  assert_int_equal(fit.member.forest.trees, 7);
  ft_arena_release(&arena);
  free(sheet);
}

static void rows_of_one_class_make_a_forest_too(void **state) {
  (void)state;
  for (size_t rows = 5; rows <= 50; rows += 45) {
    struct sheet *sheet = make_sheet(rows, FT_BINARY, 1);
    for (size_t r = 0; r < rows; r++)
      sheet->target[r] = 1;
    struct ft_fit_task task = task_of(sheet, 1);
    struct ft_arena arena;
    struct ft_fit fit = fit_once(&arena, &task);
    for (size_t i = 0; i < task.n_valid; i++)
      assert_true(isfinite(fit.margin[i]) && fit.margin[i] > 0);
    ft_arena_release(&arena);
    free(sheet);
  }
}

static void a_passed_deadline_leaves_no_forest(void **state) {
  (void)state;
  struct sheet *sheet = make_sheet(100, FT_BINARY, 1);
  struct ft_fit_task task = task_of(sheet, 1);
  task.deadline = 0;
  struct ft_arena arena;
  struct ft_fit fit;
  struct ft_error err;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(ft_fit_run(&fit, &arena, &task, &err), FT_OK);
  assert_true(fit.cut && !fit.done);
  ft_arena_release(&arena);
  free(sheet);
}

/* A stump by hand, every row in the bag: no row judges, so nothing is stretched. Left 3 of 4 rows are
 * positive, right 1 of 4; the base is log(4.5 / 4.5) = 0 and one row of it, half a positive, is added. */
static void leaves_are_smoothed_log_odds(void **state) {
  (void)state;
  float value[8] = { 1, 2, 3, 4, 11, 12, 13, 14 };
  double target[8] = { 1, 1, 1, 0, 0, 0, 0, 1 };
  uint32_t row[8] = { 0, 1, 2, 3, 4, 5, 6, 7 }, numeric = 0;
  struct ft_features features = { .value = value,
                                  .rows = 8,
                                  .features = 1,
                                  .categories = &numeric };
  struct ft_fit_data data = { .features = &features,
                              .target = target,
                              .problem = FT_BINARY,
                              .outputs = 1,
                              .scale = 1 };
  struct ft_fit_task task = { .data = &data,
                              .train = row,
                              .n_train = 8,
                              .valid = row,
                              .n_valid = 8 };
  struct ft_node node[3] = {
    { .feature = 0, .threshold = 7, .left = 1, .right = 2, .set = FT_NODE_NO_SET },
    { .feature = FT_NODE_LEAF },
    { .feature = FT_NODE_LEAF }
  };
  struct ft_tree tree = { .nodes = 3 };
  struct ft_forest forest = { .trees = 1, .tree = &tree, .nodes = 3, .node = node };
  struct ft_forest_leaves_options options = { .share = 1, .smoothing = 1, .trees = 1 };
  struct ft_arena arena;
  struct ft_error err;
  double margin[8];
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(ft_forest_leaves(&forest, margin, &arena, &task, &options, &err), FT_OK);
  double expected = log(3.5 / 1.5);
  assert_true(fabs(forest.base[0]) < 1e-12);
  assert_true(fabs(margin[0] - expected) < 1e-12 && fabs(margin[7] + expected) < 1e-12);
  assert_true(fabs(ldexp(node[1].leaf, -forest.exponent) - expected) < 1e-6);
  ft_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_forest_of_two_classes_predicts),
    cmocka_unit_test(a_forest_of_four_classes_predicts),
    cmocka_unit_test(a_forest_of_numbers_predicts),
    cmocka_unit_test(margins_of_a_fit_are_those_of_its_member),
    cmocka_unit_test(threads_do_not_matter_to_a_forest),
    cmocka_unit_test(a_refit_grows_as_many_trees_as_it_is_told),
    cmocka_unit_test(rows_of_one_class_make_a_forest_too),
    cmocka_unit_test(a_passed_deadline_leaves_no_forest),
    cmocka_unit_test(leaves_are_smoothed_log_odds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
