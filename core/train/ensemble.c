#include "core/train/ensemble.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/loss.h"

#define HALVES_MAX_ROWS 10000 /* that a choice looks at, about */
#define SMALL_ROWS      4000  /* are halved in more than one way */
#define HALVINGS        3
#define WHOLE           UINT32_MAX

/* Some of the rows: every `step`th, and of these the ones whose number has `bit` set, or not. */
struct part {
  size_t step;
  uint32_t bit; /* WHOLE: all of them */
  uint32_t side;
};

/* A choice on a part of the rows.
 *
 * Invariants  `sum` is the sum of the margins taken, over all rows, however few are in the part.
 *             `steps` is the sum of `taken`, so that taken / steps are weights that sum to 1.
 *             `kept` counts only where `taken` is not 0. With a budget all that is kept costs at most 1. */
struct choosing {
  const struct ft_ensemble_task *task;
  struct part part;
  double *sum;                             /* of the margins taken, all rows */
  double *mixed;                           /* outputs */
  uint32_t *taken;                         /* times, one a candidate */
  uint32_t steps;                          /* taken in all */
  const struct ft_ensemble_budget *budget; /* NULL: no limit */
  double price;                            /* of a cost of 1, in loss of a row */
  uint32_t max_kept;                       /* fits of a candidate, at most */
  uint32_t *kept;                          /* fits of each candidate that is taken */
  double spent;                            /* on those of the weights */
};

void ft_ensemble_average(double *out, const struct ft_ensemble_task *task, const double *weight) {
  size_t count = task->rows * task->outputs;
  memset(out, 0, count * sizeof *out);
  for (uint32_t c = 0; c < task->candidates; c++) {
    if (weight[c] == 0) continue;
    for (size_t i = 0; i < count; i++)
      out[i] += weight[c] * task->margin[c][i];
  }
}

struct ft_gain ft_ensemble_gain(const struct ft_ensemble_task *task, const double *a,
                                const double *b) {
  double sum = 0, squares = 0;
  for (size_t r = 0; r < task->rows; r++) {
    size_t at = r * task->outputs;
    double gain = ft_loss_row(task->problem, task->outputs, a + at, task->target[r]) -
                  ft_loss_row(task->problem, task->outputs, b + at, task->target[r]);
    sum += gain;
    squares += gain * gain;
  }
  if (task->rows < 2) return (struct ft_gain){ 0, 0 };
  double mean = sum / (double)task->rows;
  /* Standard error of a mean of paired differences: rows that are hard for both cancel out. */
  double variance = fmax(squares / (double)task->rows - mean * mean, 0);
  return (struct ft_gain){ mean, sqrt(variance / (double)task->rows) };
}

static bool is_in(const struct part *part, size_t number) {
  return part->bit == WHOLE || (number >> part->bit & 1) == part->side;
}

/* Mean loss of what is taken and candidate c, over the choice's rows. */
static double loss_with(const struct choosing *choosing, uint32_t c) {
  const struct ft_ensemble_task *task = choosing->task;
  /* Caruana and others (2004): the mean of all that is taken, with c once more. */
  double share = 1.0 / (choosing->steps + 1), loss = 0;
  size_t rows = 0;
  for (size_t i = 0, r = 0; r < task->rows; r = ++i * choosing->part.step) {
    size_t at = r * task->outputs;
    if (!is_in(&choosing->part, i)) continue;
    rows++;
    for (uint32_t g = 0; g < task->outputs; g++)
      choosing->mixed[g] = share * (choosing->sum[at + g] + task->margin[c][at + g]);
    loss += ft_loss_row(task->problem, task->outputs, choosing->mixed, task->target[r]);
  }
  return loss / (double)(rows ? rows : 1);
}

/* What keeping several fits makes better when c is taken once more, less what all the fits cost;
 * -infinity when that is too much. */
static double bonus_with(const struct choosing *choosing, uint32_t c, uint32_t kept) {
  const struct ft_ensemble_budget *budget = choosing->budget;
  double cost = 0, gain = 0;
  for (uint32_t i = 0; i < choosing->task->candidates; i++) {
    uint32_t taken = choosing->taken[i] + (i == c), fits = i == c ? kept : choosing->kept[i];
    if (taken == 0) continue;
    double weight = (double)taken / (choosing->steps + 1);
    cost += fits * budget->cost[i];
    /* The variance of a mean of k fits falls as 1 / k, so k fits have 1 - 1 / k of what very
     * many gain; in an ensemble it counts by the square of the weight. */
    assert(fits > 0);
    gain += weight * weight * budget->gain[i] * (1 - 1.0 / fits);
  }
  /* The price turns cost into loss: so that a cheap candidate may win against one that is a
   * little better. */
  return cost > 1 ? -INFINITY : gain - choosing->price * cost;
}

