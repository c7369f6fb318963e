/* Models in ONNX predict what ONNX Runtime predicts: test/fixtures/onnx, made by
 * test/reference/onnx_models.py. `test_onnx FOLDER` checks another folder of the kind.
 *
 * A case is name.onnx and name.csv. The first line of the csv: the fields' types, the type of RETURNS,
 * how many numbers are expected; then a row each: the fields (empty: NULL), the label (or -), the
 * numbers. */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/import/import.h"
#include "core/import/onnx/onnx.pb-c.h"
#include "foretell/batch.h"
#include "foretell/plan.h"

#include <cmocka.h>

#define TOLERANCE 1e-5
#define MAX       64

static const char *folder = "test/fixtures/onnx";

static char *read_file(const char *name, const char *end, size_t *size) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s%s", folder, name, end);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("no file %s", path);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size + 1);
  assert_int_equal(fread(bytes, 1, *size, file), *size);
  bytes[*size] = 0;
  fclose(file);
  return bytes;
}

struct table {
  char *text;
  size_t fields, numbers, rows;
  struct ft_field field[MAX], target;
  struct ft_column column[MAX];
  struct ft_span *label;
  double *expected; /* row-major */
};

static struct ft_span next(char **at, char end) {
  char *from = *at, *to = strchr(from, end);
  assert_non_null(to);
  *at = to + 1;
  return (struct ft_span){ from, (size_t)(to - from) };
}

static void read_types(struct table *table, char **at) {
  char *list = *at;
  struct ft_span line = next(at, ';');
  while (list < line.data + line.size) {
    size_t size = strcspn(list, ",;");
    struct ft_field *field = &table->field[table->fields++];
    *field = (struct ft_field){ .name = "x",
                                .type = ft_type_by_internal((struct ft_span){ list, size }) };
    assert_int_not_equal(field->type, FT_TYPE_NONE);
    list += size + 1;
  }
  table->target = (struct ft_field){ .name = "y", .type = ft_type_by_internal(next(at, ';')) };
  table->numbers = (size_t)atoi(next(at, '\n').data);
}

static void set_value(struct ft_column *column, enum ft_type type, size_t row,
                      struct ft_span text) {
  void *values = (void *)(uintptr_t)column->values;
  uint64_t *validity = (uint64_t *)(uintptr_t)column->validity;
  validity[row / 64] |= (uint64_t)(text.size > 0) << (row % 64);
  if (type == FT_TEXT) ((struct ft_span *)values)[row] = text;
  if (type == FT_FLOAT32) ((float *)values)[row] = strtof(text.data, NULL);
  if (type == FT_FLOAT64) ((double *)values)[row] = strtod(text.data, NULL);
  if (type == FT_INT64) ((int64_t *)values)[row] = strtoll(text.data, NULL, 10);
  if (type == FT_INT32) ((int32_t *)values)[row] = (int32_t)strtol(text.data, NULL, 10);
}

static void read_table(struct table *table, const char *name) {
  size_t size, lines = 0;
  *table = (struct table){ .text = read_file(name, ".csv", &size) };
  char *at = table->text;
  for (size_t i = 0; i < size; i++)
    lines += table->text[i] == '\n';
  read_types(table, &at);
  table->rows = lines ? lines - 1 : 0;
  table->label = calloc(table->rows, sizeof *table->label);
  table->expected = calloc(table->rows * table->numbers, sizeof *table->expected);
  for (size_t f = 0; f < table->fields; f++) {
    table->column[f].type = table->field[f].type;
    table->column[f].values = calloc(table->rows, ft_type_bytes(table->field[f].type));
    table->column[f].validity = calloc(table->rows / 64 + 1, sizeof(uint64_t));
  }
  for (size_t r = 0; r < table->rows; r++) {
    for (size_t f = 0; f < table->fields; f++)
      set_value(&table->column[f], table->field[f].type, r, next(&at, ','));
    table->label[r] = next(&at, ',');
    for (size_t n = 0; n < table->numbers; n++)
      table->expected[r * table->numbers + n] =
          strtod(next(&at, n + 1 < table->numbers ? ',' : '\n').data, NULL);
  }
}

static void free_table(struct table *table) {
  for (size_t f = 0; f < table->fields; f++) {
    free((void *)(uintptr_t)table->column[f].values);
    free((void *)(uintptr_t)table->column[f].validity);
  }
  free(table->label);
  free(table->expected);
  free(table->text);
}

static double tolerance(double expected) {
  return TOLERANCE * (fabs(expected) > 1 ? fabs(expected) : 1);
}

/* Labels may differ where the two highest probabilities are as good as equal. */
static bool is_near_tie(const double *p, size_t count) {
  if (count == 2 && p[1] == 0.5) return false; /* as many votes for either: the first */
  double first = -1, second = -1;
  for (size_t i = 0; i < count; i++) {
    if (p[i] > first) {
      second = first;
      first = p[i];
    } else if (p[i] > second)
      second = p[i];
  }
  return first - second < 2 * TOLERANCE;
}

