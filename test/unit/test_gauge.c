/* How far a training is: never back, never done before its end, nothing told that is not known. */
#include "core/train/gauge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "foretell/random.h"

static struct ft_progress told;

static double read_at(struct ft_gauge *gauge, double now, double left) {
  told = (struct ft_progress){ .phase = "x" };
  ft_gauge_read(&told, gauge, now, left);
  return told.fraction;
}

static void expect_near(double a, double b) {
  if (fabs(a - b) > 0.01) fail_msg("%g is not near %g", a, b);
}

static void nothing_is_told_before_anything_is_known(void **state) {
  (void)state;
  struct ft_gauge gauge = { .begin = 100, .end = INFINITY };
  assert_true(read_at(&gauge, 100, -1) < 0);
  assert_true(told.seconds_left < 0 && !told.at_most);
  assert_true(read_at(&gauge, 106, -1) < 0);
  expect_near(read_at(&gauge, 110, 30), 0.25); /* 10 s of 40 */
  assert_true(told.seconds_left == 30 && !told.at_most);
}

static void a_limit_says_how_long_at_max(void **state) {
  (void)state;
  struct ft_gauge gauge = { .begin = 0, .end = 60 };
  assert_true(read_at(&gauge, 10, -1) < 0);
  assert_true(told.seconds_left == 50 && told.at_most);
  expect_near(read_at(&gauge, 20, 1000), 20.0 / 60); /* it will be over at 60 */
  assert_true(told.seconds_left == 40 && !told.at_most);
  expect_near(read_at(&gauge, 40, -1), 40.0 / 60); /* nothing new is known */
  assert_true(told.seconds_left == 20 && !told.at_most);
  expect_near(read_at(&gauge, 61, -1), 0.99);
}

static void an_estimate_that_holds_is_followed(void **state) {
  (void)state;
  struct ft_gauge gauge = { .begin = 0, .end = INFINITY };
  for (int second = 1; second < 50; second++)
    expect_near(read_at(&gauge, second, 50 - second), second / 50.0);
}

static void a_longer_estimate_slows_down_and_a_shorter_one_catches_up(void **state) {
  (void)state;
  struct ft_gauge gauge = { .begin = 0, .end = INFINITY };
  expect_near(read_at(&gauge, 9, 1), 0.9);
  for (int second = 10; second <= 99; second++) { /* 90 s more, it turns out */
    double before = gauge.done;
    assert_true(read_at(&gauge, second, 99 - second) > before || gauge.done > 0.98);
  }
  gauge = (struct ft_gauge){ .begin = 0, .end = INFINITY };
  expect_near(read_at(&gauge, 10, 90), 0.1);
  expect_near(read_at(&gauge, 20, 10), 0.55); /* half of the rest */
}

static void it_never_goes_back_and_never_ends_early(void **state) {
  (void)state;
  struct ft_random random = ft_random_seeded(7);
  for (int run = 0; run < 200; run++) {
    struct ft_gauge gauge = { .begin = 0, .end = run % 2 ? INFINITY : 30 };
    double now = 0, last = -1;
    for (int i = 0; i < 200; i++) {
      now += ft_random_unit(&random);
      double left = ft_random_below(&random, 4) ? 100 * ft_random_unit(&random) : -1;
      if (ft_random_below(&random, 9) == 0) left = 0;
      double fraction = read_at(&gauge, now, left);
      assert_true(fraction >= last && fraction < 1);
      assert_true(told.seconds_left >= 0 || fraction < 0);
      last = fraction;
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_is_told_before_anything_is_known),
    cmocka_unit_test(a_limit_says_how_long_at_max),
    cmocka_unit_test(an_estimate_that_holds_is_followed),
    cmocka_unit_test(a_longer_estimate_slows_down_and_a_shorter_one_catches_up),
    cmocka_unit_test(it_never_goes_back_and_never_ends_early),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
