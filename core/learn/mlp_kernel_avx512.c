/* The kernel for AVX-512. */
#include "core/learn/mlp_kernel.h"

#if defined(__x86_64__)
#define VECTOR_FLOATS 16
#define TILE_ROWS     6
#define TILE_VECTORS  4
#include "core/learn/mlp_kernel_body.h"

static bool supported(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
}

const struct ft_mlp_kernel ft_mlp_kernel_avx512 = { "avx512", supported, multiply, activate, step };
#else
static bool supported(void) {
  return false;
}

const struct ft_mlp_kernel ft_mlp_kernel_avx512 = { .name = "avx512", .supported = supported };
#endif