static void compare(const char *name, const struct table *table, const struct ft_plan *plan) {
  size_t labels = ft_plan_labels(plan), wrong = 0;
  struct ft_scratch *scratch;
  double worst = 0;
  double *value = calloc(table->rows, sizeof *value);
  double *p = calloc(table->rows * (labels + 1), sizeof *p);
  uint32_t *label = calloc(table->rows, sizeof *label);
  const struct ft_batch batch = { .columns = table->fields,
                                  .column = table->column,
                                  .rows = table->rows };
  assert_int_equal(ft_scratch_make(&scratch, plan, NULL), FT_OK);
  assert_int_equal(ft_plan_predict(plan, scratch, &batch, value, label, p, NULL), FT_OK);
  if (labels) assert_int_equal(table->numbers, labels);
  for (size_t r = 0; r < table->rows; r++) {
    const double *expected = table->expected + r * table->numbers;
    for (size_t n = 0; n < table->numbers; n++) {
      double is = labels ? p[n * table->rows + r] : value[r];
      double off = fabs(is - expected[n]) / tolerance(expected[n]);
      if (!(off <= worst)) worst = off;
      if (!(off <= 1) && wrong++ < 3)
        print_message("%s, row %zu, number %zu: %.9g for %.9g\n", name, r, n, is, expected[n]);
    }
    if (labels && !is_near_tie(expected, labels) &&
        !ft_span_equal(ft_plan_label(plan, label[r]), table->label[r]) && wrong++ < 3)
      print_message("%s, row %zu: another label\n", name, r);
  }
  print_message("%s: %zu rows, off by %.2e of what may be\n", name, table->rows, worst);
  if (wrong) fail_msg("%s: %zu wrong", name, wrong);
  free(value);
  free(p);
  free(label);
  ft_scratch_free(scratch);
}

static void check_case(const char *name) {
  struct table table;
  struct ft_arena arena;
  struct ft_import import;
  struct ft_error err = { 0 };
  struct ft_plan *plan;
  size_t size;
  char *bytes = read_file(name, ".onnx", &size);
  read_table(&table, name);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  const struct ft_import_request request = { (uint32_t)table.fields, table.field, table.target };
  if (ft_import_read(&import, &arena, &request, (struct ft_span){ bytes, size }, &err) != FT_OK)
    fail_msg("%s: %s (%s)", name, err.message, err.hint);
  assert_string_equal(import.format, "ONNX");
  if (ft_plan_make(&plan, &import.model, &err) != FT_OK) fail_msg("%s: %s", name, err.message);
  compare(name, &table, plan);
  ft_plan_close(plan);
  ft_arena_release(&arena);
  free_table(&table);
  free(bytes);
}

/* The cases of the folder whose names end so; answers their count. */
static int check_all(const char *with, void (*check)(const char *name)) {
  struct dirent **entry;
  int entries = scandir(folder, &entry, NULL, alphasort), cases = 0;
  for (int i = 0; i < entries; i++) {
    char *end = strstr(entry[i]->d_name, with);
    if (end) {
      *end = 0;
      check(entry[i]->d_name);
      cases++;
    }
    free(entry[i]);
  }
  free(entry);
  return cases;
}

static void predicts_what_onnx_runtime_predicts(void **state) {
  (void)state;
  assert_true(check_all(".csv", check_case) > 0);
}

/* name.refused: the types as in a case's first line; then, a line each, a part of the message and a
 * part of the hint. */
static void check_refused(const char *name) {
  struct table table = { 0 };
  struct ft_arena arena;
  struct ft_import import;
  struct ft_error err = { 0 };
  size_t size, length;
  char *bytes = read_file(name, ".onnx", &size), *text = read_file(name, ".refused", &length);
  char *at = text;
  read_types(&table, &at);
  char *message = strtok(at, "\n"), *hint = strtok(NULL, "\n");
  assert_true(message && hint);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  const struct ft_import_request request = { (uint32_t)table.fields, table.field, table.target };
  assert_int_equal(ft_import_read(&import, &arena, &request, (struct ft_span){ bytes, size }, &err),
                   FT_UNSUPPORTED);
  if (!strstr(err.message, message) || !strstr(err.hint, hint))
    fail_msg("%s: %s (%s)", name, err.message, err.hint);
  ft_arena_release(&arena);
  free(text);
  free(bytes);
}

static void what_would_be_wrong_is_refused_with_a_way_out(void **state) {
  (void)state;
  check_all(".refused", check_refused);
}

/* --- damaged and hostile files --- */

