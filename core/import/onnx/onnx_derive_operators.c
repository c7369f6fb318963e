#include "core/import/onnx/onnx_derive_operators.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MAX_OPERANDS 3

bool ft_onnx_derive_takes(const struct ft_onnx *onnx, const struct ft_onnx_node *node) {
  bool columns = false;
  for (size_t i = 0; i < node->proto->n_input; i++) {
    const struct ft_onnx_value *value = ft_onnx_input(onnx, node, i);
    if (!value || (value->kind != FT_ONNX_COLUMNS &&
                   (value->kind != FT_ONNX_CONSTANT || !value->constant.number)))
      return false;
    columns = columns || value->kind == FT_ONNX_COLUMNS;
  }
  return columns;
}

static enum ft_status new_columns(struct ft_onnx_value *out, struct ft_prepared_column **column,
                                  const struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  size_t columns, struct ft_error *err) {
  if (columns == 0 || columns > FT_COLUMNS_MAX_DERIVED)
    return ft_onnx_refuse(node, "of so many columns", err);
  *column = FT_ARENA_NEW(onnx->arena, struct ft_prepared_column, columns);
  if (!*column) return ft_onnx_no_memory(err);
  *out = (struct ft_onnx_value){ .kind = FT_ONNX_COLUMNS, .table = { (uint32_t)columns, *column } };
  return FT_OK;
}

/* --- elementwise --- */

/* `arguments` are the operator's; the numbers are those of the derivation. */
static const struct each {
  const char *name;
  uint32_t arguments;
  enum ft_derivation derivation;
  bool swapped, whole;
  double number[3];
} table[] = {
  { "Add", 2, FT_DERIVE_SUM, false, false, { 1, 1, 0 } },
  { "Sub", 2, FT_DERIVE_SUM, false, false, { 1, -1, 0 } },
  { "Mul", 2, FT_DERIVE_PRODUCT, false, false, { 0 } },
  { "Div", 2, FT_DERIVE_QUOTIENT, false, false, { 0 } },
  { "Less", 2, FT_DERIVE_LESS, false, true, { 0 } },
  { "LessOrEqual", 2, FT_DERIVE_LESS_OR_EQUAL, false, true, { 0 } },
  { "Greater", 2, FT_DERIVE_LESS, true, true, { 0 } },
  { "GreaterOrEqual", 2, FT_DERIVE_LESS_OR_EQUAL, true, true, { 0 } },
  { "Equal", 2, FT_DERIVE_EQUAL, false, true, { 0 } },
  { "And", 2, FT_DERIVE_PRODUCT, false, true, { 0 } },
  { "Or", 2, FT_DERIVE_MAX, false, true, { 0 } },
  { "Where", 3, FT_DERIVE_CHOICE, false, false, { 0 } },
  { "Abs", 1, FT_DERIVE_ABSOLUTE, false, false, { 0 } },
  { "Neg", 1, FT_DERIVE_SUM, false, false, { -1, 0 } },
  { "Sqrt", 1, FT_DERIVE_ROOT, false, false, { 0 } },
  { "Log", 1, FT_DERIVE_LOG, false, false, { 0 } },
  { "Exp", 1, FT_DERIVE_EXP, false, false, { 0 } },
  { "Tanh", 1, FT_DERIVE_TANH, false, false, { 0 } },
  { "Sigmoid", 1, FT_DERIVE_LOGISTIC, false, false, { 0 } },
};

static const struct each *find_each(const struct ft_onnx_node *node) {
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (strcmp(table[i].name, node->proto->op_type) == 0) return &table[i];
  return NULL;
}

static size_t width_of(const struct ft_onnx_value *value) {
  return value->kind == FT_ONNX_COLUMNS ? value->table.columns : value->constant.count;
}

/* The operands' columns; a constant of one number, and a table of one column, is one of all. */
struct operands {
  size_t columns;
  const struct ft_onnx_value *value[MAX_OPERANDS];
  struct ft_prepared_column constant[MAX_OPERANDS]; /* where it is of one number */
};

