/* What the field of a column holds. */
#ifndef FORETELL_IMPORT_ONNX_FIELD_H
#define FORETELL_IMPORT_ONNX_FIELD_H

#include "core/import/onnx/onnx_graph.h"

/* Is the column a number? Else it is a text, whose categories have no numbers yet. */
bool ft_onnx_column_is_number(const struct ft_onnx *onnx, const struct ft_onnx_column *column);

/* Is it made of categories? After ft_onnx_sign; one that mixes both ways is refused. */
enum ft_status ft_onnx_column_is_coded(bool *out, const struct ft_onnx *onnx,
                                       const struct ft_onnx_node *node,
                                       const struct ft_onnx_column *column,
                                       struct ft_error *err) FT_MUST_CHECK;

/* What the column is, where its field has category `category`; one more than there are: any other;
 * UINT32_MAX: missing. */
struct ft_raw ft_onnx_raw(const struct ft_onnx *onnx, uint32_t field, uint32_t category);

#endif
