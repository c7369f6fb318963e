/* How a network is shaped and trained: from the configuration, the problem and the number of rows. */
#ifndef FORETELL_LEARN_MLP_SCHEDULE_H
#define FORETELL_LEARN_MLP_SCHEDULE_H

#include "core/learn/mlp_network.h"

struct ft_mlp_schedule {
  struct ft_mlp_network_shape shape;
  struct ft_mlp_terms_options terms;
  uint32_t epochs;        /* of the whole schedule, at least 1 */
  size_t batch;           /* rows, at least 1, and no more than the training rows */
  double max_rate;        /* the highest learning rate */
  double cycles;          /* times that it rises and falls, each longer than the one before */
  double label_smoothing; /* share of a label that is spread over all, 0 … 1 */
  double weight_decay;
  double dropout; /* share of the hidden units, 0 … below 1 */
  double ema;     /* share of the weights' exponential moving average that stays a step; 0: none */
  double scale_factor;
  double bias_factor;
  uint64_t seed;
};

void ft_mlp_schedule_read(struct ft_mlp_schedule *out, const struct ft_fit_task *task);

/* Rates when that share of the whole schedule, 0 … below 1, is done. */
struct ft_mlp_network_rates ft_mlp_schedule_rates(const struct ft_mlp_schedule *schedule,
                                                  double done);

#endif
