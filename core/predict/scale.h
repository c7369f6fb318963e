/* What a member's sum says, as a margin.
 *
 * Numbers  as enum ft_scale of model.h says; a NaN is taken for the least probability, and stays one
 *          among logarithms. The same bits as kernels give for many (kernel.h).
 * Threads  a pure function. */
#ifndef FORETELL_PREDICT_SCALE_H
#define FORETELL_PREDICT_SCALE_H

#include "foretell/model.h"

double ft_scale_margin(double sum, enum ft_scale scale, enum ft_link link);

#endif
