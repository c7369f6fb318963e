/* Writes a model into a plan's block (layout.h).
 *
 * Memory   the block is the caller's to release; working arrays are in the arena. */
#ifndef FORETELL_PREDICT_BLOCK_H
#define FORETELL_PREDICT_BLOCK_H

#include "core/predict/layout.h"
#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/model.h"

/* Errors: FT_NOMEM. On failure `block` holds a part of it. */
enum ft_status ft_block_write(struct ft_buffer *block, struct ft_arena *arena,
                              const struct ft_model *model, struct ft_error *err) FT_MUST_CHECK;

#endif
