#include "core/train/search_clock.h"

#include <assert.h>
#include <math.h>

#include "core/learn/boosted.h"
#include "core/learn/clock.h"
#include "core/learn/cost.h"
#include "core/train/limits.h"
#include "core/train/running_ensemble.h"

static double fits_of(const struct ft_search_clock *clock) {
  return ft_folds_fits(clock->folds);
}

static struct ft_cost_question question_of(const struct ft_search_clock *clock,
                                           const struct ft_configuration *configuration) {
  /* A fit sees all folds but one. */
  const struct ft_folds *folds = clock->folds;
  return (struct ft_cost_question){ .configuration = configuration,
                                    .data = clock->data,
                                    .rows = folds->rows - folds->rows / folds->folds,
                                    .learning_rate_factor = clock->options->learning_rate_factor,
                                    .unit_rate_rounds = clock->search->speed.unit_rate_rounds };
}

double ft_search_clock_estimate(const struct ft_search_clock *clock,
                                const struct ft_configuration *configuration) {
  struct ft_cost_question question = question_of(clock, configuration);
  return fits_of(clock) * ft_cost_seconds(&question);
}

static double ratio_of(const struct ft_search_seconds *seconds) {
  return seconds->measured / seconds->estimated;
}

double ft_search_slowness(const struct ft_search_speed *speed, const struct ft_learner *learner) {
  for (uint32_t i = 0; i < speed->learners; i++)
    if (speed->of[i].learner == learner) return ratio_of(&speed->of[i]);
  return speed->all.estimated > 0 ? ratio_of(&speed->all) : 1;
}

double ft_search_clock_seconds(const struct ft_search_clock *clock,
                               const struct ft_configuration *configuration) {
  return ft_search_slowness(&clock->search->speed, configuration->learner) *
         ft_search_clock_estimate(clock, configuration);
}

static struct ft_search_seconds *seconds_of_learner(struct ft_search_speed *speed,
                                                    const struct ft_learner *learner) {
  uint32_t i = 0;
  while (i < speed->learners && speed->of[i].learner != learner)
    i++;
  assert(i < FT_SEARCH_MAX_LEARNERS);
  /* A learner's first trial: its entry is appended. */
  if (i == speed->learners) speed->of[speed->learners++].learner = learner;
  return &speed->of[i];
}

void ft_search_clock_learn(struct ft_search_clock *clock, const struct ft_trial *trial) {
  const struct ft_learner *learner = trial->configuration->learner;
  struct ft_search_speed *speed = &clock->search->speed;
  struct ft_cost_question question = question_of(clock, trial->configuration);
  /* How far boosting goes depends on the data far more than on the configuration; the last
   * trial's is the best guess for the next one. It is taken over before the estimate, so that
   * the ratio of measured to estimated holds the machine's speed alone. */
  if (learner->unit_rate_rounds)
    speed->unit_rate_rounds = learner->unit_rate_rounds(&question, trial->rounds);
  assert(clock->judged > 0 && clock->judged <= clock->search->candidates);
  double estimated = ft_search_clock_estimate(clock, trial->configuration);
  struct ft_search_seconds *of = seconds_of_learner(speed, learner);
  clock->work += estimated;
  of->estimated += estimated;
  of->measured += trial->seconds;
  speed->all.estimated += estimated;
  speed->all.measured += trial->seconds;
  clock->judged_at = ft_clock_seconds();
}

/* One core's seconds of the refits of the running ensemble: of those that the budget of a prediction
 * will leave, which is one of each at least. */
static double refit_seconds(const struct ft_search_clock *clock) {
  double seconds = 0, ns = 0;
  for (uint32_t i = 0; i < clock->search->candidates; i++) {
    if (clock->weight[i] <= FT_RUNNING_ENSEMBLE_MIN_WEIGHT) continue;
    seconds += clock->search->candidate[i].trial.seconds;
    ns += clock->search->candidate[i].ns;
  }
  /* Of an ensemble that predicts too slowly some fits are given up before they are trained
   * again. */
  double kept = ns > clock->options->max_ns ? clock->options->max_ns / ns : 1;
  return seconds * fmax(kept, 1 / fits_of(clock)) * clock->options->time.refit_cost_factor;
}

/* The same, where the longest of them may keep all threads waiting for one. */
static double seconds_for_refits(const struct ft_search_clock *clock) {
  const struct ft_time_budget *time = &clock->options->time;
  double longest = 0;
  for (uint32_t i = 0; i < clock->search->candidates; i++)
    if (clock->weight[i] > FT_RUNNING_ENSEMBLE_MIN_WEIGHT)
      longest = fmax(longest, clock->search->candidate[i].trial.seconds);
  longest *= time->refit_cost_factor / fits_of(clock);
  return fmax(refit_seconds(clock), longest * time->threads);
}

/* Seconds of the wall until all that is proposed is tried. */
static double seconds_waiting(const struct ft_search_clock *clock) {
  const struct ft_search_options *options = clock->options;
  double seconds = 0, half = (options->time.deadline - ft_clock_seconds()) / 2;
  for (uint32_t i = clock->judged; i < clock->search->candidates; i++) {
    if (clock->search->candidate[i].state != FT_CANDIDATE_RUNNING) continue;
    double more = ft_search_clock_seconds(clock, clock->search->candidate[i].configuration);
    /* The first candidate of a screening has its deadline at half of the time: it takes no more
     * than that. */
    seconds += i == 0 && options->screening ? fmin(more, half) : more;
  }
  return seconds / options->time.threads;
}

