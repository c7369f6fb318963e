#include "core/train/search.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/boosted.h"
#include "core/learn/clock.h"
#include "core/learn/cost.h"
#include "core/learn/linear.h"
#include "core/learn/loss.h"
#include "core/train/ensemble.h"
#include "core/train/portfolio.h"
#include "core/train/schedule.h"
#include "foretell/plan.h"

#define AHEAD            4      /* candidates proposed and not yet judged … */
#define FIRST_AHEAD      2      /* … of the first, where there is little time */
#define MIN_TRIED        6      /* before the search may end by itself */
#define MAX_WITHOUT_GAIN 3      /* candidates in a row that make nothing better */
#define MIN_GAIN         0.0005 /* of the loss, that counts as better … */
#define MIN_ERRORS       0.1    /* … and of the gain's standard error */
#define SMALLEST_SHARE   0.02   /* of an ensemble that is worth a refit */
#define HURRIED_SHARE    0.2    /* of the time, for the first few candidates */
#define UNDERFITS        3.0    /* times the least loss: a linear model is of no use */

struct task {
  struct ft_candidate *candidate;
  uint32_t fit;
  bool first; /* of the search: it must end with something */
};

struct searching {
  struct ft_search *search;
  const struct ft_fit_data *data;
  const struct ft_folds *folds;
  const struct ft_search_options *options;
  struct ft_portfolio portfolio;
  struct ft_schedule *schedule;
  struct task *task;
  size_t tasks;
  uint32_t judged;
  double judged_at; /* when the last of them was, ft_clock_seconds */
  uint32_t listed;  /* candidates proposed when the list was at its end; 0: it is not */
  uint32_t n_without_gain;
  const struct ft_configuration *postponed; /* put off until it is known how long others take */
  const struct ft_configuration
      *expensive[FT_SEARCH_MAX_CANDIDATES]; /* put off until others are tried */
  uint32_t n_expensive, n_expensive_taken;
  atomic_bool stop;
  atomic_uint begun;       /* of the first candidate's fits … */
  atomic_uint ended;       /* … and of these, done */
  atomic_uint reserve;     /* milliseconds of the wall, until the refits are done */
  double work;             /* estimated seconds of the judged ones */
  double *share;           /* of each candidate in the running ensemble */
  double *ensemble_margin; /* its margins, after each judged one */
  double *trial_margin;
  double score; /* the best so far */
};

static double fits_of(const struct searching *searching) {
  return ft_folds_fits(searching->folds);
}

static struct ft_cost_question question_of(const struct searching *searching,
                                           const struct ft_configuration *configuration) {
  const struct ft_folds *folds = searching->folds;
  return (struct ft_cost_question){ .configuration = configuration,
                                    .data = searching->data,
                                    .rows = folds->rows - folds->rows / folds->folds,
                                    .learning_rate_factor =
                                        searching->options->learning_rate_factor,
                                    .unit_rate_rounds = searching->search->speed.unit_rate_rounds };
}

/* One core's seconds of a candidate on the machine of cost.h. */
static double estimate_seconds(const struct searching *searching,
                               const struct ft_configuration *configuration) {
  struct ft_cost_question question = question_of(searching, configuration);
  return fits_of(searching) * ft_cost_seconds(&question);
}

static double ratio_of(const struct ft_search_seconds *seconds) {
  return seconds->measured / seconds->estimated;
}

double ft_search_slowness(const struct ft_search_speed *speed, const struct ft_learner *learner) {
  for (uint32_t i = 0; i < speed->learners; i++)
    if (speed->of[i].learner == learner) return ratio_of(&speed->of[i]);
  return speed->all.estimated > 0 ? ratio_of(&speed->all) : 1;
}

/* And on this one, by what the judged ones took. */
static double seconds_of(const struct searching *searching,
                         const struct ft_configuration *configuration) {
  return ft_search_slowness(&searching->search->speed, configuration->learner) *
         estimate_seconds(searching, configuration);
}

static struct ft_search_seconds *seconds_of_learner(struct ft_search_speed *speed,
                                                    const struct ft_learner *learner) {
  uint32_t i = 0;
  while (i < speed->learners && speed->of[i].learner != learner)
    i++;
  assert(i < FT_SEARCH_MAX_LEARNERS);
  if (i == speed->learners) speed->of[speed->learners++].learner = learner;
  return &speed->of[i];
}

