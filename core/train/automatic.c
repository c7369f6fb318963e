#include "core/train/automatic.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/boosted.h"
#include "core/learn/clock.h"
#include "core/learn/cost.h"
#include "core/learn/loss.h"
#include "core/learn/portfolio_list.h"
#include "core/train/bagging.h"
#include "core/train/budget.h"
#include "core/train/effort.h"
#include "core/train/finals.h"
#include "core/train/judgement.h"
#include "core/train/leaderboard.h"
#include "core/train/search.h"
#include "foretell/plan.h"

#define FINAL_SHARE    0.95 /* of the time, at most; what is left is for judging and writing … */
#define END_SECONDS    0.3  /* … which take so long on an ordinary machine, */
#define JUDGED_SECONDS 1e-5 /* and for each row that is judged so much more, … */
#define MARGIN_SECONDS 3e-6 /* … and for each of its outputs */
#define CHOOSE_SECONDS 2.2e-5 /* before the final fits, a row that is judged … */
#define WEIGH_SECONDS  6e-6   /* … and each of its outputs */
#define READ_SECONDS   5e-8   /* what it takes to read a row's feature: how slow is this machine? */
#define MOST_SLOWNESS  4.0
#define LEAST_SHARE    0.05 /* of the time, that is searched however long reading took */
#define LITTLE_SHARE   0.15 /* of the time left: no candidate would end on all rows */
#define SAMPLE_SHARE   0.3  /* of the time, to order candidates on a sample */
#define BEST           3    /* of them are tried on all rows */
#define MORE_ROWS      1.5  /* time of a fit on all rows, in that on four fifths; with a margin */
#define ENOUGH_SEEN    0.85 /* of all rows: time is better spent on candidates than on final fits */
#define USUAL_SEEN     0.8  /* of the search's rows, by a fit */
#define BIN_SECONDS    1e-7 /* of trees on very many rows, a row's feature … */
#define ROUND_SECONDS  1e-8 /* … and of their first round, an output */
#define START_SHARE    0.5  /* of the time left, that this may take */

struct ft_learned {
  struct ft_effort effort;
  struct ft_search sampled; /* on some rows, where all are very many */
  bool sample_stands;       /* it is the model, and has changed places with `search` */
  struct ft_search search;
  struct ft_finals finals;
  struct ft_partition aside; /* one fold is kept aside */
  struct ft_partition some;  /* the sample */
  struct ft_partition part;  /* what the search sees */
  struct ft_partition whole; /* all rows, for the final fits */
  uint32_t *seen;            /* rows of the search */
  size_t seens;
  double deadline; /* of the last fit, ft_clock_seconds */
  uint32_t *held;  /* rows kept aside */
  size_t helds;
};

static enum ft_metric metric_of(const struct ft_run *run) {
  const struct ft_objective *objective =
      run->job->objective ? ft_objective_find(ft_span_of(run->job->objective), true) : NULL;
  if (objective) return objective->metric;
  return run->target.problem == FT_REGRESSION ? FT_METRIC_MSE
         : run->target.problem == FT_BINARY   ? FT_METRIC_F1
                                              : FT_METRIC_ACCURACY;
}

static struct ft_fit_data data_of(const struct ft_run *run) {
  return (struct ft_fit_data){ .features = &run->features,
                               .target = run->scaled,
                               .problem = run->target.problem,
                               .outputs = run->outputs,
                               .seed = run->job->seed,
                               .centre = run->centre,
                               .scale = run->scale };
}

static double most_ns_of(const struct ft_run *run) {
  return run->job->predict_ns ? run->job->predict_ns : ft_budget_standard_ns(run->outputs);
}

/* The time of what comes after the last fit, on a machine that was so slow in reading the rows. */
static double end_seconds(const struct ft_run *run, size_t scored, double prepared) {
  double usual = READ_SECONDS * (double)run->rows * run->features.features;
  double slowness = fmin(fmax(prepared / fmax(usual, END_SECONDS), 1), MOST_SLOWNESS);
  double judged = fmin((double)run->rows, (double)scored);
  return slowness * (END_SECONDS + judged * (JUDGED_SECONDS + MARGIN_SECONDS * run->outputs));
}

