#include "core/import/mxnet/mxnet_linear.h"

#include <math.h>
#include <string.h>

#include "core/import/document/document.h"

struct graph {
  struct ft_element document;
  const struct ft_element *nodes;
  const struct ft_mxnet_arrays *arrays;
};

struct head {
  const char *op;
  enum ft_link link;
};

static const struct head heads[] = {
  { "LogisticRegressionOutput", FT_LINK_LOGISTIC },
  { "SoftmaxOutput", FT_LINK_SOFTMAX },
  { "LinearRegressionOutput", FT_LINK_IDENTITY },
  { "MAERegressionOutput", FT_LINK_IDENTITY },
};

static enum ft_status fail_graph(struct ft_error *err) {
  return ft_fail(err, FT_CORRUPT, "the MXNet graph cannot be read: it is damaged");
}

static struct ft_span op_of(const struct ft_element *node) {
  return ft_element_text(ft_element_get(node, "op"));
}

static struct ft_span name_of(const struct ft_element *node) {
  return ft_element_text(ft_element_get(node, "name"));
}

static enum ft_status refuse(const struct ft_element *node, struct ft_error *err) {
  struct ft_span op = op_of(node);
  if (!op.size || op.size > 60 || !ft_span_is_utf8(op)) op = FT_SPAN("?");
  ft_fail(err, FT_UNSUPPORTED, "the MXNet model's operator \"%.*s\" is not supported there",
          FT_SPAN_ARG(op));
  return ft_fail_hint(err,
                      "Linear functions are read, as SageMaker's linear learner has them. Another "
                      "model is called where it is served: CREATE MODEL … SAGEMAKER 'endpoint'.");
}

/* A node's input: [node, output, …]; inputs come before the node. */
static const struct ft_element *input_of(const struct graph *graph, const struct ft_element *node,
                                         size_t index) {
  const struct ft_element *input = ft_element_item(ft_element_get(node, "inputs"), index);
  const size_t at = ft_element_index(input, 0);
  if (ft_element_number(input, 1) != 0) return NULL;
  return at == SIZE_MAX ? NULL : ft_element_item(graph->nodes, at);
}

static bool is_op(const struct ft_element *node, const char *op, size_t inputs) {
  return node && ft_span_equal(op_of(node), ft_span_of(op)) &&
         ft_element_count(ft_element_get(node, "inputs")) == inputs;
}

static const struct head *head_of(const struct ft_element *node) {
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
    if (is_op(node, heads[i].op, 2)) return &heads[i];
  return NULL;
}

static bool is_turned(const struct ft_element *node) {
  static const char *const keys[] = { "transpose_a", "transpose_b" };
  for (size_t i = 0; i < 2; i++) {
    struct ft_span value = ft_element_text(ft_element_get(ft_element_get(node, "attrs"), keys[i]));
    if (value.size && !ft_span_equal(value, FT_SPAN("False"))) return true;
  }
  return false;
}

static bool all_finite(const struct ft_mxnet_array *array) {
  const size_t values = (size_t)array->size[0] * array->size[1];
  for (size_t i = 0; i < values; i++)
    if (!isfinite(array->value[i])) return false;
  return true;
}

static enum ft_status take_parameters(struct ft_mxnet_linear *out,
                                      const struct ft_mxnet_array *weight,
                                      const struct ft_mxnet_array *bias, struct ft_error *err) {
  const size_t biases = (size_t)bias->size[0] * bias->size[1];
  if (weight->dimensions != 2 || biases != weight->size[1])
    return ft_fail(err, FT_CORRUPT, "the MXNet model's weights and biases do not fit together");
  if (!all_finite(weight) || !all_finite(bias))
    return ft_fail(err, FT_CORRUPT, "the MXNet model has a weight that is not finite");
  out->inputs = weight->size[0];
  out->outputs = weight->size[1];
  out->weight = weight->value;
  out->bias = bias->value;
  return FT_OK;
}

/* dot(data, weight) + bias */
static enum ft_status read_sum(struct ft_mxnet_linear *out, const struct graph *graph,
                               const struct ft_element *sum, struct ft_error *err) {
  if (!is_op(sum, "broadcast_add", 2) && !is_op(sum, "broadcast_plus", 2)) return refuse(sum, err);
  const struct ft_element *dot = input_of(graph, sum, 0), *bias = input_of(graph, sum, 1);
  if (!is_op(dot, "dot", 2) || is_turned(dot)) return refuse(dot, err);
  const struct ft_element *data = input_of(graph, dot, 0), *weight = input_of(graph, dot, 1);
  if (!is_op(data, "null", 0) || ft_mxnet_arrays_find(graph->arrays, name_of(data)))
    return refuse(data, err);
  if (!is_op(weight, "null", 0)) return refuse(weight, err);
  if (!is_op(bias, "null", 0)) return refuse(bias, err);
  const struct ft_mxnet_array *weights = ft_mxnet_arrays_find(graph->arrays, name_of(weight));
  const struct ft_mxnet_array *biases = ft_mxnet_arrays_find(graph->arrays, name_of(bias));
  if (!weights || !biases) return fail_graph(err);
  return take_parameters(out, weights, biases, err);
}

enum ft_status ft_mxnet_linear_read(struct ft_mxnet_linear *out, struct ft_arena *arena,
                                    struct ft_span symbol, const struct ft_mxnet_arrays *arrays,
                                    struct ft_error *err) {
  struct graph graph = { .arrays = arrays };
  struct ft_mxnet_linear linear = { 0 };
  FT_TRY(ft_json_read(&graph.document, arena, symbol, err));
  graph.nodes = ft_element_get(&graph.document, "nodes");
  const struct ft_element *ends = ft_element_get(&graph.document, "heads");
  const size_t end = ft_element_index(ft_element_item(ends, 0), 0);
  if (ft_element_count(ends) != 1 || end == SIZE_MAX) return fail_graph(err);
  const struct ft_element *node = ft_element_item(graph.nodes, end);
  const struct head *head = head_of(node);
  if (!node) return fail_graph(err);
  if (!head) return refuse(node, err);
  const struct ft_element *sum = input_of(&graph, node, 0);
  if (!sum) return fail_graph(err);
  FT_TRY(read_sum(&linear, &graph, sum, err));
  linear.link = head->link;
  *out = linear;
  return FT_OK;
}
