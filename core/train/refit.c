#include "core/train/refit.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "core/learn/learner.h"
#include "core/learn/linear_member.h"
#include "core/train/budget.h"
#include "core/train/ensemble.h"
#include "core/train/limits.h"
#include "core/train/schedule.h"
#include "foretell/plan.h"

#define NODE_BYTES 16.0 /* in an artifact, about */

struct refit_task {
  struct ft_trial *trial;
  uint32_t fit;
};

/* The refits while they run. `task` is fixed before the threads begin; `done` and `stop` are shared. */
struct finishing {
  const struct ft_refits_options *options;
  struct refit_task *task;
  size_t tasks;
  atomic_size_t done;
  atomic_bool stop;
};

static double bytes_of(const struct ft_member *member) {
  if (member->kind == FT_LEARNER_FOREST)
    return NODE_BYTES * member->forest.nodes + 4.0 * member->forest.set_words;
  /* A term takes about 20 bytes; each output of a layer has its inputs' weights and a bias. */
  double weights = 20.0 * member->net.terms;
  for (uint32_t l = 0; l < member->net.layers; l++)
    weights += 4.0 * (member->net.layer[l].inputs + 1.0) * member->net.layer[l].outputs;
  return weights;
}

/* What the mean fit of a trial costs. */
static struct ft_budget_part part_of(const struct ft_refit *refit, const struct ft_trial *trial,
                                     const struct ft_model *model) {
  struct ft_budget_part part = { .weight = refit->weight, .gain = refit->gain };
  /* Fits that the clock ended before their first round have no member and cost nothing. */
  for (uint32_t f = 0; f < trial->fits; f++) {
    if (!trial->fit[f].done) continue;
    part.ns += ft_member_predict_ns(model, &trial->fit[f].member);
    part.bytes += bytes_of(&trial->fit[f].member);
    part.fits++;
  }
  assert(part.fits > 0); /* a tried candidate has a finished fit */
  /* The fits of a linear model are merged into one member (ft_linear_merge): all cost what one does. */
  double members = ft_linear_is(&trial->fit[0].member) ? part.fits : 1;
  part.ns /= part.fits * members;
  part.bytes /= part.fits * members;
  /* means already: one that has seen all rows is as good as the mean of some that have not */
  if (trial->configuration->learner->averages) part.fits = 1;
  return part;
}

/* The refits as candidates of an ensemble, over the rows that all their trials predict. */
static struct ft_ensemble_task task_of(const double **margin, const struct ft_refits *refits,
                                       const struct ft_fit_data *data, bool trained) {
  assert(refits->refits > 0);
  const struct ft_folds *folds = NULL;
  /* All trials of a search, and all refits, have the same folds: the last one's rows are
   * everybody's. */
  for (uint32_t i = 0; i < refits->refits; i++) {
    const struct ft_refit *refit = &refits->refit[i];
    const struct ft_trial *trial = trained ? &refit->trial : &refit->candidate->trial;
    folds = trial->folds;
    margin[i] = trial->margin;
  }
  return (struct ft_ensemble_task){ .problem = data->problem,
                                    .outputs = data->outputs,
                                    .rows = folds->n_scored,
                                    .target = folds->target,
                                    .candidates = refits->refits,
                                    .margin = margin };
}

/* Weights and the ensemble's margins. */
static enum ft_status mix(struct ft_refits *refits, struct ft_arena *arena,
                          const struct ft_fit_data *data, bool trained, struct ft_error *err) {
  const double *margin[FT_REFITS_MAX];
  double weight[FT_REFITS_MAX];
  struct ft_ensemble_task task = task_of(margin, refits, data, trained);
  double *mixed = FT_ARENA_NEW(arena, double, task.rows *task.outputs);
  if (!mixed) return ft_arena_fail(err, "the model");
  FT_TRY(ft_ensemble_choose(weight, &task, err));
  ft_ensemble_average(mixed, &task, weight);
  for (uint32_t i = 0; i < refits->refits; i++)
    refits->refit[i].weight = weight[i];
  refits->margin = mixed;
  refits->target = task.target;
  refits->rows = task.rows;
  return FT_OK;
}

static void drop_weightless(struct ft_refits *refits, struct ft_budget_part *part) {
  uint32_t left = 0;
  for (uint32_t i = 0; i < refits->refits; i++) {
    if (refits->refit[i].weight == 0) continue;
    part[left] = part[i];
    refits->refit[left++] = refits->refit[i];
  }
  refits->refits = left;
}

