/* Operators on what learners give, where the plain way of a single learner does not do. */
#ifndef FORETELL_IMPORT_ONNX_FORMS_OPERATORS_H
#define FORETELL_IMPORT_ONNX_FORMS_OPERATORS_H

#include "core/import/onnx/onnx_forms.h"

/* Does any input of the node come from a learner? */
bool ft_onnx_forms_take(const struct ft_onnx *onnx, const struct ft_onnx_node *node);

ft_onnx_operator ft_onnx_forms_arithmetic, ft_onnx_forms_sum, ft_onnx_forms_concat,
    ft_onnx_forms_pick, ft_onnx_forms_reshape, ft_onnx_forms_reduce, ft_onnx_forms_cast,
    ft_onnx_forms_compare, ft_onnx_forms_where, ft_onnx_forms_negate, ft_onnx_forms_power,
    ft_onnx_forms_extreme, ft_onnx_forms_log, ft_onnx_forms_shape, ft_onnx_forms_filled,
    ft_onnx_forms_label_encoder, ft_onnx_forms_normalizer, ft_onnx_forms_clip;

/* A transform of all columns of the first input. */
enum ft_status ft_onnx_forms_link(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  enum ft_transform_kind kind, struct ft_error *err) FT_MUST_CHECK;

/* The probabilities of a linear classifier over forms, by its post_transform. */
enum ft_status ft_onnx_forms_classify(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                      const struct ft_onnx_node *node,
                                      const struct ft_onnx_forms *in,
                                      struct ft_error *err) FT_MUST_CHECK;

#endif
