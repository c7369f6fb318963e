#include "core/train/prepare.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/learn/clock.h"
#include "core/learn/parallel.h"
#include "core/train/cast.h"
#include "core/train/drift.h"
#include "core/train/order.h"
#include "foretell/plan.h"

#define BLOCK_ROWS     ((size_t)4096)
#define BLOCK_THREADS  4 /* blocks in memory at a time */
#define MAX_THREADS    64
#define WARNING_BYTES  400
#define MAX_KEPT_BYTES ((size_t)1 << 30) /* of the booster's matrices, between fits */
#define SMALL_ROWS     500
#define RARE_SHARE     0.02
#define RARE_ROWS      50
#define MAX_EXPONENT   110 /* of a target that learners take as it is: 1e33, and 1e-33 */
#define SMALL_SHARE    0.1 /* of MAX_RUNTIME, taken by the query, that does not count … */
#define MIN_SHARE      0.2 /* … and what is left to the training however long that took */

/* Canonical rows to train on: sampled, with a target. */
static void pick_rows(struct ft_run *run, const struct ft_table *table, uint32_t *row) {
  size_t max = table->rows;
  if (run->job->max_cells > 0 && run->job->max_cells / table->fields < max)
    max = run->job->max_cells / table->fields;
  run->rows_read = table->rows;
  run->rows_sampled_out = table->rows - max;
  /* In place: the write never passes the read. */
  for (size_t i = 0; i < max; i++)
    if (ft_table_has(table, run->job->target, row[i])) row[run->rows++] = row[i];
  run->rows_without_target = max - run->rows;
}

static double largest_of(const struct ft_run *run) {
  double largest = 0;
  for (size_t r = 0; r < run->rows; r++)
    largest = fmax(largest, fabs(run->target.value[r]));
  return largest;
}

/* Targets that learners, which work in float32, could not hold are divided by a power of two. With AUTO OFF
 * they stay as they are, since the hyperparameters are meant for them. */
static void divide_target(struct ft_run *run) {
  int exponent = 0;
  frexp(largest_of(run), &exponent);
  if (!run->job->automatic || abs(exponent) <= MAX_EXPONENT) return;
  /* A power of two changes no bit of the mantissa: the learners see the same numbers, scaled. */
  run->exponent = exponent;
  for (size_t r = 0; r < run->rows; r++)
    run->target.value[r] = ldexp(run->target.value[r], -exponent);
}

static void find_scale(struct ft_run *run) {
  double largest = largest_of(run), sum = 0, squares = 0;
  if (largest == 0) largest = 1;
  /* divided first, so that no sum overflows */
  for (size_t r = 0; r < run->rows; r++)
    sum += run->target.value[r] / largest;
  double mean = sum / (double)run->rows;
  for (size_t r = 0; r < run->rows; r++) {
    double difference = run->target.value[r] / largest - mean;
    squares += difference * difference;
  }
  double deviation = sqrt(squares / (double)run->rows);
  run->centre = mean * largest;
  /* Rounding may leave a deviation of 0 where targets differ by little: never a scale of 0. */
  run->scale = deviation > 0 ? deviation * largest : largest;
}

static enum ft_status scale_target(struct ft_run *run, struct ft_error *err) {
  run->scaled = FT_ARENA_NEW(run->arena, double, run->rows);
  run->all = FT_ARENA_NEW(run->arena, uint32_t, run->rows);
  if (!run->scaled || !run->all) return ft_arena_fail(err, "the target");
  run->scale = 1;
  if (run->target.problem == FT_REGRESSION) {
    divide_target(run);
    find_scale(run);
  }
  for (size_t r = 0; r < run->rows; r++) {
    run->all[r] = (uint32_t)r;
    run->scaled[r] = (run->target.value[r] - run->centre) / run->scale;
  }
  return FT_OK;
}

/* The category key: of the data and the seed, so that two models' hashes do not compare. */
static struct ft_hash_key category_key(struct ft_hash128 digest, uint64_t seed) {
  struct ft_hash_key data_key = ft_order_key(seed ^ UINT64_C(0x666f726574656c6c));
  struct ft_hash128 hash =
      ft_hash_keyed(&data_key, (struct ft_span){ (const char *)&digest, sizeof digest });
  struct ft_hash_key key;
  memcpy(key.byte, &hash, sizeof key.byte);
  return key;
}

