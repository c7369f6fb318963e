/* Writes a net into a plan's block, and makes a net of it again.
 *
 * Memory   working arrays are in the arena that builds a plan; a view's are in the plan's. */
#ifndef FORETELL_PREDICT_NET_PLAN_H
#define FORETELL_PREDICT_NET_PLAN_H

#include "core/predict/layout.h"
#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/model.h"

/* `used`: one a feature; gets bit 2 where the net asks for it. */
enum ft_status ft_net_plan_write(struct ft_net_block *out, uint8_t *used, struct ft_arena *arena,
                                 struct ft_buffer *block, uint32_t outputs,
                                 const struct ft_net *net, struct ft_error *err) FT_MUST_CHECK;

/* Its numbers stay in the block. */
enum ft_status ft_net_plan_view(struct ft_net *out, struct ft_arena *arena, const void *block,
                                const struct ft_net_block *net, struct ft_error *err) FT_MUST_CHECK;

#endif
