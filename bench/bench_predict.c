/* Prediction's speed: every kernel beside XGBoost's predictor in place, over the same model and
 * rows, in turns in one process.
 *
 * Numbers  One thread is measured in its processor time, two by the clock; medians of the turns.
 *          XGBoost gets batches of 2048 rows, as the engines give, and all rows at once; the ratio is
 *          to the faster of the two. Ticks are of 2.6 GHz.
 * Usage    bench_predict [turns [shape]] */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/timing.h"
#include "bench/workload.h"
#include "core/predict/plan_parts.h"
#include "foretell/artifact.h"
#include "foretell/plan.h"

#define TRAINING  32768
#define ROWS      16384
#define BATCH     2048
#define MAX_TURNS 101
#define TICKS     2.6e9

static const struct ft_shape shapes[] = {
  { "100 x 6 x 30", 100, 6, 30, 0, 0, 0, 0 },
  { "500 x 6 x 30", 500, 6, 30, 0, 0, 0, 0 },
  { "1000 x 6 x 10", 1000, 6, 10, 0, 0, 0, 0 },
  { "500 x 8 x 30", 500, 8, 30, 0, 0, 0, 0 },
  { "100 x 6 x 100", 100, 6, 100, 0, 0, 0, 0 },
  { "200 x 6 x 30, a fifth missing", 200, 6, 30, 0, 0, 0.2, 0 },
  { "200 x 6 x 30, 10 of text", 200, 6, 30, 0, 10, 0, 0 },
  { "7 classes, 50 x 6 x 30", 50, 6, 30, 7, 0, 0, 0 },
  { "100 x 12 x 30", 100, 12, 30, 0, 0, 0, 0 },
  { "100 x 30, 255 leaves", 100, 0, 30, 0, 0, 0, 255 },
};
#define MAIN_SHAPES 5 /* of which geometric means are taken */

static const char *const kernels[] = { "avx512", "avx2", "portable" };
#define KERNELS 3

/* One kernel with plans for both kinds of columns. */
struct contender {
  const char *name;
  struct ft_plan *plan[2]; /* float32, double */
  struct ft_scratch *scratch[2];
  double single[MAX_TURNS], real[MAX_TURNS], masks[MAX_TURNS], trees[MAX_TURNS];
  double two[MAX_TURNS], row[MAX_TURNS];
};

struct run {
  const struct ft_shape *shape;
  struct ft_workload load;
  struct contender contender[KERNELS];
  size_t contenders;
  double small[MAX_TURNS], large[MAX_TURNS], two[MAX_TURNS];
  double *out;
};

static struct ft_batch part_of(struct ft_column *column, const struct ft_batch *batch, size_t first,
                               size_t rows) {
  for (size_t i = 0; i < batch->columns; i++) {
    column[i] = batch->column[i];
    column[i].values = (const char *)column[i].values + first * ft_type_bytes(column[i].type);
    if (column[i].validity) column[i].validity += first / 64;
  }
  return (struct ft_batch){ rows, batch->columns, column };
}

static void predict_rows(const struct ft_plan *plan, struct ft_scratch *scratch,
                         const struct ft_batch *all, size_t from, size_t to, double *out) {
  struct ft_column column[256];
  struct ft_error err;
  const size_t labels = ft_plan_labels(plan);
  for (size_t first = from; first < to; first += BATCH) {
    struct ft_batch batch = part_of(column, all, first, to - first < BATCH ? to - first : BATCH);
    double *at = out + first * (labels ? labels : 1);
    must(ft_plan_predict(plan, scratch, &batch, labels ? NULL : at, NULL, labels ? at : NULL, &err),
         &err);
  }
}

static double time_predict(struct run *run, struct contender *c, int kind) {
  const struct ft_batch *batch = kind ? &run->load.real : &run->load.single;
  const int times = 4;
  double start = seconds_now(CLOCK_THREAD_CPUTIME_ID);
  for (int i = 0; i < times; i++)
    predict_rows(c->plan[kind], c->scratch[kind], batch, 0, ROWS, run->out);
  return (seconds_now(CLOCK_THREAD_CPUTIME_ID) - start) / times;
}

struct half {
  const struct ft_plan *plan;
  const struct ft_batch *batch;
  size_t from, to;
  double *out;
};

