/* Baselines against scikit-learn's dummies (test/reference/baseline.py), and what a verdict says. */
#include "core/train/verdict.h"

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
#include "core/train/baseline.h"
#include "core/train/interval.h"
#include "foretell/random.h"

#define ROWS 2000

static double target[ROWS], margin[ROWS * 3];
static uint32_t times[ROWS];

static enum ft_metric metric_of(const char *name) {
  static const struct {
    const char *name;
    enum ft_metric metric;
  } metrics[] = { { "accuracy", FT_METRIC_ACCURACY },
                  { "f1", FT_METRIC_F1 },
                  { "f1_macro", FT_METRIC_F1_MACRO },
                  { "auc", FT_METRIC_AUC },
                  { "log_loss", FT_METRIC_LOG_LOSS },
                  { "mse", FT_METRIC_MSE },
                  { "rmse", FT_METRIC_RMSE },
                  { "mae", FT_METRIC_MAE },
                  { "r2", FT_METRIC_R2 } };
  for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++)
    if (strcmp(metrics[i].name, name) == 0) return metrics[i].metric;
  fail_msg("no metric %s", name);
  return FT_METRIC_DEFAULT;
}

/* Numbers, or pairs whose second number goes into `second`. */
static size_t read_rows(char *text, double *second) {
  size_t rows = 0;
  for (char *one = strtok(text, " \n"); one; one = strtok(NULL, " \n")) {
    char *colon = strchr(one, ':');
    target[rows] = strtod(one, NULL);
    if (colon) second[rows] = strtod(colon + 1, NULL);
    times[rows++] = 1;
  }
  return rows;
}

static double baseline(const char *kind, const char *name, size_t rows) {
  double count[3] = { 0 };
  struct ft_spread spread = ft_spread_of(target, times, rows);
  if (strcmp(kind, "numbers") == 0) return ft_baseline_of_numbers(metric_of(name), &spread);
  for (size_t r = 0; r < rows; r++)
    count[(size_t)target[r]]++;
  return ft_baseline_of_classes(metric_of(name), count, 1, 3, 1);
}

/* Answers as margins far from one another. */
static double score(const char *name, const double *answer, size_t rows) {
  struct ft_class_score class[3];
  struct ft_error err;
  if (strcmp(name, "r2") == 0) return ft_metric_r2(answer, target, rows);
  for (size_t i = 0; i < rows * 3; i++)
    margin[i] = (double)(i % 3) == answer[i / 3] ? 9 : -9;
  struct ft_scored scored = { FT_MULTICLASS, 3, 1, 0, rows, target, margin, 0, 0 };
  assert_int_equal(ft_score_classes(class, &scored, 0.5, &err), FT_OK);
  double whole = (double)(strcmp(name, "recall") == 0 ? class[2].rows : class[2].answered);
  return (double)class[2].right / whole;
}

static void scores_are_those_of_scikit_learn(void **state) {
  (void)state;
  static double answer[ROWS];
  char line[4096];
  size_t lines = 0;
  FILE *file = fopen("test/reference/baseline.csv", "r");
  assert_non_null(file);
  for (; fgets(line, sizeof line, file); lines++) {
    char *name = strchr(line, ',') + 1, *value = strchr(name, ',') + 1;
    char *rows_text = strchr(value, ',') + 1;
    name[-1] = value[-1] = 0;
    double expected = strtod(value, NULL);
    size_t rows = read_rows(rows_text, answer);
    bool plain = strcmp(line, "scores") != 0;
    double got = plain ? baseline(line, name, rows) : score(name, answer, rows);
    double max = strcmp(name, "f1_macro") == 0 ? 0.005 : 1e-12 * fmax(1, fabs(expected));
    if (!(fabs(got - expected) <= max))
      fail_msg("%s of %s is %.17g, not %.17g", name, line, got, expected);
  }
  fclose(file);
  assert_true(lines == 20);
}

static const struct ft_span loans[] = { { "bad", 3 }, { "good", 4 } };

/* 30 % "bad"; the margin of "good" follows the truth by `signal`, around `centre`. */
static struct ft_scored make_loans(double signal, double centre, uint64_t seed) {
  struct ft_random random = ft_random_seeded(seed);
  for (size_t r = 0; r < ROWS; r++) {
    target[r] = r % 10 >= 3;
    margin[r] = centre + signal * (target[r] - 0.7) + ft_random_unit(&random) - 0.5;
  }
  return (struct ft_scored){ FT_BINARY, 1, 1, 0, ROWS, target, margin, 0, 0 };
}

/* The verdict on scored rows, for one metric. */
static const char *decide(const struct ft_scored *scored, enum ft_metric metric) {
  static char text[FT_VERDICT_BYTES];
  struct ft_named_score score[FT_SCORE_MAX];
  struct ft_class_score classes[3];
  struct ft_target about = { .problem = scored->problem,
                             .labels = scored->problem == FT_REGRESSION ? 0 : 2,
                             .label = loans };
  size_t scores;
  struct ft_error err;
  assert_int_equal(ft_score_all(score, &scores, metric, scored, 0.5, &err), FT_OK);
  assert_int_equal(ft_interval_find(score, scores, scored, 0.5, 1, 2, &err), FT_OK);
  if (about.labels) assert_int_equal(ft_score_classes(classes, scored, 0.5, &err), FT_OK);
  struct ft_verdict verdict = { &about, score, scores, classes, scored->rows, 201.25 };
  ft_verdict_write(text, &verdict);
  return text;
}

