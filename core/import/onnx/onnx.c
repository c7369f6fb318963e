#include "core/import/onnx/onnx.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/import/onnx/onnx_answer.h"
#include "core/import/onnx/onnx_graph.h"

#define MAX_NODES  20000
#define MAX_NAMES  (1U << 20)
#define MAX_PARSED ((size_t)1 << 31) /* bytes of the messages in memory */

bool ft_onnx_fits(struct ft_span bytes) {
  /* field 1, the version of the format, and then one of the model's other fields */
  return bytes.size > 4 && bytes.data[0] == 0x08 && bytes.data[1] >= 3 && bytes.data[1] < 64 &&
         memchr("\x12\x1a\x22\x28\x32\x3a\x42\x72", bytes.data[2], 8);
}

/* --- the messages, in an arena of their own --- */

static void *take_bytes(void *arena, size_t size) {
  return ft_arena_take(arena, 1, size ? size : 1);
}

static void leave_bytes(void *arena, void *bytes) {
  (void)arena;
  (void)bytes;
}

static enum ft_status unpack(FtOnnx__Model **out, struct ft_arena *arena, struct ft_span bytes,
                             struct ft_error *err) {
  size_t limit = arena->limit;
  if (arena->used < SIZE_MAX - MAX_PARSED && limit > arena->used + MAX_PARSED)
    arena->limit = arena->used + MAX_PARSED;
  ProtobufCAllocator allocator = { take_bytes, leave_bytes, arena };
  *out = ft_onnx__model__unpack(&allocator, bytes.size, (const uint8_t *)bytes.data);
  arena->limit = limit;
  if (*out && (*out)->graph) return FT_OK;
  return ft_fail(err, FT_CORRUPT, "the ONNX model cannot be read: %s",
                 *out ? "it has no graph" : "its messages are damaged or too large");
}

/* --- names --- */

struct name {
  struct ft_span text;
  uint32_t *index; /* where its number goes */
};

struct names {
  uint32_t count;
  struct name *name;
  uint32_t *input, *output; /* of the nodes, one after another */
  uint32_t *initializer, *graph_input, *graph_output;
};

static int compare_names(const void *left, const void *right) {
  return ft_span_compare(((const struct name *)left)->text, ((const struct name *)right)->text);
}

static void add_name(struct names *names, const char *text, uint32_t *index) {
  *index = FT_ONNX_NONE;
  if (text && *text) names->name[names->count++] = (struct name){ ft_span_of(text), index };
}

static size_t count_names(const FtOnnx__Graph *graph) {
  size_t count = graph->n_initializer + graph->n_input + graph->n_output;
  for (size_t n = 0; n < graph->n_node; n++)
    count += graph->node[n]->n_input + graph->node[n]->n_output;
  return count;
}

static uint32_t *take_indices(uint32_t **at, size_t count) {
  uint32_t *first = *at;
  *at += count;
  return first;
}

/* Each name's number, the same for equal ones; `values` counts them. */
static enum ft_status number_names(struct names *names, uint32_t *values, struct ft_arena *arena,
                                   const FtOnnx__Graph *graph, struct ft_error *err) {
  size_t count = count_names(graph), inputs = 0, outputs = 0;
  if (graph->n_node > MAX_NODES || count > MAX_NAMES)
    return ft_fail(err, FT_LIMIT, "the ONNX model has %zu nodes, and at most %d are read",
                   graph->n_node, MAX_NODES);
  uint32_t *index = FT_ARENA_NEW(arena, uint32_t, count);
  names->name = FT_ARENA_NEW(arena, struct name, count);
  if (!index || !names->name) return ft_onnx_no_memory(err);
  for (size_t n = 0; n < graph->n_node; n++) {
    inputs += graph->node[n]->n_input;
    outputs += graph->node[n]->n_output;
  }
  names->input = take_indices(&index, inputs);
  names->output = take_indices(&index, outputs);
  names->initializer = take_indices(&index, graph->n_initializer);
  names->graph_input = take_indices(&index, graph->n_input);
  names->graph_output = take_indices(&index, graph->n_output);
  for (size_t n = 0, in = 0, to = 0; n < graph->n_node; n++) {
    for (size_t i = 0; i < graph->node[n]->n_input; i++)
      add_name(names, graph->node[n]->input[i], &names->input[in++]);
    for (size_t i = 0; i < graph->node[n]->n_output; i++)
      add_name(names, graph->node[n]->output[i], &names->output[to++]);
  }
  for (size_t i = 0; i < graph->n_initializer; i++)
    add_name(names, graph->initializer[i]->name, &names->initializer[i]);
  for (size_t i = 0; i < graph->n_input; i++)
    add_name(names, graph->input[i]->name, &names->graph_input[i]);
  for (size_t i = 0; i < graph->n_output; i++)
    add_name(names, graph->output[i]->name, &names->graph_output[i]);
  if (names->count) qsort(names->name, names->count, sizeof *names->name, compare_names);
  *values = 0;
  for (uint32_t i = 0; i < names->count; i++) {
    if (i && compare_names(&names->name[i - 1], &names->name[i])) ++*values;
    *names->name[i].index = *values;
  }
  *values += names->count > 0;
  return FT_OK;
}

