/* The order in which a search proposes candidates; nothing is trained. */
#include "core/train/proposer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/learn/boosted.h"
#include "fake_learner.h"

#define ROWS 4

static double target[ROWS] = { -1, 0, 0, 1 };
static uint32_t categories[1];
static const struct ft_features features = { .rows = ROWS,
                                             .features = 1,
                                             .categories = categories };
static const struct ft_fit_data data = { .features = &features,
                                         .target = target,
                                         .problem = FT_BINARY,
                                         .outputs = 1,
                                         .seed = 1,
                                         .scale = 1 };

static const struct ft_configuration *next_of(struct ft_proposer *proposer,
                                              const struct ft_proposer_results *results) {
  const struct ft_configuration *next = NULL;
  assert_int_equal(ft_proposer_next(&next, proposer, results, NULL), FT_OK);
  return next;
}

static bool is_linear(void *self, const struct ft_configuration *configuration) {
  (void)self;
  return strcmp(configuration->name, "linear") == 0;
}

static void the_expensive_come_after_all_others_of_the_list(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_proposer proposer;
  struct ft_proposer_results results = { 0 };
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_proposer_init(&proposer, &arena, &data, FT_MODEL_TYPE_AUTO, NULL);
  proposer.is_expensive = is_linear;
  const struct ft_configuration *last = NULL, *next;
  while ((next = next_of(&proposer, &results)) != NULL)
    last = next;
  assert_true(proposer.list_ended);
  assert_string_equal(last->name, "linear");
  ft_arena_release(&arena);
}

static void the_first_is_taken_whatever_it_costs(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_proposer proposer;
  struct ft_proposer_results results = { .first = true };
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_proposer_init(&proposer, &arena, &data, FT_MODEL_TYPE_LINEAR_LEARNER, NULL);
  proposer.is_expensive = is_linear;
  assert_string_equal(next_of(&proposer, &results)->name, "linear");
  ft_arena_release(&arena);
}

static void what_is_put_off_comes_again_before_anything_else(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_proposer proposer;
  struct ft_proposer_results results = { 0 };
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_proposer_init(&proposer, &arena, &data, FT_MODEL_TYPE_AUTO, NULL);
  const struct ft_configuration *first = next_of(&proposer, &results);
  ft_proposer_postpone(&proposer, first);
  assert_ptr_equal(next_of(&proposer, &results), first);
  assert_ptr_not_equal(next_of(&proposer, &results), first);
  ft_arena_release(&arena);
}

static void variations_of_the_best_follow_the_list(void **state) {
  (void)state;
  struct ft_arena arena;
  struct ft_proposer proposer;
  struct ft_proposer_results results = { 0 };
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_proposer_init(&proposer, &arena, &data, FT_MODEL_TYPE_XGBOOST, NULL);
  const struct ft_configuration *rest[96];
  results.best_varied = next_of(&proposer, &results);
  uint32_t left = ft_proposer_rest(rest, 96, &proposer);
  assert_true(left > 3);
  for (uint32_t i = 0; i < left; i++) {
    assert_ptr_equal(next_of(&proposer, &results), rest[i]);
    assert_false(proposer.list_ended);
  }
  const struct ft_configuration *varied = next_of(&proposer, &results);
  assert_true(proposer.list_ended);
  assert_ptr_equal(varied->learner, &ft_boosted_learner);
  assert_ptr_not_equal(varied->options, results.best_varied->options);
  ft_arena_release(&arena);
}

static void a_list_that_is_given_is_all_there_is(void **state) {
  (void)state;
  static const struct fake_options options = { .turn = 1 };
  const struct ft_configuration list[] = {
    { .name = "linear", .learner = &fake_learner, .options = &options },
    { .name = NULL }
  };
  struct ft_arena arena;
  struct ft_proposer proposer;
  struct ft_proposer_results results = { .best_varied = &list[0], .linear_underfits = true };
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_proposer_init(&proposer, &arena, &data, FT_MODEL_TYPE_AUTO, list);
  proposer.is_expensive = is_linear;
  assert_ptr_equal(next_of(&proposer, &results), &list[0]);
  assert_null(next_of(&proposer, &results));
  ft_arena_release(&arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_expensive_come_after_all_others_of_the_list),
    cmocka_unit_test(the_first_is_taken_whatever_it_costs),
    cmocka_unit_test(what_is_put_off_comes_again_before_anything_else),
    cmocka_unit_test(variations_of_the_best_follow_the_list),
    cmocka_unit_test(a_list_that_is_given_is_all_there_is),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
