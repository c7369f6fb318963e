/* Linear and additive fits: what they recover, and what they survive. */
#include "core/learn/linear.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/learn/clock.h"
#include "core/learn/linear_member.h"
#include "core/predict/net.h"
#include "core/train/train.h"
#include "foretell/random.h"
#include "test/unit/rows_of.h"

#define MAX_FEATURES 40
#define MAX_ROWS     2000

/* The first four fifths train, the rest are valid. */
struct world {
  float value[MAX_FEATURES * MAX_ROWS];
  double target[MAX_ROWS];
  uint32_t row[MAX_ROWS];
  uint32_t categories[MAX_FEATURES];
  struct ft_features features;
  struct ft_fit_data data;
  struct ft_arena arena;
};

static struct world *make_world(uint32_t features, size_t rows, enum ft_problem problem,
                                uint32_t outputs) {
  struct world *world = calloc(1, sizeof *world);
  assert_non_null(world);
  for (size_t r = 0; r < rows; r++)
    world->row[r] = (uint32_t)r;
  world->features = (struct ft_features){ .value = world->value,
                                          .rows = rows,
                                          .features = features,
                                          .categories = world->categories };
  world->data = (struct ft_fit_data){ .features = &world->features,
                                      .target = world->target,
                                      .problem = problem,
                                      .outputs = outputs,
                                      .seed = 1,
                                      .scale = 1 };
  ft_arena_init(&world->arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_random random = ft_random_seeded(3);
  for (size_t i = 0; i < features * rows; i++)
    world->value[i] = (float)(ft_random_unit(&random) - 0.5);
  return world;
}

static void free_world(struct world *world) {
  ft_arena_release(&world->arena);
  free(world);
}

static const struct ft_configuration straight = { .learner = &ft_linear_learner,
                                                  .options = &(const struct ft_linear_options){
                                                      FT_LINEAR_DEFAULTS } };
static const struct ft_configuration bent = { .learner = &ft_linear_learner,
                                              .options = &(const struct ft_linear_options){
                                                  FT_LINEAR_DEFAULTS, .knots = 8 } };

static struct ft_fit_task task_of(const struct world *world,
                                  const struct ft_configuration *configuration) {
  size_t n_train = world->features.rows * 4 / 5;
  return (struct ft_fit_task){ .data = &world->data,
                               .configuration = configuration,
                               .train = world->row,
                               .n_train = n_train,
                               .valid = world->row + n_train,
                               .n_valid = world->features.rows - n_train,
                               .deadline = ft_clock_seconds() + 1000 };
}

static struct ft_fit fit_world(struct world *world, const struct ft_configuration *configuration) {
  struct ft_fit fit = { 0 };
  struct ft_error err;
  struct ft_fit_task task = task_of(world, configuration);
  assert_int_equal(ft_linear_fit(&fit, &world->arena, &task, &err), FT_OK);
  assert_true(fit.done);
  assert_in_range(fit.rounds, 1, FT_LINEAR_STEPS);
  return fit;
}

/* Margins of one row of features, not one of the world's. */
static double predict(const struct ft_member *member, const float *feature) {
  double margin = 0;
  struct ft_net_input input = { .feature = feature, .stride = 1, .rows = 1 };
  assert_int_equal(ft_net_run(&margin, &member->net, 1, member->weight, &input, NULL), FT_OK);
  return margin;
}

static double valid_loss(const struct world *world, const struct ft_fit *fit) {
  size_t first = world->features.rows * 4 / 5, n_valid = world->features.rows - first;
  double sum = 0;
  for (size_t i = 0; i < n_valid; i++) {
    double error = fit->margin[i] - world->target[first + i];
    sum += error * error;
  }
  return sum / (double)n_valid;
}

static void a_line_is_recovered_and_goes_on(void **state) {
  (void)state;
  struct world *world = make_world(1, 200, FT_REGRESSION, 1);
  double centre = 3 * 100 + 2, scale = 3 * 58;
  for (size_t r = 0; r < 200; r++) {
    world->value[r] = (float)r;
    world->target[r] = (3.0 * (double)r + 2 - centre) / scale;
  }
  world->data.centre = centre;
  world->data.scale = scale;
  struct ft_fit fit = fit_world(world, &straight);
  for (float x = -1000; x <= 1e6F; x += 1e5F)
    assert_true(fabs(predict(&fit.member, &x) - (3.0 * x + 2)) <= 1e-5 * (fabs(x) + 1));
  free_world(world);
}

static void knots_follow_a_bend(void **state) {
  (void)state;
  struct world *world = make_world(2, 1000, FT_REGRESSION, 1);
  for (size_t r = 0; r < 1000; r++)
    world->target[r] = fabs(world->value[r]) * 4 - 1 + world->value[1000 + r];
  struct ft_fit line = fit_world(world, &straight), bend = fit_world(world, &bent);
  assert_true(valid_loss(world, &line) > 0.2);
  assert_true(valid_loss(world, &bend) < 0.01);
  free_world(world);
}

static void separable_labels_have_finite_weights(void **state) {
  (void)state;
  struct world *world = make_world(3, 300, FT_BINARY, 1);
  for (size_t r = 0; r < 300; r++)
    world->target[r] = world->value[r] > 0.1F;
  struct ft_fit fit = fit_world(world, &straight);
  for (size_t i = 0; i < 60; i++) {
    assert_true(isfinite(fit.margin[i]));
    if (fabs(world->value[240 + i] - 0.1) > 0.02)
      assert_true((fit.margin[i] > 0) == (world->target[240 + i] > 0.5));
  }
  free_world(world);
}

static void constant_and_equal_columns_do_no_harm(void **state) {
  (void)state;
  struct world *world = make_world(6, 500, FT_REGRESSION, 1);
  for (size_t r = 0; r < 500; r++) {
    world->value[500 + r] = 7;                         /* constant */
    world->value[1000 + r] = world->value[r];          /* equal */
    world->value[1500 + r] = -2 * world->value[r] + 1; /* collinear */
    world->value[2000 + r] = r == 499 ? 1 : 0;         /* constant where it trains */
    world->target[r] = 3 * world->value[r];
  }
  struct ft_fit fit = fit_world(world, &straight);
  assert_true(valid_loss(world, &fit) < 1e-6);
  fit = fit_world(world, &bent);
  assert_true(valid_loss(world, &fit) < 1e-3);
  free_world(world);
}

static void more_columns_than_rows_can_be_fitted(void **state) {
  (void)state;
  struct world *world = make_world(MAX_FEATURES, 30, FT_BINARY, 1);
  for (size_t r = 0; r < 30; r++)
    world->target[r] = world->value[r] > 0;
  struct ft_fit fit = fit_world(world, &bent);
  for (size_t i = 0; i < 6; i++)
    assert_true(fabs(fit.margin[i]) < 20);
  free_world(world);
}

static void a_label_may_be_missing_where_it_trains(void **state) {
  (void)state;
  struct world *world = make_world(3, 300, FT_MULTICLASS, 4);
  for (size_t r = 0; r < 300; r++)
    world->target[r] = r >= 290 ? 3 : world->value[r] > 0 ? 2 : world->value[300 + r] > 0;
  struct ft_fit fit = fit_world(world, &straight);
  for (size_t i = 0; i < 60 * 4; i++)
    assert_true(isfinite(fit.margin[i]));
  for (size_t i = 0; i < 50; i++)
    assert_true(fit.margin[i * 4 + 3] < fit.margin[i * 4 + (size_t)world->target[240 + i]]);
  world->data.problem = FT_BINARY;
  world->data.outputs = 1;
  for (size_t r = 0; r < 300; r++)
    world->target[r] = r >= 290;
  fit = fit_world(world, &straight);
  assert_true(fit.margin[0] < -3 && isfinite(fit.margin[0]));
  free_world(world);
}

static void missing_values_speak_for_themselves(void **state) {
  (void)state;
  struct world *world = make_world(2, 1000, FT_REGRESSION, 1);
  for (size_t r = 0; r < 1000; r++) {
    world->target[r] = world->value[1000 + r] + (r % 3 == 0 ? 2 : 0);
    if (r % 3 == 0) world->value[r] = NAN;
  }
  struct ft_fit fit = fit_world(world, &straight);
  assert_true(valid_loss(world, &fit) < 1e-4);
  for (size_t r = 0; r < 1000; r++)
    world->value[r] = world->value[1000 + r] = NAN;
  fit = fit_world(world, &bent);
  assert_true(fabs(valid_loss(world, &fit) - 1) < 0.2);
  free_world(world);
}

/* Infinities count as far, and a new one makes a finite prediction. */
static void infinite_values_are_bounded(void **state) {
  (void)state;
  struct world *world = make_world(2, 500, FT_REGRESSION, 1);
  for (size_t r = 0; r < 500; r++)
    world->target[r] = world->value[500 + r];
  world->value[17] = INFINITY;
  world->value[18] = -INFINITY;
  struct ft_fit fit = fit_world(world, &straight);
  assert_true(valid_loss(world, &fit) < 1e-4);
  float far[2] = { INFINITY, -INFINITY };
  assert_true(isfinite(predict(&fit.member, far)));
  fit = fit_world(world, &bent);
  assert_true(isfinite(predict(&fit.member, far)));
  free_world(world);
}

static void scale_of_a_column_does_not_matter(void **state) {
  (void)state;
  static const float scales[] = { 0x1p-40F, 0x1p40F }; /* nothing is rounded */
  struct world *world = make_world(2, 600, FT_BINARY, 1);
  struct ft_random random = ft_random_seeded(5);
  for (size_t r = 0; r < 600; r++)
    world->target[r] =
        4 * world->value[r] - 2 * world->value[600 + r] > ft_random_unit(&random) - 0.5;
  struct ft_fit plain = fit_world(world, &bent);
  for (size_t s = 0; s < 2; s++) {
    for (size_t r = 0; r < 600; r++)
      world->value[r] *= scales[s] / (s ? scales[s - 1] : 1);
    struct ft_fit scaled = fit_world(world, &bent);
    for (size_t i = 0; i < 120; i++)
      assert_true(scaled.margin[i] == plain.margin[i]);
  }
  free_world(world);
}

static void a_target_beyond_float32_gives_no_model(void **state) {
  (void)state;
  struct world *world = make_world(1, 100, FT_REGRESSION, 1);
  struct ft_fit fit = { 0 };
  struct ft_error err;
  for (size_t r = 0; r < 100; r++)
    world->target[r] = world->value[r];
  world->data.scale = 1e300;
  struct ft_fit_task task = task_of(world, &straight);
  assert_int_equal(ft_linear_fit(&fit, &world->arena, &task, &err), FT_OK);
  assert_false(fit.done);
  free_world(world);
}

static void fill_labels(struct world *world, size_t rows) {
  struct ft_random random = ft_random_seeded(9);
  for (size_t r = 0; r < rows; r++) {
    world->categories[2] = 5;
    world->value[2 * rows + r] = (float)ft_random_below(&random, 6);
    if (r % 11 == 0) world->value[2 * rows + r] = NAN;
    double score = 4 * world->value[r] + (world->value[2 * rows + r] > 3 ? 1 : 0);
    world->target[r] = score > 2 * ft_random_unit(&random) - 1;
  }
}

/* The same rows, and as far as the rounds of a fit with valid rows. */
static void refit_goes_to_the_chosen_step(void **state) {
  (void)state;
  struct world *world = make_world(4, 800, FT_BINARY, 1);
  fill_labels(world, 800);
  struct ft_fit chosen = fit_world(world, &bent), again = { 0 };
  struct ft_fit_task task = task_of(world, &bent);
  struct ft_error err;
  task.n_valid = 0;
  task.rounds = chosen.rounds;
  assert_in_range(chosen.rounds, 5, FT_LINEAR_STEPS - 5);
  assert_int_equal(ft_linear_fit(&again, &world->arena, &task, &err), FT_OK);
  const struct ft_net *a = &chosen.member.net, *b = &again.member.net;
  assert_int_equal(again.rounds, chosen.rounds);
  assert_int_equal(a->terms, b->terms);
  assert_int_equal(a->layer->inputs, b->layer->inputs);
  assert_memory_equal(a->layer->weight, b->layer->weight, a->layer->inputs * sizeof(float));
  assert_memory_equal(a->base, b->base, sizeof *a->base);
  free_world(world);
}

static void terms_without_weight_are_left_out(void **state) {
  (void)state;
  struct world *world = make_world(20, 1000, FT_REGRESSION, 1);
  struct ft_random random = ft_random_seeded(9);
  for (size_t r = 0; r < 1000; r++)
    world->target[r] = 2 * world->value[r] + 2 * ft_random_unit(&random) - 1;
  struct ft_fit fit = fit_world(world, &bent);
  assert_in_range(fit.member.net.terms, 1, 60);
  for (uint32_t t = 0; t < fit.member.net.terms; t++)
    assert_true(fit.member.net.layer->weight[t] != 0);
  free_world(world);
}

static void merged_members_predict_their_mean(void **state) {
  (void)state;
  struct world *world = make_world(4, 800, FT_BINARY, 1);
  fill_labels(world, 800);
  struct ft_member member[3], merged;
  struct ft_error err;
  uint32_t terms = 0;
  for (uint32_t m = 0; m < 3; m++) {
    struct ft_fit fit = { 0 };
    struct ft_fit_task task = task_of(world, &bent);
    task.train += 50 * m;
    task.n_train = 500;
    assert_int_equal(ft_linear_fit(&fit, &world->arena, &task, &err), FT_OK);
    member[m] = fit.member;
    member[m].weight = 0.2 * (m + 1);
    terms += fit.member.net.terms;
  }
  assert_true(ft_linear_is(&member[0]));
  assert_int_equal(ft_linear_merge(&merged, &world->arena, member, 3, 1, &err), FT_OK);
  assert_true(ft_linear_is(&merged));
  assert_true(merged.net.terms < terms * 2 / 3);
  for (size_t r = 0; r < 100; r++) {
    float feature[4];
    for (uint32_t f = 0; f < 4; f++)
      feature[f] = world->value[f * 800 + r];
    double sum = 0;
    for (uint32_t m = 0; m < 3; m++)
      sum += predict(&member[m], feature);
    assert_true(fabs(sum - predict(&merged, feature)) < 1e-5);
  }
  free_world(world);
}

static void no_time_gives_no_model(void **state) {
  (void)state;
  struct world *world = make_world(3, 300, FT_BINARY, 1);
  struct ft_fit fit = { 0 };
  struct ft_error err;
  struct ft_fit_task task = task_of(world, &straight);
  task.deadline = ft_clock_seconds() - 1;
  assert_int_equal(ft_linear_fit(&fit, &world->arena, &task, &err), FT_OK);
  assert_false(fit.done);
  assert_true(fit.cut);
  free_world(world);
}

static void running_out_of_memory_is_an_error(void **state) {
  (void)state;
  struct world *world = make_world(4, 200, FT_BINARY, 1);
  fill_labels(world, 200);
  enum ft_status status = FT_NOMEM;
  size_t allowed = 0;
  for (; allowed < 200 && status == FT_NOMEM; allowed++) {
    struct ft_fit fit = { 0 };
    struct ft_error err;
    struct ft_fit_task task = task_of(world, &bent);
    ft_arena_allow(allowed);
    status = ft_linear_fit(&fit, &world->arena, &task, &err);
    ft_arena_allow(SIZE_MAX);
  }
  assert_int_equal(status, FT_OK);
  assert_true(allowed > 10);
  free_world(world);
}

static struct ft_sha256 train_table(const struct rows *rows, const struct ft_job *job,
                                    bool reversed) {
  struct ft_buffer bytes;
  struct ft_sha256 hash;
  struct ft_error err;
  struct ft_table table;
  ft_buffer_init(&bytes, 1 << 24);
  assert_int_equal(fill_table(&table, rows, job->seed, reversed, &err), FT_OK);
  assert_int_equal(ft_train(&bytes, &hash, &table, job, NULL, ft_clock_seconds(), &err), FT_OK);
  ft_buffer_release(&bytes);
  return hash;
}

static void order_and_threads_do_not_matter(void **state) {
  (void)state;
  static const enum target_kind kinds[] = { CHURN, TIER, BILL };
  for (size_t k = 0; k < 3; k++) {
    struct rows rows = make_rows(700, kinds[k], 11);
    struct ft_job job = job_of(kinds[k]);
    job.model_type = FT_MODEL_TYPE_LINEAR_LEARNER;
    struct ft_sha256 first = train_table(&rows, &job, false);
    struct ft_sha256 reversed = train_table(&rows, &job, true);
    job.threads = 1;
    struct ft_sha256 alone = train_table(&rows, &job, false);
    assert_memory_equal(&first, &reversed, sizeof first);
    assert_memory_equal(&first, &alone, sizeof first);
    free_rows(&rows);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_line_is_recovered_and_goes_on),
    cmocka_unit_test(knots_follow_a_bend),
    cmocka_unit_test(separable_labels_have_finite_weights),
    cmocka_unit_test(constant_and_equal_columns_do_no_harm),
    cmocka_unit_test(more_columns_than_rows_can_be_fitted),
    cmocka_unit_test(a_label_may_be_missing_where_it_trains),
    cmocka_unit_test(missing_values_speak_for_themselves),
    cmocka_unit_test(infinite_values_are_bounded),
    cmocka_unit_test(scale_of_a_column_does_not_matter),
    cmocka_unit_test(a_target_beyond_float32_gives_no_model),
    cmocka_unit_test(refit_goes_to_the_chosen_step),
    cmocka_unit_test(terms_without_weight_are_left_out),
    cmocka_unit_test(merged_members_predict_their_mean),
    cmocka_unit_test(no_time_gives_no_model),
    cmocka_unit_test(running_out_of_memory_is_an_error),
    cmocka_unit_test(order_and_threads_do_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