/* --- inputs --- */

/* Columns of an input tensor: 0 when the file does not say. */
static enum ft_status input_columns(uint32_t *out, int32_t *element, const FtOnnx__ValueInfo *input,
                                    struct ft_error *err) {
  const FtOnnx__TensorType *type = input->type ? input->type->tensor_type : NULL;
  *element = type ? type->elem_type : 0;
  if (*element != FT_ONNX_STRING && *element != FT_ONNX_FLOAT && *element != FT_ONNX_DOUBLE &&
      *element != FT_ONNX_INT32 && *element != FT_ONNX_INT64 && *element != FT_ONNX_BOOL)
    return ft_fail(err, FT_UNSUPPORTED,
                   "input \"%.64s\" of the ONNX model is no tensor of numbers or texts",
                   input->name ? input->name : "");
  *out = 0;
  if (!type->shape) return FT_OK;
  *out = 1;
  for (size_t i = 1; i < type->shape->n_dim; i++) {
    int64_t size = type->shape->dim[i]->dim_value;
    if (size > FT_MODEL_MAX_FIELDS || size < 0)
      return ft_fail(err, FT_LIMIT,
                     "input \"%.64s\" of the ONNX model has %" PRId64
                     " columns, and at most %d can be",
                     input->name ? input->name : "", size, FT_MODEL_MAX_FIELDS);
    if (i > 1 && size != 1)
      return ft_fail(err, FT_UNSUPPORTED, "input \"%.64s\" of the ONNX model is no table",
                     input->name ? input->name : "");
    if (i == 1) *out = (uint32_t)size;
  }
  return FT_OK;
}

static enum ft_status make_columns(struct ft_onnx *onnx, struct ft_onnx_value *value,
                                   const FtOnnx__ValueInfo *input, uint32_t columns,
                                   int32_t element, struct ft_error *err) {
  struct ft_prepared_column *column = FT_ARENA_NEW(onnx->arena, struct ft_prepared_column, columns);
  struct ft_column_step *step = FT_ARENA_NEW(onnx->arena, struct ft_column_step, 1);
  if (!column || !step) return ft_onnx_no_memory(err);
  *step = (struct ft_column_step){ .steps = 1, .wide = element == FT_ONNX_DOUBLE };
  for (uint32_t i = 0; i < columns; i++) {
    struct ft_column_field *field = &onnx->columns.field[onnx->columns.fields];
    if (columns == 1 && input->name) field->name = ft_span_of(input->name);
    field->text = element == FT_ONNX_STRING;
    column[i] =
        (struct ft_prepared_column){ .field = onnx->columns.fields++,
                                     .wide = element == FT_ONNX_DOUBLE,
                                     .whole = element != FT_ONNX_FLOAT && element != FT_ONNX_DOUBLE,
                                     .last = step };
  }
  *value = (struct ft_onnx_value){ .kind = FT_ONNX_COLUMNS, .table = { columns, column } };
  return FT_OK;
}

static enum ft_status read_inputs(struct ft_onnx *onnx, const struct names *names,
                                  struct ft_error *err) {
  uint32_t given = onnx->import->request->fields;
  onnx->columns.field = FT_ARENA_NEW(onnx->arena, struct ft_column_field,
                                     FT_MODEL_MAX_FIELDS + FT_COLUMNS_MAX_DERIVED);
  if (!onnx->columns.field) return ft_onnx_no_memory(err);
  for (size_t i = 0; i < onnx->graph->n_input; i++) {
    uint32_t columns = 0, index = names->graph_input[i];
    int32_t element;
    /* old files list their constants among the inputs */
    if (index == FT_ONNX_NONE || onnx->value[index].kind != FT_ONNX_UNSET) continue;
    FT_TRY(input_columns(&columns, &element, onnx->graph->input[i], err));
    if (columns == 0) columns = given > onnx->columns.fields ? given - onnx->columns.fields : 1;
    if (columns > FT_MODEL_MAX_FIELDS - onnx->columns.fields)
      return ft_fail(err, FT_LIMIT, "the ONNX model has more than %d input columns",
                     FT_MODEL_MAX_FIELDS);
    FT_TRY(make_columns(onnx, &onnx->value[index], onnx->graph->input[i], columns, element, err));
  }
  return FT_OK;
}

