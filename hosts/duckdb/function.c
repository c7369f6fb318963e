/* The callbacks that DuckDB calls for a model's internal functions. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hosts/duckdb/registry.h"
#include "hosts/duckdb/type_name.h"
#include "hosts/duckdb/vectors.h"

#define PROBABILITIES_MAX (64 * FT_DUCKDB_ROWS) /* of one block of rows */

/* A label in the type that the function returns. */
union native {
  uint8_t boolean;
  int64_t integer;
  double real;
};

/* What one thread needs to call one model. */
struct call {
  struct ft_function *function; /* borrowed */
  const struct ft_plan *plan;   /* borrowed */
  struct ft_scratch *scratch;
  struct ft_vectors vectors;
  struct ft_column *cut; /* a block's columns */
  size_t labels;
  union native *native; /* labels; not for text */
  uint32_t *label;      /* FT_DUCKDB_ROWS */
  double *value;        /* FT_DUCKDB_ROWS */
  double *probability;  /* block_rows × labels; made at the first …_prob chunk */
  uint32_t *order;      /* labels */
  size_t block_rows;    /* a multiple of 64 */
};

static void free_call(void *data) {
  struct call *call = data;
  ft_scratch_free(call->scratch);
  ft_vectors_release(&call->vectors);
  free(call->cut);
  free(call->native);
  free(call->label);
  free(call->value);
  free(call->probability);
  free(call->order);
  free(call);
}

/* The type in which the class is returned: the target's own where a vector can carry it. */
static duckdb_type class_type(const struct ft_signature *signature) {
  if (signature->problem == FT_REGRESSION) return DUCKDB_TYPE_DOUBLE;
  bool native = signature->target == FT_BOOL || ft_type_is_numeric(signature->target);
  return native ? ft_duckdb_type_of(signature->target) : DUCKDB_TYPE_VARCHAR;
}

static bool read_boolean(uint8_t *out, struct ft_span text) {
  static const struct {
    const char *word;
    uint8_t value;
  } words[] = { { "true", 1 }, { "t", 1 }, { "1", 1 }, { "false", 0 }, { "f", 0 }, { "0", 0 } };
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (!ft_span_equal_nocase(text, ft_span_of(words[i].word))) continue;
    *out = words[i].value;
    return true;
  }
  return false;
}

/* A label's text in the target's type; false when it is none of that type. */
static bool read_native(union native *out, duckdb_type type, struct ft_span text) {
  char copy[400]; /* a double in plain digits has at most 1 + 309 + … of them */
  char *end = copy;
  if (type == DUCKDB_TYPE_VARCHAR) return true;
  if (type == DUCKDB_TYPE_BOOLEAN) return read_boolean(&out->boolean, text);
  if (!text.size || text.size >= sizeof copy) return false;
  memcpy(copy, text.data, text.size);
  copy[text.size] = 0;
  errno = 0;
  if (type == DUCKDB_TYPE_DOUBLE || type == DUCKDB_TYPE_FLOAT) {
    out->real = strtod(copy, &end);
    return *end == 0 && isfinite(out->real);
  }
  out->integer = strtoll(copy, &end, 10);
  int64_t limit = type == DUCKDB_TYPE_SMALLINT  ? INT16_MAX
                  : type == DUCKDB_TYPE_INTEGER ? INT32_MAX
                                                : INT64_MAX;
  return *end == 0 && errno == 0 && out->integer <= limit && out->integer >= -limit - 1;
}

static enum ft_status read_labels(struct call *call, struct ft_error *err) {
  duckdb_type type = class_type(&call->function->signature);
  for (size_t i = 0; i < call->labels; i++) {
    struct ft_span text = ft_plan_label(call->plan, i);
    if (read_native(&call->native[i], type, text)) continue;
    return ft_fail(err, FT_CORRUPT, "model \"%s\" cannot be used: its label \"%.*s\" is no %s",
                   call->function->model, FT_SPAN_ARG(text),
                   ft_type_sql(call->function->signature.target));
  }
  return FT_OK;
}

