/* Writes trees with linear leaves into a plan's block.
 *
 * Memory   working arrays are in the arena that builds a plan. */
#ifndef FORETELL_PREDICT_LINEAR_PLAN_H
#define FORETELL_PREDICT_LINEAR_PLAN_H

#include "core/predict/layout.h"
#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/model.h"

/* `used`: one a feature; gets bit 2 where a split or a leaf asks for it. */
enum ft_status ft_linear_plan_write(struct ft_linear_block *out, uint8_t *used,
                                    struct ft_arena *arena, struct ft_buffer *block,
                                    const struct ft_model *model, uint32_t outputs,
                                    const struct ft_linear_forest *linear,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