static void learn_cost(struct searching *searching, const struct ft_trial *trial) {
  const struct ft_learner *learner = trial->configuration->learner;
  struct ft_search_speed *speed = &searching->search->speed;
  struct ft_cost_question question = question_of(searching, trial->configuration);
  if (learner->unit_rate_rounds)
    speed->unit_rate_rounds = learner->unit_rate_rounds(&question, trial->rounds);
  double estimated = estimate_seconds(searching, trial->configuration);
  struct ft_search_seconds *of = seconds_of_learner(speed, learner);
  searching->work += estimated;
  of->estimated += estimated;
  of->measured += trial->seconds;
  speed->all.estimated += estimated;
  speed->all.measured += trial->seconds;
}

/* One core's seconds of the refits of the running ensemble: of those that the budget of a prediction
 * will leave, which is one of each at least. */
static double refit_seconds(const struct searching *searching) {
  double seconds = 0, ns = 0;
  for (uint32_t i = 0; i < searching->search->candidates; i++) {
    if (searching->share[i] <= SMALLEST_SHARE) continue;
    seconds += searching->search->candidate[i].trial.seconds;
    ns += searching->search->candidate[i].ns;
  }
  double kept = ns > searching->options->max_ns ? searching->options->max_ns / ns : 1;
  return seconds * fmax(kept, 1 / fits_of(searching)) * searching->options->time.refit_cost_factor;
}

/* The same, where the longest of them may keep all threads waiting for one. */
static double seconds_for_refits(const struct searching *searching) {
  const struct ft_time_budget *time = &searching->options->time;
  double longest = 0;
  for (uint32_t i = 0; i < searching->search->candidates; i++)
    if (searching->share[i] > SMALLEST_SHARE)
      longest = fmax(longest, searching->search->candidate[i].trial.seconds);
  longest *= time->refit_cost_factor / fits_of(searching);
  return fmax(refit_seconds(searching), longest * time->threads);
}

/* Seconds of the wall until all that is proposed is tried. */
static double seconds_waiting(const struct searching *searching) {
  const struct ft_search_options *options = searching->options;
  double seconds = 0, half = (options->time.deadline - ft_clock_seconds()) / 2;
  for (uint32_t i = searching->judged; i < searching->search->candidates; i++) {
    if (searching->search->candidate[i].state != FT_CANDIDATE_RUNNING) continue;
    double more = seconds_of(searching, searching->search->candidate[i].configuration);
    seconds += i == 0 && options->screening ? fmin(more, half) : more;
  }
  return seconds / options->time.threads;
}

/* By how much a candidate must be sped up to end in time; 0: it would not. */
static double speed_up_of(const struct searching *searching,
                          const struct ft_configuration *configuration) {
  const struct ft_search_options *options = searching->options;
  struct ft_time_request request = { .now = ft_clock_seconds(),
                                     .waiting = seconds_waiting(searching),
                                     .seconds = seconds_of(searching, configuration),
                                     .refits = seconds_for_refits(searching) };
  double max = ft_portfolio_max_speed_up(configuration, options->learning_rate_factor);
  return ft_time_budget_speed_up(&options->time, &request, max);
}

/* Of the few that are tried on very many rows, trees are worth their while however far they come. */
static bool may_be_cut(const struct searching *searching,
                       const struct ft_configuration *configuration) {
  return searching->options->list && configuration->learner->boosts;
}

/* The trees of the least loss, which variations start from. */
static const struct ft_configuration *best_trees(const struct ft_search *search) {
  const struct ft_candidate *best = NULL;
  for (uint32_t i = 0; i < search->candidates; i++) {
    const struct ft_candidate *candidate = &search->candidate[i];
    if (candidate->state != FT_CANDIDATE_TRIED || !candidate->configuration->learner->vary)
      continue;
    if (!best || candidate->trial.loss < best->trial.loss) best = candidate;
  }
  return best ? best->configuration : NULL;
}