/* Do all fits of those with a weight cost no more than the budget? */
static bool is_cheap(const struct ft_refits *refits, const struct ft_budget_part *part,
                     double max_ns, double max_bytes) {
  double ns = 0, bytes = 0;
  for (uint32_t i = 0; i < refits->refits; i++) {
    if (refits->refit[i].weight == 0) continue;
    ns += part[i].fits * part[i].ns;
    bytes += part[i].fits * part[i].bytes;
  }
  return ns <= max_ns && bytes <= max_bytes;
}

/* Those that the budget allows keep a weight. */
static enum ft_status afford(struct ft_refits *refits, struct ft_arena *arena,
                             const struct ft_fit_data *data, struct ft_budget_part *part,
                             double max_ns, double max_bytes, struct ft_error *err) {
  double cost[FT_REFITS_MAX], gain[FT_REFITS_MAX], weight[FT_REFITS_MAX];
  uint32_t fits[FT_REFITS_MAX];
  const double *margin[FT_REFITS_MAX];
  for (uint32_t i = 0; i < refits->refits; i++) {
    /* Time and bytes as shares of their limits: the scarcer one is the cost, and 1 is the whole
     * budget. */
    cost[i] = fmax(part[i].ns / max_ns, part[i].bytes / max_bytes);
    gain[i] = part[i].gain;
    fits[i] = part[i].fits;
  }
  struct ft_ensemble_task task = task_of(margin, refits, data, false);
  struct ft_ensemble_budget budget = { cost, gain, fits };
  FT_TRY(ft_ensemble_afford(weight, &task, &budget, err));
  for (uint32_t i = 0; i < refits->refits; i++)
    refits->refit[i].weight = weight[i];
  drop_weightless(refits, part);
  return mix(refits, arena, data, false, err);
}

enum ft_status ft_refits_pick(struct ft_refits *out, struct ft_arena *arena,
                              const struct ft_search *search, const struct ft_fit_data *data,
                              const struct ft_model *model, double max_ns, const double *gain,
                              struct ft_error *err) {
  struct ft_budget_part part[FT_REFITS_MAX];
  *out = (struct ft_refits){ .calibration = { 1, 0 },
                             .margin = search->margin,
                             .target = search->target,
                             .rows = search->rows };
  for (uint32_t i = 0; i < search->candidates; i++) {
    const struct ft_candidate *candidate = &search->candidate[i];
    if (candidate->state != FT_CANDIDATE_TRIED) continue;
    struct ft_refit *refit = &out->refit[out->refits];
    *refit = (struct ft_refit){ candidate, .weight = candidate->weight, .gain = gain[i] };
    part[out->refits++] = part_of(refit, &candidate->trial, model);
  }
  /* The encoders are paid whatever the members are. A margin stays for refits, which are larger
   * than the fits that were measured. */
  max_ns = fmax(max_ns * FT_LIMIT_AFFORDED_SHARE - ft_model_predict_ns(model), 1);
  double max_bytes = FT_BUDGET_BYTES * FT_LIMIT_AFFORDED_SHARE;
  /* Two steps keep to the budget: choose candidates that are worth their cost, then give up fits of those
   * chosen. The weights of the search stay where the ensemble is cheap enough. */
  if (out->refits > 1 && !is_cheap(out, part, max_ns, max_bytes))
    FT_TRY(afford(out, arena, data, part, max_ns, max_bytes, err));
  drop_weightless(out, part);
  for (uint32_t i = 0; i < out->refits; i++)
    part[i].weight = out->refit[i].weight;
  ft_budget_keep(part, out->refits, max_ns, max_bytes);
  for (uint32_t i = 0; i < out->refits; i++)
    out->refit[i].kept = part[i].kept;
  return FT_OK;
}

/* As many fits of each as there is time for, one at least: seconds of one core. */
static void limit_kept(struct ft_budget_part *part, const struct ft_refits *refits, double seconds,
                       double refit_cost_factor) {
  /* The same rule as for predictions, with seconds of training instead of nanoseconds of
   * predicting. */
  for (uint32_t i = 0; i < refits->refits; i++) {
    const struct ft_refit *refit = &refits->refit[i];
    const struct ft_trial *trial = &refit->candidate->trial;
    part[i] = (struct ft_budget_part){ .weight = refit->weight,
                                       .gain = refit->gain,
                                       .ns = trial->seconds / trial->fits * refit_cost_factor,
                                       .fits = refit->kept };
  }
  ft_budget_keep(part, refits->refits, seconds, INFINITY);
}

