/* Transforms of a model: checked, and as bytes.
 *
 * Reading  as sections.h says. */
#ifndef FORETELL_MODEL_TRANSFORM_H
#define FORETELL_MODEL_TRANSFORM_H

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/model.h"

static inline bool ft_number_is_finite(double x) {
  return x >= -0x1.fffffffffffffp1023 && x <= 0x1.fffffffffffffp1023;
}

/* Do a member's outputs lie among the model's sums? */
bool ft_member_place_is_right(const struct ft_model *model, const struct ft_member *member);

/* Sums and transforms. Errors: FT_CORRUPT */
enum ft_status ft_transforms_check(const struct ft_model *model,
                                   struct ft_error *err) FT_MUST_CHECK;

/* The model has passed ft_model_check, and has transforms. */
void ft_transforms_write(struct ft_buffer *out, const struct ft_model *model);
enum ft_status ft_transforms_read(struct ft_model *out, struct ft_arena *arena,
                                  struct ft_reader *reader, struct ft_error *err) FT_MUST_CHECK;

#endif