/* One core's seconds of what is still to be tried, as far as it is known: what runs, the rest of the list, and
 * the few variations that a search tries at least. */
static double seconds_to_try(const struct searching *searching) {
  const struct ft_search *search = searching->search;
  const struct ft_search_options *options = searching->options;
  struct ft_portfolio rest = searching->portfolio;
  uint32_t max = options->max_trials ? options->max_trials : FT_SEARCH_MAX_CANDIDATES;
  uint32_t count = search->candidates;
  const struct ft_configuration *next = NULL, *best = best_trees(search);
  double running = 0, more = 0;
  for (uint32_t i = searching->judged; i < search->candidates; i++)
    if (search->candidate[i].state == FT_CANDIDATE_RUNNING)
      running += seconds_of(searching, search->candidate[i].configuration);
  for (; count < max && ft_portfolio_next(&next, &rest, NULL, NULL) == FT_OK && next; count++)
    more += seconds_of(searching, next);
  for (uint32_t i = searching->n_expensive_taken; i < searching->n_expensive && count < max;
       i++, count++)
    more += seconds_of(searching, searching->expensive[i]);
  for (uint32_t i = 0; best && !options->list && i < MAX_WITHOUT_GAIN && count < max; i++, count++)
    more += seconds_of(searching, best);
  double work = fmax(options->max_work - searching->work, 0);
  return running + fmin(more, work * ft_search_slowness(&search->speed, NULL));
}

/* How many times as long as now estimated fits take: once, when some are judged; before that, what those of
 * the first candidate show that are done. 0: nothing is known. */
static double slowness_so_far(const struct searching *searching, double passed) {
  const struct ft_search *search = searching->search;
  if (search->speed.all.measured > 0) return 1;
  unsigned ended = atomic_load(&searching->ended), begun = atomic_load(&searching->begun);
  if (ended == 0 || search->candidates == 0) return 0;
  double fit = seconds_of(searching, search->candidate[0].configuration) / fits_of(searching);
  double halves = begun > ended ? 0.5 * fmin(begun - ended, searching->options->time.threads) : 0;
  return passed * searching->options->time.threads / ((ended + halves) * fit);
}

/* Seconds of the wall until the model is there; negative: nothing is known yet. */
static double seconds_left(const struct searching *searching) {
  const struct ft_search_options *options = searching->options;
  const struct ft_search_speed *speed = &searching->search->speed;
  double now = ft_clock_seconds(), passed = now - searching->judged_at;
  double slowness = slowness_so_far(searching, passed);
  if (!(slowness > 0)) return -1;
  double seconds = seconds_to_try(searching) + refit_seconds(searching) +
                   options->after * ft_search_slowness(speed, &ft_boosted_learner);
  double left =
      fmax(slowness * seconds / options->time.threads - passed, 0) + options->time.wrap_up;
  return fmax(fmin(left, options->end - now), 0);
}

static void tick(void *self) {
  struct searching *searching = self;
  const struct ft_search_options *options = searching->options;
  if (ft_train_is_stopped(options->events)) atomic_store(&searching->stop, true);
  if (!options->gauge || !options->events || !options->events->progress) return;
  struct ft_progress progress = { .phase = "trying models" };
  ft_gauge_read(&progress, options->gauge, ft_clock_seconds(), seconds_left(searching));
  if (searching->search->tried > 0) {
    progress.score = searching->score;
    snprintf(progress.metric, sizeof progress.metric, "%s", ft_metric_shown(options->metric));
  }
  options->events->progress(options->events->self, &progress);
}

/* Fits of the first candidate share what is left of the time, so that some end before the deadline. Those
 * of others must leave what the refits will take. */
static double deadline_of(struct searching *searching, const struct task *task) {
  const struct ft_search_options *options = searching->options;
  if (!task->first) return options->time.deadline - 1e-3 * atomic_load(&searching->reserve);
  double now = ft_clock_seconds(), left = options->time.deadline - now;
  uint32_t waiting = (uint32_t)fits_of(searching) - atomic_fetch_add(&searching->begun, 1);
  double waves = ceil((double)waiting / options->time.threads);
  /* the same again on more rows; or for all others */
  double shares = options->list ? 1 : fmax(1 + options->time.refit_cost_factor, 2);
  return now + left / fmax(waves, 1) / shares;
}

