/* The elastic net finds what scikit-learn finds, and what its own conditions of an optimum say. */
#include "core/learn/elastic_net.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/learn/clock.h"
#include "foretell/random.h"

#define ROWS    120
#define COLUMNS 4
#define NUMBERS 24

struct reference {
  float value[COLUMNS * ROWS];
  double target[3][ROWS]; /* a number, a label of two, a label of three */
  uint32_t row[ROWS];
  struct ft_basis basis;
  struct ft_term term[COLUMNS];
  struct ft_design design;
};

static size_t read_numbers(double *out, char *text) {
  size_t count = 0;
  for (char *word = strtok(text, ",\n"); word && count < NUMBERS; word = strtok(NULL, ",\n"))
    out[count++] = strtod(word, NULL);
  return count;
}

static FILE *read_rows(struct reference *reference) {
  FILE *file = fopen("test/reference/linear.csv", "r");
  assert_non_null(file);
  char line[2048];
  double number[NUMBERS];
  for (uint32_t r = 0; r < ROWS; r++) {
    assert_non_null(fgets(line, sizeof line, file));
    assert_int_equal(read_numbers(number, line + strlen("row,")), COLUMNS + 3);
    for (uint32_t c = 0; c < COLUMNS; c++)
      reference->value[c * ROWS + r] = (float)number[c];
    for (uint32_t p = 0; p < 3; p++)
      reference->target[p][r] = number[COLUMNS + p];
    reference->row[r] = r;
  }
  return file;
}

static FILE *open_reference(struct reference *reference) {
  FILE *file = read_rows(reference);
  struct ft_error err;
  struct ft_features features = { .value = reference->value, .rows = ROWS, .features = COLUMNS };
  for (uint32_t c = 0; c < COLUMNS; c++)
    reference->term[c] =
        (struct ft_term){ .feature = c, .scale = 1, .low = -FLT_MAX, .high = FLT_MAX };
  reference->basis =
      (struct ft_basis){ .terms = COLUMNS, .term = reference->term, .columns = COLUMNS };
  assert_int_equal(
      ft_design_make(&reference->design, &features, &reference->basis, reference->row, ROWS, &err),
      FT_OK);
  return file;
}

/* Intercepts of several labels may all be raised alike. */
static double mean_origin(const double *number, uint32_t outputs, uint32_t stride) {
  double sum = 0;
  for (uint32_t k = 0; k < outputs; k++)
    sum += number[k * stride];
  return outputs > 1 ? sum / outputs : 0;
}

static void expect_fit(const struct reference *reference, uint32_t problem, const double *number) {
  static const enum ft_problem problems[] = { FT_REGRESSION, FT_BINARY, FT_MULTICLASS };
  struct ft_arena arena;
  struct ft_error err;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  uint32_t outputs = problem == 2 ? 3 : 1;
  struct ft_elastic_net_task task = { .problem = problems[problem],
                                      .outputs = outputs,
                                      .design = &reference->design,
                                      .target = reference->target[problem],
                                      .share = number[1],
                                      .tolerance = 1e-10 };
  struct ft_elastic_net *net;
  double origin[3], penalty = number[0];
  assert_int_equal(ft_elastic_net_make(&net, &arena, &task, &err), FT_OK);
  assert_true(ft_elastic_net_solve(net, penalty));
  double objective = ft_elastic_net_objective(net, penalty);
  assert_true(fabs(objective - number[2]) <= 1e-6 * number[2]);
  ft_elastic_net_origin(origin, net);
  const double *expected = number + 3, *weight = ft_elastic_net_weights(net);
  double theirs = mean_origin(expected, outputs, COLUMNS + 1),
         ours = mean_origin(origin, outputs, 1);
  for (uint32_t k = 0; k < outputs; k++) {
    double level = expected[k * (COLUMNS + 1)] - theirs;
    assert_true(fabs(origin[k] - ours - level) <= 1e-3 * fmax(1, fabs(level)));
    for (uint32_t c = 0; c < COLUMNS; c++)
      assert_true(fabs(weight[k * COLUMNS + c] - expected[k * (COLUMNS + 1) + 1 + c]) <= 1e-3);
  }
  ft_arena_release(&arena);
}

static void weights_are_those_that_scikit_learn_finds(void **state) {
  (void)state;
  static const char *const names[] = { "number", "two", "three" };
  struct reference reference;
  FILE *file = open_reference(&reference);
  char line[4096];
  double number[NUMBERS];
  size_t fits = 0;
  while (fgets(line, sizeof line, file)) {
    char *name = line + strlen("fit,"), *rest = strchr(name, ',');
    assert_non_null(rest);
    *rest++ = '\0';
    uint32_t problem = 0;
    while (strcmp(names[problem], name) != 0)
      problem++;
    assert_true(read_numbers(number, rest) >= 3 + COLUMNS + 1);
    expect_fit(&reference, problem, number);
    fits++;
  }
  assert_int_equal(fits, 27);
  ft_design_release(&reference.design);
  fclose(file);
}

/* Rows of two numbers and a feature of codes; the label depends on all three. */
struct sparse {
  size_t rows;
  uint32_t codes;
  float *value; /* 3 × rows */
  double *target;
  uint32_t *row;
  uint32_t categories[3];
  struct ft_basis basis;
  struct ft_design design;
  struct ft_arena arena;
};

