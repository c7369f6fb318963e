/* Writes a forest into a plan's block: passes of trees that share masks, and trees that are walked.
 *
 * Memory   working arrays are in the arena that builds a plan. */
#ifndef FORETELL_PREDICT_FOREST_PLAN_H
#define FORETELL_PREDICT_FOREST_PLAN_H

#include "core/predict/layout.h"
#include "core/predict/pass_plan.h"

/* What a plan's passes need of a scratch, and which features they ask for. */
struct ft_forest_needs {
  uint32_t max_masks; /* of any pass */
  uint8_t *used;      /* one a feature: 1 by a mask, 2 by a walk, or both */
};

enum ft_status ft_forest_plan_write(struct ft_forest_block *out, struct ft_forest_needs *needs,
                                    struct ft_arena *arena, struct ft_buffer *block,
                                    const struct ft_model *model, uint32_t outputs,
                                    const struct ft_forest *forest,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
