#include "core/predict/activation.h"

#include "core/predict/kernel.h"

void ft_activate(enum ft_activation activation, float *value, size_t count) {
  const struct ft_kernel *kernel;
  bool found = ft_kernel_active(&kernel, NULL) == FT_OK;
  (found ? kernel : &ft_kernel_portable)->activate(activation, value, count);
}
