/* The final fits that there is time for. */
#include "core/train/finals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Two candidates of five fits each: of a second, and of four. */
static void make(struct ft_finals *finals, struct ft_candidate *candidate) {
  for (uint32_t i = 0; i < 2; i++) {
    candidate[i] = (struct ft_candidate){ .trial = { .fits = 5, .seconds = i ? 20 : 5 } };
    finals->final[i] =
        (struct ft_final){ .candidate = &candidate[i], .weight = 0.5, .gain = 0.01, .kept = 5 };
  }
  finals->finals = 2;
}

static void enough_time_keeps_all(void **state) {
  (void)state;
  struct ft_candidate candidate[2];
  struct ft_finals *finals = calloc(1, sizeof *finals);
  make(finals, candidate);
  assert_true(ft_finals_limit(finals, 51, 1, 2));
  assert_int_equal(finals->final[0].kept, 5);
  assert_int_equal(finals->final[1].kept, 5);
  free(finals);
}

static void little_time_takes_what_is_dear_first(void **state) {
  (void)state;
  struct ft_candidate candidate[2];
  struct ft_finals *finals = calloc(1, sizeof *finals);
  make(finals, candidate);
  assert_true(ft_finals_limit(finals, 20, 1, 2)); /* of 50 */
  assert_true(finals->final[0].kept > finals->final[1].kept);
  assert_true(finals->final[1].kept >= 1);
  assert_true(2 * finals->final[0].kept + 8 * finals->final[1].kept <= 20);
  free(finals);
}

/* The second is dear, and stays as it is. */
static void too_little_for_one_of_each_takes_what_is_worth_most(void **state) {
  (void)state;
  struct ft_candidate candidate[2];
  struct ft_finals *finals = calloc(1, sizeof *finals);
  make(finals, candidate);
  assert_true(ft_finals_limit(finals, 9, 1, 2));
  assert_true(finals->final[0].again);
  assert_int_equal(finals->final[0].kept, 1);
  assert_false(finals->final[1].again);
  assert_int_equal(finals->final[1].kept, 5);
  free(finals);
}

/* Two threads have time enough, but none of them for a whole fit. */
static void a_fit_is_of_one_thread(void **state) {
  (void)state;
  struct ft_candidate candidate[2];
  struct ft_finals *finals = calloc(1, sizeof *finals);
  make(finals, candidate);
  assert_true(ft_finals_limit(finals, 7, 2, 2)); /* 2 and 8 a fit */
  assert_true(finals->final[0].again);
  assert_false(finals->final[1].again);
  free(finals);
}

static void no_time_for_any_changes_nothing(void **state) {
  (void)state;
  struct ft_candidate candidate[2];
  struct ft_finals *finals = calloc(1, sizeof *finals);
  make(finals, candidate);
  assert_false(ft_finals_limit(finals, 1, 1, 2));
  for (uint32_t i = 0; i < 2; i++) {
    assert_int_equal(finals->final[i].kept, 5);
    assert_false(finals->final[i].again);
  }
  free(finals);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(enough_time_keeps_all),
    cmocka_unit_test(little_time_takes_what_is_dear_first),
    cmocka_unit_test(too_little_for_one_of_each_takes_what_is_worth_most),
    cmocka_unit_test(a_fit_is_of_one_thread),
    cmocka_unit_test(no_time_for_any_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
