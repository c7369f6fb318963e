/* Reads models in ONNX: what scikit-learn's, XGBoost's and LightGBM's converters make, and small
 * feed-forward nets.
 *
 * Shapes   a graph is followed from its inputs on with symbols in place of numbers: a column of a
 *          table is a function of one field (onnx_column.h), until a learner takes the columns in.
 * Numbers  splits of trees decide as ONNX Runtime's float32 arithmetic does, for every float32.
 * Hostile  the graph is read in the file's order, so that it cannot run in a circle; external data
 *          is refused.
 * Source   the ONNX specification, ai.onnx and ai.onnx.ml. */
#ifndef FORETELL_IMPORT_ONNX_H
#define FORETELL_IMPORT_ONNX_H

#include "core/import/base/reader.h"

bool ft_onnx_fits(struct ft_span bytes);
enum ft_status ft_onnx_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                            struct ft_error *err) FT_MUST_CHECK;

#endif
