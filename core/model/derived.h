/* Derived features of a model: checked, and as bytes.
 *
 * Reading  as sections.h says. */
#ifndef FORETELL_MODEL_DERIVED_H
#define FORETELL_MODEL_DERIVED_H

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/model.h"

/* An encoder of `model` whose kind is FT_ENCODE_DERIVED. */
bool ft_derived_is_right(const struct ft_model *model, const struct ft_encoder *encoder);

/* What stands behind the part that every encoder has. */
void ft_derived_write(struct ft_buffer *out, const struct ft_encoder *encoder);
enum ft_status ft_derived_read(struct ft_encoder *out, struct ft_arena *arena,
                               struct ft_reader *reader, struct ft_error *err) FT_MUST_CHECK;

#endif
