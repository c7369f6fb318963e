/* exp and the logistic function over arrays, in loops that a compiler turns into vectors.
 *
 * Numbers  the same bits as foretell/maths.h gives value by value.
 * Threads  pure functions. */
#ifndef FORETELL_PREDICT_EACH_H
#define FORETELL_PREDICT_EACH_H

#include <stddef.h>

void ft_exp_each(double *value, size_t count); /* in place */
void ft_logistic_each(double *value, size_t count);

#endif
