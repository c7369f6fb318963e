/* Sums of the leaves that a forest's trees choose for a block of rows.
 *
 * Shapes   A block is FT_BLOCK_ROWS rows, always whole: what stands behind a batch's last row is
 *          padding that may be read. A mask has a bit a row, row r bit r % 64 of word r / 64; masks
 *          follow one another. Sums are output-major: sum[g * FT_BLOCK_ROWS + r].
 * Units    a leaf, and so a sum, is in units of 2^-exponent of its forest.
 * NULLs    NaN is missing, and so is a row that a source's validity leaves out.
 * Numbers  integers: every kernel gives the same sums, in whatever order it adds.
 * Threads  kernels have no state; the choice is made once and may be made again by tests.
 * Source   design in docs/prediction.md. */
#ifndef FORETELL_PREDICT_KERNEL_H
#define FORETELL_PREDICT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/predict/layout.h"
#include "core/predict/net.h"
#include "foretell/error.h"
#include "foretell/type.h"

#define FT_BLOCK_ROWS 512
/* Floats from one encoded feature to the next: not a power of two apart, since one row's values
 * would then all fall on the same few lines of the first cache. */
#define FT_FEATURE_STRIDE (FT_BLOCK_ROWS + 16)
#define FT_MASK_WORDS     (FT_BLOCK_ROWS / 64)

/* One feature of a block's rows: numbers as a column has them, or floats that an encoder made. */
struct ft_source {
  enum ft_type type;        /* FT_BOOL, a number */
  const void *value;        /* of FT_BLOCK_ROWS rows */
  const uint64_t *validity; /* of them; NULL: all have a value, but for NaNs */
};

/* What a kernel works with; it belongs to one scratch. */
struct ft_kernel_work {
  const struct ft_source *source; /* one a feature; those that no tree asks for are not set */
  const float *block;             /* encoded features: block[f * FT_FEATURE_STRIDE + r] */
  uint64_t *mask;                 /* FT_MASK_WORDS each, as many as any pass has; 64-byte aligned */
  uint64_t *code_mask;            /* FT_MASK_WORDS for each code; zero between uses */
  uint8_t *bit;                   /* one row's masks */
};

struct ft_kernel {
  const char *name;
  bool (*supported)(void); /* can this CPU run it? */
  /* Add the leaves of a pass's trees to `sum` for a block of rows. */
  void (*add_block)(const void *plan, const struct ft_pass *pass, const struct ft_kernel_work *work,
                    int64_t *sum);
  /* The same for one row of work->block. */
  void (*add_row)(const void *plan, const struct ft_pass *pass, const struct ft_kernel_work *work,
                  size_t row, int64_t *sum);
  /* The last layer's sums for at most FT_NET_ROWS rows of `input`, output-major with FT_NET_ROWS
   * floats an output, within `work`. */
  const float *(*run_net)(const struct ft_net *net, const struct ft_net_input *input,
                          const struct ft_net_work *work);
  void (*activate)(enum ft_activation activation, float *value, size_t count); /* activation.h */
  /* In place, the bits of foretell/maths.h and of scale.h. */
  void (*exp_each)(double *value, size_t count);
  void (*logistic_each)(double *value, size_t count);
  void (*softplus_each)(double *value, size_t count);
  void (*margin_each)(double *sum, size_t count, enum ft_scale scale, enum ft_link link);
};

extern const struct ft_kernel ft_kernel_portable, ft_kernel_avx2, ft_kernel_avx512;

/* Add the leaves of a forest's walked trees for rows first … first + rows - 1 of an encoded block
 * (walk.c). */
void ft_walk_add(const void *plan, const struct ft_forest_block *forest, const float *block,
                 size_t first, size_t rows, int64_t *sum);
/* One of these trees, whose output's sums `sum` is. */
void ft_walk_tree(const void *plan, const struct ft_forest_block *forest,
                  const struct ft_walk_tree *tree, const float *block, size_t first, size_t rows,
                  int64_t *sum);

/* The one in use: what ft_kernel_choose chose, else FORETELL_KERNEL, else the fastest that this CPU
 * can run. FT_INVALID when the variable names none that it can. */
enum ft_status ft_kernel_active(const struct ft_kernel **out, struct ft_error *err) FT_MUST_CHECK;

#endif
