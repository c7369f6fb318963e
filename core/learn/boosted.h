/* Boosted trees: rounds of the booster by our own gradients, stopped early on the valid rows.
 *
 * Numbers  gradients are quantised (loss.h), rows of a round are drawn by our own generator.
 * Threads  as fit_task.h. */
#ifndef FORETELL_LEARN_BOOSTED_H
#define FORETELL_LEARN_BOOSTED_H

#include "core/learn/learner.h"
#include "core/learn/tree_options.h"

struct ft_boosted_options {
  struct ft_tree_options tree;
  double learning_rate;
  double subsample; /* share of the rows that a round sees; drawn by us, not by the booster */
  uint32_t max_rounds;
};
#define FT_BOOSTED_DEFAULTS \
  FT_TREE_DEFAULTS, .learning_rate = 0.3, .subsample = 1, .max_rounds = 1000

extern const struct ft_learner ft_boosted_learner;

/* The learning rate, `factor` times as large as the option's as far as trees bear it. */
double ft_boosted_learning_rate(const struct ft_boosted_options *options, double factor);

enum ft_status ft_boosted_fit(struct ft_fit *out, struct ft_arena *arena,
                              const struct ft_fit_task *task, struct ft_error *err) FT_MUST_CHECK;

#define FT_BOOSTED_PACE 10.0 /* rounds × learning rate, when none is known */

#endif
