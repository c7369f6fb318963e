/* Deep trees as steps over masks (layout.h).
 *
 * Shapes   A leaf has a number below 2^FT_DEEP_PLANES. A split joins the numbers of the side that has
 *          more of them, as they are, with those of the other side behind them, begun where the bits
 *          of both do not meet: so a bit of the joined number is a bit of either side's, or one that
 *          the split alone decides.
 * Memory   working arrays are in the arena that is given. */
#ifndef FORETELL_PREDICT_DEEP_PLAN_H
#define FORETELL_PREDICT_DEEP_PLAN_H

#include "core/predict/layout.h"
#include "core/predict/pass_plan.h"

/* Where the trees of a pass are gathered: struct ft_deep_node, struct ft_deep_step, int32_t. */
struct ft_deep_parts {
  struct ft_buffer node, step, leaf;
};

/* Has the tree such steps? Not when it has too many leaves, or paths that meet.
 * Errors: FT_NOMEM */
enum ft_status ft_deep_fits(bool *out, struct ft_arena *arena, const struct ft_forest_work *work,
                            uint32_t tree, struct ft_error *err) FT_MUST_CHECK;

/* Writes a tree that fits, of `group`, and the leaves of the trees that share its splits. `masks` is
 * the pass's count.
 * Errors: FT_NOMEM */
enum ft_status ft_deep_write(struct ft_deep_tree *out, struct ft_deep_parts *parts,
                             const struct ft_forest_work *work, const struct ft_deep_group *group,
                             uint32_t tree, uint32_t masks, struct ft_error *err) FT_MUST_CHECK;

#endif
