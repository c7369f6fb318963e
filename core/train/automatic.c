#include "core/train/automatic.h"

#include <stdlib.h>
#include <string.h>

#include "core/train/clock.h"
#include "core/train/search.h"
#include "core/train/split.h"

#define FOLDS         5
#define HOLD_OUT_ROWS 1000  /* from here on a fifth is kept aside */
#define ONE_FIT_ROWS  10000 /* from here on one fit instead of five */
#define SEARCH_SHARE  0.55  /* of the time; the final fit needs the rest */
#define FINAL_SHARE   0.93
#define MORE_ROWS     1.35 /* time of a fit on all rows, in that on four fifths; with a margin */
#define MORE_ROUNDS   1.1  /* more rows bear a few more rounds */

struct ft_learned {
  struct ft_search search;
  struct ft_trial final[FT_SEARCH_MOST_BLEND];
  uint32_t finals;
  struct ft_partition aside; /* rows by fold; fold 0 is kept aside */
  struct ft_partition part;  /* what the search sees */
  uint32_t *held;            /* rows kept aside */
  size_t helds;
};

/* Bigger work, fewer trials of fewer rounds in larger steps: decided by the data, not by the clock, so
 * that it can be replayed. */
static const struct work_limit {
  double cells; /* rows × features × outputs, at most */
  uint32_t trials;
  uint32_t rounds;
  double haste; /* factor of eta */
} work_limits[] = {
  { 1.2e5, FT_SEARCH_MOST_TRIALS, 1500, 1.0 },
  { 6e5, 4, 500, 1.5 },
  { 5e6, 3, 300, 2.0 },
  { 5e7, 2, 200, 2.5 },
  { 1e300, 2, 100, 3.0 },
};

static const struct work_limit *limit_of(const struct ft_run *run) {
  const struct work_limit *limit = work_limits;
  double cells = (double)run->rows * run->features.features * run->outputs;
  while (cells > limit->cells)
    limit++;
  return limit;
}

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

/* Deal `rows` rows to folds anew. */
static enum ft_status deal(struct ft_partition *out, const struct ft_run *run, const uint32_t *row,
                           size_t rows, struct ft_error *err) {
  double *target = FT_ARENA_NEW(run->arena, double, rows);
  out->row = row;
  out->rows = rows;
  out->folds = rows < FOLDS ? (uint32_t)rows : FOLDS;
  out->fold = FT_ARENA_NEW(run->arena, uint32_t, rows);
  if (!target || !out->fold) return ft_arena_fail(err, "the folds");
  out->hold_out = rows >= ONE_FIT_ROWS * 4 / 5 && run->rows >= ONE_FIT_ROWS;
  for (size_t r = 0; r < rows; r++)
    target[r] = run->scaled[row[r]];
  return ft_split_folds(out->fold, target, rows, run->target.labels, out->folds, err);
}

static enum ft_status split(struct ft_learned *learned, struct ft_run *run, struct ft_error *err) {
  FT_TRY(deal(&learned->aside, run, run->all, run->rows, err));
  uint32_t *seen = FT_ARENA_NEW(run->arena, uint32_t, run->rows);
  learned->held = FT_ARENA_NEW(run->arena, uint32_t, run->rows);
  if (!seen || !learned->held) return ft_arena_fail(err, "the folds");
  size_t count = 0;
  for (size_t r = 0; r < run->rows; r++) {
    if (run->rows >= HOLD_OUT_ROWS && learned->aside.fold[r] == 0)
      learned->held[learned->helds++] = run->all[r];
    else
      seen[count++] = run->all[r];
  }
  return deal(&learned->part, run, seen, count, err);
}

static enum ft_status search(struct ft_learned *learned, const struct ft_run *run,
                             enum ft_metric metric, struct ft_error *err) {
  const struct work_limit *limit = limit_of(run);
  struct ft_search_options options = { .metric = metric,
                                       .model_type = run->job->model_type,
                                       .most_trials = limit->trials,
                                       .most_rounds = limit->rounds,
                                       .haste = limit->haste,
                                       .threads = run->threads,
                                       .begin = run->begin,
                                       .deadline = run->begin + run->limit * SEARCH_SHARE,
                                       .scale = run->scale,
                                       .centre = run->centre,
                                       .events = run->events };
  if (run->job->max_trials && run->job->max_trials < options.most_trials)
    options.most_trials = run->job->max_trials;
  struct ft_fit_data data = data_of(run);
  return ft_search_run(&learned->search, &data, &learned->part, &options, err);
}

