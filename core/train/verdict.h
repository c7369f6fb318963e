/* Is a model better than no model? In words for somebody who knows no metric.
 *
 * Decided by the metric of the objective: its score must beat its baseline beyond chance (interval.h).
 * Where it does not, but the probabilities rank the rows better than guessing, the verdict says so too.
 * Threads  pure functions. */
#ifndef FORETELL_TRAIN_VERDICT_H
#define FORETELL_TRAIN_VERDICT_H

#include "core/train/score.h"
#include "core/train/target.h"

struct ft_verdict {
  const struct ft_target *target;
  const struct ft_named_score *score;   /* the first is the objective's; compared */
  size_t scores;                        /* at least 1 */
  const struct ft_class_score *classes; /* one a label; NULL for regression */
  size_t rows;                          /* judged */
  double mean;                          /* of the target; regression */
};

#define FT_VERDICT_BYTES 700

/* "better than always answering …", "no better than …", or "perhaps better than …". Without an interval:
 * "too few rows …". */
void ft_verdict_write(char out[FT_VERDICT_BYTES], const struct ft_verdict *verdict);

#endif