/* One tree of three nodes over one input. */
struct tree_case {
  const char *name, *input, *mode;
  int64_t feature, yes, no, leaf_id;
  float value, weight;
  const char *says;     /* a part of the error's message; NULL: it is read */
  const char *producer; /* NULL: not said */
};

static void set_attribute(FtOnnx__Attribute *out, const char *name) {
  ft_onnx__attribute__init(out);
  out->name = (char *)(uintptr_t)name;
}

/* A model of one node, from input x to output y. */
static struct ft_span pack_model(FtOnnx__Node *node, const char *producer, uint8_t *bytes) {
  FtOnnx__TensorType tensor = FT_ONNX__TENSOR_TYPE__INIT;
  tensor.has_elem_type = 1;
  tensor.elem_type = 1;
  FtOnnx__Type type = FT_ONNX__TYPE__INIT;
  type.tensor_type = &tensor;
  char x[] = "x", y[] = "y";
  FtOnnx__ValueInfo in = FT_ONNX__VALUE_INFO__INIT, to = in, *ins = &in, *tos = &to;
  in.name = x;
  in.type = &type;
  to.name = y;
  FtOnnx__Graph graph = FT_ONNX__GRAPH__INIT;
  graph.n_node = graph.n_input = graph.n_output = 1;
  graph.node = &node;
  graph.input = &ins;
  graph.output = &tos;
  FtOnnx__Model model = FT_ONNX__MODEL__INIT;
  model.has_ir_version = 1;
  model.ir_version = 8;
  model.producer_name = (char *)(uintptr_t)producer;
  model.graph = &graph;
  return (struct ft_span){ (const char *)bytes, ft_onnx__model__pack(&model, bytes) };
}

static struct ft_span pack_tree(const struct tree_case *of, const char *op, uint8_t *bytes) {
  int64_t zeros[3] = { 0 }, ids[3] = { 0, 1, 2 }, feature[3] = { of->feature, 0, 0 };
  int64_t yes[3] = { of->yes, 0, 0 }, no[3] = { of->no, 0, 0 }, leaf[2] = { of->leaf_id, 2 };
  float value[3] = { of->value, 0, 0 }, weight[2] = { of->weight, 1 };
  char leaf_mode[] = "LEAF";
  ProtobufCBinaryData mode[3] = {
    { strlen(of->mode), (uint8_t *)(uintptr_t)of->mode },
    { 4, (uint8_t *)leaf_mode },
    { 4, (uint8_t *)leaf_mode },
  };
  const struct {
    const char *name;
    int64_t *ints;
    float *floats;
    size_t count;
  } list[] = { { "nodes_treeids", zeros, NULL, 3 },      { "nodes_nodeids", ids, NULL, 3 },
               { "nodes_featureids", feature, NULL, 3 }, { "nodes_truenodeids", yes, NULL, 3 },
               { "nodes_falsenodeids", no, NULL, 3 },    { "nodes_values", NULL, value, 3 },
               { "target_treeids", zeros, NULL, 2 },     { "target_nodeids", leaf, NULL, 2 },
               { "target_ids", zeros, NULL, 2 },         { "target_weights", NULL, weight, 2 } };
  FtOnnx__Attribute attribute[11], *attributes[11];
  for (size_t i = 0; i < 10; i++) {
    set_attribute(&attribute[i], list[i].name);
    attribute[i].n_ints = list[i].ints ? list[i].count : 0;
    attribute[i].ints = list[i].ints;
    attribute[i].n_floats = list[i].floats ? list[i].count : 0;
    attribute[i].floats = list[i].floats;
  }
  set_attribute(&attribute[10], "nodes_modes");
  attribute[10].n_strings = 3;
  attribute[10].strings = mode;
  for (size_t i = 0; i < 11; i++)
    attributes[i] = &attribute[i];
  FtOnnx__Node node = FT_ONNX__NODE__INIT;
  char *input = (char *)(uintptr_t)of->input, y[] = "y", domain[] = "ai.onnx.ml";
  char *output = y;
  node.n_input = node.n_output = 1;
  node.input = &input;
  node.output = &output;
  node.op_type = (char *)(uintptr_t)op;
  node.domain = domain;
  node.n_attribute = 11;
  node.attribute = attributes;
  return pack_model(&node, of->producer, bytes);
}

static enum ft_status read_bytes(struct ft_span bytes, struct ft_error *err) {
  const struct ft_field field = { .name = "x", .type = FT_FLOAT32 };
  const struct ft_import_request request = { 1, &field, { .name = "y", .type = FT_FLOAT64 } };
  struct ft_import import;
  struct ft_arena arena;
  ft_arena_init(&arena, (size_t)1 << 28);
  enum ft_status status = ft_import_read(&import, &arena, &request, bytes, err);
  ft_arena_release(&arena);
  return status;
}