/* When the last fit must have ended; a little is learned even where reading has taken all the time. */
static double deadline_after(const struct ft_run *run, size_t scored, double now) {
  double rest = run->limit - end_seconds(run, scored, now - run->read);
  double deadline = run->begin + fmin(run->limit * FINAL_SHARE, rest);
  return fmax(deadline, now + LEAST_SHARE * run->limit);
}

static struct ft_effort_size size_of(const struct ft_run *run, size_t rows, double limit) {
  struct ft_fit_data data = data_of(run);
  const struct ft_configuration *first = ft_portfolio_list(data.problem, data.outputs);
  const struct ft_boosted_options *boosted = first->options;
  assert(first->learner == &ft_boosted_learner); /* rounds are what a search may take fewer of */
  struct ft_cost_question question = { .configuration = first,
                                       .data = &data,
                                       .rows = rows,
                                       .learning_rate_factor = 1,
                                       .pace = FT_BOOSTED_PACE };
  return (struct ft_effort_size){ .rows = rows,
                                  .outputs = data.outputs,
                                  .unit = ft_cost_seconds(&question),
                                  .tree =
                                      ft_tree_seconds(&boosted->tree, data.features, (double)rows),
                                  .limit = limit,
                                  .threads = run->threads };
}

static enum ft_status split(struct ft_learned *learned, struct ft_run *run, struct ft_error *err) {
  struct ft_fit_data data = data_of(run);
  struct ft_deal deal = { .labels = run->target.labels, .folds = learned->effort.aside };
  learned->seen = FT_ARENA_NEW(run->arena, uint32_t, run->rows);
  learned->held = FT_ARENA_NEW(run->arena, uint32_t, run->rows);
  if (!learned->seen || !learned->held) return ft_arena_fail(err, "the folds");
  if (deal.folds)
    FT_TRY(ft_partition_deal(&learned->aside, run->arena, &data, run->all, run->rows, &deal, err));
  for (size_t r = 0; r < run->rows; r++) {
    if (deal.folds && learned->aside.fold[r] == 0)
      learned->held[learned->helds++] = run->all[r];
    else
      learned->seen[learned->seens++] = run->all[r];
  }
  learned->seens = (size_t)((double)learned->seens * learned->effort.share);
  deal.folds = learned->effort.folds;
  deal.hold_out = learned->effort.hold_out;
  FT_TRY(ft_partition_deal(&learned->whole, run->arena, &data, run->all, run->rows, &deal, err));
  return ft_partition_deal(&learned->part, run->arena, &data, learned->seen, learned->seens, &deal,
                           err);
}

static struct ft_search_options options_of(struct ft_run *run, const struct ft_effort *effort,
                                           enum ft_metric metric, double deadline) {
  return (struct ft_search_options){
    .metric = metric,
    .positive = run->target.positive,
    .model_type = run->job->model_type,
    .most_trials = run->job->max_trials,
    .most_work = effort->most_work,
    .most_rounds = effort->most_rounds,
    .haste = effort->haste,
    .fit_threads = effort->fit_threads,
    .limit = run->limit,
    .time = { .begin = run->begin, .deadline = deadline, .threads = effort->threads },
    .gauge = &run->gauge,
    .end = deadline,
    .most_ns = most_ns_of(run),
    .model = &run->model,
    .events = run->events
  };
}

static bool is_tree(const struct ft_candidate *candidate) {
  return candidate->configuration->learner->boosts;
}

/* The heaviest tried candidate of a search that is not yet listed, of those without a weight the one of
 * the least loss; of trees alone where `trees`. NULL: there is none. */
static const struct ft_candidate *next_best(const struct ft_search *search, bool *listed,
                                            bool trees) {
  const struct ft_candidate *best = NULL;
  for (uint32_t i = 0; i < search->candidates; i++) {
    const struct ft_candidate *one = &search->candidate[i];
    if (listed[i] || one->state != FT_CANDIDATE_TRIED || (trees && !is_tree(one))) continue;
    bool lighter = best && one->weight < best->weight;
    bool worse = best && one->weight == best->weight && one->trial.loss >= best->trial.loss;
    if (!lighter && !worse) best = one;
  }
  if (best) listed[best - search->candidate] = true;
  return best;
}

/* The best of a search as a list to be tried, trees among them: no other learner gains as much by more
 * rows. They come last, since they take all the time there is. */
