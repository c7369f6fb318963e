#include "core/train/ensemble.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/train/loss.h"

/* A choice on some of the rows: all, the even or the odd ones. */
struct choosing {
  const struct ft_ensemble_task *task;
  size_t first, step; /* rows first, first + step … */
  double *sum;        /* of the margins taken, all rows */
  double *mixed;      /* outputs */
  uint32_t *taken;    /* times, one a candidate */
  uint32_t steps;     /* taken in all */
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

/* The best number of steps counts: a step may be worse than the one before and lead to a better one. */
static void choose_on(double *weight, struct choosing *choosing) {
  uint32_t candidates = choosing->task->candidates;
  size_t count = choosing->task->rows * choosing->task->outputs;
  double best = INFINITY;
  memset(choosing->sum, 0, count * sizeof *choosing->sum);
  memset(choosing->taken, 0, candidates * sizeof *choosing->taken);
  choosing->steps = 0;
  while (choosing->steps < FT_ENSEMBLE_STEPS) {
    uint32_t next = 0;
    double least = INFINITY;
    for (uint32_t c = 0; c < candidates; c++) {
      double loss = loss_with(choosing, c);
      if (c > 0 && !(loss < least)) continue;
      least = loss;
      next = c;
    }
    take(choosing, next);
    if (choosing->steps > 1 && !(least < best)) continue;
    best = least;
    for (uint32_t c = 0; c < candidates; c++)
      weight[c] = (double)choosing->taken[c] / choosing->steps;
  }
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
                             uint32_t single, size_t first) {
  double gain = 0;
  for (size_t r = first; r < task->rows; r += 2) {
    size_t at = r * task->outputs;
    gain += ft_loss_row(task->problem, task->outputs, task->margin[single] + at, task->target[r]) -
            ft_loss_row(task->problem, task->outputs, mixture + at, task->target[r]);
  }
  return gain;
}

/* The whole, then the halves: `weight` ends as the mean of the three, or as the best single one. */
static void choose(double *weight, double *half, double *mixture, struct choosing *choosing) {
  const struct ft_ensemble_task *task = choosing->task;
  choosing->first = 0;
  choosing->step = 1;
  choose_on(weight, choosing);
  double gain = 0;
  choosing->step = 2;
  for (size_t first = 0; first < 2; first++) {
    choosing->first = first;
    choose_on(half, choosing);
    ft_ensemble_mix(mixture, task, half);
    gain += gain_elsewhere(task, mixture, best_single(task, first, 2), 1 - first);
    for (uint32_t c = 0; c < task->candidates; c++)
      weight[c] += half[c];
  }
  for (uint32_t c = 0; c < task->candidates; c++)
    weight[c] /= 3;
  uint32_t single = best_single(task, 0, 1);
  ft_ensemble_mix(mixture, task, weight);
  if (gain >= 0 && ft_ensemble_gain(task, task->margin[single], mixture).mean >= 0) return;
  for (uint32_t c = 0; c < task->candidates; c++)
    weight[c] = c == single;
}

enum ft_status ft_ensemble_choose(double *weight, const struct ft_ensemble_task *task,
                                  struct ft_error *err) {
  if (task->candidates == 1) {
    weight[0] = 1;
    return FT_OK;
  }
  size_t count = task->rows * task->outputs;
  struct choosing choosing = { .task = task,
                               .sum = calloc(count + 1, sizeof(double)),
                               .mixed = calloc(task->outputs, sizeof(double)),
                               .taken = calloc(task->candidates, sizeof(uint32_t)) };
  double *half = calloc(task->candidates, sizeof *half);
  double *mixture = calloc(count + 1, sizeof *mixture);
  enum ft_status status = FT_OK;
  if (choosing.sum && choosing.mixed && choosing.taken && half && mixture)
    choose(weight, half, mixture, &choosing);
  else
    status = ft_fail(err, FT_NOMEM, "out of memory to choose among the candidates");
  free(choosing.sum);
  free(choosing.mixed);
  free(choosing.taken);
  free(half);
  free(mixture);
  return status;
}
