#include "core/train/interval.h"

#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/metric.h"
#include "core/learn/parallel.h"
#include "core/train/baseline.h"
#include "core/train/predictions.h"
#include "foretell/random.h"

#define MAX_DRAWS   1000
#define MIN_DRAWS   200
#define ROWS_DRAWN  5e6 /* in all draws, about */
#define BLOCK_DRAWS 25  /* that one thread makes */
#define MIN_ROWS    10
#define OUTSIDE     0.025

/* What a draw is judged by: for each row the part of a score that is a mean, and its place by score.
 *
 * Valid    `loss` and `order` are the same for all draws (prepare); `times`, `confused` and `spread` are of
 *          the draw in hand (count), and each thread has its own. */
struct drawing {
  const struct ft_scored *scored;
  const struct ft_scored_predictions *predictions;
  uint32_t *times;         /* that a row was drawn */
  uint32_t *order;         /* rows by the probability of label 1, ascending; binary only */
  double *loss;            /* of each row: log loss, or squared error */
  double *confused;        /* labels × (both, chosen, actual) */
  struct ft_spread spread; /* of the drawn targets; regression only */
};

struct placed_row {
  double value;
  uint32_t row;
};

static int compare_rows(const void *a, const void *b) {
  const struct placed_row *first = a, *second = b;
  if (first->value != second->value) return first->value < second->value ? -1 : 1;
  return (first->row > second->row) - (first->row < second->row);
}

static int compare_numbers(const void *a, const void *b) {
  double first = *(const double *)a, second = *(const double *)b;
  return (first > second) - (first < second);
}

static enum ft_status sort_rows(struct drawing *drawing, struct ft_error *err) {
  size_t rows = drawing->scored->rows;
  struct placed_row *placed = malloc(rows * sizeof *placed + 1);
  if (!placed) return ft_fail(err, FT_NOMEM, "out of memory to score %zu rows", rows);
  for (size_t r = 0; r < rows; r++)
    placed[r] = (struct placed_row){ drawing->predictions->value[r], (uint32_t)r };
  qsort(placed, rows, sizeof *placed, compare_rows);
  for (size_t r = 0; r < rows; r++)
    drawing->order[r] = placed[r].row;
  free(placed);
  return FT_OK;
}

static double auc_of(const struct drawing *drawing) {
  const double *value = drawing->predictions->value, *target = drawing->predictions->target;
  double positives = 0, negatives = 0, pairs = 0;
  size_t rows = drawing->scored->rows;
  /* Sorted once; a draw only changes how often each row counts. */
  for (size_t i = 0; i < rows;) {
    double above = 0, below = 0, tie = value[drawing->order[i]];
    for (; i < rows && value[drawing->order[i]] == tie; i++) {
      uint32_t row = drawing->order[i];
      *(target[row] > 0.5 ? &above : &below) += drawing->times[row];
    }
    /* Mann-Whitney: pairs of a positive and a negative in the right order; ties count half. */
    pairs += above * (negatives + below / 2);
    positives += above;
    negatives += below;
  }
  return positives > 0 && negatives > 0 ? pairs / (positives * negatives) : 0.5;
}

static void confuse(struct drawing *drawing) {
  const struct ft_scored_predictions *p = drawing->predictions;
  memset(drawing->confused, 0, 3 * (size_t)p->labels * sizeof(double));
  for (size_t r = 0; r < drawing->scored->rows; r++) {
    uint32_t chosen = p->label[r], actual = (uint32_t)p->target[r], times = drawing->times[r];
    /* Per label: rows that are both, rows answered with it, rows of it. */
    assert(chosen < p->labels && actual < p->labels);
    drawing->confused[3 * chosen + 1] += times;
    drawing->confused[3 * actual + 2] += times;
    if (chosen == actual) drawing->confused[3 * actual] += times;
  }
}

static double f1_of(const double *confused) {
  double sum = confused[1] + confused[2];
  return sum > 0 ? 2 * confused[0] / sum : 0;
}

static double mean_loss(const struct drawing *drawing) {
  double sum = 0;
  for (size_t r = 0; r < drawing->scored->rows; r++)
    sum += drawing->times[r] * drawing->loss[r];
  return sum / (double)drawing->scored->rows;
}

static double f1_macro_of(const struct drawing *drawing) {
  double sum = 0;
  uint32_t seen = 0;
  for (uint32_t l = 0; l < drawing->predictions->labels; l++) {
    const double *confused = drawing->confused + 3 * l;
    /* As scikit-learn has it: labels that neither occur nor are predicted have no F1. */
    if (confused[1] + confused[2] == 0) continue;
    sum += f1_of(confused);
    seen++;
  }
  return seen ? sum / seen : 0;
}

