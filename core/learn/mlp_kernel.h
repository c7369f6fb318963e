/* Arithmetic of training networks: products of matrices, activations, steps of weights.
 *
 * Shapes   matrices are row-major; `columns` and what is from a row to the next are multiples of
 *          FT_MLP_LANES.
 * Numbers  float32; a sum's terms are added in one stated order, each product rounded before it is
 *          added: every instruction set gives the same bits.
 * Owner    all arrays are borrowed for the call; `c` and `start` may be the same, others must not overlap.
 * Threads  kernels have no state; the choice is made once and may be made again by tests. */
#ifndef FORETELL_LEARN_MLP_KERNEL_H
#define FORETELL_LEARN_MLP_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

#include "foretell/error.h"
#include "foretell/model.h"

#define FT_MLP_LANES 16

/* c[m][n] = start(m, n), then + a(m, k) * b[k][n] for k = 0, 1, 2 … */
struct ft_net_product {
  float *c;           /* rows × columns, one row behind the other by `columns` */
  const float *a;     /* a(m, k) = a[m * a_row + k * a_step] */
  const float *b;     /* depth × columns */
  const float *start; /* start(m, n) = start[m * start_row + n]; NULL: zeros; may be c */
  size_t start_row;
  size_t a_row, a_step;
  size_t rows, columns, depth;
};

/* Adam (Kingma and Ba, 2015), with weights that decay by themselves (Loshchilov and Hutter, 2019). */
struct ft_net_adam {
  float rate;       /* of this step, the correction of young means included */
  float keep;       /* 1 - what decays in this step */
  float first;      /* share of the gradients' mean that stays */
  float second;     /* the same of their squares */
  float correction; /* of the squares' mean: 1 / (1 - second^step) */
};

struct ft_mlp_kernel {
  const char *name;
  bool (*supported)(void); /* can this CPU run it? */
  void (*multiply)(const struct ft_net_product *product);
  /* h = activation(h); slope = its derivative there. `slope` may be NULL. */
  void (*activate)(enum ft_activation activation, float *h, float *slope, size_t count);
  void (*step)(const struct ft_net_adam *adam, float *weight, const float *gradient, float *mean,
               float *square, size_t count);
};

extern const struct ft_mlp_kernel ft_mlp_kernel_portable, ft_mlp_kernel_avx2, ft_mlp_kernel_avx512;

/* The fastest that this CPU can run, or what a test chose. */
const struct ft_mlp_kernel *ft_mlp_kernel_active(void);
/* NULL: the fastest again.
 * Errors: FT_INVALID  there is none of that name, or this CPU cannot run it */
enum ft_status ft_mlp_kernel_choose(const char *name, struct ft_error *err) FT_MUST_CHECK;

#endif
