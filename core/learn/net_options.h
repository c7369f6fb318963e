/* How a net is shaped and trained: from the configuration, the problem and the number of rows. */
#ifndef FORETELL_LEARN_NET_OPTIONS_H
#define FORETELL_LEARN_NET_OPTIONS_H

#include "core/learn/network.h"

struct ft_net_options {
  struct ft_network_shape shape;
  struct ft_net_terms_options terms;
  uint32_t epochs; /* of the whole course; `rate` goes up and down over it */
  size_t batch;    /* rows */
  double rate;     /* the highest of the course */
  double waves;    /* times that it goes up and down, each longer than the one before */
  double smoothing;
  double decay;
  double dropout;
  double average; /* share of the running mean of parameters that stays a step; 0: none */
  double scale_factor;
  double bias_factor;
  uint64_t seed;
};

void ft_net_options_read(struct ft_net_options *out, const struct ft_fit_task *task);

/* Rates when that share of the course, below 1, is done. */
struct ft_network_rates ft_net_options_rates(const struct ft_net_options *options, double done);

#endif
