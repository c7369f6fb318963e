#include "core/train/finals.h"

#include <math.h>
#include <stdlib.h>

#include "core/learn/learner.h"
#include "core/learn/linear_member.h"
#include "core/train/budget.h"
#include "core/train/ensemble.h"
#include "core/train/schedule.h"
#include "foretell/plan.h"

#define MORE_ROUNDS    1.1  /* more rows bear a few more rounds */
#define NODE_BYTES     16.0 /* in an artifact, about */
#define AFFORDED_SHARE 0.9  /* of the budget: fits on more rows are larger */

struct final_task {
  struct ft_trial *trial;
  uint32_t fit;
};

struct finishing {
  const struct ft_finals_options *options;
  struct final_task *task;
  size_t tasks;
  atomic_size_t done;
  atomic_bool stop;
};

static double bytes_of(const struct ft_member *member) {
  if (member->kind == FT_LEARNER_FOREST)
    return NODE_BYTES * member->forest.nodes + 4.0 * member->forest.set_words;
  double weights = 20.0 * member->net.terms;
  for (uint32_t l = 0; l < member->net.layers; l++)
    weights += 4.0 * (member->net.layer[l].inputs + 1.0) * member->net.layer[l].outputs;
  return weights;
}

/* What the mean fit of a trial costs. */
static struct ft_budget_part part_of(const struct ft_final *final, const struct ft_trial *trial,
                                     const struct ft_model *model) {
  struct ft_budget_part part = { .weight = final->weight, .gain = final->gain };
  for (uint32_t f = 0; f < trial->fits; f++) {
    if (!trial->fit[f].done) continue;
    part.ns += ft_member_predict_ns(model, &trial->fit[f].member);
    part.bytes += bytes_of(&trial->fit[f].member);
    part.fits++;
  }
  double members = ft_linear_is(&trial->fit[0].member) ? part.fits : 1; /* merged into one */
  part.ns /= part.fits * members;
  part.bytes /= part.fits * members;
  /* means already: one that has seen all rows is as good as the mean of some that have not */
  if (trial->configuration->learner->averages) part.fits = 1;
  return part;
}

/* The finals as candidates of a mixture, over the rows that all their trials predict. */
static struct ft_ensemble_task task_of(const double **margin, const struct ft_finals *finals,
                                       const struct ft_fit_data *data, bool trained) {
  const struct ft_partition *partition = NULL;
  for (uint32_t i = 0; i < finals->finals; i++) {
    const struct ft_final *final = &finals->final[i];
    const struct ft_trial *trial = trained ? &final->trial : &final->candidate->trial;
    partition = trial->partition;
    margin[i] = trial->margin;
  }
  return (struct ft_ensemble_task){ .problem = data->problem,
                                    .outputs = data->outputs,
                                    .rows = partition->scoreds,
                                    .target = partition->target,
                                    .candidates = finals->finals,
                                    .margin = margin };
}

/* Weights and the mixture's margins. */
static enum ft_status mix(struct ft_finals *finals, struct ft_arena *arena,
                          const struct ft_fit_data *data, bool trained, struct ft_error *err) {
  const double *margin[FT_FINALS_MOST];
  double weight[FT_FINALS_MOST];
  struct ft_ensemble_task task = task_of(margin, finals, data, trained);
  double *mixed = FT_ARENA_NEW(arena, double, task.rows *task.outputs);
  if (!mixed) return ft_arena_fail(err, "the model");
  FT_TRY(ft_ensemble_choose(weight, &task, err));
  ft_ensemble_mix(mixed, &task, weight);
  for (uint32_t i = 0; i < finals->finals; i++)
    finals->final[i].weight = weight[i];
  finals->margin = mixed;
  finals->target = task.target;
  finals->rows = task.rows;
  return FT_OK;
}

static void drop_weightless(struct ft_finals *finals, struct ft_budget_part *part) {
  uint32_t left = 0;
  for (uint32_t i = 0; i < finals->finals; i++) {
    if (finals->final[i].weight == 0) continue;
    part[left] = part[i];
    finals->final[left++] = finals->final[i];
  }
  finals->finals = left;
}

/* Do all fits of those with a weight cost no more than the budget? */
static bool is_cheap(const struct ft_finals *finals, const struct ft_budget_part *part,
                     double most_ns, double most_bytes) {
  double ns = 0, bytes = 0;
  for (uint32_t i = 0; i < finals->finals; i++) {
    if (finals->final[i].weight == 0) continue;
    ns += part[i].fits * part[i].ns;
    bytes += part[i].fits * part[i].bytes;
  }
  return ns <= most_ns && bytes <= most_bytes;
}

