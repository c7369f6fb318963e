/* The inference budget on parts made by hand. */
#include "core/train/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static double spent(const struct ft_budget_part *part, uint32_t parts) {
  double ns = 0;
  for (uint32_t i = 0; i < parts; i++)
    ns += part[i].kept * part[i].ns;
  return ns;
}

static void what_fits_is_kept_whole(void **state) {
  (void)state;
  struct ft_budget_part part[] = { { 0.6, 1, 100, 1000, 5, 0 }, { 0.4, 1, 50, 1000, 5, 0 } };
  ft_budget_keep(part, 2, 1000, 1e6);
  assert_int_equal(part[0].kept, 5);
  assert_int_equal(part[1].kept, 5);
}

static void the_dear_lose_fits_before_the_cheap(void **state) {
  (void)state;
  struct ft_budget_part part[] = { { 0.5, 1, 300, 1000, 5, 0 }, { 0.5, 1, 20, 1000, 5, 0 } };
  ft_budget_keep(part, 2, 1000, 1e6);
  assert_int_equal(part[0].kept, 3);
  assert_int_equal(part[1].kept, 5);
}

static void the_light_lose_fits_before_the_heavy(void **state) {
  (void)state;
  struct ft_budget_part part[] = { { 0.8, 1, 100, 1000, 5, 0 }, { 0.2, 1, 100, 1000, 5, 0 } };
  ft_budget_keep(part, 2, 600, 1e6);
  assert_true(part[0].kept > part[1].kept);
  assert_true(spent(part, 2) <= 600);
}

static void the_bytes_of_the_artifact_count_too(void **state) {
  (void)state;
  struct ft_budget_part part[] = { { 0.5, 1, 1, 5e6, 5, 0 }, { 0.5, 1, 1, 1e3, 5, 0 } };
  ft_budget_keep(part, 2, 1000, 1.6e7);
  assert_int_equal(part[0].kept, 3);
  assert_int_equal(part[1].kept, 5);
}

static void one_fit_of_each_stays_even_beyond_the_budget(void **state) {
  (void)state;
  struct ft_budget_part part[] = { { 0.9, 1, 900, 1000, 5, 0 }, { 0.1, 1, 500, 1000, 5, 0 } };
  ft_budget_keep(part, 2, 10, 1e6);
  assert_int_equal(part[0].kept, 1);
  assert_int_equal(part[1].kept, 1);
}

static void many_classes_may_take_longer(void **state) {
  (void)state;
  assert_true(ft_budget_standard_ns(1) == 1000);
  assert_true(ft_budget_standard_ns(8) == 1000);
  assert_true(ft_budget_standard_ns(26) == 3250);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_fits_is_kept_whole),
    cmocka_unit_test(the_dear_lose_fits_before_the_cheap),
    cmocka_unit_test(the_light_lose_fits_before_the_heavy),
    cmocka_unit_test(the_bytes_of_the_artifact_count_too),
    cmocka_unit_test(one_fit_of_each_stays_even_beyond_the_budget),
    cmocka_unit_test(many_classes_may_take_longer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
