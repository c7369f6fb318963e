/* Nets fitted to rows: dense layers, trained by Adam in the manner of RealMLP-TD-S.
 *
 * Numbers  float32 in stated orders (net_kernel.h): the same bits on every CPU. `rounds` are epochs;
 *          the best one by the valid rows' loss is kept.
 * Parameters of a configuration, all optional: width, layers (hidden ones), epochs, rate, batch,
 *          smoothing (of labels), decay, dropout, clip, bends (net_terms.h), average.
 * Source   "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data" (2024). */
#ifndef FORETELL_TRAIN_NET_H
#define FORETELL_TRAIN_NET_H

#include "core/train/fit.h"

enum ft_status ft_net_fit(struct ft_fit *out, struct ft_arena *arena,
                          const struct ft_fit_task *task, struct ft_error *err) FT_MUST_CHECK;

#endif