/* Those that the budget allows keep a weight. */
static enum ft_status afford(struct ft_finals *finals, struct ft_arena *arena,
                             const struct ft_fit_data *data, struct ft_budget_part *part,
                             double most_ns, double most_bytes, struct ft_error *err) {
  double cost[FT_FINALS_MOST], gain[FT_FINALS_MOST], weight[FT_FINALS_MOST];
  uint32_t fits[FT_FINALS_MOST];
  const double *margin[FT_FINALS_MOST];
  for (uint32_t i = 0; i < finals->finals; i++) {
    cost[i] = fmax(part[i].ns / most_ns, part[i].bytes / most_bytes);
    gain[i] = part[i].gain;
    fits[i] = part[i].fits;
  }
  struct ft_ensemble_task task = task_of(margin, finals, data, false);
  struct ft_ensemble_budget budget = { cost, gain, fits };
  FT_TRY(ft_ensemble_afford(weight, &task, &budget, err));
  for (uint32_t i = 0; i < finals->finals; i++)
    finals->final[i].weight = weight[i];
  drop_weightless(finals, part);
  return mix(finals, arena, data, false, err);
}

enum ft_status ft_finals_pick(struct ft_finals *out, struct ft_arena *arena,
                              const struct ft_search *search, const struct ft_fit_data *data,
                              const struct ft_model *model, double most_ns, const double *gain,
                              struct ft_error *err) {
  struct ft_budget_part part[FT_FINALS_MOST];
  *out = (struct ft_finals){ .calibration = { 1, 0 },
                             .margin = search->margin,
                             .target = search->target,
                             .rows = search->rows };
  for (uint32_t i = 0; i < search->candidates; i++) {
    const struct ft_candidate *candidate = &search->candidate[i];
    if (candidate->state != FT_CANDIDATE_TRIED) continue;
    struct ft_final *final = &out->final[out->finals];
    *final = (struct ft_final){ candidate, .weight = candidate->weight, .gain = gain[i] };
    part[out->finals++] = part_of(final, &candidate->trial, model);
  }
  most_ns = fmax(most_ns * AFFORDED_SHARE - ft_model_predict_ns(model), 1);
  double most_bytes = FT_BUDGET_BYTES * AFFORDED_SHARE;
  if (out->finals > 1 && !is_cheap(out, part, most_ns, most_bytes))
    FT_TRY(afford(out, arena, data, part, most_ns, most_bytes, err));
  drop_weightless(out, part);
  for (uint32_t i = 0; i < out->finals; i++)
    part[i].weight = out->final[i].weight;
  ft_budget_keep(part, out->finals, most_ns, most_bytes);
  for (uint32_t i = 0; i < out->finals; i++)
    out->final[i].kept = part[i].kept;
  return FT_OK;
}

/* As many fits of each as there is time for, one at least: seconds of one core. */
static void limit_kept(struct ft_budget_part *part, const struct ft_finals *finals, double seconds,
                       double growth) {
  for (uint32_t i = 0; i < finals->finals; i++) {
    const struct ft_final *final = &finals->final[i];
    const struct ft_trial *trial = &final->candidate->trial;
    part[i] = (struct ft_budget_part){ .weight = final->weight,
                                       .gain = final->gain,
                                       .ns = trial->seconds / trial->fits * growth,
                                       .fits = final->kept };
  }
  ft_budget_keep(part, finals->finals, seconds, INFINITY);
}

/* The one of the most weight for its time that is not yet trained again, and that there is time for. */
static struct ft_final *next_again(struct ft_finals *finals, const struct ft_budget_part *part,
                                   double seconds, double left) {
  struct ft_final *best = NULL;
  double most = 0;
  for (uint32_t i = 0; i < finals->finals; i++) {
    double ns = part[i].kept * part[i].ns, worth = finals->final[i].weight / fmax(ns, 1e-9);
    if (finals->final[i].again || part[i].ns > seconds || ns > left || worth <= most) continue;
    best = &finals->final[i];
    most = worth;
  }
  return best;
}

bool ft_finals_limit(struct ft_finals *finals, double seconds, uint32_t threads, double growth) {
  struct ft_budget_part part[FT_FINALS_MOST]; /* its `ns` are seconds here */
  double left = seconds * threads;
  bool any = false;
  limit_kept(part, finals, left, growth);
  for (struct ft_final *next; (next = next_again(finals, part, seconds, left)) != NULL;) {
    const struct ft_budget_part *own = &part[next - finals->final];
    next->again = any = true;
    next->kept = own->kept;
    left -= own->kept * own->ns;
  }
  return any;
}

