/* The loops over activations, compiled with each kernel for its instruction set. */
#ifndef FORETELL_PREDICT_ACTIVATION_BODY_H
#define FORETELL_PREDICT_ACTIVATION_BODY_H

#include "core/predict/activation.h"

#define ACTIVATE_EACH(function)        \
  do {                                 \
    for (size_t i = 0; i < count; i++) \
      value[i] = function(value[i]);   \
  } while (0)

static void activate(enum ft_activation activation, float *value, size_t count) {
  switch (activation) {
  case FT_ACTIVATE_RELU: ACTIVATE_EACH(ft_relu); break;
  case FT_ACTIVATE_SELU: ACTIVATE_EACH(ft_selu); break;
  case FT_ACTIVATE_MISH: ACTIVATE_EACH(ft_mish); break;
  case FT_ACTIVATE_TANH: ACTIVATE_EACH(ft_tanh_single); break;
  case FT_ACTIVATE_LOGISTIC: ACTIVATE_EACH(ft_logistic_single); break;
  default: break; /* FT_ACTIVATE_NONE */
  }
}

#endif