static void run_task(void *self, size_t index) {
  struct searching *searching = self;
  const struct task *task = &searching->task[index];
  struct ft_trial_options options = { .threads = searching->options->fit_threads,
                                      .max_rounds = searching->options->max_rounds,
                                      .learning_rate_factor =
                                          searching->options->learning_rate_factor,
                                      .deadline = deadline_of(searching, task),
                                      .always_one_round = task->first && !searching->options->list,
                                      .stop = &searching->stop };
  /* what would only be prepared is not begun */
  bool useless = may_be_cut(searching, task->candidate->configuration) &&
                 ft_clock_seconds() + searching->options->start > options.deadline;
  if (!useless) ft_trial_fit(&task->candidate->trial, task->fit, &options);
  if (task->first) atomic_fetch_add(&searching->ended, 1);
}

static enum ft_status begin_candidate(struct searching *searching,
                                      const struct ft_configuration *configuration,
                                      struct ft_error *err) {
  struct ft_search *search = searching->search;
  struct ft_candidate *candidate = &search->candidate[search->candidates];
  *candidate = (struct ft_candidate){ .configuration = configuration };
  FT_TRY(
      ft_trial_open(&candidate->trial, searching->data, searching->folds, configuration, 0, err));
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
  for (uint32_t i = 0; i < search->candidates; i++)
    begun += search->candidate[i].state != FT_CANDIDATE_SKIPPED;
  if (options->max_trials && begun >= options->max_trials) {
    search->end = FT_SEARCH_TRIALS;
    return true;
  }
  if (search->candidates == FT_SEARCH_MAX_CANDIDATES || searching->work >= options->max_work) {
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
    min = fmin(min, one->trial.loss);
    if (one->configuration->learner == &ft_linear_learner) linear = fmax(linear, one->trial.loss);
  }
  return linear > UNDERFITS * min;
}

/* By the estimated cost alone, so that it can be replayed. */
static bool is_expensive(const struct searching *searching,
                         const struct ft_configuration *configuration) {
  const struct ft_search_options *options = searching->options;
  if (options->list || searching->search->candidates == 0) return false;
  return ft_time_budget_is_expensive(options->limit, estimate_seconds(searching, configuration));
}

/* The next of the portfolio, those that take much of the time after all others; then a variation of the best
 * trees. NULL: there is none. */
static enum ft_status next_listed(const struct ft_configuration **next, bool *varied,
                                  struct searching *searching, struct ft_error *err) {
  *varied = false;
  for (;;) {
    FT_TRY(ft_portfolio_next(next, &searching->portfolio, NULL, err));
    if (!*next) break;
    if (searching->n_expensive == FT_SEARCH_MAX_CANDIDATES || !is_expensive(searching, *next))
      return FT_OK;
    searching->expensive[searching->n_expensive++] = *next;
  }
  if (searching->n_expensive_taken < searching->n_expensive) {
    *next = searching->expensive[searching->n_expensive_taken++];
    return FT_OK;
  }
  *varied = true;
  const struct ft_configuration *best =
      searching->options->list ? NULL : best_trees(searching->search);
  return ft_portfolio_next(next, &searching->portfolio, best, err);
}

/* The one that was put off, or the next one. */
static enum ft_status next_of(const struct ft_configuration **next, bool *varied,
                              struct searching *searching, struct ft_error *err) {
  const struct ft_search *search = searching->search;
  *next = searching->postponed;
  *varied = searching->listed > 0;
  searching->postponed = NULL;
  if (*next) return FT_OK;
  searching->portfolio.no_coarse = !searching->options->list && linear_underfits(search);
  return next_listed(next, varied, searching, err);
}

static bool is_waiting(const struct searching *searching) {
  for (uint32_t i = searching->judged; i < searching->search->candidates; i++)
    if (searching->search->candidate[i].state == FT_CANDIDATE_RUNNING) return true;
  return false;
}

