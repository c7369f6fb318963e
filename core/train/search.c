#include "core/train/search.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/clock.h"
#include "core/train/loss.h"
#include "core/train/metric.h"

#define USUAL_ROUNDS 250.0 /* of a fit, for the progress shown */

struct searching {
  struct ft_search *search;
  const struct ft_fit_data *data;
  const struct ft_partition *partition;
  const struct ft_search_options *options;
  double cost;  /* of the whole list that will be tried, in units of the first */
  double spent; /* of it */
  double now;   /* cost of the configuration being tried */
};

static void tell(struct searching *searching, double fraction) {
  const struct ft_train_events *events = searching->options->events;
  if (!events || !events->progress) return;
  struct ft_progress progress = { .phase = "trying configurations",
                                  .fraction = fmin(fraction, 1),
                                  .seconds_left = -1 };
  double passed = ft_clock_seconds() - searching->options->begin;
  if (fraction > 0.02) progress.seconds_left = passed * (1 - fraction) / fraction;
  const struct ft_search *search = searching->search;
  bool higher = ft_metric_higher_is_better(searching->options->metric);
  for (uint32_t i = 0; i < search->trials; i++) {
    double score = search->trial[i].score;
    if (i == 0 || (higher ? score > progress.score : score < progress.score))
      progress.score = score;
  }
  if (search->trials > 0)
    snprintf(progress.metric, sizeof progress.metric, "%s",
             ft_metric_shown(searching->options->metric));
  events->progress(events->self, &progress);
}

static void tick(void *self, uint32_t rounds) {
  struct searching *searching = self;
  uint32_t fits = searching->partition->hold_out ? 1 : searching->partition->folds;
  double share = fmin(rounds / (USUAL_ROUNDS * fits), 0.95);
  tell(searching, (searching->spent + share * searching->now) / searching->cost);
}

enum ft_status ft_search_scored(struct ft_scored *out, struct ft_arena *arena,
                                const struct ft_fit_data *data,
                                const struct ft_partition *partition, const double *margin,
                                const bool *covered, double scale, double centre,
                                struct ft_error *err) {
  uint32_t outputs = data->outputs;
  double *target = FT_ARENA_NEW(arena, double, partition->rows);
  double *kept = FT_ARENA_NEW(arena, double, partition->rows *outputs);
  if (!target || !kept) return ft_arena_fail(err, "the scores");
  size_t rows = 0;
  for (size_t r = 0; r < partition->rows; r++) {
    if (!covered[r]) continue;
    target[rows] = data->target[partition->row[r]];
    memcpy(kept + rows * outputs, margin + r * outputs, outputs * sizeof *kept);
    rows++;
  }
  *out = (struct ft_scored){ .problem = data->problem,
                             .outputs = outputs,
                             .scale = scale,
                             .centre = centre,
                             .rows = rows,
                             .target = target,
                             .margin = kept };
  return FT_OK;
}

static enum ft_status judge(struct searching *searching, struct ft_trial *trial,
                            struct ft_error *err) {
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_scored scored;
  double threshold = 0.5;
  enum ft_metric metric = searching->options->metric;
  enum ft_status status =
      ft_search_scored(&scored, &arena, searching->data, searching->partition, trial->margin,
                       trial->covered, searching->options->scale, searching->options->centre, err);
  if (status == FT_OK) status = ft_score_threshold(&threshold, metric, &scored, err);
  if (status == FT_OK) status = ft_score_metric(&trial->score, metric, &scored, threshold, err);
  if (status == FT_OK)
    trial->loss = metric == FT_METRIC_AUC ? -trial->score
                                          : ft_loss_mean(scored.problem, scored.outputs,
                                                         scored.margin, scored.target, scored.rows);
  ft_arena_release(&arena);
  return status;
}

/* Would the configuration end in time, by what the first one took? */
static bool fits_in_time(const struct searching *searching, double cost) {
  const struct ft_trial *first = &searching->search->trial[0];
  double unit = first->seconds / first->configuration->cost;
  return ft_clock_seconds() + unit * cost <= searching->options->deadline;
}

static enum ft_status try_one(struct searching *searching,
                              const struct ft_configuration *configuration, struct ft_error *err) {
  struct ft_search *search = searching->search;
  struct ft_trial_options options = { .threads = searching->options->threads,
                                      .most_rounds = searching->options->most_rounds,
                                      .haste = searching->options->haste,
                                      .deadline = searching->options->deadline,
                                      .self = searching,
                                      .tick = tick };
  struct ft_trial *trial = &search->trial[search->trials];
  searching->now = configuration->cost;
  FT_TRY(ft_trial_run(trial, searching->data, searching->partition, configuration, &options, err));
  searching->spent += configuration->cost;
  bool first = search->trials == 0;
  search->by_clock |= trial->cut;
  /* a later trial that was cut short has seen other rows than the first: no comparison is fair */
  if (trial->covers == 0 || (trial->cut && !first)) {
    ft_trial_release(trial);
    return FT_OK;
  }
  search->trials++;
  return judge(searching, trial, err);
}

