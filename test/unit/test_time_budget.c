/* Which candidates a search has time for; no clock is read and nothing is trained. */
#include "core/train/time_budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* From 0 to 60 on two cores; a refit takes half as long again as a trial. */
static const struct ft_time_budget minute = { 0, 60, 2, 1.5, 1 };

static double speed_up_of(double now, double waiting, double seconds, double refits, double max) {
  struct ft_time_request request = { now, waiting, seconds, refits };
  return ft_time_budget_speed_up(&minute, &request, max);
}

static void what_ends_in_time_keeps_its_steps(void **state) {
  (void)state;
  assert_true(speed_up_of(0, 0, 20, 0, 4) == 1);
  assert_true(speed_up_of(20, 5, 20, 10, 4) == 1); /* 20 + 5 + 10 + (10 + 30) / 2 + 1 */
}

static void steps_are_larger_where_that_is_enough(void **state) {
  (void)state;
  assert_true(speed_up_of(35, 0, 30, 0, 4) == 2); /* 35 + 15 / 2 + 1.5 * 15 / 2 + 1 */
  assert_true(speed_up_of(35, 0, 30, 0, 1.5) == 0);
  assert_true(speed_up_of(30, 0, 200, 0, 4) == 0);
}

static void later_or_after_others_there_is_less_time(void **state) {
  (void)state;
  double before = speed_up_of(10, 0, 20, 0, 4);
  assert_true(before == 1);
  assert_true(speed_up_of(45, 0, 20, 0, 4) > before);
  assert_true(speed_up_of(10, 35, 20, 0, 4) > before);
  assert_true(speed_up_of(59, 0, 20, 0, 4) == 0);
}

/* Those that are worth most are trained first, and the others can stay as they are. */
static void refits_never_take_most_of_the_time(void **state) {
  (void)state;
  assert_true(ft_time_budget_reserve(&minute, 10) == 10.0 / 2 + 1);
  assert_true(ft_time_budget_reserve(&minute, 1000) < 30);
  assert_true(speed_up_of(0, 0, 20, 1000, 4) == 1);
}

static void what_takes_half_of_the_limit_is_expensive(void **state) {
  (void)state;
  assert_false(ft_time_budget_is_expensive(60, 20));
  assert_true(ft_time_budget_is_expensive(60, 40));
  assert_false(ft_time_budget_is_expensive(5400, 40));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_ends_in_time_keeps_its_steps),
    cmocka_unit_test(steps_are_larger_where_that_is_enough),
    cmocka_unit_test(later_or_after_others_there_is_less_time),
    cmocka_unit_test(refits_never_take_most_of_the_time),
    cmocka_unit_test(what_takes_half_of_the_limit_is_expensive),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
