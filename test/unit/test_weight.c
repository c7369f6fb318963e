/* Weights of rows, in the learners that heed them: what weighs nothing teaches nothing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/learn/boosted.h"
#include "core/learn/fit.h"
#include "core/learn/loss.h"
#include "core/learn/mlp.h"
#include "foretell/random.h"
#include "test/unit/fit_once.h"

#define ROWS   2000
#define TRAINS 1600

static float value[ROWS];
static double target[ROWS], weight[ROWS];
static uint32_t row[ROWS], categories[1];

/* A line; every other row says the opposite, and weighs nothing. */
static struct ft_features make(void) {
  struct ft_random random = ft_random_seeded(4);
  for (uint32_t r = 0; r < ROWS; r++) {
    value[r] = (float)(2 * ft_random_unit(&random) - 1);
    weight[r] = r % 2 ? 2 : 0;
    target[r] = r % 2 ? value[r] : -value[r];
    row[r] = r;
  }
  return (
      struct ft_features){ .value = value, .rows = ROWS, .features = 1, .categories = categories };
}

static void expect_the_line(const struct ft_configuration *configuration) {
  struct ft_features features = make();
  struct ft_fit_data data = { .features = &features,
                              .target = target,
                              .problem = FT_REGRESSION,
                              .outputs = 1,
                              .seed = 1,
                              .scale = 1,
                              .weight = weight };
  struct ft_fit_task task = { .data = &data,
                              .configuration = configuration,
                              .train = row,
                              .n_train = TRAINS,
                              .valid = row + TRAINS,
                              .n_valid = ROWS - TRAINS,
                              .max_rounds = 100,
                              .learning_rate_factor = 1,
                              .patience = 20,
                              .threads = 1,
                              .deadline = 1e300 };
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  double off = 0;
  for (size_t i = 0; i < task.n_valid; i++)
    off += fabs(fit.margin[i] - value[task.valid[i]]);
  assert_true(off / (double)task.n_valid < 0.1);
  ft_arena_release(&arena);
}

static void trees_heed_weights(void **state) {
  (void)state;
  const struct ft_configuration trees = {
    .name = "trees",
    .learner = &ft_boosted_learner,
    .options = &(const struct ft_boosted_options){ FT_BOOSTED_DEFAULTS },
  };
  expect_the_line(&trees);
}

static void nets_heed_weights(void **state) {
  (void)state;
  const struct ft_configuration net = {
    .name = "MLP",
    .learner = &ft_mlp_learner,
    .options = &(const struct ft_mlp_options){ .width = 8,
                                               .layers = 3,
                                               .epochs = 20,
                                               .ema = 0.99,
                                               .weight_decay = 0.1,
                                               .scale_factor = 6 },
  };
  expect_the_line(&net);
}

static void a_weighted_loss_is_the_mean_of_weight_times_loss(void **state) {
  (void)state;
  static const double margin[] = { 1, 2, 3 }, wanted[] = { 0, 0, 0 }, weights[] = { 3, 0, 1 };
  struct ft_loss loss = { FT_REGRESSION, 1, NULL };
  assert_true(ft_loss_weighted(&loss, margin, wanted, weights, 3) == 4);
  assert_true(fabs(ft_loss_weighted(&loss, margin, wanted, NULL, 3) - 14.0 / 3) < 1e-12);
  assert_true(ft_loss_mean(FT_REGRESSION, 1, margin, wanted, 3) ==
              ft_loss_weighted(&loss, margin, wanted, NULL, 3));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(trees_heed_weights),
    cmocka_unit_test(nets_heed_weights),
    cmocka_unit_test(a_weighted_loss_is_the_mean_of_weight_times_loss),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
