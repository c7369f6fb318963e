/* The linear function in an MXNet graph, as SageMaker's linear learner writes it.
 *
 * Form     one head: LogisticRegressionOutput, SoftmaxOutput, LinearRegressionOutput or
 *          MAERegressionOutput of broadcast_add(dot(data, weight), bias). Any other operator is refused
 *          by its name.
 * Source   mx-mod-symbol.json of MXNet 1.x: nodes with op, name, attrs and inputs [node, output, 0]. */
#ifndef FORETELL_IMPORT_MXNET_LINEAR_H
#define FORETELL_IMPORT_MXNET_LINEAR_H

#include "core/import/mxnet/mxnet_arrays.h"
#include "foretell/model.h"

struct ft_mxnet_linear {
  enum ft_link link; /* identity, logistic or softmax */
  uint32_t inputs;
  uint32_t outputs;
  const float *weight; /* inputs × outputs, an input's row together */
  const float *bias;   /* outputs */
};

/* Errors: FT_CORRUPT      it is damaged, or the parameters do not fit
 *         FT_UNSUPPORTED  another graph */
enum ft_status ft_mxnet_linear_read(struct ft_mxnet_linear *out, struct ft_arena *arena,
                                    struct ft_span symbol, const struct ft_mxnet_arrays *arrays,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