/* The trials' fits as members of equal weight. */
static enum ft_status gather(struct ft_member **out, uint32_t *count, const struct ft_run *run,
                             struct ft_trial *const *trial, uint32_t trials, struct ft_error *err) {
  struct ft_member *member = FT_ARENA_NEW(run->arena, struct ft_member, FT_MODEL_MAX_MEMBERS);
  if (!member) return ft_arena_fail(err, "the model");
  uint32_t members = 0;
  for (uint32_t t = 0; t < trials; t++) {
    uint32_t done = 0;
    for (uint32_t f = 0; f < trial[t]->fits; f++)
      done += trial[t]->fit[f].done;
    for (uint32_t f = 0; f < trial[t]->fits; f++) {
      const struct ft_fit *fit = &trial[t]->fit[f];
      if (!fit->done) continue;
      member[members] = fit->member;
      member[members++].weight = 1.0 / trials / done;
    }
  }
  *out = member;
  *count = members;
  return FT_OK;
}

/* Scores of the members on the rows kept aside, or of the search's own folds. */
static enum ft_status report_scores(struct ft_run *run, struct ft_learned *learned,
                                    enum ft_metric metric, double threshold,
                                    const struct ft_scored *seen, const struct ft_member *member,
                                    uint32_t members, struct ft_error *err) {
  struct ft_report *report = &run->report;
  if (learned->helds == 0) {
    report->validation = learned->part.hold_out ? "hold-out" : "cross-validation";
    report->validation_rows = seen->rows;
    report->folds = learned->part.hold_out ? 1 : learned->part.folds;
    return ft_score_all(report->score, &report->scores, metric, seen, threshold, err);
  }
  report->validation = "hold-out";
  report->validation_rows = learned->helds;
  report->folds = 1;
  double *margin = FT_ARENA_NEW(run->arena, double, learned->helds * run->outputs);
  double *target = FT_ARENA_NEW(run->arena, double, learned->helds);
  if (!margin || !target) return ft_arena_fail(err, "the scores");
  FT_TRY(ft_run_margins(margin, run, member, members, learned->held, learned->helds, err));
  for (size_t r = 0; r < learned->helds; r++)
    target[r] = run->target.value[learned->held[r]];
  struct ft_scored scored = { .problem = run->target.problem,
                              .outputs = run->outputs,
                              .scale = 1,
                              .rows = learned->helds,
                              .target = target,
                              .margin = margin };
  return ft_score_all(report->score, &report->scores, metric, &scored, threshold, err);
}

static void report_trials(struct ft_run *run, const struct ft_learned *learned,
                          enum ft_metric metric) {
  const struct ft_search *search = &learned->search;
  struct ft_report *report = &run->report;
  for (uint32_t i = 0; i < search->trials; i++) {
    const struct ft_trial *trial = &search->trial[i];
    report->trial[report->trials++] = (struct ft_run_trial){ .name = trial->configuration->name,
                                                             .metric = ft_metric_shown(metric),
                                                             .score = trial->score,
                                                             .seconds = trial->seconds,
                                                             .rounds = trial->rounds };
  }
  const struct ft_configuration *winner = search->trial[search->chosen[0]].configuration;
  report->hyperparameter = winner->parameter;
  while (report->hyperparameters < FT_CONFIGURATION_PARAMETERS &&
         winner->parameter[report->hyperparameters].name)
    report->hyperparameters++;
  report->status = search->by_clock ? "MaxAutoMLJobRuntimeReached"
                   : search->by_trials && search->trials == run->job->max_trials
                       ? "MaxTrialsReached"
                       : "Completed";
}

/* Train the chosen ones again on all rows; where the time is too short, or memory, they stay as
 * they are: trained on four fifths, and honest. */