static const struct ft_configuration *list_best(const struct ft_run *run,
                                                const struct ft_search *search) {
  struct ft_configuration *list = FT_ARENA_NEW(run->arena, struct ft_configuration, BEST + 1);
  bool listed[FT_SEARCH_MOST_CANDIDATES] = { false };
  const struct ft_candidate *best[BEST] = { NULL };
  uint32_t count = 0;
  best[0] = next_best(search, listed, true);
  for (uint32_t i = best[0] ? 1 : 0; i < BEST; i++)
    best[i] = next_best(search, listed, false);
  for (int trees = 0; trees < 2; trees++)
    for (uint32_t i = 0; list && i < BEST; i++)
      if (best[i] && is_tree(best[i]) == trees) list[count++] = *best[i]->configuration;
  return count > 0 ? list : NULL;
}

/* Candidates on a sample of the rows, judged by others: one fit a candidate. A sample from which nothing
 * was learned decides nothing. */
static enum ft_status search_sample(struct ft_learned *learned, struct ft_run *run,
                                    enum ft_metric metric, struct ft_error *err) {
  struct ft_fit_data data = data_of(run);
  size_t rows = learned->effort.sample, scored = learned->effort.scored;
  if (scored > rows) scored = rows;
  struct ft_effort_size size = size_of(run, rows, run->limit * SAMPLE_SHARE);
  struct ft_effort effort = ft_effort_for(&size);
  rows += scored;
  struct ft_deal deal = { .labels = run->target.labels,
                          .folds = (uint32_t)(rows / scored),
                          .hold_out = true };
  FT_TRY(ft_partition_deal(&learned->some, run->arena, &data, learned->seen, rows, &deal, err));
  double now = ft_clock_seconds();
  double left = learned->deadline - now; /* if it is little, it is for the sample */
  double deadline = now + left * (left < LITTLE_SHARE * run->limit ? 1 : SAMPLE_SHARE);
  struct ft_search_options options = options_of(run, &effort, metric, deadline);
  options.most_work = effort.most_work / 2;
  options.limit *= SAMPLE_SHARE;
  options.ordering = true;
  options.after = BEST * size_of(run, learned->seens, run->limit).unit;
  options.end = learned->deadline;
  enum ft_status status = ft_search_run(&learned->sampled, &data, &learned->some, &options, err);
  return status == FT_DATA || status == FT_NOMEM ? FT_OK : status;
}

static bool has_trees(const struct ft_configuration *list) {
  for (; list && list->name; list++)
    if (list->learner->boosts) return true;
  return false;
}

/* Of trees on all rows that the search sees, until their first round is done: nothing interrupts it. */
static double start_seconds(const struct ft_learned *learned, const struct ft_run *run) {
  double cells = (double)learned->seens * run->features.features;
  double slowness = ft_search_slowness(&learned->sampled.speed, &ft_boosted_learner);
  double cell = BIN_SECONDS + ROUND_SECONDS * run->outputs;
  return cell * cells * fmax(slowness, 1) / learned->effort.fit_threads;
}

/* Where that would not be early enough, the search sees fewer rows. */
static enum ft_status see_fewer(struct ft_learned *learned, struct ft_run *run,
                                struct ft_error *err) {
  double seconds = start_seconds(learned, run);
  double most = START_SHARE * (learned->deadline - ft_clock_seconds());
  if (seconds <= most) return FT_OK;
  double least = fmin((double)learned->seens, 2 * (double)learned->effort.sample);
  learned->seens = (size_t)fmax((double)learned->seens * fmax(most, 0) / seconds, least);
  struct ft_fit_data data = data_of(run);
  struct ft_deal deal = { .labels = run->target.labels,
                          .folds = learned->effort.folds,
                          .hold_out = learned->effort.hold_out };
  return ft_partition_deal(&learned->part, run->arena, &data, learned->seen, learned->seens, &deal,
                           err);
}

/* Of all rows, by a fit of the search: all in the end, where none are kept aside. */
static double seen_share(const struct ft_learned *learned, const struct ft_run *run) {
  const struct ft_partition *part = &learned->part;
  if (learned->helds == 0 && !part->hold_out) return 1;
  return (double)(part->rows - part->rows / part->folds) / (double)run->rows;
}

