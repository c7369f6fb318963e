#include "core/train/ensemble.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/loss.h"

#define ENOUGH_ROWS 10000

/* A choice on some of the rows: all, the even or the odd ones. */
struct choosing {
  const struct ft_ensemble_task *task;
  size_t first, step; /* rows first, first + step … */
  double *sum;        /* of the margins taken, all rows */
  double *mixed;      /* outputs */
  uint32_t *taken;    /* times, one a candidate */
  uint32_t steps;     /* taken in all */
  const double *cost; /* of each candidate, all that are taken at most 1; NULL: no limit */
  double price;       /* of a cost of 1, as a share of the loss */
};

void ft_ensemble_mix(double *out, const struct ft_ensemble_task *task, const double *weight) {
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
  double variance = fmax(squares / (double)task->rows - mean * mean, 0);
  return (struct ft_gain){ mean, sqrt(variance / (double)task->rows) };
}

/* Loss of the mean of what is taken and candidate c, over the choice's rows. */
static double loss_with(const struct choosing *choosing, uint32_t c) {
  const struct ft_ensemble_task *task = choosing->task;
  double share = 1.0 / (choosing->steps + 1), loss = 0;
  for (size_t r = choosing->first; r < task->rows; r += choosing->step) {
    size_t at = r * task->outputs;
    for (uint32_t g = 0; g < task->outputs; g++)
      choosing->mixed[g] = share * (choosing->sum[at + g] + task->margin[c][at + g]);
    loss += ft_loss_row(task->problem, task->outputs, choosing->mixed, task->target[r]);
  }
  return loss;
}

static void take(struct choosing *choosing, uint32_t c) {
  size_t count = choosing->task->rows * choosing->task->outputs;
  for (size_t i = 0; i < count; i++)
    choosing->sum[i] += choosing->task->margin[c][i];
  choosing->taken[c]++;
  choosing->steps++;
}

/* Share of the loss that taking c for the first time is charged; infinite when it is too dear. */
static double charge_of(const struct choosing *choosing, uint32_t c) {
  if (!choosing->cost || choosing->taken[c] > 0) return 0;
  double spent = choosing->cost[c];
  for (uint32_t i = 0; i < choosing->task->candidates; i++)
    if (choosing->taken[i] > 0) spent += choosing->cost[i];
  return spent > 1 ? INFINITY : choosing->price * choosing->cost[c];
}

/* The best number of steps counts: a step may be worse than the one before and lead to a better one. */
static double choose_on(double *weight, struct choosing *choosing) {
  uint32_t candidates = choosing->task->candidates;
  size_t count = choosing->task->rows * choosing->task->outputs;
  double best = INFINITY;
  memset(choosing->sum, 0, count * sizeof *choosing->sum);
  memset(choosing->taken, 0, candidates * sizeof *choosing->taken);
  choosing->steps = 0;
  while (choosing->steps < FT_ENSEMBLE_STEPS) {
    uint32_t next = candidates;
    double least = INFINITY, loss_then = 0;
    for (uint32_t c = 0; c < candidates; c++) {
      double charge = charge_of(choosing, c);
      double loss = charge < INFINITY ? loss_with(choosing, c) : 0;
      if (charge == INFINITY || !(loss * (1 + charge) < least)) continue;
      least = loss * (1 + charge);
      loss_then = loss;
      next = c;
    }
    if (next == candidates) break;
    take(choosing, next);
    if (choosing->steps > 1 && !(loss_then < best)) continue;
    best = loss_then;
    for (uint32_t c = 0; c < candidates; c++)
      weight[c] = (double)choosing->taken[c] / choosing->steps;
  }
  return best;
}

/* Of very many rows some are enough. */
static size_t step_of(const struct ft_ensemble_task *task) {
  return task->rows / ENOUGH_ROWS + 1;
}

static uint32_t best_single(const struct ft_ensemble_task *task, size_t first, size_t step) {
  uint32_t best = 0;
  double least = INFINITY;
  for (uint32_t c = 0; c < task->candidates; c++) {
    double loss = 0;
    for (size_t r = first; r < task->rows; r += step)
      loss += ft_loss_row(task->problem, task->outputs, task->margin[c] + r * task->outputs,
                          task->target[r]);
    if (loss < least) {
      least = loss;
      best = c;
    }
  }
  return best;
}

