/* Prediction's speed with nets and linear models: every kernel over the same random ones, nanoseconds
 * a row from columns to values, and what ft_model_predict_ns foretells.
 *
 * Numbers  processor time of one thread; the least of the turns.
 * Usage    bench_mlp [turns] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/timing.h"
#include "foretell/plan.h"
#include "test/unit/build_net.h"

#define ROWS 8192

static const struct build_net_options shapes[] = {
  { 30, 30, 0, 0, 0, 1, FT_ACTIVATE_NONE },   { 30, 30, 10, 0, 0, 1, FT_ACTIVATE_NONE },
  { 20, 20, 0, 2, 8, 1, FT_ACTIVATE_RELU },   { 20, 20, 0, 2, 32, 1, FT_ACTIVATE_RELU },
  { 20, 20, 0, 3, 64, 1, FT_ACTIVATE_RELU },  { 20, 20, 5, 3, 64, 1, FT_ACTIVATE_RELU },
  { 20, 20, 0, 3, 64, 1, FT_ACTIVATE_SELU },  { 20, 20, 0, 3, 64, 1, FT_ACTIVATE_MISH },
  { 20, 20, 0, 1, 256, 1, FT_ACTIVATE_RELU }, { 20, 20, 0, 3, 256, 1, FT_ACTIVATE_RELU },
};
static const char *const kernels[] = { "avx512", "avx2", "portable" };

struct load {
  struct ft_model model;
  struct ft_batch batch;
  double *value;
};

/* The features that lookups read, the last ones, hold small codes. */
static struct load make_load(struct ft_arena *arena, const struct build_net_options *shape) {
  struct ft_random random = ft_random_seeded(3);
  struct ft_field *field = build_take(arena, shape->features, sizeof *field);
  struct ft_encoder *encoder = build_take(arena, shape->features, sizeof *encoder);
  struct ft_column *column = build_take(arena, shape->features, sizeof *column);
  struct ft_member *member = build_take(arena, 1, sizeof *member);
  for (uint32_t f = 0; f < shape->features; f++) {
    double *value = build_take(arena, ROWS, sizeof *value);
    for (size_t r = 0; r < ROWS; r++)
      value[r] = f + shape->lookups >= shape->features ? (double)ft_random_below(&random, 6)
                                                       : ft_random_unit(&random) * 4 - 2;
    field[f] = (struct ft_field){ "x", FT_FLOAT64, 0, 0 };
    encoder[f] = (struct ft_encoder){ .kind = FT_ENCODE_NUMBER, .field = f };
    column[f] = (struct ft_column){ FT_FLOAT64, value, NULL };
  }
  *member = (struct ft_member){ .kind = FT_LEARNER_NET,
                                .weight = 1,
                                .net = build_net(arena, shape, &random) };
  return (struct load){ .model = { .problem = FT_REGRESSION,
                                   .target = { "y", FT_FLOAT64, 0, 0 },
                                   .fields = shape->features,
                                   .field = field,
                                   .features = shape->features,
                                   .encoder = encoder,
                                   .link = FT_LINK_IDENTITY,
                                   .outputs = 1,
                                   .members = 1,
                                   .member = member,
                                   .threshold = 0.5 },
                        .batch = { ROWS, shape->features, column },
                        .value = build_take(arena, ROWS, sizeof(double)) };
}

/* Seconds a row; `rows` at a time. */
static double time_rows(const struct ft_plan *plan, const struct load *load, size_t rows,
                        size_t turns) {
  struct ft_scratch *scratch;
  struct ft_error err;
  double min = 1e9;
  const size_t times = rows < ROWS ? 1000 : 1;
  must(ft_scratch_make(&scratch, plan, &err), &err);
  for (size_t t = 0; t < turns; t++) {
    struct ft_batch batch = load->batch;
    batch.rows = rows;
    double start = seconds_now(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = 0; i < times; i++)
      must(ft_plan_predict(plan, scratch, &batch, load->value, NULL, NULL, &err), &err);
    double took = (seconds_now(CLOCK_THREAD_CPUTIME_ID) - start) / (double)(times * rows);
    min = took < min ? took : min;
  }
  ft_scratch_free(scratch);
  return min;
}

static void run_shape(const struct build_net_options *shape, size_t turns) {
  struct ft_arena arena;
  struct ft_error err;
  struct ft_plan *plan;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct load load = make_load(&arena, shape);
  printf("%u terms, %u lookups, %u x %u, activation %d: estimated %.1f ns/row\n", shape->terms,
         shape->lookups, shape->hidden, shape->width, (int)shape->activation,
         ft_model_predict_ns(&load.model));
  for (size_t k = 0; k < sizeof kernels / sizeof kernels[0]; k++) {
    if (ft_kernel_choose(kernels[k], &err) != FT_OK) continue;
    must(ft_plan_make(&plan, &load.model, &err), &err);
    printf("  %-9s %8.1f ns/row; one row alone %.3f us\n", kernels[k],
           time_rows(plan, &load, ROWS, turns) * 1e9, time_rows(plan, &load, 1, turns) * 1e6);
    ft_plan_close(plan);
  }
  fflush(stdout);
  ft_arena_release(&arena);
}

int main(int count, char **argument) {
  size_t turns = count > 1 ? strtoul(argument[1], NULL, 10) : 9;
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
    run_shape(&shapes[i], turns ? turns : 1);
  return 0;
}
