/* What stands behind the learners: links, labels, and the answer that a graph gives. */
#ifndef FORETELL_IMPORT_ONNX_ANSWER_H
#define FORETELL_IMPORT_ONNX_ANSWER_H

#include "core/import/onnx/onnx_graph.h"

/* Make the model's answer and its learner of the graph's outputs. */
enum ft_status ft_onnx_answer(struct ft_onnx *onnx, const uint32_t *output, size_t outputs,
                              struct ft_error *err) FT_MUST_CHECK;

#endif
