/* Operators on columns that make others of several: products, comparisons, functions, principal components, norms of rows. */
#ifndef FORETELL_IMPORT_ONNX_DERIVE_OPERATORS_H
#define FORETELL_IMPORT_ONNX_DERIVE_OPERATORS_H

#include "core/import/columns/derive.h"
#include "core/import/onnx/onnx_graph.h"

/* Are the inputs columns, or columns and constants, with a column at least? */
bool ft_onnx_derive_takes(const struct ft_onnx *onnx, const struct ft_onnx_node *node);

/* Elementwise functions of one to three tables; + - * / too, Where of numbers, Min, Max, Sum. */
ft_onnx_operator ft_onnx_derive_each;
/* One column of all columns of a table. */
ft_onnx_operator ft_onnx_derive_reduce, ft_onnx_derive_arg_max;
ft_onnx_operator ft_onnx_derive_normalizer, ft_onnx_derive_power, ft_onnx_derive_filled,
    ft_onnx_derive_not;

/* Columns of computed numbers that are 1 where it is one of `category`. */
enum ft_status ft_onnx_derive_one_hot(struct ft_prepared_column *out, struct ft_onnx *onnx,
                                      const struct ft_onnx_node *node,
                                      const struct ft_prepared_column *column, double category,
                                      struct ft_error *err) FT_MUST_CHECK;

/* `value` where it is missing, or where it is `replaced`. */
enum ft_status ft_onnx_derive_replace(struct ft_onnx_value *out, struct ft_onnx *onnx,
                                      const struct ft_onnx_node *node,
                                      const struct ft_onnx_value *value, double replaced,
                                      const struct ft_column_numbers *with,
                                      struct ft_error *err) FT_MUST_CHECK;

/* Do trees, or operators between columns, need what the node makes of a matrix? One output beside others
 * is a prediction. */
bool ft_onnx_derive_is_asked(const struct ft_onnx *onnx, const struct ft_onnx_node *node,
                             uint32_t outputs);
/* columns × weight + bias, weight being inputs × outputs; bias may be NULL. */
enum ft_status ft_onnx_derive_matrix(struct ft_onnx_value *out, struct ft_onnx *onnx,
                                     const struct ft_onnx_node *node,
                                     const struct ft_onnx_value *value, uint32_t outputs,
                                     const double *weight, const double *bias,
                                     struct ft_error *err) FT_MUST_CHECK;

#endif
