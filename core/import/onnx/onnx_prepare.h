/* Operators that make columns of columns: scalers, encoders, imputers, arithmetic with constants. */
#ifndef FORETELL_IMPORT_ONNX_PREPARE_H
#define FORETELL_IMPORT_ONNX_PREPARE_H

#include "core/import/onnx/onnx_graph.h"

ft_onnx_operator ft_onnx_scaler, ft_onnx_imputer, ft_onnx_one_hot, ft_onnx_label_encoder,
    ft_onnx_category_mapper, ft_onnx_binarizer, ft_onnx_is_missing;

/* Where the first input is one of columns. */
ft_onnx_operator ft_onnx_columns_concat, ft_onnx_columns_cast, ft_onnx_columns_clip,
    ft_onnx_columns_pick, ft_onnx_columns_where;

#endif
