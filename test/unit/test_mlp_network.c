/* Nets are trained: gradients are right, bits are the same, small problems are learned. */
#include "core/learn/mlp_network.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/learn/loss.h"
#include "core/learn/mlp.h"
#include "core/learn/mlp_schedule.h"
#include "core/predict/net.h"

#define ROWS         600
#define FEATURES     4
#define NO_DEADLINE  1e300
#define NOT_A_NUMBER __builtin_nanf("")

/* Two numbers, a number that is often missing, a category of three codes. */
struct fixture {
  struct ft_arena arena;
  float value[FEATURES * ROWS];
  uint32_t categories[FEATURES];
  double target[ROWS];
  uint32_t row[ROWS];
  struct ft_features features;
  struct ft_fit_data data;
  struct ft_mlp_options options;
  struct ft_configuration configuration;
};

static struct fixture *make(enum ft_problem problem, uint32_t outputs) {
  struct fixture *f = calloc(1, sizeof *f);
  struct ft_random random = ft_random_seeded(3);
  ft_arena_init(&f->arena, FT_ARENA_DEFAULT_LIMIT);
  for (size_t r = 0; r < ROWS; r++) {
    f->value[r] = (float)ft_random_unit(&random) * 2 - 1;
    f->value[ROWS + r] = (float)ft_random_unit(&random) * 2000 - 1000;
    f->value[2 * ROWS + r] =
        ft_random_below(&random, 4) == 0 ? NOT_A_NUMBER : (float)ft_random_unit(&random);
    f->value[3 * ROWS + r] = (float)(1 + ft_random_below(&random, 3));
    f->row[r] = (uint32_t)r;
  }
  f->categories[3] = 4; /* one code more than there are */
  f->features = (struct ft_features){ .value = f->value,
                                      .rows = ROWS,
                                      .features = FEATURES,
                                      .categories = f->categories };
  f->data = (struct ft_fit_data){ .features = &f->features,
                                  .target = f->target,
                                  .problem = problem,
                                  .outputs = outputs,
                                  .seed = 1,
                                  .scale = 1 };
  f->options = (struct ft_mlp_options){ .width = 24,
                                        .layers = 2,
                                        .epochs = 40,
                                        .knots = 3,
                                        .weight_decay = 0.1,
                                        .ema = 0.99,
                                        .scale_factor = 6 };
  f->configuration = (struct ft_configuration){ .name = "net",
                                                .learner = &ft_mlp_learner,
                                                .options = &f->options };
  return f;
}

static void drop(struct fixture *f) {
  ft_arena_release(&f->arena);
  free(f);
}

/* The first rows are valid, the others are trained on. */
static struct ft_fit fit(struct fixture *f, size_t n_valid, uint32_t rounds) {
  struct ft_error err;
  struct ft_fit out = { 0 };
  struct ft_fit_task task = { .data = &f->data,
                              .configuration = &f->configuration,
                              .train = f->row + n_valid,
                              .n_train = ROWS - n_valid,
                              .valid = f->row,
                              .n_valid = n_valid,
                              .rounds = rounds,
                              .max_rounds = 1000,
                              .learning_rate_factor = 1,
                              .patience = 60,
                              .threads = 1,
                              .deadline = NO_DEADLINE };
  assert_int_equal(ft_mlp_learner.fit(&out, &f->arena, &task, &err), FT_OK);
  assert_true(out.done && !out.cut);
  assert_int_equal(out.member.kind, FT_LEARNER_NET);
  return out;
}

static double valid_loss(const struct fixture *f, const struct ft_fit *out, size_t n_valid) {
  return ft_loss_mean(f->data.problem, f->data.outputs, out->margin, f->target, n_valid);
}