static enum ft_status read_operands(struct operands *out, struct ft_onnx *onnx,
                                    const struct ft_onnx_node *node, uint32_t arguments,
                                    struct ft_error *err) {
  out->columns = 1;
  if (node->proto->n_input != arguments) return ft_onnx_damaged(node, "its inputs", err);
  if (!ft_onnx_derive_takes(onnx, node))
    return ft_onnx_refuse(node, "of anything but columns and numbers", err);
  for (uint32_t i = 0; i < arguments; i++) {
    out->value[i] = ft_onnx_input(onnx, node, i);
    const size_t width = width_of(out->value[i]);
    if (width != 1 && out->columns != 1 && width != out->columns)
      return ft_onnx_refuse(node, "tables of several shapes", err);
    if (width != 1) out->columns = width;
  }
  for (uint32_t i = 0; i < arguments; i++)
    if (out->value[i]->kind == FT_ONNX_CONSTANT && out->value[i]->constant.count == 1)
      FT_TRY(ft_column_derive_constant(&out->constant[i], &onnx->columns, &node->source,
                                       out->value[i]->constant.number[0], err));
  return FT_OK;
}

static enum ft_status operand(struct ft_prepared_column *out, const struct operands *from,
                              uint32_t argument, size_t index, struct ft_onnx *onnx,
                              const struct ft_onnx_node *node, struct ft_error *err) {
  const struct ft_onnx_value *value = from->value[argument];
  if (value->kind == FT_ONNX_COLUMNS) {
    *out = value->table.column[value->table.columns == 1 ? 0 : index];
    return FT_OK;
  }
  if (value->constant.count > 1)
    return ft_column_derive_constant(out, &onnx->columns, &node->source,
                                     value->constant.number[index], err);
  *out = from->constant[argument];
  return FT_OK;
}

