/* Boosted trees: rounds of the booster by our own gradients, stopped early on the valid rows.
 *
 * Numbers  gradients are quantised (loss.h), rows of a round are drawn by our own generator.
 * Threads  as fit.h. */
#ifndef FORETELL_LEARN_BOOSTED_H
#define FORETELL_LEARN_BOOSTED_H

#include "core/learn/fit.h"

/* `out` is empty. */
enum ft_status ft_boosted_fit(struct ft_fit *out, struct ft_arena *arena,
                              const struct ft_fit_task *task, struct ft_error *err) FT_MUST_CHECK;

#endif
