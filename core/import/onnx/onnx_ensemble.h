/* The trees of a TreeEnsembleRegressor or a TreeEnsembleClassifier, as its attributes list them. */
#ifndef FORETELL_IMPORT_ONNX_ENSEMBLE_H
#define FORETELL_IMPORT_ONNX_ENSEMBLE_H

#include "core/import/onnx/onnx_graph.h"

/* The trees of a file, whatever they are used for. */
struct ft_onnx_weight {
  uint32_t node;   /* of the ensemble */
  uint32_t target; /* or class */
  double value;
};
struct ft_onnx_ensemble {
  uint32_t trees;
  struct ft_tree *tree; /* output 0 */
  uint32_t nodes;
  struct ft_node *node;
  uint32_t words;
  uint32_t *word;
  uint32_t weights;
  struct ft_onnx_weight *weight; /* of the leaves, by node and target */
};

/* `prefix`: of the weights' attributes, "target" or "class". */
enum ft_status ft_onnx_ensemble_read(struct ft_onnx_ensemble *out, struct ft_onnx *onnx,
                                     const struct ft_onnx_node *node, const char *prefix,
                                     struct ft_error *err) FT_MUST_CHECK;

#endif
