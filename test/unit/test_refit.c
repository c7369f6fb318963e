/* The refits that there is time for. */
#include "core/train/refit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Two candidates of five fits each: of a second, and of four. */
static void make(struct ft_refits *refits, struct ft_candidate *candidate) {
  for (uint32_t i = 0; i < 2; i++) {
    candidate[i] = (struct ft_candidate){ .trial = { .fits = 5, .seconds = i ? 20 : 5 } };
    refits->refit[i] =
        (struct ft_refit){ .candidate = &candidate[i], .weight = 0.5, .gain = 0.01, .kept = 5 };
  }
  refits->refits = 2;
}

static void enough_time_keeps_all(void **state) {
  (void)state;
  struct ft_candidate candidate[2];
  struct ft_refits *refits = calloc(1, sizeof *refits);
  make(refits, candidate);
  assert_true(ft_refits_limit(refits, 51, 1, 2));
  assert_int_equal(refits->refit[0].kept, 5);
  assert_int_equal(refits->refit[1].kept, 5);
  free(refits);
}

static void little_time_takes_what_is_dear_first(void **state) {
  (void)state;
  struct ft_candidate candidate[2];
  struct ft_refits *refits = calloc(1, sizeof *refits);
  make(refits, candidate);
  assert_true(ft_refits_limit(refits, 20, 1, 2)); /* of 50 */
  assert_true(refits->refit[0].kept > refits->refit[1].kept);
  assert_true(refits->refit[1].kept >= 1);
  assert_true(2 * refits->refit[0].kept + 8 * refits->refit[1].kept <= 20);
  free(refits);
}

/* The second is dear, and stays as it is. */
static void too_little_for_one_of_each_takes_what_is_worth_max(void **state) {
  (void)state;
  struct ft_candidate candidate[2];
  struct ft_refits *refits = calloc(1, sizeof *refits);
  make(refits, candidate);
  assert_true(ft_refits_limit(refits, 9, 1, 2));
  assert_true(refits->refit[0].again);
  assert_int_equal(refits->refit[0].kept, 1);
  assert_false(refits->refit[1].again);
  assert_int_equal(refits->refit[1].kept, 5);
  free(refits);
}

/* Two threads have time enough, but none of them for a whole fit. */
static void a_fit_is_of_one_thread(void **state) {
  (void)state;
  struct ft_candidate candidate[2];
  struct ft_refits *refits = calloc(1, sizeof *refits);
  make(refits, candidate);
  assert_true(ft_refits_limit(refits, 7, 2, 2)); /* 2 and 8 a fit */
  assert_true(refits->refit[0].again);
  assert_false(refits->refit[1].again);
  free(refits);
}

static void no_time_for_any_changes_nothing(void **state) {
  (void)state;
  struct ft_candidate candidate[2];
  struct ft_refits *refits = calloc(1, sizeof *refits);
  make(refits, candidate);
  assert_false(ft_refits_limit(refits, 1, 1, 2));
  for (uint32_t i = 0; i < 2; i++) {
    assert_int_equal(refits->refit[i].kept, 5);
    assert_false(refits->refit[i].again);
  }
  free(refits);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(enough_time_keeps_all),
    cmocka_unit_test(little_time_takes_what_is_dear_first),
    cmocka_unit_test(too_little_for_one_of_each_takes_what_is_worth_max),
    cmocka_unit_test(a_fit_is_of_one_thread),
    cmocka_unit_test(no_time_for_any_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
