/* The search's loop, with learners that learn nothing: what is tried, in which order, when it ends and
 * what the ensemble is made of. Nothing is trained. */
#include "core/train/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/learn/clock.h"
#include "fake_learner.h"

#define ROWS  200
#define FOLDS 5

struct fixture {
  struct ft_arena arena;
  struct ft_features features;
  struct ft_fit_data data;
  struct ft_folds folds;
  struct ft_model model;
  struct ft_search_options options;
  struct ft_search search;
  struct ft_error err;
};

static double target[ROWS];
static uint32_t row[ROWS];

static void open_fixture(struct fixture *f, const struct ft_configuration *list) {
  *f = (struct fixture){ .features = { .rows = ROWS } };
  ft_arena_init(&f->arena, FT_ARENA_DEFAULT_LIMIT);
  for (uint32_t r = 0; r < ROWS; r++) {
    target[r] = r % 7 - 3.0;
    row[r] = r;
  }
  f->data = (struct ft_fit_data){ .features = &f->features,
                                  .target = target,
                                  .problem = FT_REGRESSION,
                                  .outputs = 1,
                                  .seed = 1,
                                  .scale = 1 };
  struct ft_fold_options fold_options = { .folds = FOLDS };
  assert_int_equal(ft_folds_make(&f->folds, &f->arena, &f->data, row, ROWS, &fold_options, &f->err),
                   FT_OK);
  f->model = (struct ft_model){ .problem = FT_REGRESSION, .outputs = 1 };
  double now = ft_clock_seconds();
  f->options =
      (struct ft_search_options){ .metric = FT_METRIC_MSE,
                                  .list = list,
                                  .max_work = 1e9,
                                  .max_rounds = 100,
                                  .learning_rate_factor = 1,
                                  .fit_threads = 1,
                                  .limit = 1000,
                                  .time = { .begin = now, .deadline = now + 1000, .threads = 2 },
                                  .max_ns = 1e9,
                                  .end = now + 1000,
                                  .model = &f->model };
}

static enum ft_status run(struct fixture *f) {
  return ft_search_run(&f->search, &f->data, &f->folds, &f->options, &f->err);
}

static void close_fixture(struct fixture *f) {
  ft_search_release(&f->search);
  ft_arena_release(&f->arena);
}

#define FAKE(word, ...)                                                               \
  {                                                                                   \
    .name = word, .learner = &fake_learner, .options = &(const struct fake_options) { \
      __VA_ARGS__                                                                     \
    }                                                                                 \
  }

static void all_of_a_list_is_tried_in_its_order(void **state) {
  (void)state;
  const struct ft_configuration list[] = { FAKE("a", 1, 1, 1),
                                           FAKE("b", 2, 1, 1),
                                           FAKE("c", 0.5, 1, 1),
                                           { .name = NULL } };
  struct fixture f;
  open_fixture(&f, list);
  assert_int_equal(run(&f), FT_OK);
  assert_int_equal(f.search.end, FT_SEARCH_LIST);
  assert_int_equal(f.search.candidates, 3);
  assert_int_equal(f.search.tried, 3);
  for (uint32_t i = 0; i < 3; i++) {
    assert_string_equal(f.search.candidate[i].configuration->name, list[i].name);
    assert_int_equal(f.search.candidate[i].state, FT_CANDIDATE_TRIED);
  }
  assert_true(f.search.candidate[1].trial.loss > f.search.candidate[0].trial.loss);
  close_fixture(&f);
}

/* The same errors: the best alone. Errors that cancel out: both of them. */
static void the_ensemble_is_of_those_that_help_each_other(void **state) {
  (void)state;
  const struct ft_configuration alike[] = { FAKE("worse", 2, 1, 1),
                                            FAKE("best", 1, 1, 1),
                                            { .name = NULL } };
  const struct ft_configuration apart[] = { FAKE("one", 1, 1, 1),
                                            FAKE("other", 1, 2, 1),
                                            { .name = NULL } };
  struct fixture f;
  open_fixture(&f, alike);
  assert_int_equal(run(&f), FT_OK);
  assert_true(f.search.candidate[0].weight == 0 && f.search.candidate[1].weight == 1);
  close_fixture(&f);
  open_fixture(&f, apart);
  assert_int_equal(run(&f), FT_OK);
  assert_true(f.search.candidate[0].weight > 0.4 && f.search.candidate[1].weight > 0.4);
  close_fixture(&f);
}

static void trials_end_a_search(void **state) {
  (void)state;
  const struct ft_configuration list[] = { FAKE("a", 1, 1, 1),
                                           FAKE("b", 2, 1, 1),
                                           FAKE("c", 0.5, 1, 1),
                                           { .name = NULL } };
  struct fixture f;
  open_fixture(&f, list);
  f.options.max_trials = 2;
  assert_int_equal(run(&f), FT_OK);
  assert_int_equal(f.search.end, FT_SEARCH_TRIALS);
  assert_int_equal(f.search.tried, 2);
  close_fixture(&f);
}

static void work_ends_a_search(void **state) {
  (void)state;
  const struct ft_configuration list[] = { FAKE("a", 1, 1, 10), FAKE("b", 2, 1, 10),
                                           FAKE("c", 1, 1, 10), FAKE("d", 1, 1, 10),
                                           FAKE("e", 1, 1, 10), FAKE("f", 1, 1, 10),
                                           FAKE("g", 1, 1, 10), { .name = NULL } };
  struct fixture f;
  open_fixture(&f, list);
  f.options.max_work = 60; /* five fits of ten seconds each are 50 */
  assert_int_equal(run(&f), FT_OK);
  assert_int_equal(f.search.end, FT_SEARCH_WORK);
  assert_true(f.search.tried < 7);
  close_fixture(&f);
}

/* Fits that take a moment are estimated at minutes: after the first the search knows. */
static void what_would_not_end_in_time_is_skipped(void **state) {
  (void)state;
  const struct ft_configuration list[] = { FAKE("cheap", 1, 1, 1),
                                           FAKE("dear", 0.5, 1, 1e30),
                                           FAKE("late", 0.5, 1, 1),
                                           { .name = NULL } };
  struct fixture f;
  open_fixture(&f, list);
  assert_int_equal(run(&f), FT_OK);
  assert_int_equal(f.search.candidate[1].state, FT_CANDIDATE_SKIPPED);
  assert_int_equal(f.search.candidate[2].state, FT_CANDIDATE_TRIED);
  assert_int_equal(f.search.end, FT_SEARCH_LIST);
  close_fixture(&f);
}

static void no_fit_in_time_is_an_error_that_names_the_way_out(void **state) {
  (void)state;
  const struct ft_configuration list[] = { FAKE("never", .turn = 1, .seconds = 1,
                                                .out_of_time = true),
                                           { .name = NULL } };
  struct fixture f;
  open_fixture(&f, list);
  assert_int_equal(run(&f), FT_DATA);
  assert_non_null(strstr(f.err.hint, "MAX_RUNTIME"));
  ft_arena_release(&f.arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_of_a_list_is_tried_in_its_order),
    cmocka_unit_test(the_ensemble_is_of_those_that_help_each_other),
    cmocka_unit_test(trials_end_a_search),
    cmocka_unit_test(work_ends_a_search),
    cmocka_unit_test(what_would_not_end_in_time_is_skipped),
    cmocka_unit_test(no_fit_in_time_is_an_error_that_names_the_way_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
