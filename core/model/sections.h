/* A model as the raw bytes of its sections, and back. docs/artifact.md gives every byte.
 *
 * Numbers  little-endian; floats and doubles as their bits.
 * Reading  counts are compared with what is left before anything is allocated; whether the model
 *          makes sense is for ft_model_check. */
#ifndef FORETELL_MODEL_SECTIONS_H
#define FORETELL_MODEL_SECTIONS_H

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/model.h"

/* The model has passed ft_model_check. */
void ft_signature_write(struct ft_buffer *out, const struct ft_model *model);
void ft_encoders_write(struct ft_buffer *out, const struct ft_model *model);
void ft_learners_write(struct ft_buffer *out, const struct ft_model *model);
void ft_forest_write(struct ft_buffer *out, const struct ft_forest *forest, uint32_t outputs);
void ft_net_write(struct ft_buffer *out, const struct ft_net *net, uint32_t outputs);
void ft_linear_forest_write(struct ft_buffer *out, const struct ft_linear_forest *linear,
                            uint32_t outputs);

/* Each fills its part of `out`; texts and arrays are copied into the arena. */
enum ft_status ft_signature_read(struct ft_model *out, struct ft_arena *arena, struct ft_span raw,
                                 struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_encoders_read(struct ft_model *out, struct ft_arena *arena, struct ft_span raw,
                                struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_learners_read(struct ft_model *out, struct ft_arena *arena, struct ft_span raw,
                                struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_forest_read(struct ft_forest *out, struct ft_arena *arena, struct ft_span raw,
                              uint32_t outputs, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_net_read(struct ft_net *out, struct ft_arena *arena, struct ft_span raw,
                           uint32_t outputs, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_linear_forest_read(struct ft_linear_forest *out, struct ft_arena *arena,
                                     struct ft_span raw, uint32_t outputs,
                                     struct ft_error *err) FT_MUST_CHECK;

#endif