/* The number of fits of c that is best when it is taken now. */
static uint32_t best_kept(double *bonus, const struct choosing *choosing, uint32_t c) {
  uint32_t best = 0;
  *bonus = -INFINITY;
  /* What an earlier step has paid for is not given back: a later step only adds fits. */
  uint32_t min = choosing->taken[c] ? choosing->kept[c] : 1, max = choosing->budget->fits[c];
  if (max > choosing->max_kept) max = choosing->max_kept;
  for (uint32_t kept = min; kept <= max; kept++) {
    double with = bonus_with(choosing, c, kept);
    if (!(with > *bonus)) continue;
    *bonus = with;
    best = kept;
  }
  return best;
}

static void take(struct choosing *choosing, uint32_t c, uint32_t kept) {
  size_t count = choosing->task->rows * choosing->task->outputs;
  for (size_t i = 0; i < count; i++)
    choosing->sum[i] += choosing->task->margin[c][i];
  choosing->taken[c]++;
  choosing->kept[c] = kept;
  choosing->steps++;
}

/* Take the best one; its loss, or infinity when the budget allows none. */
static double take_best(struct choosing *choosing) {
  uint32_t next = 0, next_kept = 0;
  double min = INFINITY;
  for (uint32_t c = 0; c < choosing->task->candidates; c++) {
    double bonus = 0;
    uint32_t kept = 1;
    if (choosing->budget) kept = best_kept(&bonus, choosing, c);
    if (bonus == -INFINITY) continue;
    double loss = loss_with(choosing, c) - bonus;
    /* NaN is never below; ties go to the first candidate, which is the more useful one of the
     * portfolio. */
    if (!(loss < min)) continue;
    min = loss;
    next = c;
    next_kept = kept;
  }
  if (min < INFINITY) take(choosing, next, next_kept);
  return min;
}

static double spent_on(const struct choosing *choosing) {
  double cost = 0;
  for (uint32_t c = 0; c < choosing->task->candidates; c++)
    if (choosing->taken[c] > 0) cost += choosing->kept[c] * choosing->budget->cost[c];
  return cost;
}

/* The best number of steps counts: a step may be worse than the one before and lead to a better one. */
static double choose_on(double *weight, struct choosing *choosing) {
  uint32_t candidates = choosing->task->candidates;
  size_t count = choosing->task->rows * choosing->task->outputs;
  double best = INFINITY;
  memset(choosing->sum, 0, count * sizeof *choosing->sum);
  memset(choosing->taken, 0, candidates * sizeof *choosing->taken);
  choosing->steps = 0;
  for (uint32_t c = 0; c < candidates; c++) /* where no candidate has a finite loss */
    weight[c] = 1.0 / candidates;
  while (choosing->steps < FT_ENSEMBLE_STEPS) {
    double loss = take_best(choosing);
    if (loss == INFINITY) break;
    /* The first step is the best single candidate, which is a valid answer in any case. */
    if (choosing->steps > 1 && !(loss < best)) continue;
    best = loss;
    choosing->spent = choosing->budget ? spent_on(choosing) : 0;
    for (uint32_t c = 0; c < candidates; c++)
      weight[c] = (double)choosing->taken[c] / choosing->steps;
  }
  return best;
}

/* Of very many rows some are enough. */
static size_t step_of(const struct ft_ensemble_task *task) {
  return task->rows / HALVES_MAX_ROWS + 1;
}

/* Halvings of the rows: of few rows any one is a matter of luck. */
static uint32_t halvings_of(const struct ft_ensemble_task *task) {
  return task->rows < SMALL_ROWS ? HALVINGS : 1;
}

static uint32_t best_single(const struct ft_ensemble_task *task, const struct part *part) {
  uint32_t best = 0;
  double min = INFINITY;
  for (uint32_t c = 0; c < task->candidates; c++) {
    double loss = 0;
    /* The part's rows alone, as the ensemble beside it was chosen. */
    for (size_t i = 0, r = 0; r < task->rows; r = ++i * part->step)
      if (is_in(part, i))
        loss += ft_loss_row(task->problem, task->outputs, task->margin[c] + r * task->outputs,
                            task->target[r]);
    if (loss < min) {
      min = loss;
      best = c;
    }
  }
  return best;
}

