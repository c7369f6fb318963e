/* Writes the trees of a forest that are walked into a plan's block (walk.c). */
#ifndef FORETELL_PREDICT_WALK_PLAN_H
#define FORETELL_PREDICT_WALK_PLAN_H

#include "core/predict/layout.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/model.h"

/* The trees `walked`, in this order. `used`: one a feature; gets bit 2 where they ask for it.
 * Errors: FT_NOMEM */
enum ft_status ft_walk_plan_write(struct ft_forest_block *out, uint8_t *used,
                                  struct ft_buffer *block, const struct ft_forest *forest,
                                  const uint32_t *walked, uint32_t walks,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
