/* Predictions made of margins, and what is shown of them.
 *
 * Shapes   margins rows × outputs with the base, of scaled targets; targets as the run has them.
 * Threads  pure functions. */
#ifndef FORETELL_TRAIN_SCORE_H
#define FORETELL_TRAIN_SCORE_H

#include "core/train/scored.h"
#include "foretell/objective.h"

#define FT_SCORE_NAME 40
struct ft_named_score {
  char name[FT_SCORE_NAME]; /* "validation:auc" */
  double value;
  bool compared;   /* is this known? */
  double baseline; /* baseline.h */
  bool interval;   /* are these known? */
  double low;      /* of the 95 % interval; low <= high, in the metric's own sense */
  double high;
  bool better;           /* than the baseline, beyond chance */
  bool doubtful;         /* it would be, but for the rows, which chose the model, too */
  enum ft_metric metric; /* of ft_score_all's */
};
#define FT_SCORE_MAX 8

/* One metric, in its own sense; binary classes by `threshold`. */
enum ft_status ft_score_metric(double *out, enum ft_metric metric, const struct ft_scored *scored,
                               double threshold, struct ft_error *err) FT_MUST_CHECK;

/* The metric of the objective first, then the others that the problem has. */
enum ft_status ft_score_all(struct ft_named_score *out, size_t *count, enum ft_metric metric,
                            const struct ft_scored *scored, double threshold,
                            struct ft_error *err) FT_MUST_CHECK;

/* The answers for a class. */
struct ft_class_score {
  size_t rows;     /* of it */
  size_t answered; /* rows that were given it */
  size_t right;    /* of both */
};
/* One a label; binary classes by `threshold`. */
enum ft_status ft_score_classes(struct ft_class_score *out, const struct ft_scored *scored,
                                double threshold, struct ft_error *err) FT_MUST_CHECK;

/* The threshold over the probability of label 1 that an objective wants; 0.5 where it wants none, or
 * none is better beyond chance (decision.h). */
enum ft_status ft_score_threshold(double *out, enum ft_metric metric,
                                  const struct ft_scored *scored,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
