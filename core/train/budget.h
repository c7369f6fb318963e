/* The inference budget: how many of each candidate's fits the model can afford.
 *
 * A candidate of weight w that is the mean of k fits is better by w² × gain × (1 - 1/k) than one, so the
 * fit that is given up next is the one whose going adds least for what it saves. One of each is kept.
 *
 * Numbers  exact counts; ties go to the first.
 * Threads  pure functions. */
#ifndef FORETELL_TRAIN_BUDGET_H
#define FORETELL_TRAIN_BUDGET_H

#include <stdint.h>

#define FT_BUDGET_BYTES 16777216.0 /* of an artifact */

/* Nanoseconds a row on one core, when PREDICT_NS is not given. */
double ft_budget_standard_ns(uint32_t outputs);

struct ft_budget_part {
  double weight; /* in the ensemble, 0 … 1 */
  double gain;   /* of very many fits over one, in loss a row */
  double ns;     /* of one fit, a row */
  double bytes;  /* of one fit in the artifact */
  uint32_t fits; /* there are, at least 1 */
  uint32_t kept; /* of them, as ft_budget_keep decides; at least 1 */
};

/* Sets `kept` of each part: all fits, then fewer one by one until both limits hold. Where one fit of each
 * is too much already, each keeps one, and the limits do not hold. Limits: INFINITY is none. */
void ft_budget_keep(struct ft_budget_part *part, uint32_t parts, double max_ns, double max_bytes);

#endif