/* Of the wall, to choose weights and show scores. */
static double settling_seconds(const struct ft_learned *learned, const struct ft_run *run) {
  return (CHOOSE_SECONDS + WEIGH_SECONDS * run->outputs) * (double)learned->part.scoreds;
}

static double loss_of(const struct ft_run *run, const struct ft_search *search) {
  return ft_loss_mean(run->target.problem, run->outputs, search->margin, search->target,
                      search->rows);
}

/* What was learned of the sample is the model where nothing better was learned of all rows: a few rounds
 * on millions are worse than many on some. */
static bool is_sample_better(const struct ft_run *run, const struct ft_learned *learned,
                             enum ft_status status) {
  if (learned->sampled.tried == 0) return false;
  if (status == FT_DATA || status == FT_NOMEM) return true;
  return status == FT_OK && loss_of(run, &learned->sampled) < loss_of(run, &learned->search);
}

static enum ft_status search(struct ft_learned *learned, struct ft_run *run, enum ft_metric metric,
                             struct ft_error *err) {
  const struct ft_effort *effort = &learned->effort;
  struct ft_fit_data data = data_of(run);
  struct ft_search_options options = options_of(run, effort, metric, learned->deadline);
  if (effort->sample > 0 && options.most_trials != 1) {
    FT_TRY(search_sample(learned, run, metric, err));
    options.list = list_best(run, &learned->sampled);
    if (!options.list || has_trees(options.list)) FT_TRY(see_fewer(learned, run, err));
    options.start = start_seconds(learned, run);
    options.speed = &learned->sampled.speed;
    options.most_trials = 0;
  }
  options.time.growth = options.list || seen_share(learned, run) > ENOUGH_SEEN ? 0 : MORE_ROWS;
  options.time.settling = settling_seconds(learned, run);
  enum ft_status status = ft_search_run(&learned->search, &data, &learned->part, &options, err);
  if (status == FT_OK && learned->sampled.end == FT_SEARCH_CLOCK)
    learned->search.end = FT_SEARCH_CLOCK;
  if (!is_sample_better(run, learned, status)) return status;
  struct ft_search of_all = learned->search;
  learned->search = learned->sampled;
  learned->sampled = of_all;
  learned->sample_stands = true;
  learned->search.end = FT_SEARCH_CLOCK;
  return FT_OK;
}

/* The mixture over the rows that it was chosen on, calibrated. */
static enum ft_status score_seen(struct ft_scored *out, const struct ft_run *run,
                                 const struct ft_finals *finals, struct ft_error *err) {
  size_t count = finals->rows * run->outputs;
  double *margin = FT_ARENA_NEW(run->arena, double, count);
  if (!margin) return ft_arena_fail(err, "the scores");
  memcpy(margin, finals->margin, count * sizeof *margin);
  ft_calibration_apply(margin, count, finals->calibration);
  *out = (struct ft_scored){ .problem = run->target.problem,
                             .outputs = run->outputs,
                             .scale = run->scale,
                             .centre = run->centre,
                             .rows = finals->rows,
                             .target = finals->target,
                             .margin = margin,
                             .positive = run->target.positive };
  return FT_OK;
}

/* The members over the rows kept aside. */
static enum ft_status score_held(struct ft_scored *out, const struct ft_run *run,
                                 const struct ft_learned *learned, const struct ft_member *member,
                                 uint32_t members, struct ft_error *err) {
  double *margin = FT_ARENA_NEW(run->arena, double, learned->helds * run->outputs);
  double *target = FT_ARENA_NEW(run->arena, double, learned->helds);
  if (!margin || !target) return ft_arena_fail(err, "the scores");
  FT_TRY(ft_run_margins(margin, run, member, members, learned->held, learned->helds, err));
  for (size_t r = 0; r < learned->helds; r++)
    target[r] = run->target.value[learned->held[r]];
  *out = (struct ft_scored){ .problem = run->target.problem,
                             .outputs = run->outputs,
                             .scale = 1,
                             .rows = learned->helds,
                             .target = target,
                             .margin = margin,
                             .positive = run->target.positive };
  return FT_OK;
}

