/* The callbacks that DuckDB calls for a model's internal functions. */
#include "hosts/duckdb/function.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hosts/duckdb/binding.h"
#include "hosts/duckdb/label.h"
#include "hosts/duckdb/type_name.h"
#include "hosts/duckdb/vectors.h"

void ft_function_types(struct ft_buffer *out, const struct ft_signature *signature) {
  for (uint32_t i = 0; i < signature->fields; i++) {
    ft_buffer_print(out, "%s%s", i ? " " : "", ft_type_internal(signature->field[i]));
  }
}

#define PROBABILITIES_MAX (64 * FT_DUCKDB_ROWS) /* of one block of rows */

/* What one thread needs to call one model. */
struct call {
  struct ft_function *function; /* borrowed */
  const struct ft_plan *plan;   /* borrowed */
  struct ft_scratch *scratch;
  struct ft_vectors vectors;
  struct ft_column *cut; /* a block's columns */
  struct ft_labels labels;
  uint32_t *label;       /* FT_DUCKDB_ROWS */
  double *value;         /* FT_DUCKDB_ROWS */
  duckdb_vector classes; /* of the chunk in hand; NULL: the function takes none */
  double *probability;   /* block_rows × labels; made when first wanted */
  uint32_t *order;       /* labels */
  size_t block_rows;     /* a multiple of 64 */
};

static void free_call(void *data) {
  struct call *call = data;
  ft_scratch_free(call->scratch);
  ft_vectors_release(&call->vectors);
  free(call->cut);
  ft_labels_release(&call->labels);
  free(call->label);
  free(call->value);
  free(call->probability);
  free(call->order);
  free(call);
}

static bool allocate(struct call *call) {
  size_t labels = call->labels.count ? call->labels.count : 1;
  size_t columns = ft_plan_fields(call->plan);
  size_t block = PROBABILITIES_MAX / labels / 64 * 64;
  call->block_rows = block < 64 ? 64 : block > FT_DUCKDB_ROWS ? FT_DUCKDB_ROWS : block;
  call->cut = calloc(columns ? columns : 1, sizeof *call->cut);
  call->label = calloc(FT_DUCKDB_ROWS, sizeof *call->label);
  call->value = calloc(FT_DUCKDB_ROWS, sizeof *call->value);
  call->order = calloc(labels, sizeof *call->order);
  return call->cut && call->label && call->value && call->order;
}

static enum ft_status open_call(struct call **out, struct ft_function *function,
                                struct ft_error *err) {
  struct call *call = calloc(1, sizeof *call);
  if (!call) return ft_fail(err, FT_NOMEM, "out of memory for a call of a model");
  call->function = function;
  enum ft_status status = function->open_plan(&call->plan, function, err);
  if (status == FT_OK) status = ft_labels_init(&call->labels, call->plan, function->model, err);
  if (status == FT_OK && !allocate(call))
    status = ft_fail(err, FT_NOMEM, "out of memory for a call of a model");
  if (status == FT_OK) status = ft_scratch_make(&call->scratch, call->plan, err);
  if (status == FT_OK) {
    status =
        ft_vectors_init(&call->vectors, function->signature.field, function->signature.fields, err);
  }
  if (status != FT_OK) {
    free_call(call);
    return status;
  }
  *out = call;
  return FT_OK;
}

void ft_function_keep_failure(struct ft_function *function, const struct ft_error *err) {
  pthread_mutex_lock(&function->engine->loading);
  function->engine->failure = *err;
  pthread_mutex_unlock(&function->engine->loading);
}

/* Once for each thread that evaluates the function in a query. */
static void start_call(duckdb_init_info info) {
  struct ft_function *function = duckdb_scalar_function_init_get_extra_info(info);
  struct ft_error err = { 0 };
  struct call *call = NULL;
  if (open_call(&call, function, &err) != FT_OK) {
    ft_function_keep_failure(function, &err);
    duckdb_scalar_function_init_set_error(info, err.message);
    return;
  }
  duckdb_scalar_function_init_set_state(info, call, free_call);
}

static enum ft_status predict_class(struct call *call, const struct ft_batch *batch,
                                    duckdb_vector output, struct ft_error *err) {
  if (call->labels.count == 0) {
    return ft_plan_predict(call->plan, call->scratch, batch, duckdb_vector_get_data(output), NULL,
                           NULL, err);
  }
  FT_TRY(ft_plan_predict(call->plan, call->scratch, batch, NULL, call->label, NULL, err));
  void *data = duckdb_vector_get_data(output);
  for (size_t r = 0; r < batch->rows; r++)
    ft_label_write(&call->labels, call->label[r], output, data, r);
  return FT_OK;
}

