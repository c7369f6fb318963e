/* How much is done for data of a size. */
#include "core/train/search_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct ft_search_plan effort_for(size_t rows, double unit, double limit) {
  return ft_search_plan_for(&(struct ft_search_plan_size){ rows, 1, unit, unit / 100, limit, 2 });
}

static void few_rows_are_folded_and_fits_run_side_by_side(void **state) {
  (void)state;
  struct ft_search_plan plan = effort_for(5000, 0.5, 60);
  assert_false(plan.hold_out);
  assert_int_equal(plan.folds, 5);
  assert_int_equal(plan.sample, 0);
  assert_int_equal(plan.threads, 2);
  assert_int_equal(plan.fit_threads, 1);
}

static void very_many_rows_are_ordered_on_a_sample_and_fitted_by_all_threads(void **state) {
  (void)state;
  struct ft_search_plan plan = effort_for(3000000, 100, 60);
  assert_true(plan.hold_out);
  assert_true(plan.search_fraction == 1); /* no row is left out unasked */
  assert_true(plan.learning_rate_factor > 1);
  assert_true(plan.sample > 0);
  assert_int_equal(plan.threads, 1);
  assert_int_equal(plan.fit_threads, 2);
}

/* Threads within a fit wait for each other at every level of every tree. */
static void small_trees_of_many_classes_are_grown_by_one_thread_each(void **state) {
  (void)state;
  struct ft_search_plan_size size = { 16000, 26, 7, 0.0014, 60, 2 };
  struct ft_search_plan plan = ft_search_plan_for(&size);
  assert_true(plan.hold_out);
  assert_int_equal(plan.threads, 2);
  assert_int_equal(plan.fit_threads, 1);
}

static void dear_fits_of_few_rows_see_a_share_of_them(void **state) {
  (void)state;
  struct ft_search_plan small_class = effort_for(20000, 1900, 10),
                        many = effort_for(540000, 1900, 10);
  assert_true(small_class.search_fraction < 0.05);
  assert_int_equal(small_class.sample, 0);
  assert_true(many.search_fraction == 1); /* how many there is time for, the sample shows */
  assert_true(many.sample > 0);
}

static void of_many_outputs_fewer_rows_are_judged(void **state) {
  (void)state;
  struct ft_search_plan_size size = { 500000, 4, 10, 0.1, 60, 2 };
  assert_int_equal(ft_search_plan_for(&size).holdout_folds, 10);
  size.outputs = 40;
  assert_int_equal(ft_search_plan_for(&size).holdout_folds, 100);
}

static void the_processors_change_nothing_but_how_fits_are_spread(void **state) {
  (void)state;
  struct ft_search_plan_size size = { 3000000, 1, 100, 1, 60, 1 };
  struct ft_search_plan one = ft_search_plan_for(&size), two = effort_for(3000000, 100, 60);
  assert_int_equal(one.sample, two.sample);
  assert_int_equal(one.folds, two.folds);
  assert_int_equal(one.max_rounds, two.max_rounds);
  assert_true(one.learning_rate_factor == two.learning_rate_factor &&
              one.search_fraction == two.search_fraction);
  assert_int_equal(one.threads * one.fit_threads, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(few_rows_are_folded_and_fits_run_side_by_side),
    cmocka_unit_test(very_many_rows_are_ordered_on_a_sample_and_fitted_by_all_threads),
    cmocka_unit_test(small_trees_of_many_classes_are_grown_by_one_thread_each),
    cmocka_unit_test(dear_fits_of_few_rows_see_a_share_of_them),
    cmocka_unit_test(of_many_outputs_fewer_rows_are_judged),
    cmocka_unit_test(the_processors_change_nothing_but_how_fits_are_spread),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