/* Scores of the members on the rows kept aside, or of the search's own folds. */
static enum ft_status report_scores(struct ft_run *run, const struct ft_learned *learned,
                                    enum ft_metric metric, const struct ft_scored *seen,
                                    const struct ft_member *member, uint32_t members,
                                    struct ft_error *err) {
  struct ft_report *report = &run->report;
  struct ft_scored scored = *seen;
  bool folded = learned->helds == 0 && !learned->part.hold_out;
  if (learned->helds > 0) FT_TRY(score_held(&scored, run, learned, member, members, err));
  report->validation = folded ? "cross-validation" : "hold-out";
  report->validation_rows = scored.rows;
  report->folds = folded ? learned->part.folds : 1;
  return ft_judgement_make(run, metric, &scored, err);
}

/* Time of the wall that final fits will take, as told while they run. */
struct telling {
  struct ft_run *run;
  double begin, seconds;
};

static void tell_finals(void *self, double fraction) {
  const struct telling *telling = self;
  double passed = ft_clock_seconds() - telling->begin;
  double seconds = fraction > 0 ? passed / fraction : telling->seconds;
  ft_run_progress(telling->run, "training the final model", fmax(seconds - passed, 0));
}

static double finals_seconds(const struct ft_learned *learned, double growth) {
  double seconds = 0;
  for (uint32_t i = 0; i < learned->finals.finals; i++) {
    const struct ft_final *final = &learned->finals.final[i];
    const struct ft_trial *trial = &final->candidate->trial;
    if (final->again) seconds += final->kept * trial->seconds / trial->fits * growth;
  }
  return seconds / learned->effort.threads;
}

/* Time of a final fit, in that of one which the search has seen, perhaps on a part of the rows only. */
static double growth_of(const struct ft_learned *learned, const struct ft_run *run) {
  const struct ft_partition *partition = learned->finals.final[0].candidate->trial.partition;
  double seen = (double)(partition->rows - partition->rows / partition->folds);
  double most = USUAL_SEEN * (double)(run->rows - learned->helds);
  return MORE_ROWS * fmax(most / seen, 1);
}

/* Train the chosen ones again on all rows, as many fits of each as there is time for; where it is too
 * short for one, or memory, they stay as they are: trained on four fifths, and honest. */
static enum ft_status train_finals(struct ft_run *run, struct ft_learned *learned,
                                   struct ft_error *err) {
  const struct ft_effort *effort = &learned->effort;
  struct telling telling = { .run = run, .begin = ft_clock_seconds() };
  struct ft_finals_options options = { .most_rounds = effort->most_rounds,
                                       .haste = effort->haste,
                                       .threads = effort->threads,
                                       .fit_threads = effort->fit_threads,
                                       .deadline = learned->deadline,
                                       .events = run->events,
                                       .self = &telling,
                                       .tick = tell_finals };
  if (learned->helds == 0 && !effort->hold_out) return FT_OK; /* they have seen all rows */
  if (ft_train_is_stopped(run->events)) return FT_OK;
  double left = options.deadline - ft_clock_seconds(), growth = growth_of(learned, run);
  if (!ft_finals_limit(&learned->finals, left, effort->threads, growth)) return FT_OK;
  telling.seconds = finals_seconds(learned, growth);
  struct ft_fit_data data = data_of(run);
  enum ft_status status =
      ft_finals_train(&learned->finals, run->arena, &data, &learned->whole, &options, err);
  return status == FT_NOMEM ? FT_OK : status;
}

/* Calibration and threshold of the mixture as it now is; then the members. */
static enum ft_status settle(struct ft_scored *seen, struct ft_member **member, uint32_t *members,
                             struct ft_run *run, struct ft_learned *learned, enum ft_metric metric,
                             struct ft_error *err) {
  struct ft_fit_data data = data_of(run);
  ft_finals_calibrate(&learned->finals, &data);
  FT_TRY(score_seen(seen, run, &learned->finals, err));
  FT_TRY(ft_score_threshold(&run->model.threshold, metric, seen, err));
  return ft_finals_members(member, members, run->arena, &learned->finals, run->outputs, err);
}

/* Nobody has asked for less than all rows. */
static void warn_of_part(struct ft_run *run, const struct ft_learned *learned) {
  size_t most = 0;
  for (uint32_t i = 0; i < learned->finals.finals; i++) {
    const struct ft_final *final = &learned->finals.final[i];
    const struct ft_partition *part = final->candidate->trial.partition;
    size_t rows = final->ready ? run->rows : part->rows;
    if (rows > most) most = rows;
  }
  if (most < run->rows - learned->helds)
    ft_run_warn(run, "%s: the model is of %zu of %zu rows",
                ft_train_is_stopped(run->events) ? "the training was stopped"
                                                 : "MAX_RUNTIME is short",
                most, run->rows);
}