static void run_task(void *self, size_t index) {
  struct finishing *finishing = self;
  const struct ft_finals_options *own = finishing->options;
  struct ft_trial_options options = { .threads = own->fit_threads,
                                      .most_rounds = own->most_rounds,
                                      .haste = own->haste,
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
static uint32_t refit_rounds(const struct ft_final *final) {
  const struct ft_trial *trial = &final->candidate->trial;
  if (final->kept > 1) return 0;
  return trial->configuration->learner->boosts ? (uint32_t)(trial->rounds * MORE_ROUNDS) + 1
                                               : trial->rounds;
}

static enum ft_status open_all(struct ft_finals *finals, struct finishing *finishing,
                               const struct ft_fit_data *data, const struct ft_partition *partition,
                               struct ft_error *err) {
  size_t most = (size_t)finals->finals * partition->folds;
  finishing->task = calloc(most + 1, sizeof *finishing->task);
  if (!finishing->task) return ft_fail(err, FT_NOMEM, "out of memory to train");
  for (uint32_t i = 0; i < finals->finals; i++) {
    struct ft_final *final = &finals->final[i];
    if (!final->again) continue;
    FT_TRY(ft_trial_open(&final->trial, data, partition, final->candidate->configuration,
                         refit_rounds(final), err));
    final->trial.fits = final->kept;
    for (uint32_t f = 0; f < final->trial.fits; f++)
      finishing->task[finishing->tasks++] = (struct final_task){ &final->trial, f };
  }
  return FT_OK;
}

/* What stands for a final: its fits on all rows, or those of the search. */
static const struct ft_trial *trial_of(const struct ft_final *final) {
  return final->ready ? &final->trial : &final->candidate->trial;
}

static enum ft_status close_all(struct ft_finals *finals, struct ft_error *err) {
  for (uint32_t i = 0; i < finals->finals; i++) {
    struct ft_trial *trial = &finals->final[i].trial;
    if (!finals->final[i].again) continue;
    enum ft_status status = ft_trial_close(trial, err);
    if (status != FT_OK && status != FT_NOMEM) return status;
    finals->final[i].ready = status == FT_OK && !trial->cut;
  }
  return FT_OK;
}

/* Have all predicted every row? Then the rows kept aside may be used for the weights too. */
static bool are_whole(const struct ft_finals *finals, const struct ft_partition *partition) {
  for (uint32_t i = 0; i < finals->finals; i++)
    if (!finals->final[i].ready || finals->final[i].trial.covers < partition->rows) return false;
  return true;
}

enum ft_status ft_finals_train(struct ft_finals *finals, struct ft_arena *arena,
                               const struct ft_fit_data *data, const struct ft_partition *partition,
                               const struct ft_finals_options *options, struct ft_error *err) {
  struct finishing finishing = { .options = options };
  struct ft_schedule *schedule = NULL;
  enum ft_status status = open_all(finals, &finishing, data, partition, err);
  struct ft_schedule_work work = { .self = &finishing,
                                   .most_tasks = finishing.tasks,
                                   .run = run_task,
                                   .tick = tick };
  if (status == FT_OK) status = ft_schedule_make(&schedule, &work, options->threads, err);
  if (status == FT_OK) {
    ft_schedule_add(schedule, finishing.tasks);
    ft_schedule_wait(schedule, finishing.tasks);
  }
  ft_schedule_free(schedule);
  if (status == FT_OK) status = close_all(finals, err);
  free(finishing.task);
  finals->whole = status == FT_OK && are_whole(finals, partition);
  return finals->whole ? mix(finals, arena, data, true, err) : status;
}

/* As many fits of each as the budget allows, now that their cost is known; is it enough? */
static bool keep_within(struct ft_finals *finals, const struct ft_model *model, double most_ns) {
  struct ft_budget_part part[FT_FINALS_MOST];
  double ns = 0, bytes = 0;
  for (uint32_t i = 0; i < finals->finals; i++) {
    struct ft_final *final = &finals->final[i];
    part[i] = part_of(final, trial_of(final), model);
    part[i].fits = final->kept < part[i].fits ? final->kept : part[i].fits;
  }
  ft_budget_keep(part, finals->finals, most_ns, FT_BUDGET_BYTES);
  for (uint32_t i = 0; i < finals->finals; i++) {
    finals->final[i].kept = part[i].kept;
    ns += part[i].kept * part[i].ns;
    bytes += part[i].kept * part[i].bytes;
  }
  return ns <= most_ns && bytes <= FT_BUDGET_BYTES;
}

static void drop_least(struct ft_finals *finals) {
  uint32_t least = 0;
  for (uint32_t i = 1; i < finals->finals; i++)
    if (finals->final[i].weight < finals->final[least].weight) least = i;
  ft_trial_release(&finals->final[least].trial);
  finals->final[least] = finals->final[--finals->finals];
}

void ft_finals_calibrate(struct ft_finals *finals, const struct ft_fit_data *data) {
  struct ft_scored scored = { .problem = data->problem,
                              .outputs = data->outputs,
                              .scale = data->scale,
                              .centre = data->centre,
                              .rows = finals->rows,
                              .target = finals->target,
                              .margin = finals->margin };
  finals->calibration = ft_calibration_find(&scored);
}

/* A tree of one leaf, which says 0. */
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
  while (m < *members && member[m].scale == FT_SCALE_PROBABILITY)
    m++;
  if (m == FT_MODEL_MAX_MEMBERS) return FT_OK;
  if (m == *members) return make_constant(&member[(*members)++], arena, shift, err);
  bool net = member[m].kind == FT_LEARNER_NET;
  double *base = FT_ARENA_NEW(arena, double, 1);
  if (!base) return ft_arena_fail(err, "the model");
  base[0] = (net ? member[m].net.base : member[m].forest.base)[0] + shift / member[m].weight;
  *(net ? &member[m].net.base : &member[m].forest.base) = base;
  return FT_OK;
}

/* The kept fits of a final as members; those of a linear model as one. */
static enum ft_status add_members(struct ft_member *member, uint32_t *members,
                                  struct ft_arena *arena, const struct ft_final *final,
                                  uint32_t outputs, struct ft_error *err) {
  const struct ft_trial *trial = trial_of(final);
  struct ft_member *first = member + *members;
  uint32_t count = 0;
  for (uint32_t f = 0; f < trial->fits && count < final->kept; f++)
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
    first[m].weight *= final->weight;
  *members += count;
  return FT_OK;
}

enum ft_status ft_finals_members(struct ft_member **out, uint32_t *count, struct ft_arena *arena,
                                 const struct ft_finals *finals, uint32_t outputs,
                                 struct ft_error *err) {
  struct ft_member *member = FT_ARENA_NEW(arena, struct ft_member, FT_MODEL_MAX_MEMBERS);
  if (!member) return ft_arena_fail(err, "the model");
  uint32_t members = 0;
  for (uint32_t i = 0; i < finals->finals; i++)
    if (finals->final[i].weight > 0)
      FT_TRY(add_members(member, &members, arena, &finals->final[i], outputs, err));
  for (uint32_t m = 0; m < members; m++)
    member[m].weight *= finals->calibration.factor;
  if (finals->calibration.shift != 0)
    FT_TRY(shift_base(member, &members, arena, finals->calibration.shift, err));
  *out = member;
  *count = members;
  return FT_OK;
}

static enum ft_status predict_ns(double *ns, const struct ft_finals *finals, struct ft_arena *arena,
                                 uint32_t outputs, const struct ft_model *model,
                                 struct ft_error *err) {
  struct ft_member *member;
  struct ft_model whole = *model;
  FT_TRY(ft_finals_members(&member, &whole.members, arena, finals, outputs, err));
  whole.member = member;
  *ns = ft_model_predict_ns(&whole);
  return FT_OK;
}

enum ft_status ft_finals_shrink(struct ft_finals *finals, struct ft_arena *arena,
                                const struct ft_fit_data *data, const struct ft_model *model,
                                double most_ns, struct ft_error *err) {
  double rest = most_ns - ft_model_predict_ns(model),
         ns; /* less what encoders will turn out to take */
  for (;;) {
    if (keep_within(finals, model, rest)) {
      FT_TRY(predict_ns(&ns, finals, arena, data->outputs, model, err));
      if (ns <= most_ns) return FT_OK;
      rest -= ns - most_ns;
    } else {
      if (finals->finals < 2) return FT_OK;
      drop_least(finals);
      FT_TRY(mix(finals, arena, data, finals->whole, err));
    }
  }
}

void ft_finals_release(struct ft_finals *finals) {
  for (uint32_t i = 0; i < finals->finals; i++)
    ft_trial_release(&finals->final[i].trial);
  *finals = (struct ft_finals){ 0 };
}
