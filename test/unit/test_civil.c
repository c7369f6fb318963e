/* Against test/reference/civil.py's table of Python's own dates. */
#include "core/predict/civil.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static void assert_civil(int64_t days, struct ft_civil expected) {
  struct ft_civil got = ft_civil_of(days);
  assert_true(got.year == expected.year);
  assert_int_equal(got.month, expected.month);
  assert_int_equal(got.day, expected.day);
  assert_int_equal(got.yearday, expected.yearday);
  assert_int_equal(got.weekday, expected.weekday);
}

static void dates_are_those_of_the_reference_in_every_cycle(void **state) {
  (void)state;
  FILE *file = fopen("test/reference/civil.csv", "r");
  assert_non_null(file);
  char line[128];
  int64_t days;
  struct ft_civil civil;
  size_t lines = 0;
  assert_non_null(fgets(line, sizeof line, file)); /* the names of the columns */
  for (; fgets(line, sizeof line, file); lines++) {
    assert_int_equal(sscanf(line, "%" SCNd64 ",%" SCNd64 ",%d,%d,%d,%d", &days, &civil.year,
                            &civil.month, &civil.day, &civil.yearday, &civil.weekday),
                     6);
    for (int64_t cycle = -40; cycle <= 800; cycle += 40) { /* 146097 days are whole weeks */
      struct ft_civil moved = civil;
      moved.year += 400 * cycle;
      assert_civil(days + 146097 * cycle, moved);
    }
  }
  fclose(file);
  assert_true(lines > 300);
}

static void every_day_of_a_cycle_follows_the_one_before(void **state) {
  (void)state;
  struct ft_civil before = ft_civil_of(-146097);
  for (int64_t days = -146096; days < 146097; days++) {
    struct ft_civil civil = ft_civil_of(days);
    assert_int_equal(civil.weekday, (before.weekday + 1) % 7);
    if (civil.yearday != 1) {
      assert_int_equal(civil.yearday, before.yearday + 1);
      assert_true(civil.day == before.day + 1 || civil.day == 1);
    } else {
      assert_true(civil.year == before.year + 1 && civil.month == 1 && civil.day == 1);
      assert_true(before.month == 12 && before.day == 31);
    }
    before = civil;
  }
}

static void the_farthest_dates_of_a_type_do_not_overflow(void **state) {
  (void)state;
  assert_true(ft_civil_of(INT32_MAX).year > 5000000);
  assert_true(ft_civil_of(INT32_MIN).year < -5000000);
  assert_int_equal(ft_floor_divide(INT64_MIN, 86400000000), -106751992);
  assert_int_equal(ft_floor_divide(-1, 86400000000), -1);
  assert_int_equal(ft_floor_divide(0, 7), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(dates_are_those_of_the_reference_in_every_cycle),
    cmocka_unit_test(every_day_of_a_cycle_follows_the_one_before),
    cmocka_unit_test(the_farthest_dates_of_a_type_do_not_overflow),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
