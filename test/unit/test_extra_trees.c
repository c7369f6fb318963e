/* Extremely randomised trees: what they say, where missing values and codes go, what does not matter. */
#include "core/learn/extra_trees.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/learn/leaf.h"
#include "test/unit/tree_sheet.h"

static const struct ft_extra_trees_options usual = { .trees = 40,
                                                     .max_depth = 8,
                                                     .max_leaves = 600,
                                                     .min_leaf_rows = 1,
                                                     .max_features = 0.7,
                                                     .draws = 1,
                                                     .smoothing = 0.1 };
static const struct ft_configuration configuration = {
  .name = "extra trees",
  .learner = &ft_extra_trees_learner,
  .options = &usual,
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

/* As the engine adds up: exact sums of the leaves, then margins. */
static void margins_of_a_fit_are_those_of_its_member(void **state) {
  (void)state;
  struct sheet *sheet = make_sheet(600, FT_MULTICLASS, 4);
  struct ft_fit_task task = task_of(sheet, 1);
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  const struct ft_forest *forest = &fit.member.forest;
  assert_int_equal(fit.member.scale, FT_SCALE_PROBABILITY);
  for (size_t i = 0; i < task.n_valid; i++) {
    double sum[4] = { 0 };
    for (uint32_t t = 0; t < forest->trees; t++) {
      uint32_t leaf = ft_leaf_of(forest, &forest->tree[t], &sheet->features, task.valid[i]);
      sum[forest->tree[t].output] += forest->node[leaf].leaf;
    }
    for (uint32_t g = 0; g < 4; g++) {
      double p = fmax(ldexp(sum[g], -forest->exponent), FT_PROBABILITY_MIN);
      assert_true(fabs(log(p) - fit.margin[i * 4 + g]) < 1e-12);
    }
  }
  ft_arena_release(&arena);
  free(sheet);
}

/* Of one walk: an engine finds such runs. */
static void trees_of_the_outputs_stand_together_and_differ_in_their_leaves_alone(void **state) {
  (void)state;
  struct sheet *sheet = make_sheet(600, FT_MULTICLASS, 4);
  struct ft_fit_task task = task_of(sheet, 1);
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  const struct ft_forest *forest = &fit.member.forest;
  for (uint32_t t = 0; t < forest->trees; t++) {
    const struct ft_tree *tree = &forest->tree[t], *first = tree - t % 4;
    assert_int_equal(tree->output, t % 4);
    assert_int_equal(tree->nodes, first->nodes);
    for (uint32_t i = 0; i < tree->nodes; i++) {
      struct ft_node node = forest->node[tree->first + i];
      node.leaf = forest->node[first->first + i].leaf;
      assert_memory_equal(&node, &forest->node[first->first + i], sizeof node);
    }
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

/* Features 1 and 2 as codes: feature 1 alone tells the label, by a set that no order of the codes has. */
static struct sheet *make_codes(size_t rows) {
  struct sheet *sheet = make_sheet(rows, FT_BINARY, 1);
  struct ft_random random = ft_random_seeded(3);
  sheet->categories[1] = 7;
  for (size_t r = 0; r < rows; r++) {
    uint64_t code = ft_random_below(&random, 8);
    sheet->value[r] = (float)ft_random_unit(&random);
    sheet->value[rows + r] = (float)code;
    sheet->target[r] = 0x5a >> code & 1;
  }
  return sheet;
}

static void codes_are_split_by_sets(void **state) {
  (void)state;
  struct sheet *sheet = make_codes(1000);
  struct ft_fit_task task = task_of(sheet, 1);
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  assert_true(loss_of(&fit, &task) < 0.1);
  ft_arena_release(&arena);
  free(sheet);
}

/* Whether a value is missing is all there is to learn from. */
static void what_is_missing_can_be_learned_from(void **state) {
  (void)state;
  struct sheet *sheet = make_sheet(500, FT_BINARY, 1);
  struct ft_random random = ft_random_seeded(4);
  for (size_t r = 0; r < 500; r++) {
    sheet->target[r] = (double)ft_random_below(&random, 2);
    sheet->value[r] = sheet->value[1000 + r] = 1;
    sheet->value[500 + r] = sheet->target[r] > 0 ? NAN : 3;
  }
  struct ft_fit_task task = task_of(sheet, 1);
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  assert_true(loss_of(&fit, &task) < 0.01);
  ft_arena_release(&arena);
  free(sheet);
}

/* A threshold is above the least and not above the greatest value, and of whole numbers between two. */
static void thresholds_split_the_values(void **state) {
  (void)state;
  struct sheet *sheet = make_sheet(500, FT_REGRESSION, 1);
  struct ft_random random = ft_random_seeded(4);
  for (size_t r = 0; r < 500; r++) {
    sheet->value[r] = ft_random_below(&random, 2) ? INFINITY : nextafterf(0.5F, 1);
    sheet->value[500 + r] = ft_random_below(&random, 2) ? 0.5F : nextafterf(0.5F, 1);
    sheet->value[1000 + r] = (float)ft_random_below(&random, 5);
  }
  struct ft_fit_task task = task_of(sheet, 1);
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  const struct ft_forest *forest = &fit.member.forest;
  for (uint32_t i = 0; i < forest->nodes; i++) {
    const struct ft_node *node = &forest->node[i];
    if (node->feature == 0) assert_true(node->threshold > 0.5F && isfinite(node->threshold));
    if (node->feature == 1) assert_true(node->threshold == nextafterf(0.5F, 1));
    if (node->feature == 2) assert_true(node->threshold == floorf(node->threshold) + 0.5F);
  }
  ft_arena_release(&arena);
  free(sheet);
}

static struct ft_configuration with(const struct ft_extra_trees_options *options) {
  struct ft_configuration other = configuration;
  other.options = options;
  return other;
}

static uint32_t leaves_of(const struct ft_forest *forest, uint32_t tree) {
  uint32_t leaves = 0;
  for (uint32_t i = 0; i < forest->tree[tree].nodes; i++)
    leaves += forest->node[forest->tree[tree].first + i].feature == FT_NODE_LEAF;
  return leaves;
}

static void a_tree_has_no_more_leaves_than_it_may(void **state) {
  (void)state;
  struct sheet *sheet = make_sheet(600, FT_MULTICLASS, 4);
  struct ft_extra_trees_options options = usual;
  options.max_leaves = 17;
  struct ft_configuration small = with(&options);
  struct ft_fit_task task = task_of(sheet, 1);
  task.configuration = &small;
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  for (uint32_t t = 0; t < fit.member.forest.trees; t++)
    assert_int_equal(leaves_of(&fit.member.forest, t), 17);
  ft_arena_release(&arena);
  free(sheet);
}

static void leaves_have_the_rows_that_they_must(void **state) {
  (void)state;
  struct sheet *sheet = make_sheet(600, FT_REGRESSION, 1);
  struct ft_extra_trees_options options = usual;
  options.min_leaf_rows = 25;
  struct ft_configuration large = with(&options);
  struct ft_fit_task task = task_of(sheet, 1);
  task.configuration = &large;
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  const struct ft_forest *forest = &fit.member.forest;
  uint32_t *rows = calloc(forest->nodes, sizeof *rows);
  for (uint32_t t = 0; t < forest->trees; t++)
    for (size_t i = 0; i < task.n_train; i++)
      rows[ft_leaf_of(forest, &forest->tree[t], &sheet->features, task.train[i])]++;
  for (uint32_t i = 0; i < forest->nodes; i++)
    if (forest->node[i].feature == FT_NODE_LEAF) assert_true(rows[i] >= 25);
  free(rows);
  ft_arena_release(&arena);
  free(sheet);
}

/* Of more rows than a tree may see each tree draws its own. */
static void very_many_rows_are_drawn_from(void **state) {
  (void)state;
  const size_t rows = 90000;
  struct sheet *small = make_sheet(MAX, FT_BINARY, 1);
  struct ft_features features = { .value = calloc(rows, sizeof(float)),
                                  .rows = rows,
                                  .features = 1,
                                  .categories = small->categories };
  struct ft_fit_data data = small->data;
  double *target = calloc(rows, sizeof *target);
  uint32_t *row = calloc(rows, sizeof *row);
  for (size_t r = 0; r < rows; r++) {
    ((float *)(uintptr_t)features.value)[r] = (float)(r % 100);
    target[r] = r % 100 > 40;
    row[r] = (uint32_t)r;
  }
  data.features = &features;
  data.target = target;
  struct ft_fit_task task = task_of(small, 2);
  task.data = &data;
  task.train = task.valid = row;
  task.n_train = rows;
  task.n_valid = 100;
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  for (size_t i = 0; i < 100; i++)
    if (i < 35 || i > 46) assert_true((i > 40 ? fit.margin[i] : -fit.margin[i]) > 2);
  ft_arena_release(&arena);
  free((void *)(uintptr_t)features.value);
  free(target);
  free(row);
  free(small);
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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_forest_of_two_classes_predicts),
    cmocka_unit_test(a_forest_of_four_classes_predicts),
    cmocka_unit_test(a_forest_of_numbers_predicts),
    cmocka_unit_test(margins_of_a_fit_are_those_of_its_member),
    cmocka_unit_test(trees_of_the_outputs_stand_together_and_differ_in_their_leaves_alone),
    cmocka_unit_test(codes_are_split_by_sets),
    cmocka_unit_test(what_is_missing_can_be_learned_from),
    cmocka_unit_test(thresholds_split_the_values),
    cmocka_unit_test(a_tree_has_no_more_leaves_than_it_may),
    cmocka_unit_test(leaves_have_the_rows_that_they_must),
    cmocka_unit_test(very_many_rows_are_drawn_from),
    cmocka_unit_test(threads_do_not_matter_to_a_forest),
    cmocka_unit_test(a_refit_grows_as_many_trees_as_it_is_told),
    cmocka_unit_test(rows_of_one_class_make_a_forest_too),
    cmocka_unit_test(a_passed_deadline_leaves_no_forest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