/* The one of the most weight for its time that is not yet trained again, and that there is time for. */
static struct ft_refit *next_again(struct ft_refits *refits, const struct ft_budget_part *part,
                                   double seconds, double left) {
  struct ft_refit *best = NULL;
  double max = 0;
  for (uint32_t i = 0; i < refits->refits; i++) {
    /* One fit must end within the wall's time, since it runs on one core; all of them within the
     * cores' time. */
    double ns = part[i].kept * part[i].ns, worth = refits->refit[i].weight / fmax(ns, 1e-9);
    if (refits->refit[i].again || part[i].ns > seconds || ns > left || worth <= max) continue;
    best = &refits->refit[i];
    max = worth;
  }
  return best;
}

bool ft_refits_limit(struct ft_refits *refits, double seconds, uint32_t threads,
                     double refit_cost_factor) {
  struct ft_budget_part part[FT_REFITS_MAX]; /* its `ns` are seconds here */
  double left = seconds * threads;
  bool any = false;
  limit_kept(part, refits, left, refit_cost_factor);
  /* Greedy by weight for time: what is not trained again stays as the search left it, which is a
   * model too. */
  for (struct ft_refit *next; (next = next_again(refits, part, seconds, left)) != NULL;) {
    const struct ft_budget_part *own = &part[next - refits->refit];
    next->again = any = true;
    next->kept = own->kept;
    left -= own->kept * own->ns;
  }
  return any;
}

static void run_task(void *self, size_t index) {
  struct finishing *finishing = self;
  const struct ft_refits_options *own = finishing->options;
  struct ft_trial_options options = { .threads = own->fit_threads,
                                      .max_rounds = own->max_rounds,
                                      .learning_rate_factor = own->learning_rate_factor,
                                      .deadline = own->deadline,
                                      .stop = &finishing->stop };
  ft_trial_fit(finishing->task[index].trial, finishing->task[index].fit, &options);
  atomic_fetch_add(&finishing->done, 1);
}

static void tick(void *self) {
  struct finishing *finishing = self;
  if (ft_train_is_stopped(finishing->options->events)) atomic_store(&finishing->stop, true);
  if (finishing->options->tick)
    finishing->options->tick(finishing->options->self,
                             (double)atomic_load(&finishing->done) / (double)finishing->tasks);
}

/* How far one fit on all rows goes; 0 where the folds decide. */
static uint32_t refit_rounds(const struct ft_refit *refit) {
  const struct ft_trial *trial = &refit->candidate->trial;
  /* Several fits stop early on their own folds. One fit on all rows has no rows to stop on, so
   * it goes as far as the folds' fits went on average; boosting goes further with more rows. */
  if (refit->kept > 1) return 0;
  return trial->configuration->learner->boosts
             ? (uint32_t)(trial->rounds * FT_LIMIT_MORE_ROUNDS) + 1
             : trial->rounds;
}

static enum ft_status open_all(struct ft_refits *refits, struct finishing *finishing,
                               const struct ft_fit_data *data, const struct ft_folds *folds,
                               struct ft_error *err) {
  /* Tasks of a candidate: one a fold, or a single one on all rows. */
  size_t max = (size_t)refits->refits * folds->folds;
  finishing->task = calloc(max + 1, sizeof *finishing->task);
  if (!finishing->task) return ft_fail(err, FT_NOMEM, "out of memory to train");
  for (uint32_t i = 0; i < refits->refits; i++) {
    struct ft_refit *refit = &refits->refit[i];
    if (!refit->again) continue;
    FT_TRY(ft_trial_open(&refit->trial, data, folds, refit->candidate->configuration,
                         refit_rounds(refit), err));
    /* Only the first `kept` folds are fitted; the arrays have room for all of them. */
    assert(refit->kept > 0 && refit->kept <= refit->trial.fits);
    refit->trial.fits = refit->kept;
    for (uint32_t f = 0; f < refit->trial.fits; f++)
      finishing->task[finishing->tasks++] = (struct refit_task){ &refit->trial, f };
  }
  return FT_OK;
}

/* The fits that a refit stands for: those on all rows, or those of the search. */
static const struct ft_trial *trial_of(const struct ft_refit *refit) {
  return refit->ready ? &refit->trial : &refit->candidate->trial;
}

static enum ft_status close_all(struct ft_refits *refits, struct ft_error *err) {
  for (uint32_t i = 0; i < refits->refits; i++) {
    struct ft_trial *trial = &refits->refit[i].trial;
    if (!refits->refit[i].again) continue;
    enum ft_status status = ft_trial_close(trial, err);
    /* Out of memory on all rows: the fits on fewer rows are still there, and are used instead. */
    if (status != FT_OK && status != FT_NOMEM) return status;
    refits->refit[i].ready = status == FT_OK && !trial->cut;
  }
  return FT_OK;
}