double ft_search_clock_speed_up(const struct ft_search_clock *clock,
                                const struct ft_configuration *configuration) {
  const struct ft_search_options *options = clock->options;
  struct ft_time_request request = { .now = ft_clock_seconds(),
                                     .waiting = seconds_waiting(clock),
                                     .seconds = ft_search_clock_seconds(clock, configuration),
                                     .refits = seconds_for_refits(clock) };
  double max = ft_portfolio_max_speed_up(configuration, options->learning_rate_factor);
  return ft_time_budget_speed_up(&options->time, &request, max);
}

/* Core seconds of what is still to be tried, as far as it is known: what runs, the rest of the list, and
 * the few variations that a search tries at least. */
static double seconds_to_try(const struct ft_search_clock *clock,
                             const struct ft_proposer *proposer,
                             const struct ft_configuration *best_varied) {
  const struct ft_search *search = clock->search;
  const struct ft_search_options *options = clock->options;
  const struct ft_configuration *rest[FT_SEARCH_MAX_CANDIDATES];
  uint32_t max = options->max_trials ? options->max_trials : FT_SEARCH_MAX_CANDIDATES;
  max = max > search->candidates ? max - search->candidates : 0;
  double running = 0, more = 0;
  for (uint32_t i = clock->judged; i < search->candidates; i++)
    if (search->candidate[i].state == FT_CANDIDATE_RUNNING)
      running += ft_search_clock_seconds(clock, search->candidate[i].configuration);
  uint32_t count = ft_proposer_rest(rest, max, proposer);
  for (uint32_t i = 0; i < count; i++)
    more += ft_search_clock_seconds(clock, rest[i]);
  uint32_t varied = best_varied && !options->list ? FT_SEARCH_MAX_WITHOUT_GAIN : 0;
  for (uint32_t i = 0; i < varied && count < max; i++, count++)
    more += ft_search_clock_seconds(clock, best_varied);
  /* The search also ends when the estimated work is done; on this machine that work takes
   * `slowness` times as long. */
  double work = fmax(options->max_work - clock->work, 0);
  return running + fmin(more, work * ft_search_slowness(&search->speed, NULL));
}

/* How many times as long as now estimated fits take: once, when some are judged; before that, what those of
 * the first candidate show that are done. 0: nothing is known. */
static double slowness_so_far(const struct ft_search_clock *clock, double passed) {
  const struct ft_search *search = clock->search;
  if (search->speed.all.measured > 0) return 1;
  unsigned ended = atomic_load(&clock->ended), begun = atomic_load(&clock->begun);
  if (ended == 0 || search->candidates == 0) return 0;
  double fit = ft_search_clock_seconds(clock, search->candidate[0].configuration) / fits_of(clock);
  /* Fits that run now are half done on average. */
  double halves = begun > ended ? 0.5 * fmin(begun - ended, clock->options->time.threads) : 0;
  return passed * clock->options->time.threads / ((ended + halves) * fit);
}

double ft_search_clock_left(const struct ft_search_clock *clock, const struct ft_proposer *proposer,
                            const struct ft_configuration *best_varied) {
  const struct ft_search_options *options = clock->options;
  const struct ft_search_speed *speed = &clock->search->speed;
  double now = ft_clock_seconds(), passed = now - clock->judged_at;
  double slowness = slowness_so_far(clock, passed);
  if (!(slowness > 0)) return -1;
  double seconds = seconds_to_try(clock, proposer, best_varied) + refit_seconds(clock) +
                   options->after * ft_search_slowness(speed, &ft_boosted_learner);
  /* Threads share the seconds of one core; what has passed since the last result is part of
   * these. */
  double left =
      fmax(slowness * seconds / options->time.threads - passed, 0) + options->time.wrap_up;
  return fmax(fmin(left, options->end - now), 0);
}

/* Fits of the first candidate share what is left of the time, so that some end before the deadline. Those
 * of others must leave what the refits will take. */
double ft_search_clock_deadline(struct ft_search_clock *clock, bool first) {
  const struct ft_search_options *options = clock->options;
  if (!first) return options->time.deadline - 1e-3 * atomic_load(&clock->reserve);
  double now = ft_clock_seconds(), left = options->time.deadline - now;
  /* Fits that wait for a thread share the time in turns; each one that begins sees one fewer. */
  uint32_t waiting = (uint32_t)fits_of(clock) - atomic_fetch_add(&clock->begun, 1);
  double waves = ceil((double)waiting / options->time.threads);
  /* the same again on more rows; or for all others */
  double shares = options->list ? 1 : fmax(1 + options->time.refit_cost_factor, 2);
  return now + left / fmax(waves, 1) / shares;
}

bool ft_search_clock_is_hurried(const struct ft_search_clock *clock,
                                const struct ft_configuration *first, uint32_t ahead) {
  const struct ft_search_options *options = clock->options;
  if (options->screening) return false;
  /* A screening decides nothing alone, so it may begin several at once. */
  double seconds = ft_search_clock_seconds(clock, first);
  const struct ft_time_budget *time = &options->time;
  return FT_LIMIT_HURRIED_SHARE * (time->deadline - time->begin) * time->threads < ahead * seconds;
}

void ft_search_clock_start(struct ft_search_clock *clock) {
  clock->judged_at = ft_clock_seconds();
}

void ft_search_clock_done(struct ft_search_clock *clock) {
  atomic_fetch_add(&clock->ended, 1);
}

void ft_search_clock_reserve(struct ft_search_clock *clock) {
  double reserve = ft_time_budget_reserve(&clock->options->time, seconds_for_refits(clock));
  /* Milliseconds as an integer, which is a lock-free atomic on every platform. */
  atomic_store(&clock->reserve, (unsigned)fmin(1e3 * reserve, 1e9));
}
