/* Operators that make columns of columns: scalers, encoders, imputers, arithmetic with constants. */
#ifndef FORETELL_IMPORT_ONNX_PREPARE_H
#define FORETELL_IMPORT_ONNX_PREPARE_H

#include "core/import/onnx/onnx_field.h"

ft_onnx_operator ft_onnx_scaler, ft_onnx_imputer, ft_onnx_one_hot, ft_onnx_label_encoder,
    ft_onnx_category_mapper, ft_onnx_binarizer, ft_onnx_is_missing;

/* Where the first input is one of columns. */
ft_onnx_operator ft_onnx_columns_concat, ft_onnx_columns_cast, ft_onnx_columns_clip,
    ft_onnx_columns_pick, ft_onnx_columns_where;

/* The columns of `value` with a step more, whose a and b are one a column, or one for all. */
enum ft_status ft_onnx_columns_step(struct ft_onnx_value *out, const struct ft_onnx *onnx,
                                    const struct ft_onnx_node *node,
                                    const struct ft_onnx_value *value, enum ft_step_kind kind,
                                    const struct ft_onnx_reals *a, const struct ft_onnx_reals *b,
                                    struct ft_error *err) FT_MUST_CHECK;

/* A column that is 1 where a field has the value, which becomes one of its categories.
 * Errors: FT_UNSUPPORTED  the column is something computed */
enum ft_status ft_onnx_column_equals(struct ft_onnx_column *out, struct ft_onnx *onnx,
                                     const struct ft_onnx_node *node,
                                     const struct ft_onnx_column *column, struct ft_span text,
                                     struct ft_error *err) FT_MUST_CHECK;

/* A text in place of a missing category. */
enum ft_status ft_onnx_column_fill(struct ft_onnx_column *column, const struct ft_onnx *onnx,
                                   const struct ft_onnx_node *node, struct ft_span text,
                                   struct ft_error *err) FT_MUST_CHECK;

/* A column of the numbers of a field's categories; `other`: of all others, and of missing ones. */
enum ft_status ft_onnx_column_map(struct ft_onnx_column *out, struct ft_onnx *onnx,
                                  const struct ft_onnx_node *node,
                                  const struct ft_onnx_column *column,
                                  const struct ft_category_map *map, double other,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
