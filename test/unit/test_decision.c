/* The threshold of two classes: found where there is a signal, one half where there is none. */
#include "core/train/decision.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/learn/metric.h"
#include "core/train/score.h"
#include "foretell/random.h"

#define ROWS 2000

static double probability[ROWS], target[ROWS];

/* Every `every`th row is positive; its probability lies `shift` higher, all of them about the share. */
static void fill(size_t rows, size_t every, double shift, uint64_t seed) {
  struct ft_random random = ft_random_seeded(seed);
  for (size_t r = 0; r < rows; r++) {
    target[r] = r % every == every / 2;
    double spread = 0.5 + ft_random_unit(&random) + (target[r] > 0.5 ? shift : 0);
    probability[r] = fmin(spread / (double)every, 0.999);
  }
}

static double threshold_of(size_t rows, enum ft_decision_aim aim) {
  double threshold = -1;
  struct ft_error err;
  assert_int_equal(ft_decision_threshold(&threshold, aim, probability, target, rows, &err), FT_OK);
  return threshold;
}

static size_t count_other(size_t every, double shift, enum ft_decision_aim aim) {
  size_t other = 0;
  for (uint64_t seed = 1; seed <= 100; seed++) {
    fill(ROWS, every, shift, seed);
    other += threshold_of(ROWS, aim) != 0.5;
  }
  return other;
}

static void noise_leaves_one_half(void **state) {
  (void)state;
  static const size_t every[] = { 2, 3, 10, 100, 400, 2000 };
  for (size_t i = 0; i < sizeof every / sizeof *every; i++) {
    assert_true(count_other(every[i], 0, FT_DECISION_F1) <= 5);
    assert_true(count_other(every[i], 0, FT_DECISION_ACCURACY) <= 5);
  }
}

static void a_signal_moves_it(void **state) {
  (void)state;
  assert_true(count_other(10, 0.8, FT_DECISION_F1) == 100);
  assert_true(count_other(100, 1.5, FT_DECISION_F1) == 100);
  assert_true(count_other(10, 0.8, FT_DECISION_F1_MACRO) == 100);
}

static void few_positives_are_found_when_they_stand_out(void **state) {
  (void)state;
  fill(ROWS, 200, 3, 1); /* 10 rows */
  double threshold = threshold_of(ROWS, FT_DECISION_F1);
  assert_true(threshold > 1.5 / 200 && threshold <= 3.5 / 200);
}

static void one_half_stays_where_it_is_as_good(void **state) {
  (void)state;
  for (size_t r = 0; r < ROWS; r++) {
    target[r] = r % 5 == 0;
    probability[r] = target[r] > 0.5 ? 0.9 : 0.1;
  }
  assert_true(threshold_of(ROWS, FT_DECISION_F1) == 0.5);
  assert_true(threshold_of(0, FT_DECISION_F1) == 0.5);
  assert_true(threshold_of(1, FT_DECISION_F1) == 0.5);
}

/* The best F1 over all thresholds, by scikit-learn (test/reference/decision.py). */
static void the_best_one_is_that_of_scikit_learn(void **state) {
  (void)state;
  static uint32_t label[ROWS];
  char line[1 << 16];
  FILE *file = fopen("test/reference/decision.csv", "r");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  fclose(file);
  double best = strtod(strtok(line, ","), NULL);
  size_t rows = 0;
  for (char *pair = strtok(NULL, " \n"); pair && rows < ROWS; pair = strtok(NULL, " \n")) {
    target[rows] = strtod(pair, NULL);
    probability[rows++] = strtod(strchr(pair, ':') + 1, NULL);
  }
  double threshold = threshold_of(rows, FT_DECISION_F1);
  assert_true(threshold != 0.5);
  for (size_t r = 0; r < rows; r++)
    label[r] = probability[r] >= threshold;
  assert_float_equal(ft_metric_f1(label, target, rows, 1), best, 1e-12);
}

/* Margins of label 1; the positive class is label 0. */
static void the_positive_class_may_be_the_first(void **state) {
  (void)state;
  static double margin[ROWS], label[ROWS];
  struct ft_error err;
  double threshold;
  fill(ROWS, 10, 0.8, 1);
  for (size_t r = 0; r < ROWS; r++) {
    margin[r] = -log(probability[r] / (1 - probability[r]));
    label[r] = 1 - target[r];
  }
  struct ft_scored scored = { FT_BINARY, 1, 1, 0, ROWS, label, margin, 0 };
  assert_int_equal(ft_score_threshold(&threshold, FT_METRIC_F1, &scored, &err), FT_OK);
  assert_float_equal(threshold, 1 - threshold_of(ROWS, FT_DECISION_F1), 1e-9);
  double f1;
  assert_int_equal(ft_score_metric(&f1, FT_METRIC_F1, &scored, threshold, &err), FT_OK);
  assert_true(f1 > 0.7);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(noise_leaves_one_half),
    cmocka_unit_test(a_signal_moves_it),
    cmocka_unit_test(few_positives_are_found_when_they_stand_out),
    cmocka_unit_test(one_half_stays_where_it_is_as_good),
    cmocka_unit_test(the_best_one_is_that_of_scikit_learn),
    cmocka_unit_test(the_positive_class_may_be_the_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