enum ft_status ft_onnx_derive_each(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                   struct ft_error *err) {
  const struct each *each = find_each(node);
  struct operands operands = { 0 };
  struct ft_onnx_value out;
  struct ft_prepared_column *column, argument[MAX_OPERANDS];
  if (!each) return ft_onnx_refuse(node, "", err);
  FT_TRY(read_operands(&operands, onnx, node, each->arguments, err));
  FT_TRY(new_columns(&out, &column, onnx, node, operands.columns, err));
  for (size_t c = 0; c < operands.columns; c++) {
    for (uint32_t i = 0; i < each->arguments; i++)
      FT_TRY(operand(&argument[each->swapped ? 1 - i : i], &operands, i, c, onnx, node, err));
    FT_TRY(ft_column_derive(&column[c], &onnx->columns, &node->source, each->derivation, argument,
                            each->arguments, each->number, err));
    column[c].whole = each->whole;
  }
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_derive_power(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                    struct ft_error *err) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, 0),
                             *to = ft_onnx_input(onnx, node, 1);
  struct ft_onnx_value out;
  struct ft_prepared_column *column;
  if (!value || !to) return ft_onnx_damaged(node, "no input", err);
  if (value->kind != FT_ONNX_COLUMNS || to->kind != FT_ONNX_CONSTANT || !to->constant.number ||
      (to->constant.count != 1 && to->constant.count != value->table.columns &&
       value->table.columns != 1))
    return ft_onnx_refuse(node, "of anything but columns to constant powers", err);
  const size_t columns = value->table.columns == 1 ? to->constant.count : value->table.columns;
  FT_TRY(new_columns(&out, &column, onnx, node, columns, err));
  for (size_t c = 0; c < columns; c++)
    FT_TRY(ft_column_derive(&column[c], &onnx->columns, &node->source, FT_DERIVE_POWER,
                            &value->table.column[value->table.columns == 1 ? 0 : c], 1,
                            &to->constant.number[to->constant.count == 1 ? 0 : c], err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_derive_one_hot(struct ft_prepared_column *out, struct ft_onnx *onnx,
                                      const struct ft_onnx_node *node,
                                      const struct ft_prepared_column *column, double category,
                                      struct ft_error *err) {
  struct ft_prepared_column pair[2] = { *column };
  FT_TRY(ft_column_derive_constant(&pair[1], &onnx->columns, &node->source, category, err));
  FT_TRY(ft_column_derive(out, &onnx->columns, &node->source, FT_DERIVE_EQUAL, pair, 2, NULL, err));
  out->whole = true;
  return FT_OK;
}

enum ft_status ft_onnx_derive_not(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  struct ft_error *err) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, 0);
  struct ft_onnx_value out;
  struct ft_prepared_column *column;
  if (!value || value->kind != FT_ONNX_COLUMNS)
    return ft_onnx_refuse(node, "of anything but columns", err);
  FT_TRY(new_columns(&out, &column, onnx, node, value->table.columns, err));
  for (uint32_t c = 0; c < value->table.columns; c++)
    FT_TRY(ft_onnx_derive_one_hot(&column[c], onnx, node, &value->table.column[c], 0, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

enum ft_status ft_onnx_derive_replace(struct ft_onnx_value *out, struct ft_onnx *onnx,
                                      const struct ft_onnx_node *node,
                                      const struct ft_onnx_value *value, double replaced,
                                      const struct ft_column_numbers *with, struct ft_error *err) {
  struct ft_prepared_column *column, choice[3], pair[2];
  if (with->count != 1 && with->count != value->table.columns)
    return ft_onnx_damaged(node, "its constants", err);
  FT_TRY(ft_column_derive_constant(&pair[1], &onnx->columns, &node->source, replaced, err));
  FT_TRY(new_columns(out, &column, onnx, node, value->table.columns, err));
  for (uint32_t c = 0; c < value->table.columns; c++) {
    pair[0] = choice[2] = value->table.column[c];
    FT_TRY(ft_column_derive(&choice[0], &onnx->columns, &node->source, FT_DERIVE_EQUAL, pair, 2,
                            NULL, err));
    FT_TRY(ft_column_derive_constant(&choice[1], &onnx->columns, &node->source,
                                     with->value[with->count == 1 ? 0 : c], err));
    FT_TRY(ft_column_derive(&column[c], &onnx->columns, &node->source, FT_DERIVE_CHOICE, choice, 3,
                            NULL, err));
  }
  return FT_OK;
}

/* --- rows --- */

static enum ft_status need_columns(const struct ft_onnx_value **out, const struct ft_onnx *onnx,
                                   const struct ft_onnx_node *node, struct ft_error *err) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, 0);
  if (!value) return ft_onnx_damaged(node, "no input", err);
  if (value->kind != FT_ONNX_COLUMNS || value->table.columns == 0)
    return ft_onnx_refuse(node, "its input is not made of the model's columns alone", err);
  *out = value;
  return FT_OK;
}

/* Sum of all columns, each once. */
static enum ft_status add_all(struct ft_prepared_column *out, struct ft_onnx *onnx,
                              const struct ft_onnx_node *node,
                              const struct ft_prepared_column *column, uint32_t columns,
                              double sign, double constant, struct ft_error *err) {
  double *number = FT_ARENA_NEW(onnx->arena, double, (size_t)columns + 1);
  if (!number) return ft_onnx_no_memory(err);
  for (uint32_t i = 0; i < columns; i++)
    number[i] = sign;
  number[columns] = constant;
  return ft_column_derive(out, &onnx->columns, &node->source, FT_DERIVE_SUM, column, columns,
                          number, err);
}

/* Of rows: the second dimension, whichever way the operator names it. */
static bool is_of_rows(const struct ft_onnx *onnx, const struct ft_onnx_node *node) {
  const struct ft_onnx_value *axes = ft_onnx_input(onnx, node, 1);
  struct ft_onnx_integers old = ft_onnx_integers(node, "axes");
  double axis = old.count == 1 ? (double)old.value[0] : 0;
  if (axes && axes->kind == FT_ONNX_CONSTANT && axes->constant.number && axes->constant.count == 1)
    axis = axes->constant.number[0];
  return axis == 1 || axis == -1;
}

enum ft_status ft_onnx_derive_reduce(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                     struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out;
  struct ft_prepared_column *column;
  const char *name = node->proto->op_type;
  FT_TRY(need_columns(&value, onnx, node, err));
  if (!is_of_rows(onnx, node)) return ft_onnx_refuse(node, "of other than rows", err);
  FT_TRY(new_columns(&out, &column, onnx, node, 1, err));
  if (strcmp(name, "ReduceSum") == 0)
    FT_TRY(add_all(column, onnx, node, value->table.column, value->table.columns, 1, 0, err));
  else if (value->table.columns == 1 && !value->table.column->wide) /* its own product */
    *column = *value->table.column;
  else
    FT_TRY(ft_column_derive(column, &onnx->columns, &node->source, FT_DERIVE_PRODUCT,
                            value->table.column, value->table.columns, NULL, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* The largest number, as ONNX Runtime has it: NaN is none, and of nothing it is the lowest float. */
static enum ft_status make_largest(struct ft_prepared_column *out, struct ft_onnx *onnx,
                                   const struct ft_onnx_node *node,
                                   const struct ft_onnx_value *value, struct ft_error *err) {
  struct ft_prepared_column *column =
      FT_ARENA_NEW(onnx->arena, struct ft_prepared_column, (size_t)value->table.columns + 1);
  if (!column) return ft_onnx_no_memory(err);
  FT_TRY(
      ft_column_derive_constant(&column[0], &onnx->columns, &node->source, -(double)FLT_MAX, err));
  memcpy(column + 1, value->table.column, value->table.columns * sizeof *column);
  return ft_column_derive(out, &onnx->columns, &node->source, FT_DERIVE_MAX, column,
                          value->table.columns + 1, NULL, err);
}

/* The norm of a row; one that is 0 counts as 1. */
static enum ft_status make_norm(struct ft_prepared_column *out, struct ft_onnx *onnx,
                                const struct ft_onnx_node *node, const struct ft_onnx_value *value,
                                struct ft_error *err) {
  struct ft_span norm = ft_onnx_norm(node);
  bool first = ft_span_equal(norm, FT_SPAN("L1")), second = ft_span_equal(norm, FT_SPAN("L2"));
  struct ft_prepared_column choice[3], pair[2];
  if (first || second)
    FT_TRY(ft_column_derive(&choice[2], &onnx->columns, &node->source,
                            first ? FT_DERIVE_NORM_L1 : FT_DERIVE_NORM_L2, value->table.column,
                            value->table.columns, NULL, err));
  else
    FT_TRY(make_largest(&choice[2], onnx, node, value, err));
  pair[0] = choice[2];
  FT_TRY(ft_column_derive_constant(&pair[1], &onnx->columns, &node->source, 0, err));
  FT_TRY(ft_column_derive(&choice[0], &onnx->columns, &node->source, FT_DERIVE_EQUAL, pair, 2, NULL,
                          err));
  FT_TRY(ft_column_derive_constant(&choice[1], &onnx->columns, &node->source, 1, err));
  return ft_column_derive(out, &onnx->columns, &node->source, FT_DERIVE_CHOICE, choice, 3, NULL,
                          err);
}

enum ft_status ft_onnx_derive_normalizer(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                         struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out;
  struct ft_prepared_column *column, pair[2];
  FT_TRY(need_columns(&value, onnx, node, err));
  FT_TRY(make_norm(&pair[1], onnx, node, value, err));
  FT_TRY(new_columns(&out, &column, onnx, node, value->table.columns, err));
  for (uint32_t c = 0; c < value->table.columns; c++) {
    pair[0] = value->table.column[c];
    FT_TRY(ft_column_derive(&column[c], &onnx->columns, &node->source, FT_DERIVE_QUOTIENT, pair, 2,
                            NULL, err));
  }
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* A column of a constant beside a table: ConstantOfShape of its Shape. */
enum ft_status ft_onnx_derive_filled(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                     struct ft_error *err) {
  const struct ft_onnx_value *value = ft_onnx_input(onnx, node, 0);
  const FtOnnx__Attribute *tensor = ft_onnx_attribute(node, "value");
  struct ft_onnx_constant constant = { 0 };
  struct ft_onnx_value out;
  struct ft_prepared_column *column;
  if (!value || value->kind != FT_ONNX_COLUMNS)
    return ft_onnx_refuse(node, "of anything but a table's shape", err);
  if (tensor && tensor->t) FT_TRY(ft_onnx_tensor(&constant, onnx, tensor->t, err));
  if (tensor && (constant.count != 1 || !constant.number))
    return ft_onnx_damaged(node, "its value", err);
  FT_TRY(new_columns(&out, &column, onnx, node, value->table.columns, err));
  for (uint32_t c = 0; c < out.table.columns; c++)
    FT_TRY(ft_column_derive_constant(&column[c], &onnx->columns, &node->source,
                                     tensor ? constant.number[0] : 0, err));
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* The constant that the column is. */
static bool is_constant(double *out, const struct ft_onnx *onnx,
                        const struct ft_prepared_column *column) {
  const struct ft_derived_column *derived = ft_column_derived(&onnx->columns, column);
  if (!derived || column->last->kind != FT_STEP_FIELD || derived->derivation != FT_DERIVE_SUM ||
      derived->inputs)
    return false;
  *out = derived->number[0];
  return true;
}

/* Columns "is x below this edge", the edges ascending, as a KBinsDiscretizer has them. */
static bool are_edges(const struct ft_onnx *onnx, const struct ft_prepared_column *column,
                      uint32_t columns) {
  double before = -INFINITY, edge;
  const struct ft_derived_column *first =
      columns ? ft_column_derived(&onnx->columns, column) : NULL;
  for (uint32_t i = 0; i < columns; i++) {
    const struct ft_derived_column *derived = ft_column_derived(&onnx->columns, &column[i]);
    if (!derived || column[i].last->kind != FT_STEP_FIELD ||
        derived->derivation != FT_DERIVE_LESS || derived->input[0].field != first->input[0].field ||
        derived->input[0].last != first->input[0].last ||
        !is_constant(&edge, onnx, &derived->input[1]) || edge < before)
      return false;
    before = edge;
  }
  return columns > 0;
}

/* The first edge that is above x, or their count; the last column is 1 but for what is no finite
 * number: that is above no edge, and the first of all then. */
enum ft_status ft_onnx_derive_arg_max(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                      struct ft_error *err) {
  const struct ft_onnx_value *value = NULL;
  struct ft_onnx_value out;
  struct ft_prepared_column *column, below, choice[3], pair[2];
  FT_TRY(need_columns(&value, onnx, node, err));
  const uint32_t edges = value->table.columns - 1;
  if (!are_edges(onnx, value->table.column, edges) || ft_onnx_integer(node, "axis", 0) != 1 ||
      value->table.column[edges].last->kind != FT_STEP_ADD ||
      value->table.column[edges].last->a != 1 ||
      value->table.column[edges].last->before->kind != FT_STEP_MULTIPLY ||
      value->table.column[edges].last->before->a != 0)
    return ft_onnx_refuse(node, "of columns that are no bins", err);
  FT_TRY(add_all(&below, onnx, node, value->table.column, edges, 1, 0, err));
  FT_TRY(add_all(&choice[2], onnx, node, value->table.column, edges, -1, edges, err));
  FT_TRY(ft_onnx_derive_one_hot(&pair[0], onnx, node, &below, 0, err));
  FT_TRY(ft_column_derive(&pair[1], &onnx->columns, &node->source, FT_DERIVE_IS_MISSING,
                          &value->table.column[edges], 1, NULL, err));
  FT_TRY(ft_column_derive(&choice[0], &onnx->columns, &node->source, FT_DERIVE_PRODUCT, pair, 2,
                          NULL, err));
  FT_TRY(ft_column_derive_constant(&choice[1], &onnx->columns, &node->source, 0, err));
  FT_TRY(new_columns(&out, &column, onnx, node, 1, err));
  FT_TRY(ft_column_derive(column, &onnx->columns, &node->source, FT_DERIVE_CHOICE, choice, 3, NULL,
                          err));
  column->whole = true;
  ft_onnx_give(onnx, node, 0, &out);
  return FT_OK;
}

/* --- matrices --- */

/* What a value becomes on its way from a matrix: still what a layer gives, or columns of a table. */
enum way { WAY_NONE = 0, WAY_LAYER, WAY_TABLE };

static bool is_one_of(const char *name, const char *const *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(name, list[i]) == 0) return true;
  return false;
}
#define IS_ONE_OF(name, list) is_one_of(name, list, sizeof(list) / sizeof *(list))

/* Does the node, which takes a value on that way, need columns? `on`: how its answer goes on. */
static bool needs_columns(enum way *on, const char *name, enum way way) {
  static const char *const affine[] = { "Add",     "Sub",     "Mul",     "Div",     "Cast",
                                        "Reshape", "Flatten", "Squeeze", "Dropout", "Identity" };
  static const char *const learners[] = { "LinearRegressor", "LinearClassifier", "Gemm", "MatMul" };
  static const char *const only[] = { "TreeEnsembleRegressor", "TreeEnsembleClassifier",
                                      "TreeEnsemble", "SVMRegressor", "SVMClassifier" };
  static const char *const ends[] = { "Relu", "Tanh",   "Sigmoid", "Softmax",           "Selu",
                                      "Exp",  "ArgMax", "ZipMap",  "BatchNormalization" };
  *on = WAY_NONE;
  if (IS_ONE_OF(name, only)) return true;
  if (IS_ONE_OF(name, learners)) return way == WAY_TABLE;
  if (IS_ONE_OF(name, ends)) return false;
  *on = IS_ONE_OF(name, affine) ? way : WAY_TABLE;
  return false;
}

bool ft_onnx_derive_is_asked(const struct ft_onnx *onnx, const struct ft_onnx_node *node,
                             uint32_t outputs) {
  const FtOnnx__Graph *graph = onnx->graph;
  const uint32_t *input = onnx->node_input, *output = onnx->node_output;
  uint8_t *way = FT_ARENA_NEW(onnx->arena, uint8_t, onnx->values + 1);
  if (!way || !node->proto->n_output || node->output[0] == FT_ONNX_NONE) return false;
  way[node->output[0]] = WAY_LAYER;
  for (size_t n = 0; n < graph->n_node; n++) {
    const FtOnnx__Node *proto = graph->node[n];
    enum way at = WAY_NONE, on = WAY_NONE;
    for (size_t i = 0; i < proto->n_input; i++)
      if (input[i] != FT_ONNX_NONE && way[input[i]] > at) at = (enum way)way[input[i]];
    if (outputs == 1 && at == WAY_TABLE) at = WAY_NONE;
    if (at != WAY_NONE && needs_columns(&on, proto->op_type ? proto->op_type : "", at)) return true;
    for (size_t i = 0; i < proto->n_output; i++)
      if (output[i] != FT_ONNX_NONE && on > (enum way)way[output[i]]) way[output[i]] = (uint8_t)on;
    input += proto->n_input;
    output += proto->n_output;
  }
  return false;
}

enum ft_status ft_onnx_derive_matrix(struct ft_onnx_value *out, struct ft_onnx *onnx,
                                     const struct ft_onnx_node *node,
                                     const struct ft_onnx_value *value, uint32_t outputs,
                                     const double *weight, const double *bias,
                                     struct ft_error *err) {
  struct ft_prepared_column *column;
  double *number = FT_ARENA_NEW(onnx->arena, double, (size_t)value->table.columns + 1);
  if (!number) return ft_onnx_no_memory(err);
  FT_TRY(new_columns(out, &column, onnx, node, outputs, err));
  for (uint32_t o = 0; o < outputs; o++) {
    for (uint32_t i = 0; i < value->table.columns; i++)
      number[i] = weight[(size_t)i * outputs + o];
    number[value->table.columns] = bias ? bias[o] : 0;
    FT_TRY(ft_column_derive(&column[o], &onnx->columns, &node->source, FT_DERIVE_SUM,
                            value->table.column, value->table.columns, number, err));
  }
  return FT_OK;
}
