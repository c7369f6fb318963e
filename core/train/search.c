#include "core/train/search.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/boosted.h"
#include "core/learn/clock.h"
#include "core/learn/linear.h"
#include "core/learn/loss.h"
#include "core/train/ensemble.h"
#include "core/train/limits.h"
#include "core/train/running_ensemble.h"
#include "core/train/schedule.h"
#include "core/train/search_clock.h"
#include "foretell/plan.h"

struct task {
  struct ft_candidate *candidate;
  uint32_t fit;
  bool first; /* of the search: it must end with something */
};

/* A search while it runs. Candidates are begun in order, and their results are taken in that order, so that
 * what is proposed does not depend on which thread is faster.
 *
 * Invariants  candidates below `clock.judged` are TRIED, CUT or SKIPPED; those from there on are RUNNING,
 *             or SKIPPED, which they are from the start.
 *             `task` has the fits of all candidates that were begun, in the candidates' order.
 *             A trial that is RUNNING belongs to the threads; this file touches it after ft_schedule_wait. */
struct searching {
  struct ft_search *search;
  const struct ft_fit_data *data;
  const struct ft_folds *folds;
  const struct ft_search_options *options;
  struct ft_proposer proposer;
  struct ft_running_ensemble ensemble;
  struct ft_search_clock clock;
  struct ft_schedule *schedule;
  struct task *task; /* fits, in the order begun */
  size_t tasks;
  uint32_t listed; /* candidates proposed when the list was at its end; 0: it is not */
  atomic_bool stop;
  double score; /* the best so far, in the metric's own sense */
};

/* Of the few that are tried on very many rows, trees are worth their while however far they come. */
static bool may_be_cut(const struct searching *searching,
                       const struct ft_configuration *configuration) {
  return searching->options->list && configuration->learner->boosts;
}

/* The one of the least loss whose learner has variations, which these start from. */
static const struct ft_configuration *best_varied(const struct ft_search *search) {
  const struct ft_candidate *best = NULL;
  for (uint32_t i = 0; i < search->candidates; i++) {
    const struct ft_candidate *candidate = &search->candidate[i];
    if (candidate->state != FT_CANDIDATE_TRIED || !candidate->configuration->learner->vary)
      continue;
    if (!best || candidate->trial.loss < best->trial.loss) best = candidate;
  }
  return best ? best->configuration : NULL;
}

static void tick(void *self) {
  struct searching *searching = self;
  const struct ft_search_options *options = searching->options;
  /* Only the flag is set here: the search's own thread sees it after the next result. */
  if (ft_train_is_stopped(options->events)) atomic_store(&searching->stop, true);
  if (!options->gauge || !options->events || !options->events->progress) return;
  struct ft_progress progress = { .phase = "trying models" };
  ft_gauge_read(&progress, options->gauge, ft_clock_seconds(),
                ft_search_clock_left(&searching->clock, &searching->proposer,
                                     best_varied(searching->search)));
  /* Before the first result there is no score that could be shown. */
  if (searching->search->tried > 0) {
    progress.score = searching->score;
    snprintf(progress.metric, sizeof progress.metric, "%s", ft_metric_shown(options->metric));
  }
  options->events->progress(options->events->self, &progress);
}

static void run_task(void *self, size_t index) {
  struct searching *searching = self;
  const struct task *task = &searching->task[index];
  /* The deadline is asked for when the fit begins, not when it was queued: for a first candidate
   * it depends on how many of its fits have begun. */
  struct ft_trial_options options = { .threads = searching->options->fit_threads,
                                      .max_rounds = searching->options->max_rounds,
                                      .learning_rate_factor =
                                          searching->options->learning_rate_factor,
                                      .deadline =
                                          ft_search_clock_deadline(&searching->clock, task->first),
                                      .always_one_round = task->first && !searching->options->list,
                                      .stop = &searching->stop };
  /* what would only be prepared is not begun */
  bool useless = may_be_cut(searching, task->candidate->configuration) &&
                 ft_clock_seconds() + searching->options->start > options.deadline;
  if (!useless) ft_trial_fit(&task->candidate->trial, task->fit, &options);
  if (task->first) ft_search_clock_done(&searching->clock);
}