/* What an ensemble is better by than the best single one, where neither was chosen. */
struct elsewhere {
  double sum, squares;
  size_t rows;
};

static void add_elsewhere(struct elsewhere *gain, const struct ft_ensemble_task *task,
                          const double *ensemble, uint32_t single, const struct part *part) {
  for (size_t i = 0, r = 0; r < task->rows; r = ++i * part->step) {
    size_t at = r * task->outputs;
    /* Only rows that neither was chosen on are honest judges. */
    if (is_in(part, i)) continue;
    double row =
        ft_loss_row(task->problem, task->outputs, task->margin[single] + at, task->target[r]) -
        ft_loss_row(task->problem, task->outputs, ensemble + at, task->target[r]);
    gain->sum += row;
    gain->squares += row * row;
    gain->rows++;
  }
}

/* Worse by more than chance: with few rows the best single one is the one that was luckiest. */
static bool is_worse(const struct elsewhere *gain, uint32_t halvings) {
  if (gain->rows < 2 || gain->sum >= 0) return false;
  double rows = (double)gain->rows, mean = gain->sum / rows; /* each row is seen in every halving */
  double variance = fmax(gain->squares / rows - mean * mean, 0) * halvings / rows;
  return mean + sqrt(variance) < 0;
}

/* The whole, then the halves: `weight` ends as the mean of all, or as the best single one. */
static void choose(double *weight, double *half, double *ensemble, struct choosing *choosing) {
  const struct ft_ensemble_task *task = choosing->task;
  const uint32_t halvings = halvings_of(task);
  const struct part whole = choosing->part;
  choose_on(weight, choosing);
  struct elsewhere gain = { 0 };
  /* Halving h / 2 splits the rows by one bit of their number; rows are in random order, so each
   * half is a random one. Both halves choose, and each is judged by the other. */
  for (uint32_t h = 0; h < 2 * halvings; h++) {
    choosing->part.bit = h / 2;
    choosing->part.side = h % 2;
    choose_on(half, choosing);
    ft_ensemble_average(ensemble, task, half);
    add_elsewhere(&gain, task, ensemble, best_single(task, &choosing->part), &choosing->part);
    for (uint32_t c = 0; c < task->candidates; c++)
      weight[c] += half[c];
  }
  for (uint32_t c = 0; c < task->candidates; c++)
    weight[c] /= 1 + 2 * halvings;
  /* Two guards. The ensembles of the halves must not be worse elsewhere than single candidates;
   * and the mean of the weights, which is no longer what greedy selection found, must not be
   * worse than the best single one. */
  uint32_t single = best_single(task, &whole);
  ft_ensemble_average(ensemble, task, weight);
  if (!is_worse(&gain, halvings) &&
      ft_ensemble_gain(task, task->margin[single], ensemble).mean >= 0)
    return;
  for (uint32_t c = 0; c < task->candidates; c++)
    weight[c] = c == single;
}

static enum ft_status make_room(struct choosing *choosing, const struct ft_ensemble_task *task,
                                struct ft_error *err) {
  *choosing = (struct choosing){ .task = task,
                                 .part = { .step = step_of(task), .bit = WHOLE },
                                 .sum = calloc(task->rows * task->outputs + 1, sizeof(double)),
                                 .mixed = calloc(task->outputs, sizeof(double)),
                                 .taken = calloc(task->candidates, sizeof(uint32_t)),
                                 .kept = calloc(task->candidates, sizeof(uint32_t)) };
  if (choosing->sum && choosing->mixed && choosing->taken && choosing->kept) return FT_OK;
  return ft_fail(err, FT_NOMEM, "out of memory to choose among the candidates");
}

static void release(struct choosing *choosing) {
  free(choosing->sum);
  free(choosing->mixed);
  free(choosing->taken);
  free(choosing->kept);
}

enum ft_status ft_ensemble_choose(double *weight, const struct ft_ensemble_task *task,
                                  struct ft_error *err) {
  struct choosing choosing;
  enum ft_status status = make_room(&choosing, task, err);
  double *half = calloc(task->candidates, sizeof *half);
  double *ensemble = calloc(task->rows * task->outputs + 1, sizeof *ensemble);
  if (status == FT_OK && (!half || !ensemble))
    status = ft_fail(err, FT_NOMEM, "out of memory to choose among the candidates");
  if (status == FT_OK) choose(weight, half, ensemble, &choosing);
  release(&choosing);
  free(half);
  free(ensemble);
  return status;
}

