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
#include "core/train/judgement.h"
#include "core/train/leaderboard.h"
#include "core/train/limits.h"
#include "core/train/refit.h"
#include "core/train/search.h"
#include "core/train/search_clock.h"
#include "core/train/search_plan.h"
#include "foretell/plan.h"

/* The stages of AUTO ON: screen (`sampled`), search, refit; and the rows of each.
 *
 * Valid    `sampled` where plan.sample is not 0; holdout_folds where plan.holdout_folds is not 0; the refits
 *          after both searches. Rows are canonical: `search_row` and `holdout` share none.
 * Owner    searches and refits are freed by ft_automl_free, refits first, since they point into a search;
 *          arrays and folds are the run's arena's. Members of the model point into them. */
struct ft_automl {
  struct ft_search_plan plan;
  struct ft_search sampled; /* on some rows, where all are very many */
  bool sample_stands;       /* it is the model, and has changed places with `search` */
  struct ft_search search;
  struct ft_refits refits;
  struct ft_folds holdout_folds; /* one fold is held out */
  struct ft_folds sample_folds;  /* the sample */
  struct ft_folds search_folds;  /* what the search sees */
  struct ft_folds refit_folds;   /* all rows, for the refits */
  uint32_t *search_row;          /* rows of the search */
  size_t n_search;
  double deadline;   /* of the last fit, ft_clock_seconds */
  uint32_t *holdout; /* rows held out */
  size_t n_holdout;
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

static double max_ns_of(const struct ft_run *run) {
  return run->job->predict_ns ? run->job->predict_ns : ft_budget_standard_ns(run->outputs);
}

/* The time of what comes after the last fit, on a machine that was so slow in reading the rows. */
static double end_seconds(const struct ft_run *run, size_t scored, double prepared) {
  /* Reading the rows is the one measured work so far: what it took beyond the usual tells how
   * slow this machine is. */
  double usual = FT_LIMIT_READ_SECONDS * (double)run->rows * run->features.features;
  double slowness =
      fmin(fmax(prepared / fmax(usual, FT_LIMIT_END_SECONDS), 1), FT_LIMIT_MAX_SLOWNESS);
  double judged = fmin((double)run->rows, (double)scored);
  return slowness * (FT_LIMIT_END_SECONDS +
                     judged * (FT_LIMIT_JUDGED_SECONDS + FT_LIMIT_MARGIN_SECONDS * run->outputs));
}

/* When the last fit must have ended; a little is learned even where reading has taken all the time. */
static double deadline_after(const struct ft_run *run, size_t scored, double now) {
  double rest = run->limit - end_seconds(run, scored, now - run->read);
  double deadline = run->begin + fmin(run->limit * FT_LIMIT_FIT_SHARE, rest);
  return fmax(deadline, now + FT_LIMIT_MIN_SEARCH_SHARE * run->limit);
}

static struct ft_search_plan_size size_of(const struct ft_run *run, size_t rows, double limit) {
  struct ft_fit_data data = data_of(run);
  const struct ft_configuration *first = ft_portfolio_list(data.problem, data.outputs);
  const struct ft_boosted_options *boosted = first->options;
  assert(first->learner == &ft_boosted_learner); /* rounds are what a search may take fewer of */
  struct ft_cost_question question = { .configuration = first,
                                       .data = &data,
                                       .rows = rows,
                                       .learning_rate_factor = 1,
                                       .unit_rate_rounds = FT_BOOSTED_PACE };
  return (struct ft_search_plan_size){ .rows = rows,
                                       .outputs = data.outputs,
                                       .fit_seconds = ft_cost_seconds(&question),
                                       .tree_seconds = ft_tree_seconds(&boosted->tree,
                                                                       data.features, (double)rows),
                                       .limit = limit,
                                       .threads = run->threads };
}

static enum ft_status split(struct ft_automl *automl, struct ft_run *run, struct ft_error *err) {
  struct ft_fit_data data = data_of(run);
  struct ft_fold_options fold_options = { .labels = run->target.labels,
                                          .folds = automl->plan.holdout_folds };
  automl->search_row = FT_ARENA_NEW(run->arena, uint32_t, run->rows);
  automl->holdout = FT_ARENA_NEW(run->arena, uint32_t, run->rows);
  if (!automl->search_row || !automl->holdout) return ft_arena_fail(err, "the folds");
  if (fold_options.folds)
    FT_TRY(ft_folds_make(&automl->holdout_folds, run->arena, &data, run->all, run->rows,
                         &fold_options, err));
  /* Rows stay in canonical order, which is random: the first ones are a fair sample of them. */
  for (size_t r = 0; r < run->rows; r++) {
    if (fold_options.folds && automl->holdout_folds.fold[r] == 0)
      automl->holdout[automl->n_holdout++] = run->all[r];
    else
      automl->search_row[automl->n_search++] = run->all[r];
  }
  assert(automl->n_search + automl->n_holdout == run->rows);
  automl->n_search = (size_t)((double)automl->n_search * automl->plan.search_fraction);
  fold_options.folds = automl->plan.folds;
  fold_options.hold_out = automl->plan.hold_out;
  FT_TRY(ft_folds_make(&automl->refit_folds, run->arena, &data, run->all, run->rows, &fold_options,
                       err));
  return ft_folds_make(&automl->search_folds, run->arena, &data, automl->search_row,
                       automl->n_search, &fold_options, err);
}

static struct ft_search_options options_of(struct ft_run *run, const struct ft_search_plan *plan,
                                           enum ft_metric metric, double deadline) {
  return (struct ft_search_options){
    .metric = metric,
    .positive = run->target.positive,
    .model_type = run->job->model_type,
    .max_trials = run->job->max_trials,
    .max_work = plan->max_work,
    .max_rounds = plan->max_rounds,
    .learning_rate_factor = plan->learning_rate_factor,
    .fit_threads = plan->fit_threads,
    .limit = run->limit,
    .time = { .begin = run->begin, .deadline = deadline, .threads = plan->threads },
    .gauge = &run->gauge,
    .end = deadline,
    .max_ns = max_ns_of(run),
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
    /* By weight first: what the ensemble uses complements the others, which the loss alone does
     * not show. */
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
  struct ft_configuration *list =
      FT_ARENA_NEW(run->arena, struct ft_configuration, FT_LIMIT_BEST + 1);
  bool listed[FT_SEARCH_MAX_CANDIDATES] = { false };
  const struct ft_candidate *best[FT_LIMIT_BEST] = { NULL };
  uint32_t count = 0;
  best[0] = next_best(search, listed, true);
  for (uint32_t i = best[0] ? 1 : 0; i < FT_LIMIT_BEST; i++)
    best[i] = next_best(search, listed, false);
  for (int trees = 0; trees < 2; trees++)
    for (uint32_t i = 0; list && i < FT_LIMIT_BEST; i++)
      if (best[i] && is_tree(best[i]) == trees) list[count++] = *best[i]->configuration;
  return count > 0 ? list : NULL;
}

/* Candidates on a sample of the rows, judged by others: one fit a candidate. A sample from which nothing
 * was learned decides nothing. */
static enum ft_status search_sample(struct ft_automl *automl, struct ft_run *run,
                                    enum ft_metric metric, struct ft_error *err) {
  struct ft_fit_data data = data_of(run);
  size_t rows = automl->plan.sample, scored = automl->plan.max_scored;
  if (scored > rows) scored = rows;
  struct ft_search_plan_size size = size_of(run, rows, run->limit * FT_LIMIT_SAMPLE_SHARE);
  struct ft_search_plan plan = ft_search_plan_for(&size);
  rows += scored;
  struct ft_fold_options fold_options = { .labels = run->target.labels,
                                          .folds = (uint32_t)(rows / scored),
                                          .hold_out = true };
  FT_TRY(ft_folds_make(&automl->sample_folds, run->arena, &data, automl->search_row, rows,
                       &fold_options, err));
  double now = ft_clock_seconds();
  double left = automl->deadline - now; /* if it is little, it is for the sample */
  double deadline =
      now + left * (left < FT_LIMIT_SAMPLE_ONLY_SHARE * run->limit ? 1 : FT_LIMIT_SAMPLE_SHARE);
  struct ft_search_options options = options_of(run, &plan, metric, deadline);
  /* A screening orders candidates only: half of the work is enough for that. */
  options.max_work = plan.max_work / 2;
  options.limit *= FT_LIMIT_SAMPLE_SHARE;
  options.screening = true;
  options.after = FT_LIMIT_BEST * size_of(run, automl->n_search, run->limit).fit_seconds;
  options.end = automl->deadline;
  enum ft_status status =
      ft_search_run(&automl->sampled, &data, &automl->sample_folds, &options, err);
  /* Too little time or memory for the sample: the search on all rows goes on without it. */
  return status == FT_DATA || status == FT_NOMEM ? FT_OK : status;
}

static bool has_trees(const struct ft_configuration *list) {
  for (; list && list->name; list++)
    if (list->learner->boosts) return true;
  return false;
}

/* Of trees on all rows that the search sees, until their first round is done: nothing interrupts it. */
static double start_seconds(const struct ft_automl *automl, const struct ft_run *run) {
  double cells = (double)automl->n_search * run->features.features;
  double slowness = ft_search_slowness(&automl->sampled.speed, &ft_boosted_learner);
  double cell = FT_LIMIT_BIN_SECONDS + FT_LIMIT_ROUND_SECONDS * run->outputs;
  return cell * cells * fmax(slowness, 1) / automl->plan.fit_threads;
}

/* Where that would not be early enough, the search sees fewer rows. */
static enum ft_status reduce_rows(struct ft_automl *automl, struct ft_run *run,
                                  struct ft_error *err) {
  double seconds = start_seconds(automl, run);
  double max = FT_LIMIT_START_SHARE * (automl->deadline - ft_clock_seconds());
  if (seconds <= max) return FT_OK;
  /* Never below twice the sample, which has been searched already. */
  double min = fmin((double)automl->n_search, 2 * (double)automl->plan.sample);
  automl->n_search = (size_t)fmax((double)automl->n_search * fmax(max, 0) / seconds, min);
  struct ft_fit_data data = data_of(run);
  struct ft_fold_options fold_options = { .labels = run->target.labels,
                                          .folds = automl->plan.folds,
                                          .hold_out = automl->plan.hold_out };
  return ft_folds_make(&automl->search_folds, run->arena, &data, automl->search_row,
                       automl->n_search, &fold_options, err);
}

/* Of all rows, by a fit of the search: all in the end, where none are held out. */
static double seen_share(const struct ft_automl *automl, const struct ft_run *run) {
  const struct ft_folds *search_folds = &automl->search_folds;
  if (automl->n_holdout == 0 && !search_folds->hold_out) return 1;
  return (double)(search_folds->rows - search_folds->rows / search_folds->folds) /
         (double)run->rows;
}

/* Of the wall, to choose weights and show scores. */
static double wrap_up_seconds(const struct ft_automl *automl, const struct ft_run *run) {
  return (FT_LIMIT_CHOOSE_SECONDS + FT_LIMIT_WEIGH_SECONDS * run->outputs) *
         (double)automl->search_folds.n_scored;
}

static double loss_of(const struct ft_run *run, const struct ft_search *search) {
  return ft_loss_mean(run->target.problem, run->outputs, search->margin, search->target,
                      search->rows);
}

/* What was learned of the sample is the model where nothing better was learned of all rows: a few rounds
 * on millions are worse than many on some. */
static bool is_sample_better(const struct ft_run *run, const struct ft_automl *automl,
                             enum ft_status status) {
  if (automl->sampled.tried == 0) return false;
  if (status == FT_DATA || status == FT_NOMEM) return true;
  return status == FT_OK && loss_of(run, &automl->sampled) < loss_of(run, &automl->search);
}

static enum ft_status search(struct ft_automl *automl, struct ft_run *run, enum ft_metric metric,
                             struct ft_error *err) {
  const struct ft_search_plan *plan = &automl->plan;
  struct ft_fit_data data = data_of(run);
  struct ft_search_options options = options_of(run, plan, metric, automl->deadline);
  if (plan->sample > 0 && options.max_trials != 1) {
    FT_TRY(search_sample(automl, run, metric, err));
    options.list = list_best(run, &automl->sampled);
    if (!options.list || has_trees(options.list)) FT_TRY(reduce_rows(automl, run, err));
    options.start = start_seconds(automl, run);
    options.speed = &automl->sampled.speed;
    options.max_trials = 0;
  }
  /* Where the search has seen nearly all rows, or takes all the time there is, nothing is kept
   * for refits. */
  options.time.refit_cost_factor =
      options.list || seen_share(automl, run) > FT_LIMIT_NO_REFIT_SHARE ? 0 : FT_LIMIT_MORE_ROWS;
  options.time.wrap_up = wrap_up_seconds(automl, run);
  enum ft_status status =
      ft_search_run(&automl->search, &data, &automl->search_folds, &options, err);
  if (status == FT_OK && automl->sampled.end == FT_SEARCH_CLOCK)
    automl->search.end = FT_SEARCH_CLOCK;
  if (!is_sample_better(run, automl, status)) return status;
  /* The two change places, so that all that follows looks at `search`; report_search changes
   * them back. */
  struct ft_search of_all = automl->search;
  automl->search = automl->sampled;
  automl->sampled = of_all;
  automl->sample_stands = true;
  automl->search.end = FT_SEARCH_CLOCK;
  return FT_OK;
}

/* The ensemble over the rows that it was chosen on, calibrated. */
static enum ft_status score_search(struct ft_scored *out, const struct ft_run *run,
                                   const struct ft_refits *refits, struct ft_error *err) {
  size_t count = refits->rows * run->outputs;
  double *margin = FT_ARENA_NEW(run->arena, double, count);
  if (!margin) return ft_arena_fail(err, "the scores");
  memcpy(margin, refits->margin, count * sizeof *margin);
  ft_calibration_apply(margin, count, refits->calibration);
  *out = (struct ft_scored){ .problem = run->target.problem,
                             .outputs = run->outputs,
                             .scale = run->scale,
                             .centre = run->centre,
                             .rows = refits->rows,
                             .target = refits->target,
                             .margin = margin,
                             .positive = run->target.positive };
  return FT_OK;
}

/* The members over the rows held out. */
static enum ft_status score_holdout(struct ft_scored *out, const struct ft_run *run,
                                    const struct ft_automl *automl, const struct ft_member *member,
                                    uint32_t members, struct ft_error *err) {
  double *margin = FT_ARENA_NEW(run->arena, double, automl->n_holdout * run->outputs);
  double *target = FT_ARENA_NEW(run->arena, double, automl->n_holdout);
  if (!margin || !target) return ft_arena_fail(err, "the scores");
  FT_TRY(ft_run_margins(margin, run, member, members, automl->holdout, automl->n_holdout, err));
  for (size_t r = 0; r < automl->n_holdout; r++)
    target[r] = run->target.value[automl->holdout[r]];
  *out = (struct ft_scored){ .problem = run->target.problem,
                             .outputs = run->outputs,
                             .scale = 1,
                             .rows = automl->n_holdout,
                             .target = target,
                             .margin = margin,
                             .positive = run->target.positive };
  return FT_OK;
}

/* Scores of the members on the rows held out, or of the search's own folds. */
static enum ft_status report_scores(struct ft_run *run, const struct ft_automl *automl,
                                    enum ft_metric metric, const struct ft_scored *of_search,
                                    const struct ft_member *member, uint32_t members,
                                    struct ft_error *err) {
  struct ft_report *report = &run->report;
  struct ft_scored scored = *of_search;
  bool folded = automl->n_holdout == 0 && !automl->search_folds.hold_out;
  if (automl->n_holdout > 0) FT_TRY(score_holdout(&scored, run, automl, member, members, err));
  report->validation = folded ? "cross-validation" : "hold-out";
  report->validation_rows = scored.rows;
  report->folds = folded ? automl->search_folds.folds : 1;
  return ft_judgement_make(run, metric, &scored, err);
}

/* Time of the wall that refits will take, as told while they run. */
struct telling {
  struct ft_run *run;
  double begin, seconds;
};

static void tell_refits(void *self, double fraction) {
  const struct telling *telling = self;
  double passed = ft_clock_seconds() - telling->begin;
  double seconds = fraction > 0 ? passed / fraction : telling->seconds;
  ft_run_progress(telling->run, "training the final model", fmax(seconds - passed, 0));
}

static double refits_seconds(const struct ft_automl *automl, double refit_cost_factor) {
  double seconds = 0;
  for (uint32_t i = 0; i < automl->refits.refits; i++) {
    const struct ft_refit *refit = &automl->refits.refit[i];
    const struct ft_trial *trial = &refit->candidate->trial;
    if (refit->again) seconds += refit->kept * trial->seconds / trial->fits * refit_cost_factor;
  }
  return seconds / automl->plan.threads;
}

/* Time of a refit, in that of one which the search has seen, perhaps on a part of the rows only. */
static double refit_cost_factor_of(const struct ft_automl *automl, const struct ft_run *run) {
  const struct ft_folds *folds = automl->refits.refit[0].candidate->trial.folds;
  double n_fit = (double)(folds->rows - folds->rows / folds->folds);
  double max = FT_LIMIT_FIT_ROWS_SHARE * (double)(run->rows - automl->n_holdout);
  return FT_LIMIT_MORE_ROWS * fmax(max / n_fit, 1);
}

/* Train the chosen ones again on all rows, as many fits of each as there is time for; where it is too
 * short for one, or memory, they stay as they are: trained on four fifths, and honest. */
static enum ft_status train_refits(struct ft_run *run, struct ft_automl *automl,
                                   struct ft_error *err) {
  const struct ft_search_plan *plan = &automl->plan;
  struct telling telling = { .run = run, .begin = ft_clock_seconds() };
  struct ft_refits_options options = { .max_rounds = plan->max_rounds,
                                       .learning_rate_factor = plan->learning_rate_factor,
                                       .threads = plan->threads,
                                       .fit_threads = plan->fit_threads,
                                       .deadline = automl->deadline,
                                       .events = run->events,
                                       .self = &telling,
                                       .tick = tell_refits };
  if (automl->n_holdout == 0 && !plan->hold_out) return FT_OK; /* they have seen all rows */
  if (ft_train_is_stopped(run->events)) return FT_OK;
  double left = options.deadline - ft_clock_seconds(),
         refit_cost_factor = refit_cost_factor_of(automl, run);
  /* Refits are worth their time only where it is enough for one. */
  if (!ft_refits_limit(&automl->refits, left, plan->threads, refit_cost_factor)) return FT_OK;
  telling.seconds = refits_seconds(automl, refit_cost_factor);
  struct ft_fit_data data = data_of(run);
  enum ft_status status =
      ft_refits_train(&automl->refits, run->arena, &data, &automl->refit_folds, &options, err);
  return status == FT_NOMEM ? FT_OK : status;
}

/* Calibration and threshold of the ensemble as it now is; then the members. */
static enum ft_status settle(struct ft_scored *scored, struct ft_member **member, uint32_t *members,
                             struct ft_run *run, struct ft_automl *automl, enum ft_metric metric,
                             struct ft_error *err) {
  struct ft_fit_data data = data_of(run);
  /* In this order: the threshold is of calibrated probabilities, and the members take the
   * calibration in. */
  ft_refits_calibrate(&automl->refits, &data);
  FT_TRY(score_search(scored, run, &automl->refits, err));
  FT_TRY(ft_score_threshold(&run->model.threshold, metric, scored, err));
  return ft_refits_members(member, members, run->arena, &automl->refits, run->outputs, err);
}

/* Nobody has asked for less than all rows. */
static void warn_of_part(struct ft_run *run, const struct ft_automl *automl) {
  size_t max = 0;
  for (uint32_t i = 0; i < automl->refits.refits; i++) {
    const struct ft_refit *refit = &automl->refits.refit[i];
    const struct ft_folds *folds = refit->candidate->trial.folds;
    size_t rows = refit->ready ? run->rows : folds->rows;
    if (rows > max) max = rows;
  }
  if (max < run->rows - automl->n_holdout)
    ft_run_warn(run, "%s: the model is of %zu of %zu rows",
                ft_train_is_stopped(run->events) ? "the training was stopped"
                                                 : "MAX_RUNTIME is short",
                max, run->rows);
}

static enum ft_status report_search(struct ft_run *run, const struct ft_automl *automl,
                                    enum ft_metric metric, struct ft_error *err) {
  bool swapped = automl->sample_stands;
  const struct ft_search *of_sample = swapped ? &automl->search : &automl->sampled;
  const struct ft_search *all = swapped ? &automl->sampled : &automl->search;
  ft_leaderboard_add(&run->report, of_sample, &automl->refits, metric, "sampled");
  ft_leaderboard_add(&run->report, all, &automl->refits, metric, "tried");
  for (uint32_t i = 0; i < run->report.trials && run->exponent; i++) /* squared errors */
    run->report.trial[i].score = ldexp(run->report.trial[i].score, 2 * run->exponent);
  return ft_leaderboard_close(&run->report, run->arena, &automl->search, &automl->refits, err);
}

/* The members predict targets divided by 2^exponent: their weights undo it. */
static void restore_unit(struct ft_run *run, struct ft_member *member, uint32_t members) {
  for (uint32_t m = 0; m < members && run->exponent; m++)
    member[m].weight = ldexp(member[m].weight, run->exponent);
}

static enum ft_status finish(struct ft_run *run, struct ft_automl *automl, enum ft_metric metric,
                             struct ft_error *err) {
  struct ft_fit_data data = data_of(run);
  double max_ns = max_ns_of(run);
  struct ft_member *member = NULL;
  uint32_t members = 0;
  struct ft_scored scored;
  double gain[FT_SEARCH_MAX_CANDIDATES];
  ft_run_progress(run, "weighing the models tried", -1);
  /* Held-out rows are used without their targets here (bagging.h), so they stay honest judges. */
  FT_TRY(ft_bagging_gains(gain, run, &automl->search, automl->holdout, automl->n_holdout, err));
  FT_TRY(ft_refits_pick(&automl->refits, run->arena, &automl->search, &data, &run->model, max_ns,
                        gain, err));
  FT_TRY(settle(&scored, &member, &members, run, automl, metric, err));
  /* Before the refits: these have seen the held-out rows, and no score of theirs would be
   * honest. */
  FT_TRY(report_scores(run, automl, metric, &scored, member, members, err));
  FT_TRY(train_refits(run, automl, err));
  FT_TRY(ft_refits_shrink(&automl->refits, run->arena, &data, &run->model, max_ns, err));
  FT_TRY(settle(&scored, &member, &members, run, automl, metric, err));
  /* Last of all: everything above compares targets divided by 2^exponent. */
  restore_unit(run, member, members);
  run->model.member = member;
  run->model.members = members;
  if (ft_train_is_stopped(run->events)) automl->search.end = FT_SEARCH_STOPPED;
  warn_of_part(run, automl);
  run->report.predict_ns = ft_model_predict_ns(&run->model);
  if (run->report.predict_ns > max_ns)
    ft_run_warn(run, "a prediction takes about %.0f ns a row, more than PREDICT_NS %.0f",
                run->report.predict_ns, max_ns);
  return report_search(run, automl, metric, err);
}

static enum ft_status train(struct ft_run *run, struct ft_automl *automl, struct ft_error *err) {
  enum ft_metric metric = metric_of(run);
  run->report.objective = ft_metric_shown(metric);
  struct ft_search_plan_size size = size_of(run, run->rows, run->limit);
  automl->plan = ft_search_plan_for(&size);
  automl->deadline = deadline_after(run, automl->plan.max_scored, ft_clock_seconds());
  FT_TRY(split(automl, run, err));
  FT_TRY(search(automl, run, metric, err));
  return finish(run, automl, metric, err);
}

enum ft_status ft_automatic_train(struct ft_run *run, struct ft_automl **out,
                                  struct ft_error *err) {
  struct ft_automl *automl = calloc(1, sizeof *automl);
  if (!automl) return ft_fail(err, FT_NOMEM, "out of memory to train");
  enum ft_status status = train(run, automl, err);
  if (status != FT_OK) {
    ft_automl_free(automl);
    return status;
  }
  *out = automl;
  return FT_OK;
}

void ft_automl_free(struct ft_automl *automl) {
  if (!automl) return;
  ft_refits_release(&automl->refits);
  ft_search_release(&automl->search);
  ft_search_release(&automl->sampled);
  free(automl);
}