static enum ft_status begin_candidate(struct searching *searching,
                                      const struct ft_configuration *configuration,
                                      struct ft_error *err) {
  struct ft_search *search = searching->search;
  struct ft_candidate *candidate = &search->candidate[search->candidates];
  assert(search->candidates < FT_SEARCH_MAX_CANDIDATES);
  *candidate = (struct ft_candidate){ .configuration = configuration };
  FT_TRY(
      ft_trial_open(&candidate->trial, searching->data, searching->folds, configuration, 0, err));
  /* The tasks are written before ft_schedule_add makes them known to the threads. */
  for (uint32_t i = 0; i < candidate->trial.fits; i++)
    searching->task[searching->tasks++] = (struct task){ candidate, i, search->candidates == 0 };
  search->candidates++;
  ft_schedule_add(searching->schedule, candidate->trial.fits);
  return FT_OK;
}

static bool is_search_done(struct searching *searching) {
  const struct ft_search_options *options = searching->options;
  struct ft_search *search = searching->search;
  uint32_t begun = 0;
  /* Skipped candidates cost nothing, so MAX_TRIALS does not count them. */
  for (uint32_t i = 0; i < search->candidates; i++)
    begun += search->candidate[i].state != FT_CANDIDATE_SKIPPED;
  if (options->max_trials && begun >= options->max_trials) {
    search->end = FT_SEARCH_TRIALS;
    return true;
  }
  /* By the estimated work of those judged, not by the clock: the same search ends at the same
   * place on any machine. */
  if (search->candidates == FT_SEARCH_MAX_CANDIDATES ||
      searching->clock.work >= options->max_work) {
    search->end = FT_SEARCH_WORK;
    return true;
  }
  return false;
}

/* Is a linear model so much worse than the best one that nothing of its kind is of use? */
static bool linear_underfits(const struct ft_search *search) {
  double min = INFINITY, linear = 0;
  for (uint32_t i = 0; i < search->candidates; i++) {
    const struct ft_candidate *one = &search->candidate[i];
    if (one->state != FT_CANDIDATE_TRIED) continue;
    /* The worst linear model is asked: one that underfits is enough, since it shows that the
     * target is not additive. */
    min = fmin(min, one->trial.loss);
    if (one->configuration->learner == &ft_linear_learner) linear = fmax(linear, one->trial.loss);
  }
  return linear > FT_LIMIT_UNDERFITS * min;
}

static bool is_waiting(const struct searching *searching) {
  for (uint32_t i = searching->clock.judged; i < searching->search->candidates; i++)
    if (searching->search->candidate[i].state == FT_CANDIDATE_RUNNING) return true;
  return false;
}

/* By the estimated cost alone, so that it can be replayed. */
static bool is_expensive(void *self, const struct ft_configuration *configuration) {
  const struct searching *searching = self;
  return ft_time_budget_is_expensive(searching->options->limit,
                                     ft_search_clock_estimate(&searching->clock, configuration));
}

static enum ft_status next_of(const struct ft_configuration **next, struct searching *searching,
                              struct ft_error *err) {
  const struct ft_search *search = searching->search;
  struct ft_proposer_results results = { .best_varied = best_varied(search),
                                         .linear_underfits = linear_underfits(search),
                                         .first = search->candidates == 0 };
  FT_TRY(ft_proposer_next(next, &searching->proposer, &results, err));
  /* The first variation was proposed: convergence may be asked for once all before it are
   * judged. */
  if (*next && searching->proposer.list_ended && searching->listed == 0)
    searching->listed = search->candidates;
  return FT_OK;
}

static void skip_candidate(struct ft_search *search, const struct ft_configuration *configuration) {
  search->candidate[search->candidates++] =
      (struct ft_candidate){ .configuration = configuration, .state = FT_CANDIDATE_SKIPPED };
}

/* Propose one candidate. `more` is true when one was begun; false when there is none (`end` says why), or
 * none before another result (it is postponed, and `end` is as it was). Candidates that would not end in
 * time are recorded as SKIPPED on the way. */