static double accuracy_of(const struct drawing *drawing) {
  double right = 0;
  for (uint32_t l = 0; l < drawing->predictions->labels; l++)
    right += drawing->confused[3 * l];
  return right / (double)drawing->scored->rows;
}

static double mean_absolute(const struct drawing *drawing) {
  const struct ft_scored_predictions *p = drawing->predictions;
  double sum = 0;
  for (size_t r = 0; r < drawing->scored->rows; r++)
    sum += drawing->times[r] * fabs(p->value[r] - p->target[r]);
  return sum / (double)drawing->scored->rows;
}

static double r2_of(const struct drawing *drawing) {
  double variance = drawing->spread.square;
  return variance > 0 ? 1 - mean_loss(drawing) / variance : 0;
}

static double measure(const struct drawing *drawing, enum ft_metric metric) {
  switch (metric) {
  case FT_METRIC_AUC: return auc_of(drawing);
  case FT_METRIC_F1: return f1_of(drawing->confused + 3 * drawing->scored->positive);
  case FT_METRIC_F1_MACRO: return f1_macro_of(drawing);
  case FT_METRIC_ACCURACY: return accuracy_of(drawing);
  case FT_METRIC_RMSE: return sqrt(mean_loss(drawing));
  case FT_METRIC_MAE: return mean_absolute(drawing);
  case FT_METRIC_R2: return r2_of(drawing);
  default: return mean_loss(drawing);
  }
}

static double measure_baseline(const struct drawing *drawing, enum ft_metric metric) {
  const struct ft_scored *scored = drawing->scored;
  if (scored->problem == FT_REGRESSION) return ft_baseline_of_numbers(metric, &drawing->spread);
  return ft_baseline_of_classes(metric, drawing->confused + 2, 3, drawing->predictions->labels,
                                scored->positive);
}

/* What follows from `times`. */
static void count(struct drawing *drawing) {
  const struct ft_scored_predictions *p = drawing->predictions;
  if (drawing->scored->problem == FT_REGRESSION)
    drawing->spread = ft_spread_of(p->target, drawing->times, drawing->scored->rows);
  else
    confuse(drawing);
}

static void draw(struct drawing *drawing, struct ft_random *random) {
  size_t rows = drawing->scored->rows;
  memset(drawing->times, 0, rows * sizeof *drawing->times);
  /* Efron's bootstrap: as many rows as there are, each with the same chance, with replacement. */
  for (size_t i = 0; i < rows; i++)
    drawing->times[ft_random_below(random, rows)]++;
  count(drawing);
}

static void compare(struct ft_named_score *score, size_t scores, struct drawing *drawing) {
  /* Each row once: the baseline of the rows themselves. */
  for (size_t r = 0; r < drawing->scored->rows; r++)
    drawing->times[r] = 1;
  count(drawing);
  for (size_t i = 0; i < scores; i++) {
    score[i].compared = true;
    score[i].baseline = measure_baseline(drawing, score[i].metric);
  }
}

static bool is_better(const struct drawing *drawing, enum ft_metric metric, double value) {
  double baseline = measure_baseline(drawing, metric);
  return ft_metric_higher_is_better(metric) ? value > baseline : value < baseline;
}

/* Losses of the rows, and their order; all that draws have in common. */
static enum ft_status prepare(struct drawing *drawing, struct ft_error *err) {
  const struct ft_scored_predictions *p = drawing->predictions;
  bool numbers = drawing->scored->problem == FT_REGRESSION;
  /* Losses of rows do not change with a draw: computed once. */
  for (size_t r = 0; r < drawing->scored->rows; r++)
    drawing->loss[r] =
        numbers ? ft_metric_mse(p->value + r, p->target + r, 1)
                : ft_metric_log_loss(p->probability + r * p->labels, p->labels, p->target + r, 1);
  return drawing->scored->problem == FT_BINARY ? sort_rows(drawing, err) : FT_OK;
}

/* All draws; each has a generator of its own, so that they can be made in any order. */
struct bootstrap {
  const struct drawing *rows;
  const struct ft_named_score *score;
  size_t scores, draws;
  uint64_t seed;
  double *drawn; /* scores × draws */
  bool *worse;   /* scores × draws: no better than the baseline */
  atomic_bool failed;
};

