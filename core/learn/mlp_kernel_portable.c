/* The kernel in plain C, for any processor. */
#define VECTOR_FLOATS 4
#define TILE_ROWS     2
#define TILE_VECTORS  4
#include "core/learn/mlp_kernel_body.h"

static bool supported(void) {
  return true;
}

const struct ft_mlp_kernel ft_mlp_kernel_portable = { "portable", supported, multiply, activate,
                                                      step };
