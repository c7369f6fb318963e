/* The loops over doubles, compiled with each kernel for its instruction set. */
#ifndef FORETELL_PREDICT_EACH_BODY_H
#define FORETELL_PREDICT_EACH_BODY_H

#include "core/predict/maths_body.h"

static void exp_each(double *value, size_t count) {
  for (size_t i = 0; i < count; i++)
    value[i] = exp_of(value[i]);
}

static void logistic_each(double *value, size_t count) {
  for (size_t i = 0; i < count; i++)
    value[i] = logistic_of(value[i]);
}

static void softplus_each(double *value, size_t count) {
  for (size_t i = 0; i < count; i++)
    value[i] = softplus_of(value[i]);
}

static void margin_each(double *sum, size_t count, enum ft_scale scale, enum ft_link link) {
  if (scale == FT_SCALE_LOGARITHM)
    for (size_t i = 0; i < count; i++)
      sum[i] = number_of(sum[i]);
  else if (link == FT_LINK_SOFTMAX)
    for (size_t i = 0; i < count; i++)
      sum[i] = margin_of(sum[i], true);
  else
    for (size_t i = 0; i < count; i++)
      sum[i] = margin_of(sum[i], false);
}

#endif
