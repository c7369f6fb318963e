/* The models of SageMaker's built-in algorithms that are MXNet's.
 *
 * Files    the linear learner's model_algo-1 is a zip of mx-mod-symbol.json, mx-mod-0000.params and
 *          additional-params.json (predictor_type, loss_type, threshold). It holds nothing else to scale
 *          by: what the container predicts is the graph's head on the columns as they are.
 * NULLs    the container predicts nothing where a column is missing; here it counts as 0, and a notice
 *          says so.
 * Others   k-means and PCA leave a bare parameter file. They are no predictors, and named. */
#ifndef FORETELL_IMPORT_LINEAR_LEARNER_H
#define FORETELL_IMPORT_LINEAR_LEARNER_H

#include "core/import/base/reader.h"

/* `additional` may be empty: then the graph's head alone says what is predicted.
 *
 * Errors: FT_CORRUPT; FT_INVALID  as ft_signature_answer; FT_UNSUPPORTED  another graph or loss */
enum ft_status ft_linear_learner_read(struct ft_import *out, struct ft_arena *arena,
                                      struct ft_span symbol, struct ft_span parameters,
                                      struct ft_span additional,
                                      struct ft_error *err) FT_MUST_CHECK;

/* A parameter file alone: always an error, which names it. */
enum ft_status ft_mxnet_parameters_refuse(struct ft_import *out, struct ft_arena *arena,
                                          struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

#endif
