/* Dense layers: over columns, which become the terms and lookups of a net, and over other layers. */
#ifndef FORETELL_IMPORT_ONNX_DENSE_H
#define FORETELL_IMPORT_ONNX_DENSE_H

#include "core/import/onnx/onnx_graph.h"

/* weight: inputs × outputs; bias: NULL or one an output. `value` is columns or neurons. */
enum ft_status ft_onnx_dense(struct ft_onnx_value *out, struct ft_onnx *onnx,
                             const struct ft_onnx_node *node, const struct ft_onnx_value *value,
                             uint32_t outputs, const double *weight, const double *bias,
                             struct ft_error *err) FT_MUST_CHECK;

/* neurons × scale + shift; NULL: 1, 0. */
enum ft_status ft_onnx_dense_affine(struct ft_onnx_value *out, struct ft_onnx *onnx,
                                    const struct ft_onnx_node *node,
                                    const struct ft_onnx_value *value,
                                    const struct ft_onnx_reals *scale,
                                    const struct ft_onnx_reals *shift,
                                    struct ft_error *err) FT_MUST_CHECK;

enum ft_status ft_onnx_dense_activate(struct ft_onnx_value *out, struct ft_onnx *onnx,
                                      const struct ft_onnx_node *node,
                                      const struct ft_onnx_value *value,
                                      enum ft_activation activation,
                                      struct ft_error *err) FT_MUST_CHECK;

/* What the last layer gives. */
uint32_t ft_onnx_dense_outputs(const struct ft_onnx_value *value);
struct ft_onnx_layer *ft_onnx_dense_last(const struct ft_onnx_value *value);

/* Two outputs to the difference of the second and the first. */
enum ft_status ft_onnx_dense_difference(struct ft_onnx_network *network, struct ft_arena *arena,
                                        struct ft_error *err) FT_MUST_CHECK;

/* The last layer's sums times a matrix, which has its outputs × `outputs`. */
enum ft_status ft_onnx_dense_last_times(struct ft_onnx_value *out, struct ft_onnx *onnx,
                                        const struct ft_onnx_node *node,
                                        const struct ft_onnx_value *value, uint32_t outputs,
                                        const double *weight, struct ft_error *err) FT_MUST_CHECK;

/* A member of the network, whose last layer has no activation. */
enum ft_status ft_onnx_dense_make(struct ft_member *out, struct ft_onnx *onnx,
                                  const struct ft_onnx_network *network,
                                  struct ft_error *err) FT_MUST_CHECK;

/* The model's member. */
enum ft_status ft_onnx_dense_member(struct ft_onnx *onnx, struct ft_onnx_network *network,
                                    struct ft_error *err) FT_MUST_CHECK;

ft_onnx_operator ft_onnx_gemm, ft_onnx_matmul, ft_onnx_batch_norm, ft_onnx_linear_regressor,
    ft_onnx_linear_classifier;

#endif