static void expect_same_net(const struct ft_net *a, const struct ft_net *b) {
  assert_int_equal(a->layers, b->layers);
  assert_int_equal(a->terms, b->terms);
  assert_memory_equal(a->term, b->term, a->terms * sizeof *a->term);
  for (uint32_t l = 0; l < a->layers; l++) {
    size_t weights = (size_t)a->layer[l].inputs * a->layer[l].outputs;
    assert_memory_equal(a->layer[l].weight, b->layer[l].weight, weights * sizeof(float));
    assert_memory_equal(a->layer[l].bias, b->layer[l].bias, a->layer[l].outputs * sizeof(float));
  }
}

/* What the fit says of its valid rows is what the predictor makes of them. */
static void expect_margins_replay(struct fixture *f, const struct ft_fit *out, size_t n_valid) {
  struct ft_error err;
  struct ft_net_input input = { f->value, ROWS, f->row, n_valid };
  double *margin = calloc(n_valid * f->data.outputs, sizeof *margin);
  assert_int_equal(ft_net_run(margin, &out->member.net, f->data.outputs, 1, &input, &err), FT_OK);
  for (size_t i = 0; i < n_valid * f->data.outputs; i++) {
    double wanted = f->data.centre + f->data.scale * out->margin[i];
    assert_true(fabs(margin[i] - wanted) <= 1e-5 * f->data.scale);
  }
  free(margin);
}

/* --- products, activations, steps --- */

static const char *const kernels[] = { "portable", "avx2", "avx512" };
#define KERNELS (sizeof kernels / sizeof kernels[0])

#define DEPTH   37
#define COLUMNS 112
#define HEIGHT  23

static float small(struct ft_random *random) {
  return (float)ft_random_unit(random) * 2 - 1;
}

static void products_are_sums_in_order(void **state) {
  (void)state;
  static float a[HEIGHT * DEPTH], b[DEPTH * COLUMNS], start[COLUMNS], c[HEIGHT * COLUMNS];
  struct ft_random random = ft_random_seeded(5);
  for (size_t i = 0; i < HEIGHT * DEPTH; i++)
    a[i] = small(&random);
  for (size_t i = 0; i < DEPTH * COLUMNS; i++)
    b[i] = small(&random);
  for (size_t i = 0; i < COLUMNS; i++)
    start[i] = small(&random);
  for (size_t k = 0; k < KERNELS; k++) {
    if (ft_mlp_kernel_choose(kernels[k], NULL) != FT_OK) continue;
    struct ft_net_product product = { .c = c,
                                      .a = a,
                                      .b = b,
                                      .start = start,
                                      .a_row = 1, /* turned over: a(m, k) = a[k][m] */
                                      .a_step = HEIGHT,
                                      .rows = HEIGHT,
                                      .columns = COLUMNS,
                                      .depth = DEPTH };
    ft_mlp_kernel_active()->multiply(&product);
    for (size_t m = 0; m < HEIGHT; m++)
      for (size_t n = 0; n < COLUMNS; n++) {
        volatile float sum = start[n];
        for (size_t d = 0; d < DEPTH; d++) {
          volatile float each = a[d * HEIGHT + m] * b[d * COLUMNS + n];
          sum = sum + each;
        }
        assert_memory_equal(&c[m * COLUMNS + n], (const float *)&sum, sizeof(float));
      }
  }
  assert_int_equal(ft_mlp_kernel_choose(NULL, NULL), FT_OK);
}

static void slopes_are_derivatives(void **state) {
  (void)state;
  static const enum ft_activation activations[] = { FT_ACTIVATE_SELU, FT_ACTIVATE_MISH,
                                                    FT_ACTIVATE_RELU };
  const struct ft_mlp_kernel *kernel = ft_mlp_kernel_active();
  for (size_t k = 0; k < 3; k++)
    for (double x = -7.03; x < 25; x += 0.31) {
      float h[3] = { (float)x - 0x1p-8F, (float)x, (float)x + 0x1p-8F }, slope[3];
      double between = (double)h[2] - h[0];
      kernel->activate(activations[k], h, slope, 3);
      double wanted = ((double)h[2] - h[0]) / between;
      assert_true(fabs(slope[1] - wanted) < 2e-3 * (1 + fabs(wanted)));
    }
}