/* The lists of one block, row by row, after `used` list items. */
static void write_ranks(struct call *call, duckdb_vector lists[2], size_t first, size_t rows) {
  double *probability = duckdb_vector_get_data(duckdb_list_vector_get_child(lists[0]));
  duckdb_vector label = duckdb_list_vector_get_child(lists[1]);
  void *data = duckdb_vector_get_data(label);
  size_t at = first * call->labels.count;
  for (size_t r = 0; r < rows; r++) {
    ft_plan_rank(call->plan, call->probability, rows, r, call->order);
    for (size_t i = 0; i < call->labels.count; i++, at++) {
      probability[at] = call->probability[call->order[i] * rows + r];
      ft_label_write(&call->labels, call->order[i], label, data, at);
    }
  }
}

static enum ft_status make_lists(struct call *call, duckdb_vector output, duckdb_vector lists[2],
                                 size_t rows, struct ft_error *err) {
  for (idx_t m = 0; m < 2; m++) {
    lists[m] = duckdb_struct_vector_get_child(output, m);
    size_t items = rows * call->labels.count;
    if (duckdb_list_vector_reserve(lists[m], items) != DuckDBSuccess ||
        duckdb_list_vector_set_size(lists[m], items) != DuckDBSuccess) {
      return ft_fail(err, FT_NOMEM, "out of memory for probabilities");
    }
    duckdb_list_entry *entry = duckdb_vector_get_data(lists[m]);
    for (size_t r = 0; r < rows; r++) {
      entry[r] = (duckdb_list_entry){ r * call->labels.count, call->labels.count };
    }
  }
  return FT_OK;
}

/* Probabilities of as many rows from `first` on as there is room for; how many they are. */
static enum ft_status predict_block(size_t *rows, struct call *call, const struct ft_batch *batch,
                                    size_t first, struct ft_error *err) {
  if (!call->probability) {
    call->probability = calloc(call->block_rows * call->labels.count, sizeof *call->probability);
    if (!call->probability) return ft_fail(err, FT_NOMEM, "out of memory for probabilities");
  }
  size_t left = batch->rows - first;
  struct ft_batch block = { left < call->block_rows ? left : call->block_rows, batch->columns,
                            call->cut };
  ft_vectors_cut(call->cut, batch, first);
  *rows = block.rows;
  return ft_plan_predict(call->plan, call->scratch, &block, NULL, NULL, call->probability, err);
}

static enum ft_status predict_ranks(struct call *call, const struct ft_batch *batch,
                                    duckdb_vector output, struct ft_error *err) {
  duckdb_vector lists[2];
  FT_TRY(make_lists(call, output, lists, batch->rows, err));
  for (size_t first = 0; first < batch->rows; first += call->block_rows) {
    size_t rows = 0;
    FT_TRY(predict_block(&rows, call, batch, first, err));
    write_ranks(call, lists, first, rows);
  }
  return FT_OK;
}

/* The label of each row's class, in call->label; a row without one has a NULL for its result. */
static enum ft_status find_classes(struct call *call, size_t rows, duckdb_vector output,
                                   struct ft_error *err) {
  const duckdb_string_t *name = duckdb_vector_get_data(call->classes);
  const uint64_t *given = duckdb_vector_get_validity(call->classes);
  struct ft_span last = { NULL, 0 };
  if (given) {
    duckdb_vector_ensure_validity_writable(output);
    memcpy(duckdb_vector_get_validity(output), given, (rows + 63) / 64 * sizeof *given);
  }
  for (size_t r = 0; r < rows; r++) {
    call->label[r] = r ? call->label[r - 1] : 0;
    if (given && !(given[r / 64] >> (r % 64) & 1)) continue;
    struct ft_span text = ft_duckdb_text(&name[r]);
    if (last.data && ft_span_equal(text, last)) continue;
    FT_TRY(ft_label_find(&call->label[r], &call->labels, text, call->function->model, err));
    last = text;
  }
  return FT_OK;
}

static enum ft_status predict_probability(struct call *call, const struct ft_batch *batch,
                                          duckdb_vector output, struct ft_error *err) {
  double *out = duckdb_vector_get_data(output);
  FT_TRY(find_classes(call, batch->rows, output, err));
  for (size_t first = 0; first < batch->rows; first += call->block_rows) {
    size_t rows = 0;
    FT_TRY(predict_block(&rows, call, batch, first, err));
    for (size_t r = 0; r < rows; r++)
      out[first + r] = call->probability[call->label[first + r] * rows + r];
  }
  return FT_OK;
}

typedef enum ft_status (*predictor)(struct call *call, const struct ft_batch *batch,
                                    duckdb_vector output, struct ft_error *err);

/* The arguments are the model's columns, or a row of them; then a class. */
static enum ft_status take_arguments(struct ft_batch *batch, struct call *call,
                                     duckdb_data_chunk input, bool by_row, struct ft_error *err) {
  size_t columns = by_row ? 1 : call->function->signature.fields;
  bool named = duckdb_data_chunk_get_column_count(input) > columns;
  call->classes = named ? duckdb_data_chunk_get_vector(input, columns) : NULL;
  if (by_row)
    return ft_vectors_view_rows(batch, &call->vectors, duckdb_data_chunk_get_vector(input, 0),
                                duckdb_data_chunk_get_size(input), err);
  *batch = ft_vectors_view(&call->vectors, input);
  return FT_OK;
}