static enum ft_status read_constants(struct ft_onnx *onnx, const struct names *names,
                                     const uint8_t *needed, struct ft_error *err) {
  for (size_t i = 0; i < onnx->graph->n_initializer; i++) {
    uint32_t index = names->initializer[i];
    if (index == FT_ONNX_NONE) continue;
    struct ft_onnx_value *value = &onnx->value[index];
    value->kind = FT_ONNX_CONSTANT;
    if (needed[index])
      FT_TRY(ft_onnx_tensor(&value->constant, onnx, onnx->graph->initializer[i], err));
  }
  return FT_OK;
}

/* --- nodes --- */

/* What the outputs hang on, found from the last node to the first. */
static void mark_needed(uint8_t *needed, const struct ft_onnx *onnx, const struct names *names) {
  const FtOnnx__Graph *graph = onnx->graph;
  const uint32_t *input = names->input, *output = names->output;
  for (size_t i = 0; i < graph->n_output; i++)
    if (names->graph_output[i] != FT_ONNX_NONE) needed[names->graph_output[i]] = 1;
  for (size_t n = 0; n < graph->n_node; n++) {
    input += graph->node[n]->n_input;
    output += graph->node[n]->n_output;
  }
  for (size_t n = graph->n_node; n-- > 0;) {
    bool wanted = false;
    input -= graph->node[n]->n_input;
    output -= graph->node[n]->n_output;
    for (size_t i = 0; i < graph->node[n]->n_output; i++)
      wanted = wanted || (output[i] != FT_ONNX_NONE && needed[output[i]]);
    for (size_t i = 0; wanted && i < graph->node[n]->n_input; i++)
      if (input[i] != FT_ONNX_NONE) needed[input[i]] = 1;
  }
}

static enum ft_status check_places(const struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                   struct ft_error *err) {
  for (size_t i = 0; i < node->proto->n_input; i++)
    if (node->input[i] != FT_ONNX_NONE && onnx->value[node->input[i]].kind == FT_ONNX_UNSET)
      return ft_onnx_damaged(node, "an input that nothing before it gives", err);
  for (size_t i = 0; i < node->proto->n_output; i++)
    if (node->output[i] != FT_ONNX_NONE && onnx->value[node->output[i]].kind != FT_ONNX_UNSET)
      return ft_onnx_damaged(node, "an output that is there already", err);
  return FT_OK;
}

static bool has_inputs(const struct ft_onnx *onnx, const struct ft_onnx_node *node) {
  for (size_t i = 0; i < node->proto->n_input; i++)
    if (node->input[i] != FT_ONNX_NONE && onnx->value[node->input[i]].kind == FT_ONNX_UNSET)
      return false;
  return true;
}

/* What prepares columns comes first, and the learners and what hangs on them then: all learners see all
 * categories. */
static enum ft_status run_node(struct ft_onnx *onnx, const struct ft_onnx_node *node, bool *done,
                               bool learners, struct ft_error *err) {
  struct ft_span domain = ft_span_of(node->proto->domain), name = ft_span_of(node->proto->op_type);
  if (*done || (!learners && (ft_onnx_operator_learns(name) || !has_inputs(onnx, node))))
    return FT_OK;
  *done = true;
  FT_TRY(check_places(onnx, node, err));
  ft_onnx_operator *run = ft_onnx_operator_named(domain, name);
  return run ? run(onnx, node, err) : ft_onnx_refuse(node, "", err);
}

static enum ft_status run_nodes(struct ft_onnx *onnx, const struct names *names,
                                const uint8_t *needed, bool *done, bool learners,
                                struct ft_error *err) {
  const uint32_t *input = names->input, *output = names->output;
  for (size_t n = 0; n < onnx->graph->n_node; n++) {
    const struct ft_onnx_node node = ft_onnx_node_of(onnx->graph->node[n], input, output);
    bool wanted = false;
    for (size_t i = 0; i < node.proto->n_output; i++)
      wanted = wanted || (output[i] != FT_ONNX_NONE && needed[output[i]]);
    if (wanted) FT_TRY(run_node(onnx, &node, &done[n], learners, err));
    input += node.proto->n_input;
    output += node.proto->n_output;
  }
  return FT_OK;
}

