#include "core/learn/mlp_kernel.h"

#include <stdatomic.h>
#include <string.h>

/* Fastest first; the last one always is supported. */
static const struct ft_mlp_kernel *const kernels[] = { &ft_mlp_kernel_avx512, &ft_mlp_kernel_avx2,
                                                       &ft_mlp_kernel_portable };
#define KERNELS (sizeof kernels / sizeof kernels[0])

static _Atomic(const struct ft_mlp_kernel *) chosen;

const struct ft_mlp_kernel *ft_mlp_kernel_active(void) {
  const struct ft_mlp_kernel *kernel = atomic_load_explicit(&chosen, memory_order_acquire);
  if (kernel) return kernel;
  size_t i = 0;
  while (!kernels[i]->supported())
    i++;
  atomic_store_explicit(&chosen, kernels[i], memory_order_release);
  return kernels[i];
}

enum ft_status ft_mlp_kernel_choose(const char *name, struct ft_error *err) {
  const struct ft_mlp_kernel *found = NULL;
  for (size_t i = 0; name && i < KERNELS; i++)
    if (strcmp(kernels[i]->name, name) == 0) found = kernels[i];
  if (name && (!found || !found->supported()))
    return ft_fail(err, FT_INVALID, "this processor cannot run the kernel \"%s\"", name);
  atomic_store_explicit(&chosen, found, memory_order_release);
  return FT_OK;
}