static enum ft_status propose(bool *more, struct searching *searching, struct ft_error *err) {
  struct ft_search *search = searching->search;
  *more = false;
  while (!is_search_done(searching)) {
    const struct ft_configuration *next;
    FT_TRY(next_of(&next, searching, err));
    if (!next) {
      search->end = FT_SEARCH_LIST;
      return FT_OK;
    }
    /* The first one must give a model whatever it costs, and trees may stop after any round. */
    bool in_any_case = search->candidates == 0 || may_be_cut(searching, next);
    double factor = in_any_case ? 1 : ft_search_clock_speed_up(&searching->clock, next);
    /* Too slow by the estimate; but running trials may take less than estimated and correct it. So nothing is
     * skipped or sped up before they are judged. */
    if (factor != 1 && is_waiting(searching)) {
      ft_proposer_postpone(&searching->proposer, next);
      return FT_OK;
    }
    /* From here on the clock has changed what is tried: the report must say so. */
    if (factor != 1) search->end = FT_SEARCH_CLOCK;
    /* A factor above 1 was found to be enough; 0 means that no factor is. */
    if (factor > 1)
      FT_TRY(ft_portfolio_speed_up(&next, &searching->proposer.portfolio, factor, err));
    if (factor > 0) {
      *more = true;
      return begin_candidate(searching, next, err);
    }
    /* Variations take about as long as what they vary: another one would not end in time either. */
    if (searching->proposer.list_ended) return FT_OK;
    skip_candidate(search, next);
  }
  return FT_OK;
}

static struct ft_scored scored_of(const struct searching *searching, const double *margin) {
  const struct ft_fit_data *data = searching->data;
  return (struct ft_scored){ .problem = data->problem,
                             .outputs = data->outputs,
                             .scale = data->scale,
                             .centre = data->centre,
                             .rows = searching->folds->n_scored,
                             .target = searching->folds->target,
                             .margin = margin,
                             .positive = searching->options->positive };
}

static enum ft_status judge(struct searching *searching, struct ft_candidate *candidate,
                            struct ft_error *err) {
  /* Score for people, loss for decisions: the loss of the same rows says more with few of them. */
  struct ft_trial *trial = &candidate->trial;
  enum ft_metric metric = searching->options->metric;
  assert(candidate->state == FT_CANDIDATE_RUNNING &&
         trial->n_covered == searching->folds->n_scored);
  struct ft_scored scored = scored_of(searching, trial->margin);
  double threshold = 0.5;
  FT_TRY(ft_score_threshold(&threshold, metric, &scored, err));
  FT_TRY(ft_score_metric(&trial->score, metric, &scored, threshold, err));
  trial->loss =
      ft_loss_mean(scored.problem, scored.outputs, scored.margin, scored.target, scored.rows);
  bool higher = ft_metric_higher_is_better(metric);
  if (searching->search->tried == 0 ||
      (higher ? trial->score > searching->score : trial->score < searching->score))
    searching->score = trial->score;
  /* A model of this candidate has all its fits as members, so a prediction costs their sum. */
  for (uint32_t i = 0; i < trial->fits; i++)
    candidate->ns += ft_member_predict_ns(searching->options->model, &trial->fit[i].member);
  candidate->state = FT_CANDIDATE_TRIED;
  searching->search->tried++;
  ft_running_ensemble_add(&searching->ensemble,
                          (uint32_t)(candidate - searching->search->candidate), trial->margin);
  return FT_OK;
}

/* The next result, in the order proposed. */
static enum ft_status take_result(struct searching *searching, struct ft_error *err) {
  struct ft_search *search = searching->search;
  struct ft_candidate *candidate = &search->candidate[searching->clock.judged++];
  if (candidate->state == FT_CANDIDATE_SKIPPED) return FT_OK;
  /* Tasks are in the candidates' order: all up to this candidate's last one must be done. */
  size_t below = 0;
  while (below < searching->tasks && searching->task[below].candidate <= candidate)
    below++;
  ft_schedule_wait(searching->schedule, below);
  enum ft_status status = ft_trial_close(&candidate->trial, err);
  /* An ensemble compares margins row by row, so a trial counts only with a margin for every
   * scored row. */
  bool whole = status == FT_OK && candidate->trial.n_covered == searching->folds->n_scored;
  if (status == FT_NOMEM && search->tried > 0) {
    /* One candidate too large for the memory is no reason to fail: others have fitted into it. */
    candidate->state = FT_CANDIDATE_SKIPPED;
    ft_trial_release(&candidate->trial);
    return FT_OK;
  }
  if (status != FT_OK) return status;
  if (candidate->trial.cut) search->end = FT_SEARCH_CLOCK;
  bool boosted = candidate->configuration->learner->boosts;
  bool cut = candidate->trial.cut && !boosted; /* each round of trees is a model */
  /* The first candidate is kept even where it covers a part of the rows: take_part can make a
   * model of it. */
  if (!whole || (cut && search->tried > 0)) {
    candidate->state = FT_CANDIDATE_CUT;
    if (search->tried > 0 || candidate->trial.n_covered == 0) ft_trial_release(&candidate->trial);
    return FT_OK;
  }
  /* Learn before judging, reserve after it: the refits' time depends on the weights that judging
   * gives. */
  ft_search_clock_learn(&searching->clock, &candidate->trial);
  FT_TRY(judge(searching, candidate, err));
  ft_search_clock_reserve(&searching->clock);
  return FT_OK;
}