/* What the mixture is better by than the single one on the rows that chose neither. */
static double gain_elsewhere(const struct ft_ensemble_task *task, const double *mixture,
                             uint32_t single, size_t first, size_t step) {
  double gain = 0;
  for (size_t r = first; r < task->rows; r += step) {
    size_t at = r * task->outputs;
    gain += ft_loss_row(task->problem, task->outputs, task->margin[single] + at, task->target[r]) -
            ft_loss_row(task->problem, task->outputs, mixture + at, task->target[r]);
  }
  return gain;
}

/* The whole, then the halves: `weight` ends as the mean of the three, or as the best single one. */
static void choose(double *weight, double *half, double *mixture, struct choosing *choosing) {
  const struct ft_ensemble_task *task = choosing->task;
  size_t step = step_of(task);
  choose_on(weight, choosing);
  double gain = 0;
  choosing->step = 2 * step;
  for (size_t side = 0; side < 2; side++) {
    choosing->first = side * step;
    choose_on(half, choosing);
    ft_ensemble_mix(mixture, task, half);
    gain += gain_elsewhere(task, mixture, best_single(task, side * step, 2 * step),
                           (1 - side) * step, 2 * step);
    for (uint32_t c = 0; c < task->candidates; c++)
      weight[c] += half[c];
  }
  for (uint32_t c = 0; c < task->candidates; c++)
    weight[c] /= 3;
  uint32_t single = best_single(task, 0, step);
  ft_ensemble_mix(mixture, task, weight);
  if (gain >= 0 && ft_ensemble_gain(task, task->margin[single], mixture).mean >= 0) return;
  for (uint32_t c = 0; c < task->candidates; c++)
    weight[c] = c == single;
}

static enum ft_status make_room(struct choosing *choosing, const struct ft_ensemble_task *task,
                                struct ft_error *err) {
  *choosing = (struct choosing){ .task = task,
                                 .step = step_of(task),
                                 .sum = calloc(task->rows * task->outputs + 1, sizeof(double)),
                                 .mixed = calloc(task->outputs, sizeof(double)),
                                 .taken = calloc(task->candidates, sizeof(uint32_t)) };
  if (choosing->sum && choosing->mixed && choosing->taken) return FT_OK;
  return ft_fail(err, FT_NOMEM, "out of memory to choose among the candidates");
}

static void release(struct choosing *choosing) {
  free(choosing->sum);
  free(choosing->mixed);
  free(choosing->taken);
}

enum ft_status ft_ensemble_choose(double *weight, const struct ft_ensemble_task *task,
                                  struct ft_error *err) {
  struct choosing choosing;
  enum ft_status status = make_room(&choosing, task, err);
  double *half = calloc(task->candidates, sizeof *half);
  double *mixture = calloc(task->rows * task->outputs + 1, sizeof *mixture);
  if (status == FT_OK && (!half || !mixture))
    status = ft_fail(err, FT_NOMEM, "out of memory to choose among the candidates");
  if (status == FT_OK) choose(weight, half, mixture, &choosing);
  release(&choosing);
  free(half);
  free(mixture);
  return status;
}

/* Cheap candidates first, or good ones: which is better shows in the end. */
enum ft_status ft_ensemble_afford(double *weight, const struct ft_ensemble_task *task,
                                  const double *cost, struct ft_error *err) {
  static const double prices[] = { 0, 0.1, 0.3, 1 };
  struct choosing choosing;
  enum ft_status status = make_room(&choosing, task, err);
  double *tried = calloc(task->candidates, sizeof *tried), best = INFINITY;
  if (status == FT_OK && !tried)
    status = ft_fail(err, FT_NOMEM, "out of memory to choose among the candidates");
  uint32_t cheapest = 0;
  for (uint32_t c = 1; c < task->candidates; c++)
    if (cost[c] < cost[cheapest]) cheapest = c;
  for (uint32_t c = 0; c < task->candidates; c++)
    weight[c] = c == cheapest;
  choosing.cost = cost;
  for (size_t i = 0; i < sizeof prices / sizeof *prices && status == FT_OK; i++) {
    choosing.price = prices[i];
    double loss = choose_on(tried, &choosing);
    if (!(loss < best)) continue;
    best = loss;
    memcpy(weight, tried, task->candidates * sizeof *weight);
  }
  release(&choosing);
  free(tried);
  return status;
}