static void kernels_train_the_same_bits(void **state) {
  (void)state;
  struct fixture *f = make(FT_REGRESSION, 1);
  f->options.dropout = 0.2;
  for (size_t r = 0; r < ROWS; r++)
    f->target[r] = f->value[r] * f->value[3 * ROWS + r];
  assert_int_equal(ft_mlp_kernel_choose("portable", NULL), FT_OK);
  struct ft_fit portable = fit(f, 100, 0);
  for (size_t k = 1; k < KERNELS; k++) {
    if (ft_mlp_kernel_choose(kernels[k], NULL) != FT_OK) continue;
    struct ft_fit other = fit(f, 100, 0);
    assert_int_equal(other.rounds, portable.rounds);
    expect_same_net(&portable.member.net, &other.member.net);
  }
  assert_int_equal(ft_mlp_kernel_choose(NULL, NULL), FT_OK);
  drop(f);
}

static void a_kernel_that_is_not_there_is_refused(void **state) {
  (void)state;
  struct ft_error err;
  assert_int_equal(ft_mlp_kernel_choose("abacus", &err), FT_INVALID);
}

/* --- gradients --- */

/* Half the squared distance of the outputs from 1. */
static double energy(struct ft_mlp_network *network, struct ft_mlp_network_batch *batch) {
  ft_mlp_network_refresh(network);
  ft_mlp_network_forward(network, batch, 0, NULL);
  const struct ft_mlp_network_layer *last = &network->layer[network->layers - 1];
  double sum = 0;
  for (size_t r = 0; r < batch->rows; r++)
    for (uint32_t o = 0; o < last->outputs; o++) {
      double away = batch->h[network->layers - 1][r * last->stride + o] - 1.0;
      batch->delta[0][r * last->stride + o] = (float)away;
      sum += away * away / 2;
    }
  return sum;
}

static void expect_gradient(struct ft_mlp_network *network, struct ft_mlp_network_batch *batch,
                            size_t at) {
  const float kept = network->value[at], step = 0x1p-9F;
  double wanted = network->gradient[at];
  network->value[at] = kept + step;
  double above = energy(network, batch);
  network->value[at] = kept - step;
  double below = energy(network, batch);
  network->value[at] = kept;
  double found = (above - below) / (2 * step);
  assert_true(fabs(found - wanted) < 0.02 * fabs(wanted) + 0.02);
}

static void gradients_are_finite_differences(void **state) {
  (void)state;
  struct fixture *f = make(FT_REGRESSION, 1);
  struct ft_error err;
  struct ft_mlp_terms terms;
  struct ft_mlp_network network;
  struct ft_mlp_network_batch batch;
  struct ft_random random = ft_random_seeded(9);
  struct ft_mlp_terms_options options = { .clip = 3, .knots = 2 };
  struct ft_mlp_network_shape shape = { 20, 2, 3, FT_ACTIVATE_MISH };
  assert_int_equal(ft_mlp_terms_make(&terms, &f->arena, &f->features, f->row, ROWS, &options, &err),
                   FT_OK);
  assert_int_equal(ft_mlp_network_make(&network, &f->arena, &terms, &shape, &err), FT_OK);
  assert_int_equal(ft_mlp_network_batch_make(&batch, &f->arena, &network, 48, &err), FT_OK);
  batch.rows = 48;
  ft_mlp_terms_fill(batch.number, batch.slot, &terms, &f->features, f->row, batch.rows);
  ft_mlp_network_begin(&network, &random);
  for (size_t i = 0; i < network.layer[2].inputs * network.layer[2].stride; i++)
    if (i % network.layer[2].stride < 3)
      network.value[network.layer[2].weight + i] = small(&random) / 4;
  energy(&network, &batch);
  ft_mlp_network_backward(&network, &batch);
  for (size_t i = 0; i < terms.terms; i++)
    expect_gradient(&network, &batch, network.scale + i);
  for (uint32_t l = 0; l < network.layers; l++)
    for (size_t i = 0; i < 40; i++) {
      const struct ft_mlp_network_layer *layer = &network.layer[l];
      size_t input = ft_random_below(&random, layer->inputs);
      size_t output = ft_random_below(&random, layer->outputs);
      if (l == 0 && input >= terms.terms && !terms.seen[input - terms.terms]) continue;
      expect_gradient(&network, &batch, layer->weight + input * layer->stride + output);
      expect_gradient(&network, &batch, layer->bias + output);
    }
  drop(f);
}

