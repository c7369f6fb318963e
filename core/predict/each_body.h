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

static void margin_each(double *probability, size_t count, enum ft_link link) {
  if (link == FT_LINK_SOFTMAX)
    for (size_t i = 0; i < count; i++)
      probability[i] = margin_of(probability[i], true);
  else
    for (size_t i = 0; i < count; i++)
      probability[i] = margin_of(probability[i], false);
}

#endif
