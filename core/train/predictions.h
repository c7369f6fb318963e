/* Margins made predictions: what scores are computed from.
 *
 * Shapes   one a row, but for `probability`; arrays that the problem has not are 0.
 * Owner    the caller: ft_predictions_release, which is allowed after a failure, too.
 * Threads  pure functions. */
#ifndef FORETELL_TRAIN_PREDICTIONS_H
#define FORETELL_TRAIN_PREDICTIONS_H

#include "core/train/scored.h"

struct ft_scored_predictions {
  double *value;       /* regression: in the target's unit; binary: probability of label 1 */
  double *target;      /* regression: in its own unit */
  double *probability; /* rows × labels */
  uint32_t *label;     /* chosen */
  uint32_t labels;
};

/* Binary classes are chosen by `threshold`.
 * Errors: FT_NOMEM */
enum ft_status ft_predictions_make(struct ft_scored_predictions *out,
                                   const struct ft_scored *scored, double threshold,
                                   struct ft_error *err) FT_MUST_CHECK;
void ft_predictions_release(struct ft_scored_predictions *predictions);

#endif
