/* The kernel in plain C, for any processor. */
#define VECTOR_FLOATS 4
#define TILE_ROWS     2
#define TILE_VECTORS  4
#include "core/learn/net_kernel_body.h"

static bool supported(void) {
  return true;
}

const struct ft_net_kernel ft_net_kernel_portable = { "portable", supported, multiply, activate,
                                                      step };
