/* What a learner gives, as a value. */
#ifndef FORETELL_IMPORT_ONNX_SCORE_H
#define FORETELL_IMPORT_ONNX_SCORE_H

#include "core/import/onnx/onnx_graph.h"

/* A classifier's two outputs: the label, and the probabilities. */
void ft_onnx_give_classes(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                          const struct ft_onnx_score *score);

/* The score of a value, where it is one, or the last layer of a net. */
bool ft_onnx_score_of(struct ft_onnx_score *out, const struct ft_onnx_value *value);

#endif
