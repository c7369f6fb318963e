/* A probability's margin.
 *
 * Numbers  as enum ft_scale of model.h says; a NaN is taken for the least probability. The same bits as
 *          kernels give for many (kernel.h).
 * Threads  a pure function. */
#ifndef FORETELL_PREDICT_PROBABILITY_H
#define FORETELL_PREDICT_PROBABILITY_H

#include "foretell/model.h"

/* The link is FT_LINK_LOGISTIC or FT_LINK_SOFTMAX. */
double ft_probability_margin(double probability, enum ft_link link);

#endif
