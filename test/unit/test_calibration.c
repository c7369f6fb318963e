/* Calibration of margins whose truth is known. */
#include "core/train/calibration.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/train/interval.h"
#include "foretell/maths.h"
#include "foretell/random.h"

#define ROWS 4000

static double target[ROWS], margin[3 * ROWS];

/* Labels drawn by logistic(truth); the margins are (truth - shift) / factor. */
static struct ft_scored make_binary(double factor, double shift) {
  struct ft_random random = ft_random_seeded(3);
  for (size_t r = 0; r < ROWS; r++) {
    double truth = 6 * ft_random_unit(&random) - 3;
    target[r] = ft_random_unit(&random) < ft_logistic(truth);
    margin[r] = (truth - shift) / factor;
  }
  return (struct ft_scored){ FT_BINARY, 1, 1, 0, ROWS, target, margin };
}

static void right_margins_stay(void **state) {
  (void)state;
  struct ft_scored scored = make_binary(1, 0);
  struct ft_calibration found = ft_calibration_find(&scored);
  assert_true(found.factor == 1 && found.shift == 0);
}

static void overconfident_margins_are_drawn_in(void **state) {
  (void)state;
  struct ft_scored scored = make_binary(0.5, 0);
  struct ft_calibration found = ft_calibration_find(&scored);
  assert_true(fabs(found.factor - 0.5) < 0.05);
  assert_true(fabs(found.shift) < 0.1);
}

static void a_shift_is_found(void **state) {
  (void)state;
  struct ft_scored scored = make_binary(1, 0.7);
  struct ft_calibration found = ft_calibration_find(&scored);
  assert_true(fabs(found.factor - 1) < 0.1);
  assert_true(fabs(found.shift - 0.7) < 0.1);
}

static void several_classes_have_a_factor(void **state) {
  (void)state;
  struct ft_random random = ft_random_seeded(4);
  for (size_t r = 0; r < ROWS; r++) {
    double sum = 0, share[3];
    for (int g = 0; g < 3; g++) {
      double truth = 4 * ft_random_unit(&random);
      margin[3 * r + (size_t)g] = truth * 2;
      sum += share[g] = ft_exp(truth);
    }
    double drawn = ft_random_unit(&random) * sum;
    target[r] = drawn < share[0] ? 0 : drawn < share[0] + share[1] ? 1 : 2;
  }
  struct ft_scored scored = { FT_MULTICLASS, 3, 1, 0, ROWS, target, margin };
  struct ft_calibration found = ft_calibration_find(&scored);
  assert_true(fabs(found.factor - 0.5) < 0.05);
  assert_true(found.shift == 0);
}

static void few_rows_and_numbers_stay(void **state) {
  (void)state;
  struct ft_scored scored = make_binary(0.3, 1);
  scored.rows = 40;
  struct ft_calibration found = ft_calibration_find(&scored);
  assert_true(found.factor == 1 && found.shift == 0);
  scored.rows = ROWS;
  scored.problem = FT_REGRESSION;
  found = ft_calibration_find(&scored);
  assert_true(found.factor == 1 && found.shift == 0);
}

/* An accuracy p over n rows has a standard error of sqrt(p (1 - p) / n). */
static void an_interval_is_as_wide_as_it_should_be(void **state) {
  (void)state;
  struct ft_scored scored = make_binary(1, 0);
  struct ft_named_score score[FT_SCORE_MAX];
  size_t scores = 0;
  struct ft_error err;
  assert_int_equal(ft_score_all(score, &scores, FT_METRIC_ACCURACY, &scored, 0.5, &err), FT_OK);
  assert_int_equal(ft_interval_find(score, scores, &scored, 0.5, 1, 2, &err), FT_OK);
  for (size_t i = 0; i < scores; i++) {
    assert_true(score[i].interval);
    assert_true(score[i].low < score[i].value && score[i].value < score[i].high);
  }
  double p = score[0].value, expected = 2 * 1.96 * sqrt(p * (1 - p) / ROWS);
  assert_true(fabs(score[0].high - score[0].low - expected) < 0.15 * expected);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(right_margins_stay),
    cmocka_unit_test(overconfident_margins_are_drawn_in),
    cmocka_unit_test(a_shift_is_found),
    cmocka_unit_test(several_classes_have_a_factor),
    cmocka_unit_test(few_rows_and_numbers_stay),
    cmocka_unit_test(an_interval_is_as_wide_as_it_should_be),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
