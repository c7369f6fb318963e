#include "core/import/onnx/onnx_graph.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ITEMS (UINT64_C(1) << 26) /* of a tensor */

/* Operators by which a model is known that has a way of its own. */
static const char *advice_of(const struct ft_onnx_node *node) {
  static const struct {
    const char *operator, * advice;
  } known[] = {
    { "TopK",
      "AdaBoostRegressor answers with a weighted median of its trees. Train a BaggingRegressor "
      "or a GradientBoostingRegressor, or serve the model: CREATE MODEL … SAGEMAKER "
      "'endpoint'." },
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (node->proto->op_type && strcmp(node->proto->op_type, known[i].operator) == 0)
      return known[i].advice;
  return NULL;
}

enum ft_status ft_onnx_refuse(const struct ft_onnx_node *node, const char *why,
                              struct ft_error *err) {
  const char *name = node->proto->name ? node->proto->name : "";
  if (!*name && node->proto->n_output) name = node->proto->output[0];
  ft_fail(err, FT_UNSUPPORTED, "operator \"%.64s\" in node \"%.64s\" is not supported%s%s",
          node->proto->op_type ? node->proto->op_type : "", name, *why ? ": " : "", why);
  const char *advice = advice_of(node);
  return advice ? ft_fail_hint(err, "%s", advice) : FT_UNSUPPORTED;
}

enum ft_status ft_onnx_damaged(const struct ft_onnx_node *node, const char *what,
                               struct ft_error *err) {
  return ft_fail(err, FT_CORRUPT, "the ONNX model cannot be read: operator \"%.64s\": %s",
                 node->proto->op_type ? node->proto->op_type : "", what);
}

enum ft_status ft_onnx_too_narrow(const struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  const char *what, struct ft_error *err) {
  bool has_imputer = false;
  for (size_t n = 0; n < onnx->graph->n_node; n++) {
    const char *name = onnx->graph->node[n]->op_type;
    has_imputer = has_imputer || (name && strcmp(name, "Imputer") == 0);
  }
  if (!has_imputer) return ft_onnx_damaged(node, what, err);
  enum ft_status refused =
      ft_onnx_refuse(node, "it expects columns that the file does not make", err);
  if (!err) return refused;
  return ft_fail_hint(err, "skl2onnx leaves out what SimpleImputer(add_indicator=True) adds. Train "
                           "without add_indicator, or give scikit-learn's own file, "
                           "joblib.dump(model, \"model.joblib\"), in place of ONNX.");
}

static enum ft_status refuse_column(const struct ft_column_source *source, const char *why,
                                    struct ft_error *err) {
  return ft_onnx_refuse((const struct ft_onnx_node *)(const void *)source, why, err);
}

static enum ft_status fail_column(const struct ft_column_source *source, const char *what,
                                  struct ft_error *err) {
  return ft_onnx_damaged((const struct ft_onnx_node *)(const void *)source, what, err);
}

struct ft_onnx_node ft_onnx_node_of(const FtOnnx__Node *proto, const uint32_t *input,
                                    const uint32_t *output) {
  return (struct ft_onnx_node){ { "operator", proto->op_type ? proto->op_type : "", refuse_column,
                                  fail_column },
                                proto,
                                input,
                                output };
}

enum ft_status ft_onnx_no_memory(struct ft_error *err) {
  return ft_arena_fail(err, "the ONNX model");
}

static enum ft_status fail_tensor(const FtOnnx__Tensor *tensor, const char *what,
                                  struct ft_error *err) {
  return ft_fail(err, FT_CORRUPT, "the ONNX model cannot be read: tensor \"%.64s\": %s",
                 tensor->name ? tensor->name : "", what);
}

static struct ft_span span_of(ProtobufCBinaryData bytes) {
  return (struct ft_span){ (const char *)bytes.data, bytes.len };
}

const FtOnnx__Attribute *ft_onnx_attribute(const struct ft_onnx_node *node, const char *name) {
  for (size_t i = 0; i < node->proto->n_attribute; i++) {
    const FtOnnx__Attribute *attribute = node->proto->attribute[i];
    if (attribute->name && strcmp(attribute->name, name) == 0) return attribute;
  }
  return NULL;
}

int64_t ft_onnx_integer(const struct ft_onnx_node *node, const char *name, int64_t otherwise) {
  const FtOnnx__Attribute *attribute = ft_onnx_attribute(node, name);
  return attribute && attribute->has_i ? attribute->i : otherwise;
}

double ft_onnx_real(const struct ft_onnx_node *node, const char *name, double otherwise) {
  const FtOnnx__Attribute *attribute = ft_onnx_attribute(node, name);
  return attribute && attribute->has_f ? (double)attribute->f : otherwise;
}

struct ft_span ft_onnx_text(const struct ft_onnx_node *node, const char *name) {
  const FtOnnx__Attribute *attribute = ft_onnx_attribute(node, name);
  return attribute && attribute->has_s ? span_of(attribute->s) : (struct ft_span){ "", 0 };
}

struct ft_span ft_onnx_norm(const struct ft_onnx_node *node) {
  const int64_t axis = ft_onnx_integer(node, "axis", -1);
  if (strcmp(node->proto->op_type, "LpNormalization") != 0) return ft_onnx_text(node, "norm");
  const bool is_l1 = ft_onnx_integer(node, "p", 2) == 1 && (axis == 1 || axis == -1);
  return is_l1 ? FT_SPAN("L1") : FT_SPAN("");
}

struct ft_onnx_integers ft_onnx_integers(const struct ft_onnx_node *node, const char *name) {
  const FtOnnx__Attribute *attribute = ft_onnx_attribute(node, name);
  if (!attribute) return (struct ft_onnx_integers){ 0, NULL };
  return (struct ft_onnx_integers){ attribute->n_ints, attribute->ints };
}

enum ft_status ft_onnx_reals(struct ft_column_numbers *out, const struct ft_onnx *onnx,
                             const struct ft_onnx_node *node, const char *name,
                             struct ft_error *err) {
  const FtOnnx__Attribute *attribute = ft_onnx_attribute(node, name);
  char tensor[80];
  *out = (struct ft_column_numbers){ 0, NULL };
  if (attribute && attribute->n_floats) {
    double *value = FT_ARENA_NEW(onnx->arena, double, attribute->n_floats);
    if (!value) return ft_onnx_no_memory(err);
    for (size_t i = 0; i < attribute->n_floats; i++)
      value[i] = attribute->floats[i];
    *out = (struct ft_column_numbers){ attribute->n_floats, value };
    return FT_OK;
  }
  snprintf(tensor, sizeof tensor, "%s_as_tensor", name);
  attribute = ft_onnx_attribute(node, tensor);
  if (!attribute || !attribute->t) return FT_OK;
  struct ft_onnx_constant constant;
  FT_TRY(ft_onnx_tensor(&constant, onnx, attribute->t, err));
  if (!constant.number) return ft_onnx_damaged(node, name, err);
  *out = (struct ft_column_numbers){ constant.count, constant.number };
  return FT_OK;
}

enum ft_status ft_onnx_texts(struct ft_onnx_texts *out, const struct ft_onnx *onnx,
                             const struct ft_onnx_node *node, const char *strings,
                             const char *integers, struct ft_error *err) {
  const FtOnnx__Attribute *attribute = ft_onnx_attribute(node, strings);
  struct ft_onnx_integers number = ft_onnx_integers(node, integers);
  size_t count = attribute && attribute->n_strings ? attribute->n_strings : number.count;
  struct ft_span *text = FT_ARENA_NEW(onnx->arena, struct ft_span, count);
  if (!text) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < count; i++) {
    if (attribute && attribute->n_strings) {
      text[i] = span_of(attribute->strings[i]);
      continue;
    }
    const char *digits = ft_arena_print(onnx->arena, "%" PRId64, number.value[i]);
    if (!digits) return ft_onnx_no_memory(err);
    text[i] = ft_span_of(digits);
  }
  *out = (struct ft_onnx_texts){ count, text };
  return FT_OK;
}