static void noise_is_no_better_than_one_answer(void **state) {
  (void)state;
  struct ft_scored scored = make_loans(0, 0.85, 1);
  assert_string_equal(decide(&scored, FT_METRIC_F1),
                      "no better than always answering \"good\": it found nothing that tells "
                      "\"bad\" apart");
  assert_string_equal(decide(&scored, FT_METRIC_ACCURACY),
                      "no better than always answering \"good\": it found nothing that tells "
                      "\"bad\" apart");
  assert_string_equal(decide(&scored, FT_METRIC_AUC),
                      "no better than always answering \"good\": it found nothing that tells "
                      "\"bad\" apart");
}

static void a_doubtful_score_is_only_perhaps_better(void **state) {
  (void)state;
  char text[FT_VERDICT_BYTES];
  struct ft_named_score score = { .name = "validation:auc",
                                  .metric = FT_METRIC_AUC,
                                  .value = 0.618,
                                  .compared = true,
                                  .baseline = 0.5,
                                  .interval = true,
                                  .low = 0.55,
                                  .high = 0.67,
                                  .doubtful = true };
  struct ft_target about = { .problem = FT_BINARY, .labels = 2, .label = loans };
  struct ft_class_score classes[2] = { { 0 } };
  struct ft_verdict verdict = { &about, &score, 1, classes, 400, 0 };
  ft_verdict_write(text, &verdict);
  assert_string_equal(text,
                      "perhaps better than guessing: 400 rows are too few to be sure, since they "
                      "chose the model and judge it, too");
}

static void noise_that_guesses_is_no_better_than_the_best_guess(void **state) {
  (void)state;
  struct ft_scored scored = make_loans(0, 0.1, 1);
  assert_string_equal(decide(&scored, FT_METRIC_F1),
                      "no better than always answering \"bad\", as far as 2000 rows tell");
  assert_string_equal(decide(&scored, FT_METRIC_ACCURACY),
                      "no better than always answering \"good\", as far as 2000 rows tell");
  assert_string_equal(decide(&scored, FT_METRIC_AUC),
                      "no better than guessing, as far as 2000 rows tell");
  assert_string_equal(
      decide(&scored, FT_METRIC_F1_MACRO),
      "no better than guessing by how frequent each class is, as far as 2000 rows tell");
}

/* Answers that are no use beside probabilities that are. */
static void a_weak_signal_is_said_to_rank(void **state) {
  (void)state;
  struct ft_scored scored = make_loans(0.2, 0.85, 1);
  const char *text = decide(&scored, FT_METRIC_F1);
  assert_non_null(strstr(text, "no better than always answering \"good\""));
  assert_non_null(strstr(text, "put rows of \"bad\" before others better than guessing (auc 0."));
}

static void a_signal_is_better(void **state) {
  (void)state;
  struct ft_scored scored = make_loans(0.8, 0.3, 1);
  const char *text = decide(&scored, FT_METRIC_F1);
  assert_non_null(strstr(text, "better than always answering \"bad\": it finds "));
  assert_non_null(strstr(text, " % of its answers \"bad\" are right"));
  text = decide(&scored, FT_METRIC_ACCURACY);
  assert_non_null(strstr(text, "better than always answering \"good\": "));
  assert_non_null(strstr(text, " % of its answers are right, where that gives 70 %"));
  assert_non_null(strstr(decide(&scored, FT_METRIC_AUC), "better than guessing: auc 0.9"));
}

static struct ft_scored make_numbers(double share, size_t rows) {
  struct ft_random random = ft_random_seeded(3);
  for (size_t r = 0; r < rows; r++) {
    target[r] = ft_random_unit(&random);
    margin[r] = share * target[r] + (1 - share) * ft_random_unit(&random);
  }
  return (struct ft_scored){ FT_REGRESSION, 1, 1, 0, rows, target, margin, 0, 0 };
}

static void numbers_are_compared_with_the_mean(void **state) {
  (void)state;
  struct ft_scored scored = make_numbers(0.9, ROWS);
  assert_string_equal(decide(&scored, FT_METRIC_MSE),
                      "better than always answering the mean, 201.25: it explains 98 % of the "
                      "differences between the rows");
  scored = make_numbers(0, ROWS);
  assert_string_equal(decide(&scored, FT_METRIC_MSE),
                      "no better than always answering the mean, 201.25, as far as 2000 rows tell");
  scored = make_numbers(0.9, 5);
  assert_string_equal(
      decide(&scored, FT_METRIC_MSE),
      "too few rows to tell whether it is better than always answering the mean, 201.25");
}

/* Nothing is called better by chance in more than one of forty cases. */
static void noise_is_seldom_called_better(void **state) {
  (void)state;
  size_t better = 0;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    struct ft_scored scored = make_loans(0, 0.1, seed);
    better += strncmp(decide(&scored, FT_METRIC_AUC), "better", 6) == 0;
  }
  assert_true(better <= 4);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(scores_are_those_of_scikit_learn),
    cmocka_unit_test(noise_is_no_better_than_one_answer),
    cmocka_unit_test(noise_that_guesses_is_no_better_than_the_best_guess),
    cmocka_unit_test(a_doubtful_score_is_only_perhaps_better),
    cmocka_unit_test(a_weak_signal_is_said_to_rank),
    cmocka_unit_test(a_signal_is_better),
    cmocka_unit_test(numbers_are_compared_with_the_mean),
    cmocka_unit_test(noise_is_seldom_called_better),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