static enum ft_status follow(struct ft_onnx *onnx, struct ft_error *err) {
  struct names names = { 0 };
  uint32_t values = 0;
  FT_TRY(number_names(&names, &values, onnx->arena, onnx->graph, err));
  uint8_t *needed = FT_ARENA_NEW(onnx->arena, uint8_t, values + 1);
  onnx->value = FT_ARENA_NEW(onnx->arena, struct ft_onnx_value, values + 1);
  bool *done = FT_ARENA_NEW(onnx->arena, bool, onnx->graph->n_node + 1);
  if (!needed || !onnx->value || !done) return ft_onnx_no_memory(err);
  onnx->values = values;
  onnx->node_input = names.input;
  onnx->node_output = names.output;
  mark_needed(needed, onnx, &names);
  FT_TRY(read_constants(onnx, &names, needed, err));
  FT_TRY(read_inputs(onnx, &names, err));
  FT_TRY(run_nodes(onnx, &names, needed, done, false, err));
  FT_TRY(run_nodes(onnx, &names, needed, done, true, err));
  return ft_onnx_answer(onnx, names.graph_output, onnx->graph->n_output, err);
}

static enum ft_status describe(struct ft_import *out, struct ft_arena *arena,
                               const FtOnnx__Model *model, struct ft_error *err) {
  const char *name = model->producer_name ? model->producer_name : "";
  const char *version = model->producer_version ? model->producer_version : "";
  out->format = "ONNX";
  out->version = ft_arena_print(arena, "IR %" PRId64 "%s%.60s%s%.30s", model->ir_version,
                                *name ? ", " : "", name, *version ? " " : "", version);
  if (!out->version) return ft_onnx_no_memory(err);
  if (!ft_span_is_utf8(ft_span_of(out->version))) out->version = NULL;
  return FT_OK;
}

/* Does some tree have a split of that mode? */
static bool has_split(const FtOnnx__Graph *graph, const char *mode) {
  for (size_t n = 0; n < graph->n_node; n++) {
    const struct ft_onnx_node node = ft_onnx_node_of(graph->node[n], NULL, NULL);
    const FtOnnx__Attribute *modes = ft_onnx_attribute(&node, "nodes_modes");
    for (size_t i = 0; modes && i < modes->n_strings; i++)
      if (ft_span_equal(
              (struct ft_span){ (const char *)modes->strings[i].data, modes->strings[i].len },
              ft_span_of(mode)))
        return true;
  }
  return false;
}

/* OnnxMLTools converts models of several libraries, which their splits tell apart: "less than" is XGBoost's,
 * "less than or equal" LightGBM's and scikit-learn's. */
static const char *own_file(const FtOnnx__Model *model) {
  const char *producer = model->producer_name ? model->producer_name : "";
  if (strcmp(producer, "CatBoost") == 0)
    return "Give CatBoost's own file, save_model(\"model.cbm\"), in place of ONNX; or serve";
  if (strcmp(producer, "OnnxMLTools") != 0) return "Serve";
  if (has_split(model->graph, "BRANCH_LT"))
    return "Give XGBoost's own file, save_model(\"model.json\"), in place of ONNX; or serve";
  if (has_split(model->graph, "BRANCH_LEQ"))
    return "Give the library's own file, LightGBM's save_model(\"model.txt\") or scikit-learn's "
           "skops.io.dump(model, \"model.skops\"), in place of ONNX; or serve";
  return "Serve";
}

/* What is refused without a word about the way out gets one. */
static enum ft_status advise(const FtOnnx__Model *model, enum ft_status status,
                             struct ft_error *err) {
  if ((status != FT_UNSUPPORTED && status != FT_LIMIT) || !err || err->hint[0]) return status;
  ft_fail_hint(err, "%s the model and call it: CREATE MODEL … SAGEMAKER 'endpoint'.",
               own_file(model));
  return status;
}

enum ft_status ft_onnx_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                            struct ft_error *err) {
  FtOnnx__Model *model;
  struct ft_onnx onnx = { .import = out,
                          .arena = arena,
                          .columns = { .import = out, .arena = arena, .format = "ONNX" } };
  FT_TRY(unpack(&model, arena, bytes, err));
  FT_TRY(describe(out, arena, model, err));
  onnx.graph = model->graph;
  onnx.producer = model->producer_name ? model->producer_name : "";
  return advise(model, follow(&onnx, err), err);
}