static enum ft_status read_shape(struct ft_onnx_constant *out, const FtOnnx__Tensor *tensor,
                                 struct ft_error *err) {
  uint64_t count = 1;
  if (tensor->n_dims > FT_ONNX_MAX_RANK) return fail_tensor(tensor, "too many dimensions", err);
  for (size_t i = 0; i < tensor->n_dims; i++) {
    int64_t dim = tensor->dims[i];
    if (dim < 0) return fail_tensor(tensor, "a dimension below 0", err);
    if (dim > 0 && count > MAX_ITEMS / (uint64_t)dim)
      return ft_fail(err, FT_LIMIT, "a tensor of the ONNX model has more than %" PRIu64 " numbers",
                     MAX_ITEMS);
    count *= (uint64_t)dim;
    out->dim[i] = dim;
  }
  out->rank = (uint32_t)tensor->n_dims;
  out->count = (size_t)count;
  return FT_OK;
}

static size_t item_bytes(int32_t type) {
  switch (type) {
  case FT_ONNX_FLOAT:
  case FT_ONNX_INT32: return 4;
  case FT_ONNX_INT64:
  case FT_ONNX_DOUBLE: return 8;
  case FT_ONNX_UINT8:
  case FT_ONNX_BOOL: return 1;
  default: return 0;
  }
}