static enum ft_status report_search(struct ft_run *run, const struct ft_learned *learned,
                                    enum ft_metric metric, struct ft_error *err) {
  bool swapped = learned->sample_stands;
  const struct ft_search *some = swapped ? &learned->search : &learned->sampled;
  const struct ft_search *all = swapped ? &learned->sampled : &learned->search;
  ft_leaderboard_add(&run->report, some, &learned->finals, metric, "sampled");
  ft_leaderboard_add(&run->report, all, &learned->finals, metric, "tried");
  for (uint32_t i = 0; i < run->report.trials && run->exponent; i++) /* squared errors */
    run->report.trial[i].score = ldexp(run->report.trial[i].score, 2 * run->exponent);
  return ft_leaderboard_close(&run->report, run->arena, &learned->search, &learned->finals, err);
}

/* The members predict targets divided by 2^exponent: their weights undo it. */
static void restore_unit(struct ft_run *run, struct ft_member *member, uint32_t members) {
  for (uint32_t m = 0; m < members && run->exponent; m++)
    member[m].weight = ldexp(member[m].weight, run->exponent);
}

static enum ft_status finish(struct ft_run *run, struct ft_learned *learned, enum ft_metric metric,
                             struct ft_error *err) {
  struct ft_fit_data data = data_of(run);
  double most_ns = most_ns_of(run);
  struct ft_member *member = NULL;
  uint32_t members = 0;
  struct ft_scored seen;
  double gain[FT_SEARCH_MOST_CANDIDATES];
  ft_run_progress(run, "weighing the models tried", -1);
  FT_TRY(ft_bagging_gains(gain, run, &learned->search, learned->held, learned->helds, err));
  FT_TRY(ft_finals_pick(&learned->finals, run->arena, &learned->search, &data, &run->model, most_ns,
                        gain, err));
  FT_TRY(settle(&seen, &member, &members, run, learned, metric, err));
  FT_TRY(report_scores(run, learned, metric, &seen, member, members, err));
  FT_TRY(train_finals(run, learned, err));
  FT_TRY(ft_finals_shrink(&learned->finals, run->arena, &data, &run->model, most_ns, err));
  FT_TRY(settle(&seen, &member, &members, run, learned, metric, err));
  restore_unit(run, member, members);
  run->model.member = member;
  run->model.members = members;
  if (ft_train_is_stopped(run->events)) learned->search.end = FT_SEARCH_STOPPED;
  warn_of_part(run, learned);
  run->report.predict_ns = ft_model_predict_ns(&run->model);
  if (run->report.predict_ns > most_ns)
    ft_run_warn(run, "a prediction takes about %.0f ns a row, more than PREDICT_NS %.0f",
                run->report.predict_ns, most_ns);
  return report_search(run, learned, metric, err);
}

static enum ft_status train(struct ft_run *run, struct ft_learned *learned, struct ft_error *err) {
  enum ft_metric metric = metric_of(run);
  run->report.objective = ft_metric_shown(metric);
  struct ft_effort_size size = size_of(run, run->rows, run->limit);
  learned->effort = ft_effort_for(&size);
  learned->deadline = deadline_after(run, learned->effort.scored, ft_clock_seconds());
  FT_TRY(split(learned, run, err));
  FT_TRY(search(learned, run, metric, err));
  return finish(run, learned, metric, err);
}

enum ft_status ft_automatic_train(struct ft_run *run, struct ft_learned **out,
                                  struct ft_error *err) {
  struct ft_learned *learned = calloc(1, sizeof *learned);
  if (!learned) return ft_fail(err, FT_NOMEM, "out of memory to train");
  enum ft_status status = train(run, learned, err);
  if (status != FT_OK) {
    ft_learned_free(learned);
    return status;
  }
  *out = learned;
  return FT_OK;
}

void ft_learned_free(struct ft_learned *learned) {
  if (!learned) return;
  ft_finals_release(&learned->finals);
  ft_search_release(&learned->search);
  ft_search_release(&learned->sampled);
  free(learned);
}