/* --- what is learned --- */

static void net_learns_which_signs_differ(void **state) {
  (void)state;
  struct fixture *f = make(FT_BINARY, 1);
  for (size_t r = 0; r < ROWS; r++)
    f->target[r] = (f->value[r] > 0) != (f->value[ROWS + r] > 0);
  struct ft_fit out = fit(f, 150, 0);
  assert_true(valid_loss(f, &out, 150) < 0.2);
  expect_margins_replay(f, &out, 150);
  drop(f);
}

static void net_learns_a_number_in_its_unit(void **state) {
  (void)state;
  struct fixture *f = make(FT_REGRESSION, 1);
  f->data.centre = 5000;
  f->data.scale = 300;
  for (size_t r = 0; r < ROWS; r++) {
    float x = f->value[2 * ROWS + r];
    f->target[r] = (x != x ? 2.0 : x) + f->value[r] * (f->value[3 * ROWS + r] == 2);
  }
  struct ft_fit out = fit(f, 150, 0);
  assert_true(valid_loss(f, &out, 150) < 0.02);
  expect_margins_replay(f, &out, 150);
  drop(f);
}

static void net_learns_three_classes_of_codes(void **state) {
  (void)state;
  struct fixture *f = make(FT_MULTICLASS, 3);
  for (size_t r = 0; r < ROWS; r++)
    f->target[r] = (double)(((int)f->value[3 * ROWS + r] + (f->value[r] > 0)) % 3);
  struct ft_fit out = fit(f, 150, 0);
  assert_true(valid_loss(f, &out, 150) < 0.25);
  expect_margins_replay(f, &out, 150);
  drop(f);
}

static void codes_never_seen_count_as_the_mean(void **state) {
  (void)state;
  struct fixture *f = make(FT_REGRESSION, 1);
  for (size_t r = 0; r < ROWS; r++)
    f->target[r] = f->value[3 * ROWS + r] - 2;
  struct ft_fit out = fit(f, 150, 0);
  f->value[3 * ROWS] = 4; /* in the list, in no row */
  f->value[3 * ROWS + 1] = 0;
  f->value[3 * ROWS + 2] = NOT_A_NUMBER;
  double margin[3] = { 0 };
  struct ft_net_input input = { f->value, ROWS, NULL, 3 };
  struct ft_error err;
  assert_int_equal(ft_net_run(margin, &out.member.net, 1, 1, &input, &err), FT_OK);
  for (int i = 0; i < 3; i++)
    assert_true(fabs(margin[i]) < 0.6);
  drop(f);
}

/* --- edges --- */

static void constant_target_is_the_base(void **state) {
  (void)state;
  struct fixture *f = make(FT_REGRESSION, 1);
  for (size_t r = 0; r < ROWS; r++)
    f->target[r] = 0.25;
  struct ft_fit out = fit(f, 100, 0);
  assert_true(valid_loss(f, &out, 100) < 1e-6);
  drop(f);
}

static void nothing_but_missing_values_is_survived(void **state) {
  (void)state;
  struct fixture *f = make(FT_BINARY, 1);
  for (size_t r = 0; r < ROWS; r++) {
    f->target[r] = (double)(r % 3 == 0);
    for (size_t c = 0; c < FEATURES; c++)
      f->value[c * ROWS + r] = NOT_A_NUMBER;
  }
  struct ft_fit out = fit(f, 99, 0);
  assert_true(valid_loss(f, &out, 99) < 0.66);
  expect_margins_replay(f, &out, 99);
  drop(f);
}