static void make_sparse(struct sparse *sparse, size_t rows, uint32_t codes) {
  struct ft_error err;
  struct ft_random random = ft_random_seeded(7);
  *sparse = (struct sparse){ .rows = rows, .codes = codes, .categories = { 0, 0, codes } };
  ft_arena_init(&sparse->arena, FT_ARENA_DEFAULT_LIMIT);
  sparse->value = calloc(3 * rows, sizeof *sparse->value);
  sparse->target = calloc(rows, sizeof *sparse->target);
  sparse->row = calloc(rows, sizeof *sparse->row);
  for (size_t r = 0; r < rows; r++) {
    double a = ft_random_unit(&random) - 0.5, b = ft_random_unit(&random) + a;
    uint32_t code = (uint32_t)ft_random_below(&random, codes + 1);
    sparse->value[r] = (float)a;
    sparse->value[rows + r] = (float)b;
    sparse->value[2 * rows + r] = (float)code;
    sparse->target[r] = 2 * a + (code % 7 ? 0.5 : -1) > ft_random_unit(&random) - 0.3;
    sparse->row[r] = (uint32_t)r;
  }
  struct ft_features features = { .value = sparse->value,
                                  .rows = rows,
                                  .features = 3,
                                  .categories = sparse->categories };
  struct ft_basis_options options = { 0 };
  assert_int_equal(ft_basis_make(&sparse->basis, &sparse->arena, &features, &options, &err), FT_OK);
  assert_int_equal(sparse->basis.columns, 2 + codes + 2);
  assert_int_equal(
      ft_design_make(&sparse->design, &features, &sparse->basis, sparse->row, rows, &err), FT_OK);
}

static void free_sparse(struct sparse *sparse) {
  ft_design_release(&sparse->design);
  ft_arena_release(&sparse->arena);
  free(sparse->value);
  free(sparse->target);
  free(sparse->row);
}

/* Every weight's slope of the loss is outweighed by the penalty's. */
static void expect_optimum(const struct sparse *sparse, const double *weight, double origin,
                           double penalty, double share, double within) {
  double *margin = calloc(sparse->rows, sizeof *margin);
  double *slope = calloc(sparse->basis.columns, sizeof *slope), level = 0;
  for (size_t r = 0; r < sparse->rows; r++)
    margin[r] = origin;
  struct ft_design_rows rows = { 0, sparse->rows };
  ft_design_add(margin, &sparse->design, rows, weight);
  for (size_t r = 0; r < sparse->rows; r++) {
    margin[r] = 1 / (1 + exp(-margin[r])) - sparse->target[r];
    level += margin[r];
  }
  assert_true(fabs(level) / (double)sparse->rows < within);
  ft_design_project(slope, &sparse->design, rows, margin);
  size_t weights = 0;
  for (uint32_t j = 0; j < sparse->basis.columns; j++) {
    double own = slope[j] / (double)sparse->rows + penalty * (1 - share) * weight[j];
    double absolute = penalty * share;
    if (weight[j] == 0)
      assert_true(fabs(own) <= absolute + within);
    else
      assert_true(fabs(own + copysign(absolute, weight[j])) <= within);
    weights += weight[j] != 0;
  }
  assert_true(weights > 3 && weights < sparse->basis.columns);
  free(margin);
  free(slope);
}

static void expect_optimum_of_codes(size_t rows, uint32_t codes, double penalty) {
  struct sparse sparse;
  struct ft_error err;
  make_sparse(&sparse, rows, codes);
  struct ft_elastic_net_task task = { .problem = FT_BINARY,
                                      .outputs = 1,
                                      .design = &sparse.design,
                                      .target = sparse.target,
                                      .share = 0.5,
                                      .tolerance = 1e-11 };
  struct ft_elastic_net *net;
  double origin;
  assert_int_equal(ft_elastic_net_make(&net, &sparse.arena, &task, &err), FT_OK);
  assert_true(ft_elastic_net_solve(net, 10 * penalty));
  assert_true(ft_elastic_net_solve(net, penalty));
  ft_elastic_net_origin(&origin, net);
  expect_optimum(&sparse, ft_elastic_net_weights(net), origin, penalty, task.share, 2e-5);
  free_sparse(&sparse);
}

static void few_codes_reach_the_optimum(void **state) {
  (void)state;
  expect_optimum_of_codes(3000, 40, 1e-3);
}

static void thousands_of_codes_reach_the_optimum(void **state) {
  (void)state;
  expect_optimum_of_codes(20000, 3000, 1e-4);
}

static void fewer_rows_than_columns_reach_the_optimum(void **state) {
  (void)state;
  expect_optimum_of_codes(100, 300, 1e-3);
}

static void solving_ends_when_the_time_is_over(void **state) {
  (void)state;
  struct sparse sparse;
  struct ft_error err;
  make_sparse(&sparse, 500, 30);
  struct ft_fit_task end = { .deadline = ft_clock_seconds() - 1 };
  struct ft_elastic_net_task task = { .problem = FT_BINARY,
                                      .outputs = 1,
                                      .design = &sparse.design,
                                      .target = sparse.target,
                                      .share = 0.5,
                                      .tolerance = 1e-6,
                                      .end = &end };
  struct ft_elastic_net *net;
  assert_int_equal(ft_elastic_net_make(&net, &sparse.arena, &task, &err), FT_OK);
  assert_null(net);
  end.deadline = ft_clock_seconds() + 100;
  assert_int_equal(ft_elastic_net_make(&net, &sparse.arena, &task, &err), FT_OK);
  end.deadline = ft_clock_seconds() - 1;
  assert_false(ft_elastic_net_solve(net, 0.001));
  free_sparse(&sparse);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(weights_are_those_that_scikit_learn_finds),
    cmocka_unit_test(few_codes_reach_the_optimum),
    cmocka_unit_test(thousands_of_codes_reach_the_optimum),
    cmocka_unit_test(fewer_rows_than_columns_reach_the_optimum),
    cmocka_unit_test(solving_ends_when_the_time_is_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
