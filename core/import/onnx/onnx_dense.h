/* Dense layers of a graph's values, and the operators that make them. */
#ifndef FORETELL_IMPORT_ONNX_DENSE_H
#define FORETELL_IMPORT_ONNX_DENSE_H

#include "core/import/onnx/onnx_graph.h"

/* A layer over `value`, which is columns or neurons; as ft_dense_start and ft_dense_add. */
enum ft_status ft_onnx_dense(struct ft_onnx_value *out, struct ft_onnx *onnx,
                             const struct ft_onnx_node *node, const struct ft_onnx_value *value,
                             uint32_t outputs, const double *weight, const double *bias,
                             struct ft_error *err) FT_MUST_CHECK;

ft_onnx_operator ft_onnx_gemm, ft_onnx_matmul, ft_onnx_batch_norm, ft_onnx_linear_regressor,
    ft_onnx_linear_classifier;

#endif