static void *run_half(void *data) {
  const struct half *half = data;
  struct ft_scratch *scratch;
  struct ft_error err;
  must(ft_scratch_make(&scratch, half->plan, &err), &err);
  for (int i = 0; i < 8; i++)
    predict_rows(half->plan, scratch, half->batch, half->from, half->to, half->out);
  ft_scratch_free(scratch);
  return NULL;
}

static double time_two(struct run *run, struct contender *c) {
  pthread_t thread[2];
  struct half half[2];
  double start = seconds_now(CLOCK_MONOTONIC);
  for (size_t i = 0; i < 2; i++) {
    half[i] = (struct half){ c->plan[0], &run->load.single, i * (ROWS / 2), (i + 1) * (ROWS / 2),
                             run->out };
    if (pthread_create(&thread[i], NULL, run_half, &half[i]) != 0) exit(1);
  }
  for (size_t i = 0; i < 2; i++)
    pthread_join(thread[i], NULL);
  return (seconds_now(CLOCK_MONOTONIC) - start) / 8;
}

static double time_xgboost(struct run *run, size_t batch, clockid_t clock) {
  double start = seconds_now(clock);
  for (size_t first = 0; first < ROWS; first += batch)
    (void)ft_workload_xgboost(&run->load, first, batch, !run->shape->classes);
  return seconds_now(clock) - start;
}

/* The passes alone, with their trees or without, over one block of rows again and again. */
static double time_passes(struct contender *c, bool trees) {
  const struct ft_plan *plan = c->plan[0];
  const int times = 40;
  double start = seconds_now(CLOCK_THREAD_CPUTIME_ID);
  for (int i = 0; i < times; i++)
    for (uint64_t m = 0; m < plan->block->forest.count; m++) {
      const struct ft_pass *all = FT_PART(plan->block, struct ft_pass, plan->forest[m].pass);
      for (uint64_t p = 0; p < plan->forest[m].pass.count; p++) {
        struct ft_pass pass = all[p];
        if (!trees) pass.group.count = pass.deep.count = 0;
        plan->kernel->add_block(plan->block, &pass, &c->scratch[0]->work, c->scratch[0]->sum);
      }
    }
  return (seconds_now(CLOCK_THREAD_CPUTIME_ID) - start) / times / FT_BLOCK_ROWS;
}

/* One row at a time, inside the kernel: encoded features in, sums out. */
static double time_rows(struct contender *c) {
  const struct ft_plan *plan = c->plan[0];
  const size_t times = 8;
  double start = seconds_now(CLOCK_THREAD_CPUTIME_ID);
  for (size_t i = 0; i < times * FT_BLOCK_ROWS; i++)
    for (uint64_t m = 0; m < plan->block->forest.count; m++) {
      const size_t r = i % FT_BLOCK_ROWS;
      const struct ft_pass *pass = FT_PART(plan->block, struct ft_pass, plan->forest[m].pass);
      for (uint64_t p = 0; p < plan->forest[m].pass.count; p++)
        plan->kernel->add_row(plan->block, &pass[p], &c->scratch[0]->work, r, c->scratch[0]->sum);
    }
  return (seconds_now(CLOCK_THREAD_CPUTIME_ID) - start) / (double)(times * FT_BLOCK_ROWS);
}

/* Leave the first block's features encoded in the scratch, for the rows one by one. */
static void encode_first(struct run *run, struct contender *c) {
  const struct ft_encode_input input = { .column = run->load.single.column };
  for (uint32_t f = 0; f < c->plan[0]->encoding.features; f++)
    ft_encode_feature(c->scratch[0]->block + (size_t)f * FT_FEATURE_STRIDE, FT_FEATURE_STRIDE,
                      &c->plan[0]->encoding.feature[f], &input, 0, FT_BLOCK_ROWS);
}

static void add_contender(struct run *run, const char *name) {
  struct ft_error err;
  struct contender *c = &run->contender[run->contenders];
  if (ft_kernel_choose(name, &err) != FT_OK) return;
  c->name = name;
  for (int kind = 0; kind < 2; kind++) {
    run->load.model.field = run->load.field[kind];
    must(ft_plan_make(&c->plan[kind], &run->load.model, &err), &err);
    must(ft_scratch_make(&c->scratch[kind], c->plan[kind], &err), &err);
  }
  run->contenders++;
}