static void draw_block(void *self, size_t block) {
  struct bootstrap *all = self;
  struct drawing drawing = *all->rows;
  const size_t first = block * BLOCK_DRAWS, labels = drawing.predictions->labels;
  drawing.times = calloc(drawing.scored->rows, sizeof *drawing.times);
  drawing.confused = calloc(3 * labels + 1, sizeof *drawing.confused);
  if (!drawing.times || !drawing.confused) atomic_store(&all->failed, true);
  for (size_t d = first; d < first + BLOCK_DRAWS && d < all->draws && !all->failed; d++) {
    /* A generator a draw: which thread makes it decides nothing. */
    struct ft_random random = ft_random_seeded(all->seed + d);
    draw(&drawing, &random);
    for (size_t i = 0; i < all->scores; i++) {
      double value = all->drawn[i * all->draws + d] = measure(&drawing, all->score[i].metric);
      /* On the same drawn rows: the difference varies far less than either score does. */
      all->worse[i * all->draws + d] = !is_better(&drawing, all->score[i].metric, value);
    }
  }
  free(drawing.times);
  free(drawing.confused);
}

static void conclude(struct ft_named_score *score, double *drawn, const bool *worse, size_t draws) {
  size_t outside = (size_t)(OUTSIDE * (double)draws), count = 0;
  for (size_t d = 0; d < draws; d++)
    count += worse[d];
  /* One-sided at 2.5 %, as the interval's lower end. */
  score->better = count <= outside;
  qsort(drawn, draws, sizeof *drawn, compare_numbers);
  score->interval = true;
  /* Percentile method: the 2.5 % and 97.5 % quantiles of the draws. */
  assert(2 * outside < draws);
  score->low = drawn[outside];
  score->high = drawn[draws - 1 - outside];
}

static enum ft_status draw_all(struct ft_named_score *score, size_t scores,
                               const struct drawing *drawing, uint64_t seed, uint32_t threads,
                               struct ft_error *err) {
  size_t rows = drawing->scored->rows, draws = (size_t)(ROWS_DRAWN / (double)rows);
  /* Of many rows fewer draws: a quantile's error falls with the draws, its cost rises with rows
   * × draws. */
  draws = draws < MIN_DRAWS ? MIN_DRAWS : draws > MAX_DRAWS ? MAX_DRAWS : draws;
  struct bootstrap all = { .rows = drawing,
                           .score = score,
                           .scores = scores,
                           .draws = draws,
                           .seed = seed ^ UINT64_C(0x626f6f7473747261),
                           .drawn = calloc(scores * draws + 1, sizeof(double)),
                           .worse = calloc(scores * draws + 1, sizeof(bool)) };
  all.failed = !all.drawn || !all.worse;
  if (!all.failed)
    ft_parallel_run(threads, (draws + BLOCK_DRAWS - 1) / BLOCK_DRAWS, draw_block, &all);
  for (size_t i = 0; i < scores && !all.failed; i++)
    conclude(&score[i], all.drawn + i * draws, all.worse + i * draws, draws);
  free(all.drawn);
  free(all.worse);
  return all.failed ? ft_fail(err, FT_NOMEM, "out of memory to score %zu rows", rows) : FT_OK;
}

enum ft_status ft_interval_find(struct ft_named_score *score, size_t scores,
                                const struct ft_scored *scored, double threshold, uint64_t seed,
                                uint32_t threads, struct ft_error *err) {
  struct ft_scored_predictions predictions;
  FT_TRY(ft_predictions_make(&predictions, scored, threshold, err));
  size_t rows = scored->rows;
  struct drawing drawing = { .scored = scored,
                             .predictions = &predictions,
                             .times = calloc(rows, sizeof(uint32_t)),
                             .order = calloc(rows, sizeof(uint32_t)),
                             .loss = calloc(rows, sizeof(double)),
                             .confused =
                                 calloc(3 * (size_t)predictions.labels + 1, sizeof(double)) };
  enum ft_status status = FT_OK;
  if (!drawing.times || !drawing.order || !drawing.loss || !drawing.confused)
    status = ft_fail(err, FT_NOMEM, "out of memory to score %zu rows", rows);
  if (status == FT_OK) status = prepare(&drawing, err);
  if (status == FT_OK) compare(score, scores, &drawing);
  if (status == FT_OK && rows >= MIN_ROWS)
    status = draw_all(score, scores, &drawing, seed, threads, err);
  free(drawing.times);
  free(drawing.order);
  free(drawing.loss);
  free(drawing.confused);
  ft_predictions_release(&predictions);
  return status;
}