static double raw_item(const uint8_t *at, int32_t type) {
  uint64_t bits = 0;
  float single;
  double number;
  int64_t integer;
  for (size_t i = 0; i < item_bytes(type); i++)
    bits |= (uint64_t)at[i] << (8 * i);
  switch (type) {
  case FT_ONNX_FLOAT: {
    uint32_t half = (uint32_t)bits;
    memcpy(&single, &half, sizeof single);
    return single;
  }
  case FT_ONNX_DOUBLE: memcpy(&number, &bits, sizeof number); return number;
  case FT_ONNX_INT32: return (int32_t)(uint32_t)bits;
  case FT_ONNX_BOOL: return bits != 0;
  case FT_ONNX_UINT8: return (double)bits;
  default: memcpy(&integer, &bits, sizeof integer); return (double)integer;
  }
}

static size_t typed_items(const FtOnnx__Tensor *tensor) {
  switch (tensor->data_type) {
  case FT_ONNX_FLOAT: return tensor->n_float_data;
  case FT_ONNX_DOUBLE: return tensor->n_double_data;
  case FT_ONNX_INT64: return tensor->n_int64_data;
  default: return tensor->n_int32_data;
  }
}

static double typed_item(const FtOnnx__Tensor *tensor, size_t index) {
  switch (tensor->data_type) {
  case FT_ONNX_FLOAT: return tensor->float_data[index];
  case FT_ONNX_DOUBLE: return tensor->double_data[index];
  case FT_ONNX_INT64: return (double)tensor->int64_data[index];
  default: return tensor->int32_data[index];
  }
}

static enum ft_status read_strings(struct ft_onnx_constant *out, const struct ft_onnx *onnx,
                                   const FtOnnx__Tensor *tensor, struct ft_error *err) {
  if (tensor->n_string_data != out->count) return fail_tensor(tensor, "its size", err);
  struct ft_span *text = FT_ARENA_NEW(onnx->arena, struct ft_span, out->count);
  if (!text) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < out->count; i++)
    text[i] = span_of(tensor->string_data[i]);
  out->text = text;
  return FT_OK;
}

enum ft_status ft_onnx_tensor(struct ft_onnx_constant *out, const struct ft_onnx *onnx,
                              const FtOnnx__Tensor *tensor, struct ft_error *err) {
  struct ft_onnx_constant constant = { 0 };
  if (tensor->data_location == 1 || tensor->n_external_data) {
    ft_fail(err, FT_UNSUPPORTED, "the ONNX model keeps tensor \"%.64s\" in another file",
            tensor->name ? tensor->name : "");
    return ft_fail_hint(
        err, "Save it in one file: onnx.save(model, path, save_as_external_data=False).");
  }
  FT_TRY(read_shape(&constant, tensor, err));
  if (tensor->data_type == FT_ONNX_STRING) {
    FT_TRY(read_strings(&constant, onnx, tensor, err));
    *out = constant;
    return FT_OK;
  }
  size_t bytes = item_bytes(tensor->data_type);
  if (!bytes)
    return ft_fail(err, FT_UNSUPPORTED,
                   "tensor \"%.64s\" of the ONNX model has elements of type %d, which are not read",
                   tensor->name ? tensor->name : "", (int)tensor->data_type);
  bool raw = tensor->has_raw_data && tensor->raw_data.len;
  if (raw ? tensor->raw_data.len != constant.count * bytes : typed_items(tensor) != constant.count)
    return fail_tensor(tensor, "its size", err);
  double *number = FT_ARENA_NEW(onnx->arena, double, constant.count + 1);
  if (!number) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < constant.count; i++)
    number[i] = raw ? raw_item(tensor->raw_data.data + i * bytes, tensor->data_type)
                    : typed_item(tensor, i);
  constant.number = number;
  *out = constant;
  return FT_OK;
}

const struct ft_onnx_value *ft_onnx_input(const struct ft_onnx *onnx,
                                          const struct ft_onnx_node *node, size_t index) {
  if (index >= node->proto->n_input || node->input[index] == FT_ONNX_NONE) return NULL;
  return &onnx->value[node->input[index]];
}

void ft_onnx_give(struct ft_onnx *onnx, const struct ft_onnx_node *node, size_t index,
                  const struct ft_onnx_value *value) {
  if (index < node->proto->n_output && node->output[index] != FT_ONNX_NONE)
    onnx->value[node->output[index]] = *value;
}
