/* The choice among candidates, on margins made by hand. */
#include "core/train/ensemble.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/learn/loss.h"
#include "foretell/random.h"

#define ROWS 400

static double target[ROWS], margin[4][ROWS];

/* Candidate c errs by `error[c]` of a normal-like number of its own. */
static void make(const double *error, uint32_t candidates) {
  struct ft_random random = ft_random_seeded(5);
  for (size_t r = 0; r < ROWS; r++) {
    target[r] = 2 * ft_random_unit(&random) - 1;
    for (uint32_t c = 0; c < candidates; c++) {
      double sum = 0;
      for (int i = 0; i < 12; i++)
        sum += ft_random_unit(&random);
      margin[c][r] = target[r] + error[c] * (sum - 6);
    }
  }
}

static struct ft_ensemble_task task_of(uint32_t candidates) {
  static const double *list[4] = { margin[0], margin[1], margin[2], margin[3] };
  return (struct ft_ensemble_task){ .problem = FT_REGRESSION,
                                    .outputs = 1,
                                    .rows = ROWS,
                                    .target = target,
                                    .candidates = candidates,
                                    .margin = list };
}

static double sum_of(const double *weight, uint32_t count) {
  double sum = 0;
  for (uint32_t i = 0; i < count; i++)
    sum += weight[i];
  return sum;
}

static void independent_errors_are_averaged(void **state) {
  (void)state;
  make((double[]){ 0.5, 0.5, 0.5 }, 3);
  struct ft_ensemble_task task = task_of(3);
  double weight[3], mixed[ROWS];
  struct ft_error err;
  assert_int_equal(ft_ensemble_choose(weight, &task, &err), FT_OK);
  assert_true(fabs(sum_of(weight, 3) - 1) < 1e-12);
  for (int c = 0; c < 3; c++)
    assert_true(weight[c] > 0.25 && weight[c] < 0.42);
  ft_ensemble_average(mixed, &task, weight);
  double alone = ft_loss_mean(FT_REGRESSION, 1, margin[0], target, ROWS);
  double together = ft_loss_mean(FT_REGRESSION, 1, mixed, target, ROWS);
  assert_true(together < alone / 2);
}

/* The best weights are inverse to the variances: 0.9, 0.1 here for 0.1 and 0.3. */
static void a_better_candidate_has_more_weight(void **state) {
  (void)state;
  make((double[]){ 0.3, 0.1 }, 2);
  struct ft_ensemble_task task = task_of(2);
  double weight[2];
  struct ft_error err;
  assert_int_equal(ft_ensemble_choose(weight, &task, &err), FT_OK);
  assert_true(fabs(weight[1] - 0.9) < 0.06);
}

static void one_that_knows_nothing_is_left_out(void **state) {
  (void)state;
  make((double[]){ 0.05, 6 }, 2);
  struct ft_ensemble_task task = task_of(2);
  double weight[2];
  struct ft_error err;
  assert_int_equal(ft_ensemble_choose(weight, &task, &err), FT_OK);
  assert_true(weight[1] < 0.01);
}

/* Two candidates, each perfect on one half of the rows that an ensemble is chosen on and hopeless on the
 * other: what is learned on a half does not hold, so the best single one it is. */
static void a_mixture_that_does_not_hold_is_not_taken(void **state) {
  (void)state;
  make((double[]){ 0.2, 0.2, 0.2 }, 3);
  for (size_t r = 0; r < ROWS; r++) {
    margin[0][r] = target[r] + (r % 2 ? 0 : 3);
    margin[1][r] = target[r] + (r % 2 ? 3 : 0);
    margin[2][r] = target[r] + 1.4;
  }
  struct ft_ensemble_task task = task_of(3);
  double weight[3], mixed[ROWS];
  struct ft_error err;
  assert_int_equal(ft_ensemble_choose(weight, &task, &err), FT_OK);
  ft_ensemble_average(mixed, &task, weight);
  assert_true(ft_loss_mean(FT_REGRESSION, 1, mixed, target, ROWS) <=
              ft_loss_mean(FT_REGRESSION, 1, margin[2], target, ROWS) + 1e-12);
}

static void an_only_candidate_has_all_the_weight(void **state) {
  (void)state;
  make((double[]){ 0.5 }, 1);
  struct ft_ensemble_task task = task_of(1);
  double weight = 0;
  struct ft_error err;
  assert_int_equal(ft_ensemble_choose(&weight, &task, &err), FT_OK);
  assert_true(weight == 1);
}

static void a_gain_has_its_standard_error(void **state) {
  (void)state;
  struct ft_ensemble_task task = task_of(1);
  task.rows = 4;
  double zero[4] = { 0, 0, 0, 0 };
  double a[4] = { 1, 1, 1, 1 }, b[4] = { 0, 1, 0, 1 };
  task.target = zero;
  struct ft_gain gain = ft_ensemble_gain(&task, a, b);
  assert_true(fabs(gain.mean - 0.5) < 1e-12);
  assert_true(fabs(gain.error - 0.25) < 1e-12);
}

/* Margins that are not finite: nothing is better than anything, and weights are weights all the same. */
static void without_a_finite_loss_the_weights_add_up(void **state) {
  (void)state;
  enum { ENSEMBLE_ROWS = 40 };
  double zero[ENSEMBLE_ROWS] = { 0 }, one[ENSEMBLE_ROWS], other[ENSEMBLE_ROWS];
  for (size_t r = 0; r < ENSEMBLE_ROWS; r++)
    one[r] = other[r] = INFINITY;
  const double *both[] = { one, other };
  struct ft_ensemble_task task = { .problem = FT_REGRESSION,
                                   .outputs = 1,
                                   .rows = ENSEMBLE_ROWS,
                                   .target = zero,
                                   .candidates = 2,
                                   .margin = both };
  double weight[2] = { 7, 7 };
  assert_int_equal(ft_ensemble_choose(weight, &task, NULL), FT_OK);
  assert_true(weight[0] + weight[1] == 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_a_finite_loss_the_weights_add_up),
    cmocka_unit_test(independent_errors_are_averaged),
    cmocka_unit_test(a_better_candidate_has_more_weight),
    cmocka_unit_test(one_that_knows_nothing_is_left_out),
    cmocka_unit_test(a_mixture_that_does_not_hold_is_not_taken),
    cmocka_unit_test(an_only_candidate_has_all_the_weight),
    cmocka_unit_test(a_gain_has_its_standard_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