static void extreme_values_are_survived(void **state) {
  (void)state;
  struct fixture *f = make(FT_REGRESSION, 1);
  for (size_t r = 0; r < ROWS; r++) {
    f->target[r] = f->value[r];
    f->value[ROWS + r] = r % 3 == 0 ? __builtin_inff() : r % 3 == 1 ? -3e38F : 1e-38F;
    f->value[2 * ROWS + r] = 7;
  }
  struct ft_fit out = fit(f, 150, 0);
  assert_true(valid_loss(f, &out, 150) < 0.02);
  expect_margins_replay(f, &out, 150);
  drop(f);
}

static void one_feature_and_few_rows_are_enough(void **state) {
  (void)state;
  struct fixture *f = make(FT_REGRESSION, 1);
  f->features.features = 1;
  for (size_t r = 0; r < ROWS; r++)
    f->target[r] = f->value[r];
  struct ft_fit out = fit(f, ROWS - 4, 0);
  assert_int_equal(out.member.net.layer[0].inputs, out.member.net.terms);
  drop(f);
}

/* --- courses --- */

static void same_seed_makes_the_same_net(void **state) {
  (void)state;
  struct fixture *f = make(FT_BINARY, 1);
  for (size_t r = 0; r < ROWS; r++)
    f->target[r] = f->value[r] > 0.2F;
  struct ft_fit first = fit(f, 100, 0), second = fit(f, 100, 0);
  expect_same_net(&first.member.net, &second.member.net);
  f->data.seed = 2;
  struct ft_fit other = fit(f, 100, 0);
  assert_memory_not_equal(first.member.net.layer[1].weight, other.member.net.layer[1].weight, 64);
  drop(f);
}

static void refit_goes_as_far_as_it_is_told(void **state) {
  (void)state;
  struct fixture *f = make(FT_REGRESSION, 1);
  for (size_t r = 0; r < ROWS; r++)
    f->target[r] = f->value[r];
  struct ft_fit nine = fit(f, 0, 9);
  assert_int_equal(nine.rounds, 9);
  struct ft_fit beyond = fit(f, 0, 4000); /* the course has an end */
  assert_int_equal(beyond.rounds, 40);
  drop(f);
}

static void deadline_before_the_first_epoch_leaves_nothing(void **state) {
  (void)state;
  struct fixture *f = make(FT_BINARY, 1);
  struct ft_error err;
  struct ft_fit out = { 0 };
  struct ft_fit_task task = { .data = &f->data,
                              .configuration = &f->configuration,
                              .train = f->row,
                              .n_train = ROWS,
                              .rounds = 5,
                              .learning_rate_factor = 1,
                              .deadline = 0 };
  assert_int_equal(ft_mlp_learner.fit(&out, &f->arena, &task, &err), FT_OK);
  assert_true(!out.done && out.cut);
  drop(f);
}

int main(void) {
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(products_are_sums_in_order),
    cmocka_unit_test(slopes_are_derivatives),
    cmocka_unit_test(kernels_train_the_same_bits),
    cmocka_unit_test(a_kernel_that_is_not_there_is_refused),
    cmocka_unit_test(gradients_are_finite_differences),
    cmocka_unit_test(net_learns_which_signs_differ),
    cmocka_unit_test(net_learns_a_number_in_its_unit),
    cmocka_unit_test(net_learns_three_classes_of_codes),
    cmocka_unit_test(codes_never_seen_count_as_the_mean),
    cmocka_unit_test(constant_target_is_the_base),
    cmocka_unit_test(nothing_but_missing_values_is_survived),
    cmocka_unit_test(extreme_values_are_survived),
    cmocka_unit_test(one_feature_and_few_rows_are_enough),
    cmocka_unit_test(same_seed_makes_the_same_net),
    cmocka_unit_test(refit_goes_as_far_as_it_is_told),
    cmocka_unit_test(deadline_before_the_first_epoch_leaves_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
