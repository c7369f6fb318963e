/* What a prediction is foretold to cost: sums, and what has to cost more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "foretell/plan.h"
#include "test/unit/build_model.h"

static double cost_of(const struct build_options *options) {
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, options);
  double ns = ft_model_predict_ns(&model);
  assert_true(ns == ft_model_predict_ns(&model));
  ft_arena_release(&arena);
  return ns;
}

static void more_trees_deeper_trees_and_nets_cost_more(void **state) {
  (void)state;
  struct build_options shape = { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 50, 4, 1 };
  double first = cost_of(&shape);
  struct build_options more = shape, deeper = shape, deep = shape, net = shape, logistic = shape;
  struct build_options linear = shape;
  struct build_options derived = shape;
  linear.linears = 1;
  derived.derived = true;
  more.trees *= 3;
  deeper.depth = 7;
  deep.depth = 14;
  net.members = 2;
  net.nets = 1;
  logistic.link = FT_LINK_LOGISTIC;
  assert_true(first > 0);
  assert_true(cost_of(&more) > first);
  assert_true(cost_of(&deeper) > first);
  assert_true(cost_of(&deep) > cost_of(&deeper));
  assert_true(cost_of(&net) > first);
  assert_true(cost_of(&linear) > first);
  assert_true(cost_of(&derived) > first);
  assert_true(cost_of(&logistic) > first);
}

static void a_members_cost_is_a_part_of_its_models(void **state) {
  (void)state;
  struct build_options shape = { FT_MULTICLASS, FT_LINK_SOFTMAX, 3, 4, 30, 5, 2, .nets = 2 };
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shape);
  double whole = ft_model_predict_ns(&model), members = 0;
  for (uint32_t m = 0; m < model.members; m++)
    members += ft_member_predict_ns(&model, &model.member[m]);
  assert_true(members < whole);
  model.members = 0;
  assert_true(ft_model_predict_ns(&model) <= whole - members + 1e-6);
  ft_arena_release(&arena);
}

static void transforms_cost_what_they_do(void **state) {
  (void)state;
  struct build_options shape = { FT_REGRESSION, FT_LINK_IDENTITY,   0, 12, 3, 3, 5,
                                 .nets = 1,     .transformed = true };
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shape);
  double before = ft_model_predict_ns(&model);
  for (; model.transforms; model.transforms--) {
    double after = ft_model_predict_ns(&model);
    assert_true(after <= before);
    before = after;
  }
  assert_true(ft_model_predict_ns(&model) < before);
  ft_arena_release(&arena);
}

/* A learner's thresholds are shared, so that a tree that is there twice costs less than another. */
static void equal_decisions_are_counted_once(void **state) {
  (void)state;
  struct build_options shape = { FT_REGRESSION, FT_LINK_IDENTITY, 0, 1, 200, 5, 3 };
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shape);
  const struct ft_forest *forest = &model.member[0].forest;
  double before = ft_model_predict_ns(&model);
  for (uint32_t i = 0; i < forest->nodes; i++)
    if (forest->node[i].feature != FT_NODE_LEAF && forest->node[i].set == FT_NODE_NO_SET)
      ((struct ft_node *)forest->node)[i].threshold = 1;
  assert_true(ft_model_predict_ns(&model) < before);
  ft_arena_release(&arena);
}

static void the_end_of_memory_makes_nothing_cheap(void **state) {
  (void)state;
  struct build_options shape = { FT_REGRESSION, FT_LINK_IDENTITY, 0, 2, 100, 6, 4, .nets = 1 };
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_model model = build_model(&arena, &shape);
  const double whole = ft_model_predict_ns(&model);
  for (size_t allowed = 0; allowed < 12; allowed++) {
    ft_arena_allow(allowed);
    double ns = ft_model_predict_ns(&model);
    ft_arena_allow(SIZE_MAX);
    assert_true(ns >= whole);
  }
  ft_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(more_trees_deeper_trees_and_nets_cost_more),
    cmocka_unit_test(a_members_cost_is_a_part_of_its_models),
    cmocka_unit_test(transforms_cost_what_they_do),
    cmocka_unit_test(equal_decisions_are_counted_once),
    cmocka_unit_test(the_end_of_memory_makes_nothing_cheap),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
