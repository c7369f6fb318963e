/* What an MLP is asked for. */
#ifndef FORETELL_LEARN_MLP_OPTIONS_H
#define FORETELL_LEARN_MLP_OPTIONS_H

#include <stdint.h>

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

#endif