static enum ft_status sign(struct ft_run *run, const struct ft_table *table, struct ft_error *err) {
  struct ft_field *field = FT_ARENA_NEW(run->arena, struct ft_field, table->fields);
  if (!field) return ft_arena_fail(err, "the model");
  uint32_t fields = 0;
  for (uint32_t f = 0; f < table->fields; f++)
    if (f != run->job->target) field[fields++] = table->field[f];
  run->model.problem = run->target.problem;
  run->model.target = table->field[run->job->target];
  run->model.fields = fields;
  run->model.field = field;
  run->model.labels = run->target.labels;
  run->model.label = run->target.label;
  run->outputs = run->target.problem == FT_MULTICLASS ? run->target.labels : 1;
  run->model.outputs = run->outputs;
  run->model.threshold = 0.5;
  run->model.link = run->target.problem == FT_REGRESSION ? FT_LINK_IDENTITY
                    : run->target.problem == FT_BINARY   ? FT_LINK_LOGISTIC
                                                         : FT_LINK_SOFTMAX;
  return FT_OK;
}

/* Rows on their way into features, in blocks. */
struct encoding {
  struct ft_run *run;
  const struct ft_table *table;
  const uint32_t *row;
  atomic_bool failed;
  struct ft_error err; /* of the first failure */
};

static enum ft_status encode_rows(const struct encoding *encoding, size_t first, size_t count,
                                  float *block, struct ft_error *err) {
  struct ft_run *run = encoding->run;
  /* A block's batch goes with its arena: memory stays at a few blocks. */
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_batch batch;
  enum ft_status status = ft_table_batch(&batch, &arena, encoding->table, run->job->target,
                                         encoding->row + first, count, err);
  if (status == FT_OK) status = ft_encode_batch(block, &run->model, &batch, err);
  for (uint32_t f = 0; f < run->model.features && status == FT_OK; f++)
    memcpy(run->value + (size_t)f * run->rows + first, block + (size_t)f * count,
           count * sizeof *block);
  ft_arena_release(&arena);
  return status;
}

static void encode_block(void *self, size_t piece) {
  struct encoding *encoding = self;
  const struct ft_run *run = encoding->run;
  size_t first = piece * BLOCK_ROWS, left = run->rows - first;
  size_t count = left < BLOCK_ROWS ? left : BLOCK_ROWS;
  struct ft_error err;
  float *block = malloc(run->model.features * count * sizeof *block + 1);
  enum ft_status status = block ? FT_OK : ft_fail(&err, FT_NOMEM, "out of memory for the columns");
  if (status == FT_OK) status = encode_rows(encoding, first, count, block, &err);
  free(block);
  /* The first failure is told; the others are of the same cause. */
  if (status != FT_OK && !atomic_exchange(&encoding->failed, true)) encoding->err = err;
}

static enum ft_status encode(struct ft_run *run, const struct ft_table *table, const uint32_t *row,
                             struct ft_error *err) {
  size_t features = run->profile.features;
  run->model.features = run->profile.features;
  run->model.encoder = run->profile.encoder;
  bool large = features && run->rows > SIZE_MAX / sizeof(float) / features;
  run->value = large ? NULL : malloc(features * run->rows * sizeof(float) + 1);
  if (!run->value)
    return ft_fail(err, FT_NOMEM, "out of memory for %zu rows of %zu columns", run->rows, features);
  struct encoding encoding = { .run = run, .table = table, .row = row };
  uint32_t threads = run->threads < BLOCK_THREADS ? run->threads : BLOCK_THREADS;
  ft_parallel_run(threads, (run->rows + BLOCK_ROWS - 1) / BLOCK_ROWS, encode_block, &encoding);
  if (!atomic_load(&encoding.failed)) return FT_OK;
  if (err) *err = encoding.err;
  return encoding.err.status;
}

static enum ft_status keep_features(struct ft_run *run, struct ft_error *err) {
  ft_profile_drop_constants(&run->profile, run->value, run->rows, run->model.field,
                            run->model.fields);
  run->model.features = run->profile.features;
  if (run->profile.features == 0) {
    ft_fail(err, FT_DATA, "no column says anything: all are constants or identifiers");
    return ft_fail_hint(err, "Give the query columns that may explain the target.");
  }
  uint32_t *categories = FT_ARENA_NEW(run->arena, uint32_t, run->profile.features);
  if (!categories) return ft_arena_fail(err, "the features");
  for (uint32_t f = 0; f < run->profile.features; f++)
    if (run->profile.encoder[f].kind == FT_ENCODE_CATEGORY)
      categories[f] = run->profile.encoder[f].categories;
  run->features = (struct ft_features){ .value = run->value,
                                        .rows = run->rows,
                                        .features = run->profile.features,
                                        .categories = categories,
                                        .store = ft_matrix_store_make(MAX_KEPT_BYTES) };
  return FT_OK;
}

