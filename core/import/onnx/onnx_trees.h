/* TreeEnsembleRegressor, TreeEnsembleClassifier and, of opset 5, TreeEnsemble.
 *
 * Numbers  a split on a number becomes the float32 threshold at which ONNX Runtime's decision
 *          changes; one on what is made of a category becomes a set of categories. */
#ifndef FORETELL_IMPORT_ONNX_TREES_H
#define FORETELL_IMPORT_ONNX_TREES_H

#include "core/import/onnx/onnx_graph.h"

ft_onnx_operator ft_onnx_tree_regressor, ft_onnx_tree_classifier, ft_onnx_tree_ensemble;

#endif
