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
#include "foretell/maths.h"
#include "foretell/plan.h"

#define WALKED_ROWS   256
#define PIECE_ROWS    ((size_t)1024) /* whose trees one thread walks */
#define WALKED_VALUES 65536          /* of a block's rows, about */
#define WARNING_BYTES 400
#define CHECKED_ROWS  4096

void ft_run_warn(struct ft_run *run, const char *format, ...) {
  char text[WARNING_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (run->events && run->events->notice) run->events->notice(run->events->self, text);
  /* A notice in any case; the manifest keeps the first ones. */
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
      /* Sums of integers: exact in any order, as the plan adds them. */
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
  /* A block's features and sums together are about WALKED_VALUES numbers, one row at least. */
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
  /* A piece is one thread's; blocks within it are as many rows as the cache holds. */
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
