/* Support vector machines: kernels of the rows' columns and the vectors, and a linear model of them.
 *
 * Numbers  a kernel is a derived feature, float32; their weighted sum is a net's of one layer. */
#ifndef FORETELL_IMPORT_ONNX_KERNEL_H
#define FORETELL_IMPORT_ONNX_KERNEL_H

#include "core/import/onnx/onnx_graph.h"

ft_onnx_operator ft_onnx_svm_regressor, ft_onnx_svm_classifier;

#endif
