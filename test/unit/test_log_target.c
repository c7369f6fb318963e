/* Fits to the logarithms of a target. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/learn/boosted.h"
#include "core/learn/log_target.h"
#include "foretell/maths.h"
#include "foretell/random.h"
#include "test/unit/fit_once.h"

#define ROWS   600
#define TRAINS 400

static float value[ROWS];
static double number[ROWS], target[ROWS];
static uint32_t row[ROWS];

/* A number that doubles with every unit of the only feature. */
static struct ft_fit_data make(struct ft_features *features) {
  static uint32_t categories[1];
  struct ft_random random = ft_random_seeded(3);
  double sum = 0, squares = 0;
  for (uint32_t r = 0; r < ROWS; r++) {
    value[r] = (float)(8 * ft_random_unit(&random));
    number[r] = exp2(value[r]) * (1 + 0.02 * ft_random_unit(&random));
    row[r] = r;
    sum += number[r];
    squares += number[r] * number[r];
  }
  double centre = sum / ROWS, scale = sqrt(squares / ROWS - centre * centre);
  for (uint32_t r = 0; r < ROWS; r++)
    target[r] = (number[r] - centre) / scale;
  *features =
      (struct ft_features){ .value = value, .rows = ROWS, .features = 1, .categories = categories };
  return (struct ft_fit_data){ .features = features,
                               .target = target,
                               .problem = FT_REGRESSION,
                               .outputs = 1,
                               .seed = 1,
                               .centre = centre,
                               .scale = scale };
}

static struct ft_fit_task task_of(const struct ft_fit_data *data,
                                  const struct ft_configuration *configuration) {
  return (struct ft_fit_task){ .data = data,
                               .configuration = configuration,
                               .train = row,
                               .n_train = TRAINS,
                               .valid = row + TRAINS,
                               .n_valid = ROWS - TRAINS,
                               .max_rounds = 200,
                               .learning_rate_factor = 1,
                               .patience = 20,
                               .threads = 1,
                               .deadline = ft_clock_seconds() + 60 };
}

static void margins_are_of_the_target_and_sums_are_logarithms(void **state) {
  (void)state;
  const struct ft_configuration trees = {
    .name = "trees of logarithms",
    .learner = &ft_boosted_learner,
    .options = &(const struct ft_boosted_options){ FT_BOOSTED_DEFAULTS },
    .log_target = true
  };
  struct ft_features features;
  struct ft_fit_data data = make(&features);
  struct ft_fit_task task = task_of(&data, &trees);
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  assert_int_equal(fit.member.scale, FT_SCALE_LOGARITHM);
  double off = 0;
  for (size_t i = 0; i < task.n_valid; i++) {
    double guess = data.centre + data.scale * fit.margin[i];
    off += fabs(guess / number[TRAINS + i] - 1);
  }
  assert_true(off / (double)task.n_valid < 0.06); /* of what is great as of what is small */
  assert_true(fabs(fit.member.forest.base[0] - ft_log(16)) < 0.5); /* the mean of 0 … 8 doublings */
  ft_arena_release(&arena);
}

/* Where nothing tells the numbers apart, the guess is their logarithms' mean, weighted by them. */
static void what_is_great_weighs_more(void **state) {
  (void)state;
  const struct ft_configuration trees = {
    .name = "trees of logarithms",
    .learner = &ft_boosted_learner,
    .options = &(const struct ft_boosted_options){ .tree = { .max_depth = 6,
                                                             .min_child_weight = 1,
                                                             .colsample_bytree = 1,
                                                             .colsample_bylevel = 1,
                                                             .colsample_bynode = 1 },
                                                   .learning_rate = 1,
                                                   .subsample = 1,
                                                   .max_rounds = 5 },
    .log_target = true,
  };
  struct ft_features features;
  struct ft_fit_data data = make(&features);
  data.centre = 50.5;
  data.scale = 49.5;
  for (uint32_t r = 0; r < ROWS; r++) {
    value[r] = 0;
    target[r] = r % 2 ? 1 : -1; /* 100 and 1 */
  }
  struct ft_fit_task task = task_of(&data, &trees);
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  double guess = data.centre + data.scale * fit.margin[0];
  assert_true(fabs(guess - exp(100 * log(100) / 101)) < 0.5); /* without weights: 10 */
  ft_arena_release(&arena);
}

static void it_pays_where_positive_numbers_spread_over_magnitudes(void **state) {
  (void)state;
  struct ft_features features;
  struct ft_fit_data data = make(&features);
  assert_true(ft_log_target_fit_pays(&data, ROWS));
  data.centre += 10 * data.scale; /* the same spread, far from 0 */
  assert_false(ft_log_target_fit_pays(&data, ROWS));
  data.centre = 0; /* some are below 0 */
  assert_false(ft_log_target_fit_pays(&data, ROWS));
  data.problem = FT_BINARY;
  assert_false(ft_log_target_fit_pays(&data, ROWS));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(margins_are_of_the_target_and_sums_are_logarithms),
    cmocka_unit_test(what_is_great_weighs_more),
    cmocka_unit_test(it_pays_where_positive_numbers_spread_over_magnitudes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