/* Have all predicted every row? Then the rows held out may be used for the weights too. */
static bool are_whole(const struct ft_refits *refits, const struct ft_folds *folds) {
  for (uint32_t i = 0; i < refits->refits; i++)
    if (!refits->refit[i].ready || refits->refit[i].trial.n_covered < folds->rows) return false;
  return true;
}

enum ft_status ft_refits_train(struct ft_refits *refits, struct ft_arena *arena,
                               const struct ft_fit_data *data, const struct ft_folds *folds,
                               const struct ft_refits_options *options, struct ft_error *err) {
  struct finishing finishing = { .options = options };
  struct ft_schedule *schedule = NULL;
  enum ft_status status = open_all(refits, &finishing, data, folds, err);
  struct ft_schedule_work work = { .self = &finishing,
                                   .max_tasks = finishing.tasks,
                                   .run = run_task,
                                   .tick = tick };
  if (status == FT_OK) status = ft_schedule_make(&schedule, &work, options->threads, err);
  if (status == FT_OK) {
    ft_schedule_add(schedule, finishing.tasks);
    ft_schedule_wait(schedule, finishing.tasks);
  }
  ft_schedule_free(schedule);
  if (status == FT_OK) status = close_all(refits, err);
  free(finishing.task);
  /* Weights chosen on every row are better than those of the search, but only where every refit
   * predicted every row without having seen it. */
  refits->whole = status == FT_OK && are_whole(refits, folds);
  return refits->whole ? mix(refits, arena, data, true, err) : status;
}

/* As many fits of each as the budget allows, now that their cost is known; is it enough? */
static bool keep_within(struct ft_refits *refits, const struct ft_model *model, double max_ns) {
  struct ft_budget_part part[FT_REFITS_MAX];
  double ns = 0, bytes = 0;
  for (uint32_t i = 0; i < refits->refits; i++) {
    struct ft_refit *refit = &refits->refit[i];
    part[i] = part_of(refit, trial_of(refit), model);
    /* Fits may only be given up here: those above `kept` were never trained. */
    part[i].fits = refit->kept < part[i].fits ? refit->kept : part[i].fits;
  }
  ft_budget_keep(part, refits->refits, max_ns, FT_BUDGET_BYTES);
  for (uint32_t i = 0; i < refits->refits; i++) {
    refits->refit[i].kept = part[i].kept;
    ns += part[i].kept * part[i].ns;
    bytes += part[i].kept * part[i].bytes;
  }
  return ns <= max_ns && bytes <= FT_BUDGET_BYTES;
}

static void drop_min(struct ft_refits *refits) {
  assert(refits->refits > 1); /* a model keeps one at least */
  uint32_t min = 0;
  for (uint32_t i = 1; i < refits->refits; i++)
    if (refits->refit[i].weight < refits->refit[min].weight) min = i;
  /* The order of the refits has no meaning: the last one takes the free place. */
  ft_trial_release(&refits->refit[min].trial);
  refits->refit[min] = refits->refit[--refits->refits];
}

void ft_refits_calibrate(struct ft_refits *refits, const struct ft_fit_data *data) {
  struct ft_scored scored = { .problem = data->problem,
                              .outputs = data->outputs,
                              .scale = data->scale,
                              .centre = data->centre,
                              .rows = refits->rows,
                              .target = refits->target,
                              .margin = refits->margin };
  refits->calibration = ft_calibration_find(&scored);
}

