/* The kernel for AVX2. */
#include "core/learn/mlp_kernel.h"

#if defined(__x86_64__)
#define VECTOR_FLOATS 8
#define TILE_ROWS     6
#define TILE_VECTORS  2
#include "core/learn/mlp_kernel_body.h"

static bool supported(void) {
  return __builtin_cpu_supports("avx2");
}

const struct ft_mlp_kernel ft_mlp_kernel_avx2 = { "avx2", supported, multiply, activate, step };
#else
static bool supported(void) {
  return false;
}

const struct ft_mlp_kernel ft_mlp_kernel_avx2 = { .name = "avx2", .supported = supported };
#endif
