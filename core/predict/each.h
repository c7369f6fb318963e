/* exp, the logistic function and margins over arrays, in loops that a compiler turns into vectors.
 *
 * Numbers  the same bits as foretell/maths.h gives value by value.
 * Threads  pure functions. */
#ifndef FORETELL_PREDICT_EACH_H
#define FORETELL_PREDICT_EACH_H

#include <stddef.h>

#include "foretell/model.h"

void ft_exp_each(double *value, size_t count); /* in place */
void ft_logistic_each(double *value, size_t count);

/* Probabilities to their margins, as enum ft_scale of model.h says, in place; a NaN is taken for the
 * least. The link is FT_LINK_LOGISTIC or FT_LINK_SOFTMAX. */
void ft_margin_each(double *probability, size_t count, enum ft_link link);

#endif