/* The configurations that MODEL_TYPE and the trials leave. */
static uint32_t pick(const struct ft_configuration **picked, struct searching *searching) {
  const struct ft_configuration *list = ft_configuration_list(searching->data->problem);
  uint32_t most = searching->options->most_trials, count = 0;
  if (most == 0 || most > FT_SEARCH_MOST_TRIALS) most = FT_SEARCH_MOST_TRIALS;
  for (uint32_t i = 0; list[i].name; i++) {
    if (!ft_learner_allowed(list[i].learner, searching->options->model_type)) continue;
    if (count == most) {
      searching->search->by_trials = true;
      break;
    }
    picked[count++] = &list[i];
    searching->cost += list[i].cost;
  }
  return count;
}

static enum ft_status try_all(struct searching *searching, struct ft_error *err) {
  const struct ft_configuration *list[FT_SEARCH_MOST_TRIALS];
  struct ft_search *search = searching->search;
  uint32_t count = pick(list, searching);
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0 && (search->trial[0].cut || !fits_in_time(searching, list[i]->cost))) {
      search->by_clock = true;
      continue; /* a cheaper one may fit */
    }
    enum ft_status status = try_one(searching, list[i], err);
    /* a later configuration that is too large for the memory is not needed */
    if (status == FT_NOMEM && search->trials > 0) continue;
    if (status != FT_OK) return status;
    if (search->trials == 0) break;
    tell(searching, searching->spent / searching->cost);
  }
  return FT_OK;
}

static bool is_chosen(const struct ft_search *search, uint32_t index) {
  for (uint32_t i = 0; i < search->choices; i++)
    if (search->chosen[i] == index) return true;
  return false;
}

/* Mean gain of taking `trial` into the blend, less one standard error of it. */
static double gain_of(const struct searching *searching, const struct ft_trial *trial) {
  const struct ft_search *search = searching->search;
  uint32_t outputs = searching->data->outputs;
  double *mixed = calloc(outputs, sizeof *mixed);
  if (!mixed) return 0;
  double sum = 0, squares = 0, share = 1.0 / (search->choices + 1);
  size_t rows = 0;
  for (size_t r = 0; r < searching->partition->rows; r++) {
    if (!trial->covered[r]) continue;
    const double *old = search->margin + r * outputs, *added = trial->margin + r * outputs;
    double target = searching->data->target[searching->partition->row[r]];
    for (uint32_t g = 0; g < outputs; g++)
      mixed[g] = old[g] + share * (added[g] - old[g]);
    double gain = ft_loss_row(searching->data->problem, outputs, old, target) -
                  ft_loss_row(searching->data->problem, outputs, mixed, target);
    sum += gain;
    squares += gain * gain;
    rows++;
  }
  free(mixed);
  if (rows < 2) return 0;
  double mean = sum / (double)rows;
  double variance = fmax(squares / (double)rows - mean * mean, 0);
  return mean - sqrt(variance / (double)rows);
}

static void take_into_blend(struct searching *searching, uint32_t index) {
  struct ft_search *search = searching->search;
  const struct ft_trial *trial = &search->trial[index];
  double share = 1.0 / (search->choices + 1);
  size_t count = searching->partition->rows * searching->data->outputs;
  for (size_t i = 0; i < count; i++)
    search->margin[i] += share * (trial->margin[i] - search->margin[i]);
  search->chosen[search->choices++] = index;
}

static enum ft_status choose(struct searching *searching, struct ft_error *err) {
  struct ft_search *search = searching->search;
  size_t count = searching->partition->rows * searching->data->outputs;
  search->margin = FT_ARENA_NEW(&search->arena, double, count);
  if (!search->margin) return ft_arena_fail(err, "the scores");
  uint32_t best = 0;
  for (uint32_t i = 1; i < search->trials; i++)
    if (search->trial[i].loss < search->trial[best].loss) best = i;
  take_into_blend(searching, best);
  while (search->choices < FT_SEARCH_MOST_BLEND) {
    double most = 0;
    uint32_t next = UINT32_MAX;
    for (uint32_t i = 0; i < search->trials; i++) {
      double gain = is_chosen(search, i) ? 0 : gain_of(searching, &search->trial[i]);
      if (gain <= most) continue;
      most = gain;
      next = i;
    }
    if (next == UINT32_MAX) break;
    take_into_blend(searching, next);
  }
  return FT_OK;
}

enum ft_status ft_search_run(struct ft_search *out, const struct ft_fit_data *data,
                             const struct ft_partition *partition,
                             const struct ft_search_options *options, struct ft_error *err) {
  *out = (struct ft_search){ 0 };
  ft_arena_init(&out->arena, FT_ARENA_DEFAULT_LIMIT);
  struct searching searching = { .search = out,
                                 .data = data,
                                 .partition = partition,
                                 .options = options };
  tell(&searching, 0);
  enum ft_status status = try_all(&searching, err);
  if (status == FT_OK && out->trials == 0) {
    ft_fail(err, FT_DATA, "Autopilot candidate has no models");
    status = ft_fail_hint(err, "The time was too short to train one: raise MAX_RUNTIME.");
  }
  if (status == FT_OK) status = choose(&searching, err);
  if (status != FT_OK) ft_search_release(out);
  return status;
}

void ft_search_release(struct ft_search *search) {
  for (uint32_t i = 0; i < search->trials; i++)
    ft_trial_release(&search->trial[i]);
  ft_arena_release(&search->arena);
  *search = (struct ft_search){ 0 };
}
