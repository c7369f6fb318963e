#include "core/learn/boosted.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/booster_parameters.h"
#include "core/learn/loss.h"
#include "core/learn/metric.h"
#include "foretell/random.h"

#define CENTRE_SECONDS \
  2e-8 /* of a fit's end, a row's feature: thresholds are moved (threshold.h) */

/* A fit's working memory.
 *
 * Valid    `margin` after judge, for the round judged; `best` from round 0 on, with fit->rounds the number of
 *          rounds that gave it. Matrices are borrowed from the features' store until `release`. */
struct fitting {
  const struct ft_fit_task *task;
  struct ft_loss loss;
  struct ft_matrices matrices;
  struct ft_booster *booster;
  double *target; /* of the training rows */
  double *valid_target;
  double *weight; /* of the training rows; NULL: 1 each */
  double *valid_weight;
  float *gradient; /* then as many hessians */
  double *margin;  /* of the valid rows, after this round */
  double best;     /* loss to be made small */
};

static void *take(size_t count, size_t bytes) {
  /* One more than asked for: calloc(0) may give NULL, which would look like no memory. */
  return count && bytes > SIZE_MAX / count ? NULL : calloc(count + 1, bytes);
}

static void release(struct fitting *fitting) {
  ft_booster_free(fitting->booster);
  ft_matrices_return(&fitting->matrices, fitting->task->data->features);
  free(fitting->target);
  free(fitting->valid_target);
  free(fitting->weight);
  free(fitting->valid_weight);
  free(fitting->gradient);
  free(fitting->margin);
}

/* The numbers of some rows. */
static double *gather(const double *number, const uint32_t *row, size_t rows) {
  double *out = take(rows, sizeof *out);
  for (size_t i = 0; out && i < rows; i++)
    out[i] = number[row[i]];
  return out;
}

static bool gather_weights(struct fitting *fitting) {
  const struct ft_fit_task *task = fitting->task;
  if (!task->data->weight) return true;
  fitting->weight = gather(task->data->weight, task->train, task->n_train);
  fitting->valid_weight = gather(task->data->weight, task->valid, task->n_valid);
  return fitting->weight && fitting->valid_weight;
}

static enum ft_status make_room(struct fitting *fitting, struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  size_t outputs = task->data->outputs;
  fitting->target = gather(task->data->target, task->train, task->n_train);
  fitting->valid_target = gather(task->data->target, task->valid, task->n_valid);
  fitting->gradient = take(task->n_train * outputs, 2 * sizeof *fitting->gradient);
  fitting->margin = take(task->n_valid * outputs, sizeof *fitting->margin);
  if (!fitting->target || !fitting->valid_target || !fitting->gradient || !fitting->margin ||
      !gather_weights(fitting))
    return ft_fail(err, FT_NOMEM, "out of memory to train on %zu rows", task->n_train);
  return FT_OK;
}

static enum ft_status make_booster(struct fitting *fitting, struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  const struct ft_boosted_options *options = task->configuration->options;
  struct ft_booster_parameters all;
  struct ft_tree_texts texts;
  char rate[32];
  snprintf(rate, sizeof rate, "%.6g",
           ft_boosted_learning_rate(options, task->learning_rate_factor));
  ft_booster_parameters_fill(&all, task);
  ft_booster_parameters_add(&all, "eta", rate);
  ft_tree_options_add(&all, &texts, &options->tree);
  /* The booster caches the margins of matrices that it knows of: asking for them each round
   * costs one tree. */
  struct ft_matrix *matrix[2] = { fitting->matrices.train, fitting->matrices.valid };
  return ft_booster_make(&fitting->booster, matrix, fitting->matrices.valid ? 2 : 1,
                         task->data->outputs, all.parameter, all.count, err);
}

static enum ft_status prepare(struct fitting *fitting, struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  struct ft_matrix_rows rows = { task->train, task->n_train, task->valid, task->n_valid,
                                 ft_matrix_bins(task->n_train) };
  FT_TRY(make_room(fitting, err));
  FT_TRY(ft_matrices_borrow(&fitting->matrices, task->data->features, &rows, task->threads, err));
  return make_booster(fitting, err);
}

/* A row that a round does not see has no gradient. */
static void draw_rows(const struct fitting *fitting, uint32_t round) {
  const struct ft_fit_task *task = fitting->task;
  const struct ft_boosted_options *options = task->configuration->options;
  double share = options->subsample;
  if (share >= 1) return;
  size_t outputs = task->data->outputs;
  float *gradient = fitting->gradient, *hessian = gradient + task->n_train * outputs;
  /* A generator a round, from the seed: the rows of a round do not depend on how the rounds
   * before went. */
  struct ft_random random =
      ft_random_seeded(task->data->seed ^ (UINT64_C(0x9e3779b97f4a7c15) * (round + 1)));
  for (size_t i = 0; i < task->n_train; i++) {
    /* Friedman's stochastic gradient boosting (2002). A row without gradient and hessian adds 0
     * to every sum, so XGBoost grows as if it were not there. */
    if (ft_random_unit(&random) < share) continue;
    memset(gradient + i * outputs, 0, outputs * sizeof *gradient);
    memset(hessian + i * outputs, 0, outputs * sizeof *hessian);
  }
}

static enum ft_status boost(struct fitting *fitting, uint32_t round, struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  float *gradient = fitting->gradient, *hessian = gradient + task->n_train * task->data->outputs;
  const float *margin;
  FT_TRY(ft_booster_margins(&margin, fitting->booster, fitting->matrices.train, err));
  /* Our own gradients: quantised, so that sums are exact whatever the order of the threads. */
  ft_loss_gradients(&fitting->loss, margin, fitting->target, fitting->weight, task->n_train,
                    gradient, hessian);
  draw_rows(fitting, round);
  return ft_booster_boost(fitting->booster, fitting->matrices.train, round, gradient, hessian, err);
}