/* Propose one candidate; `more` is false when there is none, or none before another result. */
static enum ft_status propose(bool *more, struct searching *searching, struct ft_error *err) {
  struct ft_search *search = searching->search;
  *more = false;
  while (!is_search_done(searching)) {
    const struct ft_configuration *next;
    bool varied;
    FT_TRY(next_of(&next, &varied, searching, err));
    if (!next) {
      search->end = FT_SEARCH_LIST;
      return FT_OK;
    }
    if (varied && searching->listed == 0) searching->listed = search->candidates;
    bool always_one_round = search->candidates == 0 || may_be_cut(searching, next);
    double learning_rate_factor = always_one_round ? 1 : speed_up_of(searching, next);
    if (learning_rate_factor != 1 &&
        is_waiting(searching)) { /* those may take less than estimated */
      searching->postponed = next;
      return FT_OK;
    }
    if (learning_rate_factor != 1) search->end = FT_SEARCH_CLOCK;
    if (learning_rate_factor > 1)
      FT_TRY(ft_portfolio_speed_up(&next, &searching->portfolio, learning_rate_factor, err));
    if (learning_rate_factor > 0) {
      *more = true;
      return begin_candidate(searching, next, err);
    }
    if (varied) return FT_OK;
    search->candidate[search->candidates++] =
        (struct ft_candidate){ .configuration = next, .state = FT_CANDIDATE_SKIPPED };
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

/* Would a share of the new one make the running ensemble better? Then it has it. */
static void try_in_ensemble(struct searching *searching, uint32_t index) {
  static const double shares[] = { 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1 };
  struct ft_search *search = searching->search;
  const double *margin[2] = { searching->ensemble_margin, search->candidate[index].trial.margin };
  struct ft_ensemble_task task = { .problem = searching->data->problem,
                                   .outputs = searching->data->outputs,
                                   .rows = searching->folds->n_scored,
                                   .target = searching->folds->target,
                                   .candidates = 2,
                                   .margin = margin };
  struct ft_gain best = { 0, 0 };
  double taken = search->tried == 1;
  for (size_t i = 0; i < sizeof shares / sizeof *shares && search->tried > 1; i++) {
    double weight[2] = { 1 - shares[i], shares[i] };
    ft_ensemble_average(searching->trial_margin, &task, weight);
    struct ft_gain gain =
        ft_ensemble_gain(&task, searching->ensemble_margin, searching->trial_margin);
    if (gain.mean <= best.mean) continue;
    best = gain;
    taken = shares[i];
  }
  double loss =
      ft_loss_mean(task.problem, task.outputs, searching->ensemble_margin, task.target, task.rows);
  bool better = search->tried == 1 || best.mean > fmax(MIN_GAIN * loss, MIN_ERRORS * best.error);
  searching->n_without_gain = better ? 0 : searching->n_without_gain + 1;
  if (taken == 0) return;
  double weight[2] = { 1 - taken, taken };
  ft_ensemble_average(searching->trial_margin, &task, weight);
  memcpy(searching->ensemble_margin, searching->trial_margin,
         task.rows * task.outputs * sizeof(double));
  for (uint32_t i = 0; i < search->candidates; i++)
    searching->share[i] *= 1 - taken;
  searching->share[index] = taken;
}

static enum ft_status judge(struct searching *searching, struct ft_candidate *candidate,
                            struct ft_error *err) {
  struct ft_trial *trial = &candidate->trial;
  enum ft_metric metric = searching->options->metric;
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
  for (uint32_t i = 0; i < trial->fits; i++)
    candidate->ns += ft_member_predict_ns(searching->options->model, &trial->fit[i].member);
  candidate->state = FT_CANDIDATE_TRIED;
  searching->search->tried++;
  try_in_ensemble(searching, (uint32_t)(candidate - searching->search->candidate));
  return FT_OK;
}

/* The next result, in the order proposed. */
static enum ft_status take_result(struct searching *searching, struct ft_error *err) {
  struct ft_search *search = searching->search;
  struct ft_candidate *candidate = &search->candidate[searching->judged++];
  if (candidate->state == FT_CANDIDATE_SKIPPED) return FT_OK;
  size_t below = 0;
  while (below < searching->tasks && searching->task[below].candidate <= candidate)
    below++;
  ft_schedule_wait(searching->schedule, below);
  enum ft_status status = ft_trial_close(&candidate->trial, err);
  bool whole = status == FT_OK && candidate->trial.n_covered == searching->folds->n_scored;
  if (status == FT_NOMEM && search->tried > 0) {
    candidate->state = FT_CANDIDATE_SKIPPED; /* what fits into memory is enough */
    ft_trial_release(&candidate->trial);
    return FT_OK;
  }
  if (status != FT_OK) return status;
  if (candidate->trial.cut) search->end = FT_SEARCH_CLOCK;
  bool boosted = candidate->configuration->learner->boosts;
  bool cut = candidate->trial.cut && !boosted; /* each round of trees is a model */
  if (!whole || (cut && search->tried > 0)) {
    candidate->state = FT_CANDIDATE_CUT;
    if (search->tried > 0 || candidate->trial.n_covered == 0) ft_trial_release(&candidate->trial);
    return FT_OK;
  }
  learn_cost(searching, &candidate->trial);
  searching->judged_at = ft_clock_seconds();
  FT_TRY(judge(searching, candidate, err));
  double reserve = ft_time_budget_reserve(&searching->options->time, seconds_for_refits(searching));
  atomic_store(&searching->reserve, (unsigned)fmin(1e3 * reserve, 1e9));
  return FT_OK;
}

static bool is_hurried(const struct searching *searching) {
  const struct ft_search_options *options = searching->options;
  if (options->screening) return false;
  double first = seconds_of(searching, searching->portfolio.list);
  const struct ft_time_budget *time = &options->time;
  return HURRIED_SHARE * (time->deadline - time->begin) * time->threads < AHEAD * first;
}

static enum ft_status try_all(struct searching *searching, struct ft_error *err) {
  struct ft_search *search = searching->search;
  bool more = true;
  for (;;) {
    /* with little time little is begun before the first has shown what it takes */
    bool hurried = searching->judged == 0 && is_hurried(searching);
    while (more && search->candidates < searching->judged + (hurried ? FIRST_AHEAD : AHEAD))
      FT_TRY(propose(&more, searching, err));
    if (searching->judged == search->candidates) return FT_OK;
    FT_TRY(take_result(searching, err));
    more |= searching->postponed != NULL;
    if (search->end == FT_SEARCH_CLOCK && ft_clock_seconds() > searching->options->time.deadline)
      return FT_OK;
    if (atomic_load(&searching->stop)) {
      search->end = FT_SEARCH_STOPPED;
      return FT_OK;
    }
    bool listed = searching->listed > 0 && searching->judged >= searching->listed;
    if (listed && search->tried >= MIN_TRIED && searching->n_without_gain >= MAX_WITHOUT_GAIN &&
        more) {
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
    if (weight[i] < SMALLEST_SHARE) weight[i] = 0;
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
  for (uint32_t i = 0; i < search->candidates; i++) {
    if (search->candidate[i].state != FT_CANDIDATE_TRIED) continue;
    tried[task.candidates] = &search->candidate[i];
    margin[task.candidates++] = search->candidate[i].trial.margin;
  }
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
  size_t margins = searching->folds->n_scored * searching->data->outputs;
  size_t tasks = (size_t)FT_SEARCH_MAX_CANDIDATES * ft_folds_fits(searching->folds);
  searching->task = FT_ARENA_NEW(arena, struct task, tasks);
  searching->share = FT_ARENA_NEW(arena, double, FT_SEARCH_MAX_CANDIDATES);
  searching->ensemble_margin = FT_ARENA_NEW(arena, double, margins);
  searching->trial_margin = FT_ARENA_NEW(arena, double, margins);
  if (!searching->task || !searching->share || !searching->ensemble_margin ||
      !searching->trial_margin)
    return ft_arena_fail(err, "the search");
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
  struct searching searching = { .search = out,
                                 .data = data,
                                 .folds = folds,
                                 .judged_at = ft_clock_seconds(),
                                 .options = options };
  ft_portfolio_init(&searching.portfolio, &out->arena, data, options->model_type);
  if (options->list) searching.portfolio.list = options->list;
  out->speed.unit_rate_rounds = FT_BOOSTED_PACE;
  if (options->speed) out->speed = *options->speed;
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