/* Our leaves are rounded to units of 2^-exponent; XGBoost adds float32 after float32, each sum off by
 * 2^-24 of itself. A probability moves by less than its margin. */
static double bound_of(const struct run *run, const double *value) {
  const struct ft_forest *forest = &run->load.model.member[0].forest;
  double max = 8.0; /* margins of classes, of which only probabilities are here */
  for (size_t i = 0; i < ROWS; i++)
    max = fabs(value[i]) > max ? fabs(value[i]) : max;
  return forest->trees * (ldexp(0.5, -forest->exponent) + ldexp(max, -24));
}

/* How far the kernels' values are from XGBoost's, and that they are one another's. */
static void check_values(struct run *run) {
  const size_t outputs = run->shape->classes ? run->shape->classes : 1;
  double *first = malloc(ROWS * outputs * sizeof *first), max = 0;
  const float *theirs = ft_workload_xgboost(&run->load, 0, ROWS, !run->shape->classes);
  for (size_t i = 0; i < run->contenders; i++)
    for (int kind = 0; kind < 2; kind++) {
      struct contender *c = &run->contender[i];
      predict_rows(c->plan[kind], c->scratch[kind], kind ? &run->load.real : &run->load.single, 0,
                   ROWS, run->out);
      if (i == 0 && kind == 0) memcpy(first, run->out, ROWS * outputs * sizeof *first);
      if (memcmp(first, run->out, ROWS * outputs * sizeof *first) != 0)
        printf("  DIFFERENT BITS: %s\n", c->name);
    }
  double bound = bound_of(run, first);
  for (size_t r = 0; r < ROWS; r++)
    for (size_t l = 0; l < outputs; l++) {
      double ours = first[outputs == 1 ? r : r / BATCH * BATCH * outputs + l * BATCH + r % BATCH];
      double off = fabs(ours - (double)theirs[r * outputs + l]);
      max = off > max ? off : max;
    }
  printf("  largest difference from XGBoost %.2g, %s %.2g\n", max,
         max <= bound ? "within the bound of" : "BEYOND THE BOUND OF", bound);
  free(first);
}

/* Bytes of a model's sections and of its plan, and the time to load it. */
static void measure_load(struct run *run) {
  struct ft_error err;
  struct ft_buffer bytes;
  struct ft_sha256 hash;
  struct ft_artifact artifact;
  struct ft_arena arena;
  struct ft_plan *plan;
  ft_buffer_init(&bytes, (size_t)1 << 30);
  must(ft_artifact_write(&bytes, &hash, &run->load.model, FT_SPAN(""), FT_SPAN("{}"), &err), &err);
  size_t sections = 0;
  uint32_t count;
  memcpy(&count, bytes.data + 16, sizeof count);
  for (uint32_t i = 0; i < count; i++) {
    uint64_t raw;
    memcpy(&raw, bytes.data + 64 + 32 * i + 24, sizeof raw);
    sections += raw;
  }
  double start = seconds_now(CLOCK_THREAD_CPUTIME_ID);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  must(ft_artifact_read(&artifact, &arena, ft_buffer_view(&bytes), &err), &err);
  double read = seconds_now(CLOCK_THREAD_CPUTIME_ID);
  must(ft_plan_make(&plan, &artifact.model, &err), &err);
  double end = seconds_now(CLOCK_THREAD_CPUTIME_ID);
  size_t block = ft_plan_block(plan).size;
  printf("  model %zu bytes raw, plan %zu bytes (%.2f times); read %.1f ms, plan %.1f ms\n",
         sections, block, (double)block / (double)sections, (read - start) * 1e3,
         (end - read) * 1e3);
  ft_plan_close(plan);
  ft_arena_release(&arena);
  ft_buffer_release(&bytes);
}

static void take_turn(struct run *run, size_t turn) {
  ft_workload_threads(&run->load, "1");
  run->small[turn] = time_xgboost(run, BATCH, CLOCK_THREAD_CPUTIME_ID);
  run->large[turn] = time_xgboost(run, ROWS, CLOCK_THREAD_CPUTIME_ID);
  for (size_t i = 0; i < run->contenders; i++) {
    struct contender *c = &run->contender[i];
    c->single[turn] = time_predict(run, c, 0);
    c->real[turn] = time_predict(run, c, 1);
    c->masks[turn] = time_passes(c, false);
    c->trees[turn] = time_passes(c, true) - c->masks[turn];
    encode_first(run, c);
    c->row[turn] = time_rows(c);
    c->two[turn] = time_two(run, c);
  }
  ft_workload_threads(&run->load, "2");
  run->two[turn] = time_xgboost(run, ROWS, CLOCK_MONOTONIC);
}