static void run_call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output,
                     bool by_row, predictor predict) {
  struct call *call = duckdb_scalar_function_get_state(info);
  struct ft_error err = { 0 };
  struct ft_batch batch;
  if (take_arguments(&batch, call, input, by_row, &err) == FT_OK &&
      predict(call, &batch, output, &err) == FT_OK)
    return;
  ft_function_keep_failure(call->function, &err);
  duckdb_scalar_function_set_error(info, err.message);
}

#define RUN(name, by_row, predict)                                                             \
  static void name(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) { \
    run_call(info, input, output, by_row, predict);                                            \
  }
RUN(run_class, false, predict_class)
RUN(run_class_of_row, true, predict_class)
RUN(run_ranks, false, predict_ranks)
RUN(run_ranks_of_row, true, predict_ranks)
RUN(run_probability, false, predict_probability)
RUN(run_probability_of_row, true, predict_probability)

static duckdb_logical_type label_type(const struct ft_function *function) {
  return duckdb_create_logical_type(
      ft_label_type(function->signature.problem, function->signature.target));
}

static duckdb_logical_type ranks_type(const struct ft_function *function) {
  const char *name[2] = { "probabilities", "labels" };
  duckdb_logical_type item[2] = { duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE),
                                  label_type(function) };
  duckdb_logical_type list[2] = { duckdb_create_list_type(item[0]),
                                  duckdb_create_list_type(item[1]) };
  duckdb_logical_type type = duckdb_create_struct_type(list, name, 2);
  for (int i = 0; i < 2; i++) {
    duckdb_destroy_logical_type(&item[i]);
    duckdb_destroy_logical_type(&list[i]);
  }
  return type;
}

static duckdb_logical_type probability_type(const struct ft_function *function) {
  (void)function;
  return duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
}

/* The inner functions of a model; those with labels are a classifier's alone. */
static const struct inner {
  const char *suffix;
  bool with_labels;
  bool by_row;
  bool with_class;
  duckdb_logical_type (*returns)(const struct ft_function *function);
  duckdb_scalar_function_bind_t bind; /* NULL: DuckDB's own checks are enough */
  duckdb_scalar_function_t run;
} inner_table[] = {
  { "", false, false, false, label_type, NULL, run_class },
  { "_row", false, true, false, label_type, ft_binding_row, run_class_of_row },
  { "_prob", true, false, false, ranks_type, NULL, run_ranks },
  { "_prob_row", true, true, false, ranks_type, ft_binding_row, run_ranks_of_row },
  { "_probability", true, false, true, probability_type, ft_binding_class, run_probability },
  { "_probability_row", true, true, true, probability_type, ft_binding_row,
    run_probability_of_row },
};

static void add_parameter(duckdb_scalar_function made, duckdb_type id) {
  duckdb_logical_type type = duckdb_create_logical_type(id);
  duckdb_scalar_function_add_parameter(made, type);
  duckdb_destroy_logical_type(&type);
}

static void add_parameters(duckdb_scalar_function made, const struct ft_signature *signature,
                           const struct inner *inner) {
  for (uint32_t i = 0; !inner->by_row && i < signature->fields; i++)
    add_parameter(made, ft_duckdb_type_of(signature->field[i]));
  if (inner->by_row) add_parameter(made, DUCKDB_TYPE_ANY);
  if (inner->with_class) add_parameter(made, DUCKDB_TYPE_VARCHAR);
}

static duckdb_state register_one(struct ft_function *function, duckdb_connection connection,
                                 const struct inner *inner) {
  char name[FT_FUNCTION_NAME_BYTES + 32];
  duckdb_scalar_function made = duckdb_create_scalar_function();
  duckdb_logical_type returns = inner->returns(function);
  snprintf(name, sizeof name, "%s%s", function->name, inner->suffix);
  duckdb_scalar_function_set_name(made, name);
  add_parameters(made, &function->signature, inner);
  duckdb_scalar_function_set_return_type(made, returns);
  duckdb_scalar_function_set_special_handling(made);
  duckdb_scalar_function_set_extra_info(made, function, NULL);
  if (inner->bind) duckdb_scalar_function_set_bind(made, inner->bind);
  duckdb_scalar_function_set_init(made, start_call);
  duckdb_scalar_function_set_function(made, inner->run);
  duckdb_state state = duckdb_register_scalar_function(connection, made);
  duckdb_destroy_logical_type(&returns);
  duckdb_destroy_scalar_function(&made);
  return state;
}

enum ft_status ft_function_register(struct ft_function *function, duckdb_connection connection,
                                    struct ft_error *err) {
  bool regression = function->signature.problem == FT_REGRESSION;
  for (size_t i = 0; i < sizeof inner_table / sizeof inner_table[0]; i++) {
    if (regression && inner_table[i].with_labels) continue;
    if (register_one(function, connection, &inner_table[i]) == DuckDBSuccess) continue;
    return ft_fail(err, FT_INTERNAL, "the function of model \"%s\" could not be registered",
                   function->model);
  }
  return FT_OK;
}
