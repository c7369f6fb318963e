/* What stands behind a learner: links, labels, and the answer that a graph gives. */
#ifndef FORETELL_IMPORT_ONNX_SCORE_H
#define FORETELL_IMPORT_ONNX_SCORE_H

#include "core/import/onnx/onnx_graph.h"

/* A classifier's two outputs: the label, and the probabilities. */
void ft_onnx_give_classes(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                          const struct ft_onnx_score *score);

/* The score of a value, where it is one, or the last layer of a net. */
bool ft_onnx_score_of(struct ft_onnx_score *out, const struct ft_onnx_value *value);

/* Make the model's answer and its learner of the graph's outputs. */
enum ft_status ft_onnx_answer(struct ft_onnx *onnx, const uint32_t *output, size_t outputs,
                              struct ft_error *err) FT_MUST_CHECK;

#endif