static void print_results(struct run *run, size_t turns, double ratio[KERNELS][2]) {
  const double trees = (double)run->load.model.member[0].forest.trees;
  double small = median_of(run->small, turns), large = median_of(run->large, turns);
  double best = small < large ? small : large, two = median_of(run->two, turns);
  printf("  %-10s %9.3f Mrow/s %8.1f ns/row %7.3f ns/row/tree; 2 threads %9.3f Mrow/s\n", "xgboost",
         ROWS / best / 1e6, best / ROWS * 1e9, best / ROWS / trees * 1e9, ROWS / two / 1e6);
  for (size_t i = 0; i < run->contenders; i++) {
    struct contender *c = &run->contender[i];
    double single = median_of(c->single, turns), real = median_of(c->real, turns);
    double both = median_of(c->two, turns);
    ratio[i][0] = best / single;
    ratio[i][1] = best / real;
    printf("  %-10s %9.3f Mrow/s %8.1f ns/row %7.3f ns/row/tree; 2 threads %9.3f Mrow/s; "
           "x%.1f, of doubles x%.1f, 2 threads x%.1f\n",
           c->name, ROWS / single / 1e6, single / ROWS * 1e9, single / ROWS / trees * 1e9,
           ROWS / both / 1e6, ratio[i][0], ratio[i][1], two / both);
    printf("  %-10s masks %.1f ticks/row, trees %.3f ticks/row/tree; one row %.3f us\n", "",
           median_of(c->masks, turns) * TICKS, median_of(c->trees, turns) * TICKS / trees,
           median_of(c->row, turns) * 1e6);
  }
}

static void run_shape(const struct ft_shape *shape, size_t turns, double ratio[KERNELS][2]) {
  struct ft_arena arena;
  struct run run = { .shape = shape };
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_workload_make(&run.load, &arena, shape, TRAINING, ROWS);
  printf("%s: %u trees, %u nodes; estimated %.1f ns/row\n", shape->name,
         run.load.model.member[0].forest.trees, run.load.model.member[0].forest.nodes,
         ft_model_predict_ns(&run.load.model));
  run.out = calloc(ROWS * (shape->classes ? shape->classes : 1), sizeof *run.out);
  for (size_t i = 0; i < KERNELS; i++)
    add_contender(&run, kernels[i]);
  run.load.model.field = run.load.field[0];
  check_values(&run);
  measure_load(&run);
  for (size_t i = 0; i < turns; i++)
    take_turn(&run, i);
  print_results(&run, turns, ratio);
  for (size_t i = 0; i < run.contenders; i++)
    for (int kind = 0; kind < 2; kind++) {
      ft_scratch_free(run.contender[i].scratch[kind]);
      ft_plan_close(run.contender[i].plan[kind]);
    }
  free(run.out);
  ft_workload_release(&run.load);
  ft_arena_release(&arena);
  fflush(stdout);
}

int main(int count, char **argument) {
  size_t turns = count > 1 ? strtoul(argument[1], NULL, 10) : 7;
  double total[KERNELS][2] = { { 0 } };
  turns = turns < 1 ? 1 : turns > MAX_TURNS ? MAX_TURNS : turns;
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    double ratio[KERNELS][2] = { { 0 } };
    if (count > 2 && strtoul(argument[2], NULL, 10) != i) continue;
    run_shape(&shapes[i], turns, ratio);
    for (size_t k = 0; k < KERNELS && i < MAIN_SHAPES; k++)
      for (int kind = 0; kind < 2; kind++)
        total[k][kind] += log(ratio[k][kind]) / MAIN_SHAPES;
  }
  if (count > 2) return 0;
  for (size_t k = 0; k < KERNELS; k++)
    printf("geometric mean over the first five, %s: x%.1f, of doubles x%.1f\n", kernels[k],
           exp(total[k][0]), exp(total[k][1]));
  return 0;
}