static enum ft_status judge(double *loss, struct fitting *fitting, struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  uint32_t outputs = task->data->outputs;
  const float *margin;
  FT_TRY(ft_booster_margins(&margin, fitting->booster, fitting->matrices.valid, err));
  for (size_t i = 0; i < task->n_valid; i++)
    for (uint32_t g = 0; g < outputs; g++)
      fitting->margin[i * outputs + g] = fitting->loss.base[g] + margin[i * outputs + g];
  /* Log loss of very few positives jumps with each of them; the order of the rows is steadier. */
  if (!task->stop_on_auc) {
    *loss = ft_loss_weighted(&fitting->loss, fitting->margin, fitting->valid_target,
                             fitting->valid_weight, task->n_valid);
    return FT_OK;
  }
  FT_TRY(ft_metric_auc(loss, fitting->margin, fitting->valid_target, task->n_valid, err));
  *loss = -*loss;
  return FT_OK;
}

/* A round and its judgement; true when no later round will be better. */
static enum ft_status run_round(bool *ended, struct ft_fit *fit, struct fitting *fitting,
                                uint32_t round, struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  FT_TRY(boost(fitting, round, err));
  if (task->progress) atomic_fetch_add(task->progress, 1);
  /* Without valid rows each round counts as better than the one before. */
  double loss = -(double)round;
  if (task->n_valid) FT_TRY(judge(&loss, fitting, err));
  if (round == 0 || loss < fitting->best) {
    fitting->best = loss;
    /* Margins are kept with it: the trees after the best round are dropped, and margins of them
     * would be wrong. */
    fit->rounds = round + 1;
    memcpy(fit->margin, fitting->margin, task->n_valid * task->data->outputs * sizeof *fit->margin);
  }
  assert(fit->rounds >= 1 && fit->rounds <= round + 1);
  uint32_t since = round + 1 - fit->rounds;
  *ended = since > 0 && round + 1 >= task->min_rounds && since >= task->patience;
  return FT_OK;
}

/* A round is not begun that would end after the deadline, were it as long as the one before, nor one
 * that leaves no time to hand over the trees. */
static enum ft_status run_rounds(struct ft_fit *fit, struct fitting *fitting,
                                 struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  const struct ft_boosted_options *options = task->configuration->options;
  uint32_t max = task->n_valid ? options->max_rounds : task->rounds;
  if (task->n_valid && max > task->max_rounds) max = task->max_rounds;
  double now = ft_clock_seconds(), before = now;
  /* XGBoost's trees are read and their thresholds moved after the last round: this time must be
   * left. */
  double handing = CENTRE_SECONDS * (double)task->n_train * task->data->features->features;
  bool ended = false;
  for (uint32_t round = 0; round < max && !ended; round++) {
    /* the first one finds the bins: the second is shorter */
    double expected = round == 1 ? 0 : now - before;
    /* A round of XGBoost cannot be interrupted, so the decision is made before it. */
    bool late = now + expected + handing >= task->deadline || ft_fit_is_late(task);
    if (late && round >= task->guaranteed_rounds) {
      fit->cut = true;
      return FT_OK;
    }
    FT_TRY(run_round(&ended, fit, fitting, round, err));
    before = now;
    now = ft_clock_seconds();
  }
  return FT_OK;
}

static enum ft_status make_member(struct ft_fit *fit, struct ft_arena *arena,
                                  const struct fitting *fitting, struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  struct ft_grown_on rows = { task->data->features, task->train, task->n_train, task->threads };
  struct ft_forest *forest = &fit->member.forest;
  FT_TRY(ft_booster_forest(forest, arena, fitting->booster, fit->rounds, task->data->scale, &rows,
                           err));
  double *base = FT_ARENA_NEW(arena, double, task->data->outputs);
  if (!base) return ft_arena_fail(err, "the learner");
  /* Leaves were scaled as they were read; the base follows them into the target's unit. */
  for (uint32_t g = 0; g < task->data->outputs; g++)
    base[g] = task->data->centre + task->data->scale * fitting->loss.base[g];
  forest->base = base;
  fit->member.kind = FT_LEARNER_FOREST;
  fit->member.weight = 1;
  fit->done = true;
  return FT_OK;
}

static enum ft_status run(struct ft_fit *fit, struct ft_arena *arena, struct fitting *fitting,
                          struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  double *base = FT_ARENA_NEW(arena, double, task->data->outputs);
  fit->margin = FT_ARENA_NEW(arena, double, task->n_valid * task->data->outputs);
  if (!base || !fit->margin) return ft_arena_fail(err, "the learner");
  ft_loss_base(base, task->data->problem, task->data->outputs, task->data->target, task->train,
               task->n_train);
  fitting->loss = (struct ft_loss){ task->data->problem, task->data->outputs, base };
  FT_TRY(prepare(fitting, err));
  FT_TRY(run_rounds(fit, fitting, err));
  return fit->rounds > 0 ? make_member(fit, arena, fitting, err) : FT_OK;
}

enum ft_status ft_boosted_fit(struct ft_fit *out, struct ft_arena *arena,
                              const struct ft_fit_task *task, struct ft_error *err) {
  struct fitting fitting = { .task = task };
  enum ft_status status = run(out, arena, &fitting, err);
  release(&fitting);
  return status;
}