/* A tree of one leaf, which says 0: its base is the margin. */
static enum ft_status make_constant(struct ft_member *out, struct ft_arena *arena, double margin,
                                    struct ft_error *err) {
  struct ft_tree *tree = FT_ARENA_NEW(arena, struct ft_tree, 1);
  struct ft_node *node = FT_ARENA_NEW(arena, struct ft_node, 1);
  double *base = FT_ARENA_NEW(arena, double, 1);
  if (!tree || !node || !base) return ft_arena_fail(err, "the model");
  *tree = (struct ft_tree){ .nodes = 1 };
  *node = (struct ft_node){ .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
  base[0] = margin;
  *out = (struct ft_member){
    .kind = FT_LEARNER_FOREST,
    .weight = 1,
    .forest = { .trees = 1, .tree = tree, .nodes = 1, .node = node, .base = base }
  };
  return FT_OK;
}

/* The shift of two classes, as if the first member had always begun there; where none has margins, a
 * member of its own. */
static enum ft_status shift_base(struct ft_member *member, uint32_t *members,
                                 struct ft_arena *arena, double shift, struct ft_error *err) {
  uint32_t m = 0;
  /* Averages of probabilities have no margin to shift; any member that adds margins will do. */
  while (m < *members && member[m].scale == FT_SCALE_PROBABILITY)
    m++;
  if (m == FT_MODEL_MAX_MEMBERS) return FT_OK;
  if (m == *members) return make_constant(&member[(*members)++], arena, shift, err);
  bool net = member[m].kind == FT_LEARNER_NET;
  double *base = FT_ARENA_NEW(arena, double, 1);
  if (!base) return ft_arena_fail(err, "the model");
  /* Member margins are multiplied by the weight, so the base gets the shift divided by it. */
  base[0] = (net ? member[m].net.base : member[m].forest.base)[0] + shift / member[m].weight;
  *(net ? &member[m].net.base : &member[m].forest.base) = base;
  return FT_OK;
}

/* The kept fits of a refit as members; those of a linear model as one. */
static enum ft_status add_members(struct ft_member *member, uint32_t *members,
                                  struct ft_arena *arena, const struct ft_refit *refit,
                                  uint32_t outputs, struct ft_error *err) {
  const struct ft_trial *trial = trial_of(refit);
  struct ft_member *first = member + *members;
  uint32_t count = 0;
  for (uint32_t f = 0; f < trial->fits && count < refit->kept; f++)
    if (trial->fit[f].done && *members + count < FT_MODEL_MAX_MEMBERS)
      first[count++] = trial->fit[f].member;
  for (uint32_t m = 0; m < count; m++)
    first[m].weight = 1.0 / count;
  if (count > 1 && ft_linear_is(first)) {
    struct ft_member merged;
    FT_TRY(ft_linear_merge(&merged, arena, first, count, outputs, err));
    *first = merged;
    count = 1;
  }
  for (uint32_t m = 0; m < count; m++)
    first[m].weight *= refit->weight;
  *members += count;
  return FT_OK;
}

enum ft_status ft_refits_members(struct ft_member **out, uint32_t *count, struct ft_arena *arena,
                                 const struct ft_refits *refits, uint32_t outputs,
                                 struct ft_error *err) {
  struct ft_member *member = FT_ARENA_NEW(arena, struct ft_member, FT_MODEL_MAX_MEMBERS);
  if (!member) return ft_arena_fail(err, "the model");
  uint32_t members = 0;
  for (uint32_t i = 0; i < refits->refits; i++)
    if (refits->refit[i].weight > 0)
      FT_TRY(add_members(member, &members, arena, &refits->refit[i], outputs, err));
  /* The calibration's factor multiplies the ensemble's margin, and so each member's weight. */
  for (uint32_t m = 0; m < members; m++)
    member[m].weight *= refits->calibration.factor;
  if (refits->calibration.shift != 0)
    FT_TRY(shift_base(member, &members, arena, refits->calibration.shift, err));
  *out = member;
  *count = members;
  return FT_OK;
}

static enum ft_status predict_ns(double *ns, const struct ft_refits *refits, struct ft_arena *arena,
                                 uint32_t outputs, const struct ft_model *model,
                                 struct ft_error *err) {
  struct ft_member *member;
  struct ft_model whole = *model;
  FT_TRY(ft_refits_members(&member, &whole.members, arena, refits, outputs, err));
  whole.member = member;
  *ns = ft_model_predict_ns(&whole);
  return FT_OK;
}

enum ft_status ft_refits_shrink(struct ft_refits *refits, struct ft_arena *arena,
                                const struct ft_fit_data *data, const struct ft_model *model,
                                double max_ns, struct ft_error *err) {
  double rest = max_ns - ft_model_predict_ns(model),
         ns; /* less what encoders will turn out to take */
  /* Each turn gives up a fit, or a candidate, or the part of the budget that the model turned
   * out to exceed; so it ends. */
  for (;;) {
    if (keep_within(refits, model, rest)) {
      FT_TRY(predict_ns(&ns, refits, arena, data->outputs, model, err));
      if (ns <= max_ns) return FT_OK;
      /* Members together cost more than their sum (encoders, lookups): aim lower by what it was
       * too much. */
      rest -= ns - max_ns;
    } else {
      if (refits->refits < 2) return FT_OK;
      drop_min(refits);
      FT_TRY(mix(refits, arena, data, refits->whole, err));
    }
  }
}

void ft_refits_release(struct ft_refits *refits) {
  for (uint32_t i = 0; i < refits->refits; i++)
    ft_trial_release(&refits->refit[i].trial);
  *refits = (struct ft_refits){ 0 };
}
