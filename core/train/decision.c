#include "core/train/decision.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "foretell/maths.h"
#include "foretell/random.h"

#define PARTS       5
#define NO_PART     PARTS
#define DRAWS       1000
#define MAX_WORSE   25 /* draws in which a threshold may be no better: 2.5 % */
#define LARGE_COUNT 100
#define SEED        UINT64_C(0x7468726573686f6c)

struct decision_row {
  double probability;
  bool positive;
  uint32_t part;
};

/* Rows by answer and truth: of the confusion matrix the true positives (`both`), the predicted positives
 * (`chosen`), the positives (`actual`) and all. Counts may be fractions: they are drawn in the bootstrap. */
struct counts {
  double both, chosen, actual, rows;
};

static int compare_rows(const void *a, const void *b) {
  const struct decision_row *first = a, *second = b;
  if (first->probability != second->probability)
    return first->probability < second->probability ? -1 : 1;
  if (first->positive != second->positive) return first->positive ? 1 : -1;
  return (first->part > second->part) - (first->part < second->part);
}

/* Ascending by probability; each class is spread evenly over the parts. */
static struct decision_row *sort_rows(const double *probability, const double *target,
                                      size_t rows) {
  struct decision_row *row = malloc(rows * sizeof *row + 1);
  uint32_t seen[2] = { 0, 0 };
  for (size_t r = 0; row && r < rows; r++) {
    bool positive = target[r] > 0.5;
    row[r] = (struct decision_row){ probability[r], positive, seen[positive]++ % PARTS };
  }
  if (row) qsort(row, rows, sizeof *row, compare_rows);
  return row;
}

static double f1_of(double both, double chosen, double actual) {
  return chosen + actual > 0 ? 2 * both / (chosen + actual) : 0;
}

static double score_of(enum ft_decision_aim aim, struct counts c) {
  double positive = f1_of(c.both, c.chosen, c.actual);
  double rejected = c.rows - c.chosen, missed = c.actual - c.both;
  /* F1 = 2 TP / (2 TP + FP + FN) = 2 TP / (predicted + actual); of the negative class with all
   * counts turned around. */
  if (aim == FT_DECISION_F1) return positive;
  if (aim == FT_DECISION_F1_MACRO)
    return (positive + f1_of(rejected - missed, rejected, c.rows - c.actual)) / 2;
  return c.rows > 0 ? (c.both + rejected - missed) / c.rows : 0;
}

/* What answers without a model score: always the positive class, by the shares, or the larger class. */
static double score_without(enum ft_decision_aim aim, struct counts c) {
  if (aim == FT_DECISION_F1) return f1_of(c.actual, c.rows, c.actual);
  /* Guessing by the classes' shares: each class has its share as F1, and two shares sum to 1. */
  if (aim == FT_DECISION_F1_MACRO) return 0.5;
  return c.rows > 0 ? fmax(c.actual, c.rows - c.actual) / c.rows : 0;
}

/* Counts of the rows outside a part, none of them chosen yet. */
static struct counts count_outside(const struct decision_row *row, size_t rows, uint32_t part) {
  struct counts counts = { 0 };
  for (size_t r = 0; r < rows; r++) {
    counts.rows += row[r].part != part;
    counts.actual += row[r].part != part && row[r].positive;
  }
  return counts;
}

/* The threshold that is best on the rows outside a part. */
static double best_outside(enum ft_decision_aim aim, const struct decision_row *row, size_t rows,
                           uint32_t part) {
  struct counts counts = count_outside(row, rows, part);
  double best = -1, threshold = 0.5;
  /* One sweep down the sorted rows: every step adds one row to those that are answered positive. */
  for (size_t r = rows; r-- > 0;) {
    if (row[r].part != part) {
      counts.chosen++;
      counts.both += row[r].positive;
    }
    /* Rows of the same probability are answered alike: no threshold lies between them. */
    if (r > 0 && row[r - 1].probability == row[r].probability) continue;
    double score = score_of(aim, counts);
    if (score <= best) continue;
    best = score;
    threshold = row[r].probability;
    /* In the middle of the gap, so that new rows near it are as far from either side. */
    if (r > 0) threshold = (threshold + row[r - 1].probability) / 2;
  }
  return threshold > 0 ? fmin(threshold, 1) : 0.5;
}

