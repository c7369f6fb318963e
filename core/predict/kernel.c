#include "core/predict/kernel.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "foretell/plan.h"

/* Fastest first. */
static const struct ft_kernel *const kernels[] = { &ft_kernel_avx512, &ft_kernel_avx2,
                                                   &ft_kernel_portable };
#define KERNELS (sizeof kernels / sizeof kernels[0])

static _Atomic(const struct ft_kernel *) chosen;

static const struct ft_kernel *fastest(void) {
  size_t i = 0;
  while (!kernels[i]->supported()) /* the last one always is */
    i++;
  return kernels[i];
}

static enum ft_status find_kernel(const struct ft_kernel **out, const char *name,
                                  struct ft_error *err) {
  for (size_t i = 0; i < KERNELS; i++) {
    if (strcmp(kernels[i]->name, name) != 0) continue;
    if (!kernels[i]->supported())
      return ft_fail(err, FT_INVALID, "this processor cannot run the kernel \"%s\"", name);
    *out = kernels[i];
    return FT_OK;
  }
  (void)ft_fail(err, FT_INVALID, "there is no kernel \"%s\"", name);
  return err ? ft_fail_hint(err, "The fastest here is \"%s\".", fastest()->name) : FT_INVALID;
}

enum ft_status ft_kernel_active(const struct ft_kernel **out, struct ft_error *err) {
  const struct ft_kernel *kernel = atomic_load_explicit(&chosen, memory_order_acquire);
  if (!kernel) {
    const char *name = getenv("FORETELL_KERNEL");
    if (name && *name)
      FT_TRY(find_kernel(&kernel, name, err));
    else
      kernel = fastest();
    atomic_store_explicit(&chosen, kernel, memory_order_release);
  }
  *out = kernel;
  return FT_OK;
}

enum ft_status ft_kernel_choose(const char *name, struct ft_error *err) {
  const struct ft_kernel *kernel;
  FT_TRY(find_kernel(&kernel, name, err));
  atomic_store_explicit(&chosen, kernel, memory_order_release);
  return FT_OK;
}

const char *ft_kernel_name(void) {
  const struct ft_kernel *kernel;
  return ft_kernel_active(&kernel, NULL) == FT_OK ? kernel->name : fastest()->name;
}
