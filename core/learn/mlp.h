/* Networks fitted to rows: dense layers, trained by Adam in the manner of RealMLP-TD-S.
 *
 * Numbers  float32 in stated orders (mlp_kernel.h): the same bits on every CPU. `rounds` are epochs;
 *          the best one by the valid rows' loss is kept. A running mean of the weights is what is
 *          judged and kept, not the weights that the last step left.
 * Rows     from 200,000 on a network is trained on so many, evenly spread over those given, and its best
 *          epoch is chosen by 50,000 of the valid ones.
 * Source   "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data" (2024). */
#ifndef FORETELL_LEARN_MLP_H
#define FORETELL_LEARN_MLP_H

#include "core/learn/learner.h"
#include "core/learn/mlp_options.h"

extern const struct ft_learner ft_mlp_learner;

#endif
