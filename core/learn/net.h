/* Nets fitted to rows: dense layers, trained by Adam in the manner of RealMLP-TD-S.
 *
 * Numbers  float32 in stated orders (net_kernel.h): the same bits on every CPU. `rounds` are epochs;
 *          the best one by the valid rows' loss is kept. A running mean of the weights is what is
 *          judged and kept, not the weights that the last step left.
 * Rows     from 200,000 on a net is trained on so many, evenly spread over those given, and its best
 *          epoch is chosen by 50,000 of the valid ones.
 * Parameters of a configuration, all optional: net_options.c.
 * Source   "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data" (2024). */
#ifndef FORETELL_LEARN_NET_H
#define FORETELL_LEARN_NET_H

#include "core/learn/fit.h"

enum ft_status ft_net_fit(struct ft_fit *out, struct ft_arena *arena,
                          const struct ft_fit_task *task, struct ft_error *err) FT_MUST_CHECK;

/* Rows that a fit on so many looks at, all epochs together: what its time is in proportion to. */
double ft_net_visits(const struct ft_configuration *configuration, const struct ft_fit_data *data,
                     size_t rows);

#endif