static void trees_that_cannot_be_are_refused(void **state) {
  static const struct tree_case cases[] = {
    { "right", "x", "BRANCH_LEQ", 0, 1, 2, 1, 0.5F, 1, NULL },
    { "circle", "x", "BRANCH_LEQ", 0, 0, 2, 1, 0.5F, 1, "a weight of no leaf" },
    { "two parents", "x", "BRANCH_LEQ", 0, 2, 2, 2, 0.5F, 1, "two parents" },
    { "no child", "x", "BRANCH_LEQ", 0, 7, 2, 1, 0.5F, 1, "a child that is not there" },
    { "feature", "x", "BRANCH_LEQ", 1, 1, 2, 1, 0.5F, 1, "a feature out of range" },
    { "feature below 0", "x", "BRANCH_LEQ", -1, 1, 2, 1, 0.5F, 1, "a feature out of range" },
    { "threshold", "x", "BRANCH_LEQ", 0, 1, 2, 1, NAN, 1, "a threshold of NaN" },
    { "leaf", "x", "BRANCH_LEQ", 0, 1, 2, 1, 0.5F, NAN, "out of range" },
    { "weight", "x", "BRANCH_LEQ", 0, 1, 2, 0, 0.5F, 1, "a weight of no leaf" },
    { "mode", "x", "BRANCH_MEMBER", 0, 1, 2, 1, 0.5F, 1, "a mode of nodes" },
    { "own output", "y", "BRANCH_LEQ", 0, 1, 2, 1, 0.5F, 1, "nothing before it gives" },
  };
  uint8_t bytes[4096];
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct ft_error err = { 0 };
    enum ft_status status = read_bytes(pack_tree(&cases[i], "TreeEnsembleRegressor", bytes), &err);
    if ((status == FT_OK) != !cases[i].says) fail_msg("%s: %s", cases[i].name, err.message);
    if (cases[i].says && !strstr(err.message, cases[i].says))
      fail_msg("%s: %s", cases[i].name, err.message);
  }
}

static void an_unknown_operator_is_named(void **state) {
  const struct tree_case right = { "", "x", "BRANCH_LEQ", 0, 1, 2, 1, 0.5F, 1, NULL };
  uint8_t bytes[4096];
  struct ft_error err = { 0 };
  (void)state;
  assert_int_equal(read_bytes(pack_tree(&right, "KNNRegressor", bytes), &err), FT_UNSUPPORTED);
  assert_string_equal(err.message, "operator \"KNNRegressor\" in node \"y\" is not supported");
}

/* A classifier without classes is refused: the way out is that of the library whose splits these are. */
static void the_hint_names_the_library_that_made_the_trees(void **state) {
  static const struct {
    const char *mode, *producer, *hint, *other; /* `other` is not said */
  } cases[] = {
    { "BRANCH_LT", "OnnxMLTools", "Give XGBoost's own file", "LightGBM" },
    { "BRANCH_LEQ", "OnnxMLTools", "LightGBM's save_model(\"model.txt\") or scikit-learn's",
      "XGB" },
    { "LEAF", "OnnxMLTools", "Serve the model", "Give" },
    { "BRANCH_LT", "skl2onnx", "Serve the model", "Give" },
    { "BRANCH_LT", NULL, "Serve the model", "Give" },
  };
  uint8_t bytes[4096];
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct tree_case of = { "", "x",  cases[i].mode,    0, 1, 2, 1, 0.5F,
                                  1,  NULL, cases[i].producer };
    struct ft_error err = { 0 };
    enum ft_status status = read_bytes(pack_tree(&of, "TreeEnsembleClassifier", bytes), &err);
    assert_int_equal(status, FT_UNSUPPORTED);
    if (!strstr(err.hint, cases[i].hint) || strstr(err.hint, cases[i].other))
      fail_msg("%s of %s: %s", cases[i].mode, cases[i].producer, err.hint);
  }
}

static void a_file_cut_short_is_refused(void **state) {
  const struct tree_case right = { "", "x", "BRANCH_LEQ", 0, 1, 2, 1, 0.5F, 1, NULL };
  uint8_t bytes[4096];
  struct ft_span whole = pack_tree(&right, "TreeEnsembleRegressor", bytes);
  (void)state;
  for (size_t size = 0; size < whole.size; size++)
    assert_int_not_equal(read_bytes((struct ft_span){ whole.data, size }, NULL), FT_OK);
}

int main(int count, char **argument) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(predicts_what_onnx_runtime_predicts),
    cmocka_unit_test(what_would_be_wrong_is_refused_with_a_way_out),
    cmocka_unit_test(trees_that_cannot_be_are_refused),
    cmocka_unit_test(an_unknown_operator_is_named),
    cmocka_unit_test(the_hint_names_the_library_that_made_the_trees),
    cmocka_unit_test(a_file_cut_short_is_refused),
  };
  if (count > 1) folder = argument[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}