/* Cheap candidates first or good ones, many candidates or many fits of each: what is best shows in the
 * end, and `choosing` keeps it. */
static void choose_within(double *weight, double *tried, struct choosing *choosing) {
  static const double prices[] = { 0, 0.02, 0.06, 0.2 }; /* shares of the first ensemble's loss */
  static const uint32_t kept[] = { UINT32_MAX, 2, 1 };
  double best = INFINITY, scale = 0, best_price = 0;
  uint32_t best_kept = kept[0], max_fits = 0;
  for (uint32_t c = 0; c < choosing->task->candidates; c++)
    if (choosing->budget->fits[c] > max_fits) max_fits = choosing->budget->fits[c];
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    if (i > 0 && kept[i] >= max_fits) continue; /* the same again */
    for (size_t j = 0; j < sizeof prices / sizeof *prices; j++) {
      choosing->max_kept = kept[i];
      choosing->price = prices[j] * scale;
      double loss = choose_on(tried, choosing);
      if (loss == INFINITY) return;
      /* Losses under different prices compare only without what was charged: the budget is a
       * limit, not a cost. (take_best adds price × cost; here it is taken off.) */
      loss -= choosing->price * choosing->spent;
      /* The first turn has price 0, so its loss is the scale that the prices are shares of. */
      if (scale == 0) scale = fabs(loss);
      if (!(loss < best)) continue;
      best = loss;
      best_price = choosing->price;
      best_kept = choosing->max_kept;
      memcpy(weight, tried, choosing->task->candidates * sizeof *weight);
    }
  }
  /* add_halves repeats the choice under the price and limit that were best. */
  choosing->price = best_price;
  choosing->max_kept = best_kept;
}

/* What halves of few rows choose too: one alone may be the luckiest, and not the best. */
static void add_halves(double *weight, double *half, struct choosing *choosing) {
  const struct ft_ensemble_task *task = choosing->task;
  if (task->rows >= SMALL_ROWS) return;
  for (uint32_t h = 0; h < 2 * HALVINGS; h++) {
    choosing->part.bit = h / 2;
    choosing->part.side = h % 2;
    if (choose_on(half, choosing) == INFINITY) return;
    for (uint32_t c = 0; c < task->candidates; c++)
      weight[c] += half[c];
  }
  for (uint32_t c = 0; c < task->candidates; c++)
    weight[c] /= 1 + 2 * HALVINGS;
}

/* Those of the least weight go, until a fit of each is within the budget. */
static void cut_to_budget(double *weight, const struct ft_ensemble_task *task, const double *cost) {
  for (;;) {
    uint32_t min = 0, taken = 0;
    double sum = 0;
    for (uint32_t c = 0; c < task->candidates; c++) {
      if (weight[c] == 0) continue;
      if (taken++ == 0 || weight[c] < weight[min]) min = c;
      sum += cost[c];
    }
    /* Averages of weights from several halves may name more candidates than one choice could
     * afford. */
    if (sum <= 1 || taken < 2) return;
    weight[min] = 0;
  }
}

enum ft_status ft_ensemble_afford(double *weight, const struct ft_ensemble_task *task,
                                  const struct ft_ensemble_budget *budget, struct ft_error *err) {
  struct choosing choosing;
  enum ft_status status = make_room(&choosing, task, err);
  double *tried = calloc(task->candidates, sizeof *tried);
  if (status == FT_OK && !tried)
    status = ft_fail(err, FT_NOMEM, "out of memory to choose among the candidates");
  /* Where no candidate is within the budget choose_on takes none, and this answer stays. */
  uint32_t cheapest = 0;
  for (uint32_t c = 1; c < task->candidates; c++)
    if (budget->cost[c] < budget->cost[cheapest]) cheapest = c;
  for (uint32_t c = 0; c < task->candidates; c++)
    weight[c] = c == cheapest;
  choosing.budget = budget;
  if (status == FT_OK) {
    choose_within(weight, tried, &choosing);
    add_halves(weight, tried, &choosing);
    cut_to_budget(weight, task, budget->cost);
  }
  release(&choosing);
  free(tried);
  return status;
}
