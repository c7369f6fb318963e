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

struct ft_mlp_options {
  uint32_t width;  /* units of a hidden layer */
  uint32_t layers; /* hidden ones */
  uint32_t epochs;
  uint32_t knots; /* pieces of the hinges that a number is seen by, too; 0: it alone */
  double dropout; /* share of the hidden units */
  double weight_decay;
  double label_smoothing;
  double ema; /* share of the weights' exponential moving average that stays a step; 0: none */
  double scale_factor; /* of the learning rate of the inputs' scales */
};
#define FT_MLP_DEFAULTS                                                                       \
  .width = 64, .layers = 3, .epochs = 120, .dropout = 0.15, .weight_decay = 0.1, .ema = 0.99, \
  .scale_factor = 6

extern const struct ft_learner ft_mlp_learner;

#endif