static bool allocate(struct call *call) {
  size_t labels = call->labels ? call->labels : 1;
  size_t columns = ft_plan_fields(call->plan);
  size_t block = PROBABILITIES_MAX / labels / 64 * 64;
  call->block_rows = block < 64 ? 64 : block > FT_DUCKDB_ROWS ? FT_DUCKDB_ROWS : block;
  call->cut = calloc(columns ? columns : 1, sizeof *call->cut);
  call->native = calloc(labels, sizeof *call->native);
  call->label = calloc(FT_DUCKDB_ROWS, sizeof *call->label);
  call->value = calloc(FT_DUCKDB_ROWS, sizeof *call->value);
  call->order = calloc(labels, sizeof *call->order);
  return call->cut && call->native && call->label && call->value && call->order;
}

static enum ft_status open_call(struct call **out, struct ft_function *function,
                                struct ft_error *err) {
  struct call *call = calloc(1, sizeof *call);
  if (!call) return ft_fail(err, FT_NOMEM, "out of memory for a call of a model");
  call->function = function;
  enum ft_status status = ft_registry_plan(&call->plan, function, err);
  if (status == FT_OK) {
    call->labels = ft_plan_labels(call->plan);
    status = allocate(call) ? FT_OK : ft_fail(err, FT_NOMEM, "out of memory for a call of a model");
  }
  if (status == FT_OK) status = read_labels(call, err);
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

static void write_class(struct call *call, duckdb_vector output, size_t rows) {
  void *data = duckdb_vector_get_data(output);
  duckdb_type type = class_type(&call->function->signature);
  for (size_t r = 0; r < rows; r++) {
    const union native *native = &call->native[call->label[r]];
    struct ft_span text;
    switch (type) {
    case DUCKDB_TYPE_BOOLEAN: ((uint8_t *)data)[r] = native->boolean; break;
    case DUCKDB_TYPE_SMALLINT: ((int16_t *)data)[r] = (int16_t)native->integer; break;
    case DUCKDB_TYPE_INTEGER: ((int32_t *)data)[r] = (int32_t)native->integer; break;
    case DUCKDB_TYPE_BIGINT: ((int64_t *)data)[r] = native->integer; break;
    case DUCKDB_TYPE_FLOAT: ((float *)data)[r] = (float)native->real; break;
    case DUCKDB_TYPE_DOUBLE: ((double *)data)[r] = native->real; break;
    default:
      text = ft_plan_label(call->plan, call->label[r]);
      duckdb_vector_assign_string_element_len(output, r, text.data ? text.data : "", text.size);
    }
  }
}

static enum ft_status predict_class(struct call *call, const struct ft_batch *batch,
                                    duckdb_vector output, struct ft_error *err) {
  if (call->labels == 0) {
    return ft_plan_predict(call->plan, call->scratch, batch, duckdb_vector_get_data(output), NULL,
                           NULL, err);
  }
  FT_TRY(ft_plan_predict(call->plan, call->scratch, batch, NULL, call->label, NULL, err));
  write_class(call, output, batch->rows);
  return FT_OK;
}

/* The lists of one block, row by row, after `used` list items. */
static void write_ranks(struct call *call, duckdb_vector lists[2], size_t first, size_t rows) {
  double *probability = duckdb_vector_get_data(duckdb_list_vector_get_child(lists[0]));
  duckdb_vector label = duckdb_list_vector_get_child(lists[1]);
  size_t at = first * call->labels;
  for (size_t r = 0; r < rows; r++) {
    ft_plan_rank(call->plan, call->probability, rows, r, call->order);
    for (size_t i = 0; i < call->labels; i++, at++) {
      struct ft_span text = ft_plan_label(call->plan, call->order[i]);
      probability[at] = call->probability[call->order[i] * rows + r];
      duckdb_vector_assign_string_element_len(label, at, text.data ? text.data : "", text.size);
    }
  }
}

static enum ft_status make_lists(struct call *call, duckdb_vector output, duckdb_vector lists[2],
                                 size_t rows, struct ft_error *err) {
  for (idx_t m = 0; m < 2; m++) {
    lists[m] = duckdb_struct_vector_get_child(output, m);
    size_t items = rows * call->labels;
    if (duckdb_list_vector_reserve(lists[m], items) != DuckDBSuccess ||
        duckdb_list_vector_set_size(lists[m], items) != DuckDBSuccess) {
      return ft_fail(err, FT_NOMEM, "out of memory for probabilities");
    }
    duckdb_list_entry *entry = duckdb_vector_get_data(lists[m]);
    for (size_t r = 0; r < rows; r++) {
      entry[r] = (duckdb_list_entry){ r * call->labels, call->labels };
    }
  }
  return FT_OK;
}

static enum ft_status predict_ranks(struct call *call, const struct ft_batch *batch,
                                    duckdb_vector output, struct ft_error *err) {
  duckdb_vector lists[2];
  if (!call->probability) {
    call->probability = calloc(call->block_rows * call->labels, sizeof *call->probability);
    if (!call->probability) return ft_fail(err, FT_NOMEM, "out of memory for probabilities");
  }
  FT_TRY(make_lists(call, output, lists, batch->rows, err));
  for (size_t first = 0; first < batch->rows; first += call->block_rows) {
    size_t left = batch->rows - first;
    struct ft_batch block = { left < call->block_rows ? left : call->block_rows, batch->columns,
                              call->cut };
    ft_vectors_cut(call->cut, batch, first);
    FT_TRY(ft_plan_predict(call->plan, call->scratch, &block, NULL, NULL, call->probability, err));
    write_ranks(call, lists, first, block.rows);
  }
  return FT_OK;
}

typedef enum ft_status (*predictor)(struct call *call, const struct ft_batch *batch,
                                    duckdb_vector output, struct ft_error *err);

static void run_call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output,
                     predictor predict) {
  struct call *call = duckdb_scalar_function_get_state(info);
  struct ft_error err = { 0 };
  struct ft_batch batch = ft_vectors_view(&call->vectors, input);
  if (predict(call, &batch, output, &err) == FT_OK) return;
  ft_function_keep_failure(call->function, &err);
  duckdb_scalar_function_set_error(info, err.message);
}

