/* What a search tries, and in which case what is left out. */
#include "core/train/portfolio.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/learn/boosted.h"
#include "core/learn/portfolio_list.h"

#define ROWS 4

struct listing {
  struct ft_arena arena;
  struct ft_features features;
  struct ft_fit_data data;
  struct ft_portfolio portfolio;
};

static uint32_t categories[1];
static double target[ROWS] = { -1, 0, 0, 1 };

static void begin(struct listing *l, enum ft_problem problem, enum ft_model_type model_type) {
  *l = (struct listing){ .features = { .rows = ROWS, .features = 1, .categories = categories } };
  l->data = (struct ft_fit_data){ .features = &l->features,
                                  .target = target,
                                  .problem = problem,
                                  .outputs = 1,
                                  .seed = 1,
                                  .scale = 1 };
  ft_arena_init(&l->arena, FT_ARENA_DEFAULT_LIMIT);
  ft_portfolio_init(&l->portfolio, &l->arena, &l->data, model_type);
}

static const struct ft_configuration *next_of(struct listing *l,
                                              const struct ft_configuration *best) {
  const struct ft_configuration *next;
  assert_int_equal(ft_portfolio_next(&next, &l->portfolio, best, NULL), FT_OK);
  return next;
}

/* Is it still to come? Takes all that comes. */
static bool has(struct listing *l, const char *name) {
  bool found = false;
  for (const struct ft_configuration *next; (next = next_of(l, NULL)) != NULL;)
    found |= strcmp(next->name, name) == 0;
  return found;
}

static bool is_listed_for(enum ft_problem problem, uint32_t outputs, const char *name) {
  struct listing l;
  begin(&l, problem, FT_MODEL_TYPE_AUTO);
  l.data.outputs = outputs;
  ft_portfolio_init(&l.portfolio, &l.arena, &l.data, FT_MODEL_TYPE_AUTO);
  bool found = has(&l, name);
  ft_arena_release(&l.arena);
  return found;
}

static bool is_listed(enum ft_model_type model_type, bool no_coarse, const char *name) {
  struct listing l;
  begin(&l, FT_REGRESSION, model_type);
  l.portfolio.no_coarse = no_coarse;
  bool found = has(&l, name);
  ft_arena_release(&l.arena);
  return found;
}

static void what_is_coarse_is_left_out_where_that_is_of_no_use(void **state) {
  (void)state;
  static const char *const coarse[] = { "linear",
                                        "additive",
                                        "MLP 3x24 dropout",
                                        "MLP 2x24",
                                        "extra trees min leaf 5",
                                        "boosted depth 2",
                                        "random forest depth 10" };
  static const char *const no_coarse[] = { "boosted depth 6",      "MLP 2x32", "boosted depth 8",
                                           "extra trees depth 30", "MLP 4x64", "boosted slow" };
  for (size_t i = 0; i < sizeof coarse / sizeof *coarse; i++) {
    assert_true(is_listed(FT_MODEL_TYPE_AUTO, false, coarse[i]));
    assert_false(is_listed(FT_MODEL_TYPE_AUTO, true, coarse[i]));
  }
  for (size_t i = 0; i < sizeof no_coarse / sizeof *no_coarse; i++) {
    assert_true(is_listed(FT_MODEL_TYPE_AUTO, false, no_coarse[i]));
    assert_true(is_listed(FT_MODEL_TYPE_AUTO, true, no_coarse[i]));
  }
}

static void several_classes_begin_with_the_boosters_defaults(void **state) {
  (void)state;
  assert_string_equal(ft_portfolio_list(FT_MULTICLASS, 3)->name, "boosted defaults");
  assert_string_equal(ft_portfolio_list(FT_BINARY, 1)->name, "boosted depth 6");
  assert_false(is_listed_for(FT_BINARY, 1, "boosted defaults"));
  assert_false(is_listed_for(FT_MULTICLASS, 4, "MLP 2x128"));
  assert_true(is_listed_for(FT_MULTICLASS, 26, "MLP 2x128"));
  assert_true(is_listed_for(FT_MULTICLASS, 26, "boosted fast"));
  assert_false(is_listed_for(FT_MULTICLASS, 26, "boosted depth 6"));
}

static void haste_makes_larger_steps_and_fewer_of_them(void **state) {
  (void)state;
  struct listing l;
  begin(&l, FT_REGRESSION, FT_MODEL_TYPE_AUTO);
  const struct ft_configuration *first = next_of(&l, NULL), *faster = first;
  assert_int_equal(ft_portfolio_speed_up(&faster, &l.portfolio, 2, NULL), FT_OK);
  assert_ptr_not_equal(faster, first);
  const struct ft_boosted_options *options = faster->options, *before = first->options;
  assert_true(options->learning_rate == 2 * before->learning_rate);
  assert_true(options->max_rounds <= before->max_rounds / 2 + 1);
  assert_string_not_equal(faster->name, first->name);
  assert_true(options->learning_rate <= ft_boosted_learning_rate(before, 100)); /* its limit */
  assert_true(ft_portfolio_max_speed_up(faster, 4) < ft_portfolio_max_speed_up(first, 4) + 1e-9);
  ft_arena_release(&l.arena);
}

static void a_model_type_allows_its_own_learners(void **state) {
  (void)state;
  assert_true(is_listed(FT_MODEL_TYPE_MLP, false, "MLP 2x32"));
  assert_false(is_listed(FT_MODEL_TYPE_MLP, false, "boosted depth 6"));
  assert_true(is_listed(FT_MODEL_TYPE_LINEAR_LEARNER, false, "additive"));
  assert_false(is_listed(FT_MODEL_TYPE_LINEAR_LEARNER, false, "MLP 2x32"));
}

static void logarithms_are_for_positive_numbers_that_spread(void **state) {
  (void)state;
  assert_false(is_listed(FT_MODEL_TYPE_AUTO, false, "boosted log target"));
  struct listing l;
  begin(&l, FT_REGRESSION, FT_MODEL_TYPE_AUTO);
  l.portfolio.spread = true;
  assert_true(has(&l, "boosted log target"));
  ft_arena_release(&l.arena);
}

static void variations_follow_and_replay(void **state) {
  (void)state;
  struct listing a, b;
  begin(&a, FT_BINARY, FT_MODEL_TYPE_XGBOOST);
  begin(&b, FT_BINARY, FT_MODEL_TYPE_XGBOOST);
  const struct ft_configuration *best = next_of(&a, NULL);
  next_of(&b, NULL);
  assert_false(has(&a, "nothing"));
  assert_false(has(&b, "nothing"));
  for (int i = 0; i < 8; i++) {
    const struct ft_configuration *one = next_of(&a, best), *other = next_of(&b, best);
    assert_string_equal(one->name, other->name);
    assert_ptr_equal(one->learner, best->learner);
    assert_memory_equal(one->options, other->options, sizeof(struct ft_boosted_options));
    assert_memory_not_equal(one->options, best->options, sizeof(struct ft_boosted_options));
  }
  ft_arena_release(&a.arena);
  ft_arena_release(&b.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_coarse_is_left_out_where_that_is_of_no_use),
    cmocka_unit_test(several_classes_begin_with_the_boosters_defaults),
    cmocka_unit_test(haste_makes_larger_steps_and_fewer_of_them),
    cmocka_unit_test(a_model_type_allows_its_own_learners),
    cmocka_unit_test(logarithms_are_for_positive_numbers_that_spread),
    cmocka_unit_test(variations_follow_and_replay),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