/* A Poisson count. Source: Knuth, TAOCP 2, 3.4.1; of a large mean the normal distribution,
 * as a sum of twelve uniform numbers (mean 6, variance 1). */
static double draw_count(struct ft_random *random, double mean) {
  double count = 0;
  if (mean > LARGE_COUNT) {
    for (int i = 0; i < 12; i++)
      count += ft_random_unit(random);
    return fmax(mean + sqrt(mean) * (count - 6), 0);
  }
  double product = ft_random_unit(random), min = ft_exp(-mean);
  for (; product > min; count++)
    product *= ft_random_unit(random);
  return count;
}

/* Rows by the answer of the found thresholds, that of one half, and the truth. Rows of a kind are alike for
 * every score here, so a bootstrap draws eight counts instead of all rows: in the Poisson bootstrap each
 * row's count is Poisson(1), and their sum over a kind Poisson(rows of it). */
#define KINDS 8
#define KIND(found, half, positive) \
  (4u * (unsigned)(found) + 2u * (unsigned)(half) + (unsigned)(positive))

static struct counts count_kinds(const double *kind, unsigned answer) {
  struct counts counts = { 0 };
  for (unsigned k = 0; k < KINDS; k++) {
    bool chosen = k & answer, positive = k & 1;
    counts.rows += kind[k];
    counts.actual += positive ? kind[k] : 0;
    counts.chosen += chosen ? kind[k] : 0;
    counts.both += chosen && positive ? kind[k] : 0;
  }
  return counts;
}

static bool is_better(enum ft_decision_aim aim, const double *kind) {
  struct counts found = count_kinds(kind, KIND(1, 0, 0)), half = count_kinds(kind, KIND(0, 1, 0));
  /* Two rivals: a half, which is what users expect; and an answer that needs no model. */
  return score_of(aim, found) > fmax(score_of(aim, half), score_without(aim, half));
}

static bool is_better_beyond_chance(enum ft_decision_aim aim, const double *kind) {
  struct ft_random random = ft_random_seeded(SEED);
  int worse = 0;
  /* The seed is fixed, so the same rows give the same threshold; it ends early once too many
   * draws were worse. */
  for (int d = 0; d < DRAWS && worse <= MAX_WORSE; d++) {
    double drawn[KINDS];
    for (unsigned k = 0; k < KINDS; k++)
      drawn[k] = kind[k] > 0 ? draw_count(&random, kind[k]) : 0;
    worse += !is_better(aim, drawn);
  }
  return worse <= MAX_WORSE;
}

enum ft_status ft_decision_threshold(double *out, enum ft_decision_aim aim,
                                     const double *probability, const double *target, size_t rows,
                                     struct ft_error *err) {
  struct decision_row *row = sort_rows(probability, target, rows);
  if (!row) return ft_fail(err, FT_NOMEM, "out of memory to score %zu rows", rows);
  double kind[KINDS] = { 0 }, threshold[PARTS];
  /* A threshold of a part was found on the other four: what is judged below has no say in it. */
  for (uint32_t p = 0; p < PARTS; p++)
    threshold[p] = best_outside(aim, row, rows, p);
  for (size_t r = 0; r < rows; r++)
    kind[KIND(row[r].probability >= threshold[row[r].part], row[r].probability >= 0.5,
              row[r].positive)]++;
  *out = is_better_beyond_chance(aim, kind) ? best_outside(aim, row, rows, NO_PART) : 0.5;
  free(row);
  return FT_OK;
}
