/* Sums of the leaves that a forest's trees choose for a block of rows.
 *
 * Shapes   features are feature-major in rows of FT_BLOCK_ROWS floats: block[f * FT_BLOCK_ROWS + r];
 *          sums are output-major: sum[g * FT_BLOCK_ROWS + r].
 * Units    a leaf, and so a sum, is in units of 2^-exponent of its forest.
 * NULLs    NaN is missing.
 * Numbers  integers: every kernel gives the same sums, in whatever order it adds.
 * Threads  kernels have no state; the choice is made once and may be made again by tests. */
#ifndef FORETELL_PREDICT_KERNEL_H
#define FORETELL_PREDICT_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/model.h"

#define FT_BLOCK_ROWS 512

/* A node of 16 bytes. A leaf is its own child on both sides, so that a walk which has arrived may
 * go on; `feature` of a leaf is 0. */
struct ft_walk_node {
  uint32_t feature;  /* with the flags below */
  uint32_t child[2]; /* left, right: indices within the tree */
  union {
    float threshold; /* numeric split */
    uint32_t set;    /* categorical split: index into the forest's sets */
    int32_t leaf;
  } of;
};
#define FT_WALK_MISSING_RIGHT (UINT32_C(1) << 31)
#define FT_WALK_SET           (UINT32_C(1) << 30)
#define FT_WALK_LEAF          (UINT32_C(1) << 29)
#define FT_WALK_FEATURE       (FT_WALK_LEAF - 1)

struct ft_walk_set {
  uint32_t first; /* index into set_word */
  uint32_t words;
};

struct ft_walk_tree {
  const struct ft_walk_node *root;
  uint32_t nodes;
  uint32_t output;
  bool has_sets; /* some split of it is categorical */
};

/* A forest made ready for kernels. Further kernels add their own layout beside this one. */
struct ft_forest_plan {
  uint32_t outputs;
  uint32_t trees;
  const struct ft_walk_tree *tree;
  uint32_t nodes; /* of all trees */
  const struct ft_walk_node *node;
  uint32_t sets;
  const struct ft_walk_set *set;
  const uint32_t *set_word;
};

enum ft_status ft_forest_plan_make(struct ft_forest_plan *out, struct ft_arena *arena,
                                   const struct ft_forest *forest, uint32_t outputs,
                                   struct ft_error *err) FT_MUST_CHECK;

struct ft_kernel {
  const char *name;
  bool (*supported)(void); /* can this CPU run it? */
  /* Add to `sum` for rows 0 … rows - 1, rows <= FT_BLOCK_ROWS. */
  void (*margins)(const struct ft_forest_plan *forest, const float *block, size_t rows,
                  int64_t *sum);
};

extern const struct ft_kernel ft_kernel_portable;

/* The one in use: what ft_kernel_choose chose, else FORETELL_KERNEL, else the fastest that this CPU
 * can run. FT_INVALID when the variable names none that it can. */
enum ft_status ft_kernel_active(const struct ft_kernel **out, struct ft_error *err) FT_MUST_CHECK;

#endif
