#include "core/train/run.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/learn/clock.h"
#include "core/learn/leaf.h"
#include "core/learn/parallel.h"
#include "core/predict/net.h"
#include "core/predict/scale.h"
#include "core/train/cast.h"
#include "core/train/drift.h"
#include "core/train/order.h"
#include "foretell/maths.h"
#include "foretell/plan.h"

#define BLOCK_ROWS     ((size_t)4096)
#define BLOCK_THREADS  4 /* blocks in memory at a time */
#define MAX_THREADS    64
#define WALKED_ROWS    256
#define PIECE_ROWS     ((size_t)1024) /* whose trees one thread walks */
#define WALKED_VALUES  65536          /* of a block's rows, about */
#define WARNING_BYTES  400
#define MAX_KEPT_BYTES ((size_t)1 << 30) /* of the booster's matrices, between fits */
#define SMALL_ROWS     500
#define RARE_SHARE     0.02
#define RARE_ROWS      50
#define MAX_EXPONENT   110 /* of a target that learners take as it is: 1e33, and 1e-33 */
#define CHECKED_ROWS   4096
#define SMALL_SHARE    0.1 /* of MAX_RUNTIME, taken by the query, that does not count … */
#define MIN_SHARE      0.2 /* … and what is left to the training however long that took */

void ft_run_warn(struct ft_run *run, const char *format, ...) {
  char text[WARNING_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (run->events && run->events->notice) run->events->notice(run->events->self, text);
  if (run->report.warnings == FT_RUN_MAX_WARNINGS) return;
  char *kept = ft_arena_text(run->arena, ft_span_of(text));
  if (kept) run->report.warning[run->report.warnings++] = kept;
}

void ft_run_progress(struct ft_run *run, const char *phase, double left) {
  if (!run->events || !run->events->progress) return;
  struct ft_progress progress = { .score = 0 };
  ft_gauge_read(&progress, &run->gauge, ft_clock_seconds(), left);
  snprintf(progress.phase, sizeof progress.phase, "%s", phase);
  progress.rows = run->rows_read;
  run->events->progress(run->events->self, &progress);
}

/* Canonical rows to train on: sampled, with a target. */
static void pick_rows(struct ft_run *run, const struct ft_table *table, uint32_t *row) {
  size_t max = table->rows;
  if (run->job->max_cells > 0 && run->job->max_cells / table->fields < max)
    max = run->job->max_cells / table->fields;
  run->rows_read = table->rows;
  run->rows_sampled_out = table->rows - max;
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
  ft_table_release(table);
  if (status != FT_OK) {
    ft_run_release(run);
    return status;
  }
  tell_left_out(run);
  warn_of_rows(run);
  return FT_OK;
}

void ft_run_release(struct ft_run *run) {
  ft_matrix_store_free(run->features.store);
  run->features.store = NULL;
  free(run->value);
  run->value = NULL;
}

/* Rows whose trees are walked together, tree by tree: their values and a tree stay near the core. */
struct walking {
  const struct ft_run *run;
  struct ft_features features; /* of the block; owner: `value` */
  float *value;
  double *sum;  /* rows × outputs */
  uint32_t max; /* rows of a block */
};

static void gather_block(struct walking *walking, const uint32_t *row, size_t rows) {
  const struct ft_features *from = &walking->run->features;
  walking->features.rows = rows;
  for (uint32_t f = 0; f < from->features; f++) {
    const float *column = ft_features_column(from, f);
    for (size_t r = 0; r < rows; r++)
      walking->value[f * rows + r] = column[row[r]];
  }
}

static void walk_block(double *out, struct walking *walking, const struct ft_member *member,
                       size_t rows) {
  const struct ft_forest *forest = &member->forest;
  const uint32_t outputs = walking->run->outputs;
  const double unit = ldexp(1, -forest->exponent);
  const enum ft_link link =
      walking->run->target.problem == FT_MULTICLASS ? FT_LINK_SOFTMAX : FT_LINK_LOGISTIC;
  memset(walking->sum, 0, rows * outputs * sizeof *walking->sum);
  for (uint32_t t = 0; t < forest->trees; t++) {
    const struct ft_tree *tree = &forest->tree[t];
    for (uint32_t r = 0; r < rows; r++)
      walking->sum[r * outputs + tree->output] +=
          forest->node[ft_leaf_of(forest, tree, &walking->features, r)].leaf;
  }
  for (size_t i = 0; i < rows * outputs; i++) {
    const double own = forest->base[i % outputs] + unit * walking->sum[i];
    out[i] += member->weight * ft_scale_margin(own, member->scale, link);
  }
}

static enum ft_status begin_walking(struct walking *out, const struct ft_run *run,
                                    struct ft_error *err) {
  size_t features = run->features.features;
  uint32_t max = (uint32_t)(WALKED_VALUES / (features + run->outputs));
  max = max < WALKED_ROWS ? max + 1 : WALKED_ROWS;
  *out = (struct walking){ .run = run,
                           .features = { .features = run->features.features },
                           .max = max };
  out->value = malloc(max * features * sizeof *out->value + 1);
  out->sum = malloc(max * (size_t)run->outputs * sizeof *out->sum + 1);
  out->features.value = out->value;
  if (out->value && out->sum) return FT_OK;
  free(out->value);
  free(out->sum);
  return ft_fail(err, FT_NOMEM, "out of memory to walk the trees");
}

/* Rows of a forest's predictions, in pieces for several threads. */
struct forest_pieces {
  double *out;
  const struct ft_run *run;
  const struct ft_member *member;
  const uint32_t *row;
  size_t rows;
  atomic_bool failed;
};

static void add_piece(void *self, size_t piece) {
  struct forest_pieces *all = self;
  struct walking walking;
  size_t first = piece * PIECE_ROWS,
         end = first + PIECE_ROWS < all->rows ? first + PIECE_ROWS : all->rows;
  if (begin_walking(&walking, all->run, NULL) != FT_OK) {
    atomic_store(&all->failed, true);
    return;
  }
  for (; first < end; first += walking.max) {
    size_t count = end - first < walking.max ? end - first : walking.max;
    gather_block(&walking, all->row + first, count);
    walk_block(all->out + first * all->run->outputs, &walking, all->member, count);
  }
  free(walking.value);
  free(walking.sum);
}

static enum ft_status add_forest(double *out, const struct ft_run *run,
                                 const struct ft_member *member, const uint32_t *row, size_t rows,
                                 struct ft_error *err) {
  struct forest_pieces all = { .out = out, .run = run, .member = member, .row = row, .rows = rows };
  ft_parallel_run(run->threads, (rows + PIECE_ROWS - 1) / PIECE_ROWS, add_piece, &all);
  return all.failed ? ft_fail(err, FT_NOMEM, "out of memory to walk the trees") : FT_OK;
}

static enum ft_status add_net(double *out, const struct ft_run *run, const struct ft_member *member,
                              const struct ft_net_input *input, struct ft_error *err) {
  if (member->scale == FT_SCALE_MARGIN)
    return ft_net_run(out, &member->net, run->outputs, member->weight, input, err);
  double *sum = calloc(input->rows + 1, sizeof *sum); /* numbers have one output */
  if (!sum) return ft_fail(err, FT_NOMEM, "out of memory to predict %zu rows", input->rows);
  enum ft_status status = ft_net_run(sum, &member->net, run->outputs, 1, input, err);
  for (size_t r = 0; r < input->rows && status == FT_OK; r++)
    out[r] += member->weight * ft_scale_margin(sum[r], member->scale, FT_LINK_IDENTITY);
  free(sum);
  return status;
}

enum ft_status ft_run_margins(double *out, const struct ft_run *run, const struct ft_member *member,
                              uint32_t members, const uint32_t *row, size_t rows,
                              struct ft_error *err) {
  const struct ft_net_input input = { run->features.value, run->features.rows, row, rows };
  enum ft_status status = FT_OK;
  memset(out, 0, rows * run->outputs * sizeof *out);
  for (uint32_t m = 0; m < members && status == FT_OK; m++)
    if (member[m].kind == FT_LEARNER_NET)
      status = add_net(out, run, &member[m], &input, err);
    else
      status = add_forest(out, run, &member[m], row, rows, err);
  return status;
}

/* The rows that are looked at; as many as there is room for. */
static size_t pick_checked(uint32_t row[CHECKED_ROWS + 2], const struct ft_run *run) {
  size_t step = run->rows / CHECKED_ROWS + 1, rows = 0;
  uint32_t min = 0, max = 0;
  for (size_t r = 0; r < run->rows; r++) {
    if (r % step == 0) row[rows++] = (uint32_t)r;
    if (run->target.value[r] < run->target.value[min]) min = (uint32_t)r;
    if (run->target.value[r] > run->target.value[max]) max = (uint32_t)r;
  }
  row[rows++] = min;
  row[rows++] = max;
  return rows;
}

static enum ft_status fail_infinite(const struct ft_run *run, double min, double max,
                                    struct ft_error *err) {
  ft_fail(err, FT_DATA, "the model's predictions of \"%s\" are not finite numbers",
          run->model.target.name);
  if (run->target.problem != FT_REGRESSION)
    return ft_fail_hint(err, "Look for columns of extreme values, and leave them out.");
  return ft_fail_hint(err,
                      "Its values go from %g to %g: divide them, or take their logarithms, in the "
                      "query.",
                      ldexp(min, run->exponent), ldexp(max, run->exponent));
}

enum ft_status ft_run_check_finite(const struct ft_run *run, struct ft_error *err) {
  uint32_t row[CHECKED_ROWS + 2];
  size_t rows = pick_checked(row, run), count = rows * run->outputs;
  double *margin = malloc(count * sizeof *margin);
  if (!margin) return ft_fail(err, FT_NOMEM, "out of memory to check the model");
  enum ft_status status =
      ft_run_margins(margin, run, run->model.member, run->model.members, row, rows, err);
  bool finite = true;
  for (size_t i = 0; i < count && status == FT_OK; i++)
    finite &= isfinite(run->model.link == FT_LINK_EXP ? ft_exp(margin[i]) : margin[i]) != 0;
  free(margin);
  if (status != FT_OK || finite) return status;
  return fail_infinite(run, run->target.value[row[rows - 2]], run->target.value[row[rows - 1]],
                       err);
}