static void run_class(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  run_call(info, input, output, predict_class);
}

static void run_ranks(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  run_call(info, input, output, predict_ranks);
}

static duckdb_logical_type ranks_type(void) {
  const char *name[2] = { "probabilities", "labels" };
  duckdb_logical_type item[2] = { duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE),
                                  duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR) };
  duckdb_logical_type list[2] = { duckdb_create_list_type(item[0]),
                                  duckdb_create_list_type(item[1]) };
  duckdb_logical_type type = duckdb_create_struct_type(list, name, 2);
  for (int i = 0; i < 2; i++) {
    duckdb_destroy_logical_type(&item[i]);
    duckdb_destroy_logical_type(&list[i]);
  }
  return type;
}

static duckdb_state register_one(struct ft_function *function, duckdb_connection connection,
                                 const char *name, duckdb_logical_type returns,
                                 duckdb_scalar_function_t callback) {
  duckdb_scalar_function made = duckdb_create_scalar_function();
  duckdb_scalar_function_set_name(made, name);
  for (uint32_t i = 0; i < function->signature.fields; i++) {
    duckdb_logical_type type =
        duckdb_create_logical_type(ft_duckdb_type_of(function->signature.field[i]));
    duckdb_scalar_function_add_parameter(made, type);
    duckdb_destroy_logical_type(&type);
  }
  duckdb_scalar_function_set_return_type(made, returns);
  duckdb_scalar_function_set_special_handling(made);
  duckdb_scalar_function_set_extra_info(made, function, NULL);
  duckdb_scalar_function_set_init(made, start_call);
  duckdb_scalar_function_set_function(made, callback);
  duckdb_state state = duckdb_register_scalar_function(connection, made);
  duckdb_destroy_scalar_function(&made);
  return state;
}

enum ft_status ft_function_register(struct ft_function *function, duckdb_connection connection,
                                    struct ft_error *err) {
  char name[FT_FUNCTION_NAME_BYTES + 8];
  duckdb_logical_type type = duckdb_create_logical_type(class_type(&function->signature));
  duckdb_state state = register_one(function, connection, function->name, type, run_class);
  duckdb_destroy_logical_type(&type);
  if (state == DuckDBSuccess && function->signature.problem != FT_REGRESSION) {
    snprintf(name, sizeof name, "%s_prob", function->name);
    type = ranks_type();
    state = register_one(function, connection, name, type, run_ranks);
    duckdb_destroy_logical_type(&type);
  }
  if (state == DuckDBSuccess) return FT_OK;
  return ft_fail(err, FT_INTERNAL, "the function of model \"%s\" could not be registered",
                 function->model);
}
