#include "core/predict/activation.h"

#include "core/predict/activation_body.h"

void ft_activate(enum ft_activation activation, float *value, size_t count) {
  activate(activation, value, count);
}