static enum ft_status try_all(struct searching *searching, struct ft_error *err) {
  struct ft_search *search = searching->search;
  bool more = true;
  for (;;) {
    /* with little time little is begun before the first has shown what it takes */
    bool hurried = searching->clock.judged == 0 &&
                   ft_search_clock_is_hurried(&searching->clock, searching->proposer.portfolio.list,
                                              FT_LIMIT_AHEAD);
    /* Proposals stay a fixed number ahead of the results. More would waste fits on what results
     * rule out; a number that followed the threads would make the search depend on them. */
    while (more && search->candidates <
                       searching->clock.judged + (hurried ? FT_LIMIT_FIRST_AHEAD : FT_LIMIT_AHEAD))
      FT_TRY(propose(&more, searching, err));
    if (searching->clock.judged == search->candidates) return FT_OK;
    FT_TRY(take_result(searching, err));
    /* A postponed candidate may fit the time by what this result has shown. */
    more |= searching->proposer.postponed != NULL;
    if (search->end == FT_SEARCH_CLOCK && ft_clock_seconds() > searching->options->time.deadline)
      return FT_OK;
    if (atomic_load(&searching->stop)) {
      search->end = FT_SEARCH_STOPPED;
      return FT_OK;
    }
    /* Convergence counts only when the whole list was judged: it is in the order of usefulness
     * for its cost, and a later learner may gain where three alike did not. */
    bool listed = searching->listed > 0 && searching->clock.judged >= searching->listed;
    if (listed && search->tried >= FT_LIMIT_MIN_TRIED &&
        searching->ensemble.n_without_gain >= FT_SEARCH_MAX_WITHOUT_GAIN && more) {
      search->end = FT_SEARCH_CONVERGED;
      return FT_OK;
    }
  }
}

/* The only trial, when it is not whole: the rows that its fits have reached. */
static enum ft_status take_part(struct searching *searching, struct ft_candidate *candidate,
                                struct ft_error *err) {
  struct ft_search *search = searching->search;
  const struct ft_trial *trial = &candidate->trial;
  size_t outputs = searching->data->outputs;
  search->margin = FT_ARENA_NEW(&search->arena, double, trial->n_covered *outputs);
  search->target = FT_ARENA_NEW(&search->arena, double, trial->n_covered);
  if (!search->margin || !search->target) return ft_arena_fail(err, "the scores");
  for (size_t s = 0; s < searching->folds->n_scored; s++) {
    if (!trial->covered[s]) continue;
    search->target[search->rows] = searching->folds->target[s];
    memcpy(search->margin + search->rows++ * outputs, trial->margin + s * outputs,
           outputs * sizeof(double));
  }
  candidate->weight = 1;
  candidate->state = FT_CANDIDATE_TRIED;
  search->tried = 1;
  return FT_OK;
}

/* Weights below the smallest share are not worth their refits. */
static void drop_small(double *weight, uint32_t count) {
  double sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (weight[i] < FT_RUNNING_ENSEMBLE_MIN_WEIGHT) weight[i] = 0;
    sum += weight[i];
  }
  for (uint32_t i = 0; i < count; i++)
    weight[i] /= sum;
}

