/* Scores against scikit-learn's (test/reference/metrics.py), and folds. */
#include "core/learn/metric.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/train/split.h"

#define MAX_ROWS 256

struct sample {
  double target[MAX_ROWS], score[MAX_ROWS], probability[MAX_ROWS * 2];
  uint32_t label[MAX_ROWS];
  size_t rows;
};

static void parse_rows(struct sample *sample, char *text) {
  sample->rows = 0;
  for (char *pair = strtok(text, " \n"); pair; pair = strtok(NULL, " \n")) {
    char *colon = strchr(pair, ':');
    assert_non_null(colon);
    size_t r = sample->rows++;
    assert_true(r < MAX_ROWS);
    sample->target[r] = strtod(pair, NULL);
    sample->score[r] = strtod(colon + 1, NULL);
    sample->probability[2 * r] = 1 - sample->score[r];
    sample->probability[2 * r + 1] = sample->score[r];
    sample->label[r] = sample->score[r] >= 0.5;
  }
}

static double measure(const char *name, const struct sample *s) {
  double value = -1;
  struct ft_error err;
  if (!strcmp(name, "auc"))
    assert_int_equal(ft_metric_auc(&value, s->score, s->target, s->rows, &err), FT_OK);
  if (!strcmp(name, "ndcg"))
    assert_int_equal(ft_metric_ndcg(&value, s->score, s->target, s->rows, &err), FT_OK);
  if (!strcmp(name, "accuracy")) value = ft_metric_accuracy(s->label, s->target, s->rows);
  if (!strcmp(name, "f1")) value = ft_metric_f1(s->label, s->target, s->rows, 1);
  if (!strcmp(name, "f1_macro")) value = ft_metric_f1_macro(s->label, s->target, s->rows, 2);
  if (!strcmp(name, "log_loss")) value = ft_metric_log_loss(s->probability, 2, s->target, s->rows);
  if (!strcmp(name, "mse")) value = ft_metric_mse(s->score, s->target, s->rows);
  if (!strcmp(name, "mae")) value = ft_metric_mae(s->score, s->target, s->rows);
  if (!strcmp(name, "mape")) value = ft_metric_mape(s->score, s->target, s->rows);
  if (!strcmp(name, "msle")) value = ft_metric_msle(s->score, s->target, s->rows);
  return value;
}

static void scores_are_those_of_scikit_learn(void **state) {
  (void)state;
  FILE *file = fopen("test/reference/metrics.csv", "r");
  assert_non_null(file);
  char line[16384];
  size_t lines = 0;
  while (fgets(line, sizeof line, file)) {
    char *name = strchr(line, ',') + 1, *value = strchr(name, ',') + 1;
    char *rows = strchr(value, ',') + 1;
    name[strcspn(name, ",")] = 0;
    double expected = strtod(value, NULL);
    struct sample sample;
    parse_rows(&sample, rows);
    double got = measure(name, &sample);
    if (!(fabs(got - expected) <= 1e-12 * fmax(1, fabs(expected))))
      fail_msg("%s is %.17g, not %.17g", name, got, expected);
    lines++;
  }
  fclose(file);
  assert_true(lines >= 20);
}

static void edges_have_stated_values(void **state) {
  (void)state;
  double target[2] = { 1, 1 }, score[2] = { 0.2, 0.9 }, auc;
  uint32_t label[2] = { 0, 0 };
  struct ft_error err;
  assert_int_equal(ft_metric_auc(&auc, score, target, 2, &err), FT_OK);
  assert_true(auc == 0.5);
  assert_true(ft_metric_f1(label, target, 2, 1) == 0);
  assert_true(ft_metric_accuracy(label, target, 0) == 0);
  assert_true(ft_metric_mse(score, target, 0) == 0);
}

static void folds_spread_every_label(void **state) {
  (void)state;
  double target[103];
  uint32_t fold[103], count[5][3] = { { 0 } };
  for (size_t r = 0; r < 103; r++)
    target[r] = r % 7 == 0 ? 1 : 0;
  target[50] = 2; /* a label of one row */
  struct ft_error err;
  assert_int_equal(ft_split_folds(fold, target, 103, 3, 5, &err), FT_OK);
  for (size_t r = 0; r < 103; r++)
    count[fold[r]][(size_t)target[r]]++;
  for (size_t f = 0; f < 5; f++) {
    assert_in_range(count[f][0] + count[f][1] + count[f][2], 20, 21);
    assert_in_range(count[f][1], 2, 3);
  }
  uint32_t again[103];
  assert_int_equal(ft_split_folds(again, target, 103, 3, 5, &err), FT_OK);
  assert_memory_equal(fold, again, sizeof fold);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(scores_are_those_of_scikit_learn),
    cmocka_unit_test(edges_have_stated_values),
    cmocka_unit_test(folds_spread_every_label),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
