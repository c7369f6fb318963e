/* Writes a pass of a forest into a plan's block: its decisions as masks, its trees over them.
 *
 * Memory   working arrays are in the arena that builds a plan. */
#ifndef FORETELL_PREDICT_PASS_PLAN_H
#define FORETELL_PREDICT_PASS_PLAN_H

#include "core/predict/decisions.h"
#include "core/predict/layout.h"
#include "foretell/buffer.h"

/* Append an array to a block, aligned. */
struct ft_part ft_part_put(struct ft_buffer *block, const void *item, size_t count, size_t size);

struct ft_forest_work {
  struct ft_arena *arena;
  struct ft_buffer *block;
  const struct ft_model *model;
  const struct ft_forest *forest;
  struct ft_decisions decisions;
  uint32_t
      *sharing;    /* one a tree: 1, or of how many outputs' trees, from it on, it stands for all */
  uint32_t *stamp; /* one a decision: the pass that last used it, from 1 */
  uint32_t *seen;  /* one a decision: 1 + the tree that last counted it */
  uint16_t *mask;  /* one a decision: its mask in that pass */
  uint32_t max_masks; /* of any pass */
  uint8_t *slot;      /* one a mask of the pass in hand, where it has slots */
  uint8_t *below;     /* the same; rank */
};

/* The pass `number` (from 1): trees picked for it, whose decisions are stamped with the number. */
enum ft_status ft_pass_write(struct ft_pass *out, struct ft_forest_work *work, uint32_t number,
                             uint32_t *tree, uint32_t trees, struct ft_error *err) FT_MUST_CHECK;

/* Its trees, sorted into groups (tree_plan.c). */
enum ft_status ft_groups_write(struct ft_pass *out, struct ft_forest_work *work, uint32_t *tree,
                               uint32_t trees, struct ft_error *err) FT_MUST_CHECK;

#endif