static enum ft_status choose(struct searching *searching, struct ft_error *err) {
  struct ft_search *search = searching->search;
  const double *margin[FT_SEARCH_MAX_CANDIDATES];
  struct ft_candidate *tried[FT_SEARCH_MAX_CANDIDATES];
  double weight[FT_SEARCH_MAX_CANDIDATES];
  struct ft_ensemble_task task = { .problem = searching->data->problem,
                                   .outputs = searching->data->outputs,
                                   .rows = searching->folds->n_scored,
                                   .target = searching->folds->target,
                                   .margin = margin };
  /* Margins of the tried candidates side by side; the running ensemble's weights are not used,
   * since they depend on the order of the additions. */
  for (uint32_t i = 0; i < search->candidates; i++) {
    if (search->candidate[i].state != FT_CANDIDATE_TRIED) continue;
    tried[task.candidates] = &search->candidate[i];
    margin[task.candidates++] = search->candidate[i].trial.margin;
  }
  assert(task.candidates == search->tried && task.candidates > 0);
  search->margin = FT_ARENA_NEW(&search->arena, double, task.rows *task.outputs);
  if (!search->margin) return ft_arena_fail(err, "the scores");
  FT_TRY(ft_ensemble_choose(weight, &task, err));
  drop_small(weight, task.candidates);
  ft_ensemble_average(search->margin, &task, weight);
  search->target = searching->folds->target;
  search->rows = task.rows;
  for (uint32_t i = 0; i < task.candidates; i++) {
    tried[i]->weight = weight[i];
  }
  return FT_OK;
}

static enum ft_status make_room(struct searching *searching, struct ft_error *err) {
  struct ft_arena *arena = &searching->search->arena;
  size_t tasks = (size_t)FT_SEARCH_MAX_CANDIDATES * ft_folds_fits(searching->folds);
  searching->task = FT_ARENA_NEW(arena, struct task, tasks);
  if (!searching->task) return ft_arena_fail(err, "the search");
  FT_TRY(ft_running_ensemble_make(&searching->ensemble, arena, searching->data, searching->folds,
                                  FT_SEARCH_MAX_CANDIDATES, err));
  searching->clock.weight = searching->ensemble.weight;
  struct ft_schedule_work work = { .self = searching,
                                   .max_tasks = tasks,
                                   .run = run_task,
                                   .tick = tick };
  return ft_schedule_make(&searching->schedule, &work, searching->options->time.threads, err);
}

static enum ft_status run(struct searching *searching, struct ft_error *err) {
  struct ft_search *search = searching->search;
  FT_TRY(make_room(searching, err));
  enum ft_status status = try_all(searching, err);
  /* Fits that nobody waits for end at once; ft_schedule_free joins the threads, so that no trial
   * changes after it. */
  atomic_store(&searching->stop, true);
  ft_schedule_free(searching->schedule);
  if (status != FT_OK) return status;
  struct ft_candidate *first = &search->candidate[0];
  if (search->tried > 0) return choose(searching, err);
  if (search->candidates > 0 && first->state == FT_CANDIDATE_CUT && first->trial.n_covered > 0)
    return take_part(searching, first, err);
  ft_fail(err, FT_DATA, "Autopilot candidate has no models");
  return ft_fail_hint(err, "The time was too short to train one: raise MAX_RUNTIME.");
}

enum ft_status ft_search_run(struct ft_search *out, const struct ft_fit_data *data,
                             const struct ft_folds *folds, const struct ft_search_options *options,
                             struct ft_error *err) {
  *out = (struct ft_search){ 0 };
  ft_arena_init(&out->arena, FT_ARENA_DEFAULT_LIMIT);
  struct searching searching = {
    .search = out,
    .data = data,
    .folds = folds,
    .options = options,
    .clock = { .search = out, .options = options, .data = data, .folds = folds }
  };
  ft_search_clock_start(&searching.clock);
  ft_proposer_init(&searching.proposer, &out->arena, data, options->model_type, options->list);
  searching.proposer.is_expensive = is_expensive;
  searching.proposer.self = &searching;
  out->speed.unit_rate_rounds = FT_BOOSTED_PACE;
  if (options->speed) out->speed = *options->speed;
  /* A stop that came before the search still lets the first candidate's round be done
   * (always_one_round). */
  atomic_store(&searching.stop, ft_train_is_stopped(options->events));
  enum ft_status status = run(&searching, err);
  if (status != FT_OK) ft_search_release(out);
  return status;
}

void ft_search_release(struct ft_search *search) {
  for (uint32_t i = 0; i < search->candidates; i++)
    ft_trial_release(&search->candidate[i].trial);
  ft_arena_release(&search->arena);
  *search = (struct ft_search){ 0 };
}