static enum ft_status train_finals(struct ft_run *run, struct ft_learned *learned,
                                   struct ft_error *err) {
  const struct ft_search *search = &learned->search;
  double seconds = 0;
  for (uint32_t i = 0; i < search->choices; i++)
    seconds += search->trial[search->chosen[i]].seconds * MORE_ROWS;
  struct ft_trial_options options = { .threads = run->threads,
                                      .most_rounds = limit_of(run)->rounds,
                                      .haste = limit_of(run)->haste,
                                      .deadline = run->begin + run->limit * FINAL_SHARE };
  bool large = learned->part.hold_out;
  if (learned->helds == 0 && !large) return FT_OK; /* they have seen all rows */
  if (ft_clock_seconds() + seconds > options.deadline || search->trial[0].cut) return FT_OK;
  struct ft_fit_data data = data_of(run);
  for (uint32_t i = 0; i < search->choices; i++) {
    const struct ft_trial *trial = &search->trial[search->chosen[i]];
    ft_run_progress(run, "training the final model", (double)i / search->choices);
    struct ft_trial *final = &learned->final[i];
    uint32_t rounds = (uint32_t)(trial->rounds * MORE_ROUNDS) + 1;
    enum ft_status status =
        large ? ft_trial_refit(final, &data, &learned->aside, trial->configuration, rounds,
                               &options, err)
              : ft_trial_run(final, &data, &learned->aside, trial->configuration, &options, err);
    if (status != FT_OK && status != FT_NOMEM) return status;
    if (status == FT_OK) learned->finals = i + 1;
    if (status == FT_NOMEM || final->cut) {
      learned->search.by_clock |= status == FT_OK;
      for (uint32_t j = 0; j < learned->finals; j++)
        ft_trial_release(&learned->final[j]);
      learned->finals = 0;
      return FT_OK;
    }
  }
  return FT_OK;
}

static enum ft_status decide(struct ft_run *run, struct ft_learned *learned, enum ft_metric metric,
                             struct ft_scored *seen, struct ft_error *err) {
  struct ft_search *search = &learned->search;
  bool *covered = FT_ARENA_NEW(run->arena, bool, learned->part.rows);
  if (!covered) return ft_arena_fail(err, "the scores");
  for (size_t r = 0; r < learned->part.rows; r++)
    covered[r] = search->trial[search->chosen[0]].covered[r];
  struct ft_fit_data data = data_of(run);
  FT_TRY(ft_search_scored(seen, run->arena, &data, &learned->part, search->margin, covered,
                          run->scale, run->centre, err));
  return ft_score_threshold(&run->model.threshold, metric, seen, err);
}

static enum ft_status train(struct ft_run *run, struct ft_learned *learned, struct ft_error *err) {
  enum ft_metric metric = metric_of(run);
  run->report.objective = ft_metric_shown(metric);
  FT_TRY(split(learned, run, err));
  FT_TRY(search(learned, run, metric, err));
  struct ft_scored seen;
  FT_TRY(decide(run, learned, metric, &seen, err));
  struct ft_trial *chosen[FT_SEARCH_MOST_BLEND];
  for (uint32_t i = 0; i < learned->search.choices; i++)
    chosen[i] = &learned->search.trial[learned->search.chosen[i]];
  struct ft_member *member = NULL;
  uint32_t members = 0;
  FT_TRY(gather(&member, &members, run, chosen, learned->search.choices, err));
  FT_TRY(report_scores(run, learned, metric, run->model.threshold, &seen, member, members, err));
  FT_TRY(train_finals(run, learned, err));
  if (learned->finals > 0) {
    for (uint32_t i = 0; i < learned->finals; i++)
      chosen[i] = &learned->final[i];
    FT_TRY(gather(&member, &members, run, chosen, learned->finals, err));
  }
  report_trials(run, learned, metric);
  run->model.member = member;
  run->model.members = members;
  return FT_OK;
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
  for (uint32_t i = 0; i < learned->finals; i++)
    ft_trial_release(&learned->final[i]);
  ft_search_release(&learned->search);
  free(learned);
}
