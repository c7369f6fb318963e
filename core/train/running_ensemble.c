#include "core/train/running_ensemble.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/learn/loss.h"
#include "core/train/ensemble.h"
#include "core/train/limits.h"

enum ft_status ft_running_ensemble_make(struct ft_running_ensemble *out, struct ft_arena *arena,
                                        const struct ft_fit_data *data,
                                        const struct ft_folds *folds, uint32_t candidates,
                                        struct ft_error *err) {
  size_t margins = folds->n_scored * data->outputs;
  *out = (struct ft_running_ensemble){ .data = data,
                                       .folds = folds,
                                       .weight = FT_ARENA_NEW(arena, double, candidates),
                                       .margin = FT_ARENA_NEW(arena, double, margins),
                                       .trial_margin = FT_ARENA_NEW(arena, double, margins) };
  return out->weight && out->margin && out->trial_margin ? FT_OK : ft_arena_fail(err, "the search");
}

static double sum_weights(const struct ft_running_ensemble *ensemble, uint32_t candidates) {
  double sum = 0;
  for (uint32_t i = 0; i < candidates; i++)
    sum += ensemble->weight[i];
  return sum;
}

/* The ensemble with a share of the other margin of the task, in its place. The weights of those before are
 * reduced alike, so that all still sum to 1. */
static void take(struct ft_running_ensemble *ensemble, const struct ft_ensemble_task *task,
                 uint32_t candidate, double share) {
  assert(share > 0 && share <= 1 && task->candidates == 2);
  double weight[2] = { 1 - share, share };
  ft_ensemble_average(ensemble->trial_margin, task, weight);
  memcpy(ensemble->margin, ensemble->trial_margin, task->rows * task->outputs * sizeof(double));
  for (uint32_t i = 0; i < candidate; i++)
    ensemble->weight[i] *= 1 - share;
  ensemble->weight[candidate] = share;
  assert(fabs(sum_weights(ensemble, candidate + 1) - 1) < 1e-9);
}

/* The share that gains most; 0: none gains anything. */
static double find_share(struct ft_gain *out, struct ft_running_ensemble *ensemble,
                         const struct ft_ensemble_task *task) {
  static const double shares[] = { 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1 };
  double taken = 0;
  *out = (struct ft_gain){ 0, 0 };
  /* A grid, not an optimum: greedy selection needs the right size of a share only, and each
   * value costs a pass over the rows. 1 replaces the ensemble. */
  for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
    double weight[2] = { 1 - shares[i], shares[i] };
    ft_ensemble_average(ensemble->trial_margin, task, weight);
    struct ft_gain gain = ft_ensemble_gain(task, ensemble->margin, ensemble->trial_margin);
    if (gain.mean <= out->mean) continue;
    *out = gain;
    taken = shares[i];
  }
  return taken;
}

void ft_running_ensemble_add(struct ft_running_ensemble *ensemble, uint32_t candidate,
                             const double *margin) {
  const double *both[2] = { ensemble->margin, margin };
  struct ft_ensemble_task task = { .problem = ensemble->data->problem,
                                   .outputs = ensemble->data->outputs,
                                   .rows = ensemble->folds->n_scored,
                                   .target = ensemble->folds->target,
                                   .candidates = 2,
                                   .margin = both };
  if (ensemble->added++ == 0) {
    take(ensemble, &task, candidate, 1);
    return;
  }
  struct ft_gain gain;
  double share = find_share(&gain, ensemble, &task);
  /* A gain must be worth a fit's time, and must not be one that another draw of the rows would
   * undo. A smaller gain is taken, but counts as none for the search's end. */
  double loss = ft_loss_mean(task.problem, task.outputs, ensemble->margin, task.target, task.rows);
  bool better = gain.mean > fmax(FT_LIMIT_MIN_GAIN * loss, FT_LIMIT_MIN_ERRORS * gain.error);
  ensemble->n_without_gain = better ? 0 : ensemble->n_without_gain + 1;
  if (share > 0) take(ensemble, &task, candidate, share);
}