static void warn_of_rows(struct ft_run *run) {
  if (run->rows < SMALL_ROWS)
    ft_run_warn(run, "only %zu rows: a model of fewer than %d rows is seldom good", run->rows,
                SMALL_ROWS);
  if (run->rows_without_target > 0)
    ft_run_warn(run, "%zu rows are left out: their target \"%s\" is NULL", run->rows_without_target,
                run->model.target.name);
  size_t rarest = 0;
  for (uint32_t l = 1; l < run->target.labels; l++)
    if (run->target.count[l] < run->target.count[rarest]) rarest = l;
  if (run->target.labels == 0) return;
  size_t count = run->target.count[rarest];
  struct ft_span label = run->target.label[rarest];
  if (label.size > 60) label.size = 60;
  if (count < RARE_ROWS || (double)count < RARE_SHARE * (double)run->rows)
    ft_run_warn(run, "class \"%.*s\" has only %zu of %zu rows", FT_SPAN_ARG(label), count,
                run->rows);
}

static void tell_left_out(struct ft_run *run) {
  for (uint32_t i = 0; i < run->profile.n_left_out; i++) {
    char text[WARNING_BYTES];
    snprintf(text, sizeof text, "column \"%s\" is left out: %s", run->profile.left_out[i].name,
             run->profile.left_out[i].reason);
    if (run->events && run->events->notice) run->events->notice(run->events->self, text);
  }
}

static enum ft_status read_table(struct ft_run *run, const struct ft_table *table, uint32_t *row,
                                 struct ft_hash128 digest, struct ft_error *err) {
  pick_rows(run, table, row);
  FT_TRY(ft_target_find(&run->target, run->arena, table, run->job, row, run->rows, err));
  FT_TRY(scale_target(run, err));
  FT_TRY(sign(run, table, err));
  /* Before the profile, which hashes the categories with it. */
  run->model.category_key = category_key(digest, run->job->seed);
  FT_TRY(ft_profile_make(&run->profile, run->arena, table, run->job->target, row, run->rows,
                         &run->model.category_key, err));
  FT_TRY(encode(run, table, row, err));
  return keep_features(run, err);
}

static uint32_t count_threads(uint32_t wanted) {
  long threads = wanted ? (long)wanted : sysconf(_SC_NPROCESSORS_ONLN);
  return threads < 1 ? 1 : threads > MAX_THREADS ? MAX_THREADS : (uint32_t)threads;
}

/* The time to plan with. What the query took is gone, and something is left for the training all the
 * same. A little of it does not change the plan: that would then be another one in every run. */
static void set_time(struct ft_run *run, double begin) {
  const double taken = run->read - begin, runtime = run->job->max_runtime_s;
  run->begin = taken > SMALL_SHARE * runtime ? run->read : begin;
  run->limit = FT_RUN_DEFAULT_S;
  if (runtime > 0) run->limit = runtime;
  if (runtime > 0 && run->begin == run->read)
    run->limit = fmax(runtime - taken, MIN_SHARE * runtime);
  run->gauge =
      (struct ft_gauge){ .begin = begin, .end = runtime > 0 ? run->begin + run->limit : INFINITY };
}

enum ft_status ft_run_prepare(struct ft_run *run, struct ft_arena *arena, struct ft_table *table,
                              const struct ft_job *job, const struct ft_train_events *events,
                              double begin, struct ft_error *err) {
  *run = (struct ft_run){ .job = job,
                          .events = events,
                          .arena = arena,
                          .read = ft_clock_seconds(),
                          .threads = count_threads(job->threads) };
  set_time(run, begin);
  run->rows_read = table->rows;
  ft_run_progress(run, "looking at the columns", -1);
  uint32_t *row = NULL;
  struct ft_hash128 digest = { { 0, 0 } };
  enum ft_status status = ft_order_rows(&row, &digest, table, err);
  if (status == FT_OK) status = read_table(run, table, row, digest, err);
  if (status == FT_OK) ft_cast_warn(run, table);
  if (status == FT_OK) status = ft_drift_warn(run, table, err);
  free(row);
  /* The table is the largest memory of all: from here on only the features are kept. */
  ft_table_release(table);
  if (status != FT_OK) {
    ft_run_release(run);
    return status;
  }
  tell_left_out(run);
  warn_of_rows(run);
  return FT_OK;
}
