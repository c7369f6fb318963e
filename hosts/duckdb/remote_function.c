/* The callback that DuckDB calls for a remote model's function: a chunk of rows goes to the endpoint
 * in as many requests as MAX_BATCH_ROWS makes of it. */
#include <stdlib.h>

#include "hosts/duckdb/function.h"
#include "hosts/duckdb/type_name.h"
#include "hosts/duckdb/vectors.h"

/* What one thread needs. */
struct call {
  struct ft_function *function; /* borrowed */
  struct ft_remote_caller *caller;
  struct ft_vectors vectors;
};

static void free_call(void *data) {
  struct call *call = data;
  ft_remote_caller_close(call->caller);
  ft_vectors_release(&call->vectors);
  free(call);
}

duckdb_type ft_remote_function_type(enum ft_type returns) {
  bool native = returns == FT_BOOL || (ft_type_is_numeric(returns) && returns != FT_DECIMAL);
  return native ? ft_duckdb_type_of(returns) : DUCKDB_TYPE_VARCHAR;
}

static enum ft_status open_call(struct call **out, struct ft_function *function,
                                struct ft_error *err) {
  struct ft_remote_rules rules = ft_remote_rules_of_environment(NULL);
  struct call *call = calloc(1, sizeof *call);
  if (!call) return ft_fail(err, FT_NOMEM, "out of memory for a call of a model");
  call->function = function;
  const struct ft_signature *signature = &function->signature;
  enum ft_status status = ft_vectors_init(&call->vectors, signature->field, signature->fields, err);
  if (status == FT_OK) status = ft_remote_caller_open(&call->caller, function->remote, &rules, err);
  if (status == FT_OK)
    *out = call;
  else
    free_call(call);
  return status;
}

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

struct writing {
  duckdb_vector output;
  void *data;
  duckdb_type type;
};

static void put_null(struct writing *writing, size_t row) {
  duckdb_vector_ensure_validity_writable(writing->output);
  duckdb_vector_get_validity(writing->output)[row / 64] &= ~((uint64_t)1 << (row % 64));
}

static enum ft_status put(void *self, size_t row, const struct ft_remote_value *value,
                          struct ft_error *err) {
  struct writing *writing = self;
  (void)err;
  if (value->null) {
    put_null(writing, row);
    return FT_OK;
  }
  switch (writing->type) {
  case DUCKDB_TYPE_BOOLEAN: ((uint8_t *)writing->data)[row] = (uint8_t)value->integer; break;
  case DUCKDB_TYPE_SMALLINT: ((int16_t *)writing->data)[row] = (int16_t)value->integer; break;
  case DUCKDB_TYPE_INTEGER: ((int32_t *)writing->data)[row] = (int32_t)value->integer; break;
  case DUCKDB_TYPE_BIGINT: ((int64_t *)writing->data)[row] = value->integer; break;
  case DUCKDB_TYPE_FLOAT: ((float *)writing->data)[row] = (float)value->real; break;
  case DUCKDB_TYPE_DOUBLE: ((double *)writing->data)[row] = value->real; break;
  default:
    duckdb_vector_assign_string_element_len(writing->output, row, value->text.data,
                                            value->text.size);
  }
  return FT_OK;
}

static bool is_cancelled(void *self) {
  return ft_engine_interrupted(self);
}

static void run_call(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  struct call *call = duckdb_scalar_function_get_state(info);
  struct ft_error err = { 0 };
  struct ft_batch batch = ft_vectors_view(&call->vectors, input);
  struct writing writing = { output, duckdb_vector_get_data(output),
                             ft_remote_function_type(call->function->remote->returns) };
  struct ft_remote_output into = { &writing, put };
  struct ft_remote_watch watch = { call->function->engine, is_cancelled };
  if (ft_remote_caller_run(call->caller, &batch, &into, &watch, &err) == FT_OK) return;
  ft_function_keep_failure(call->function, &err);
  duckdb_scalar_function_set_error(info, err.message);
}

static void add_parameters(duckdb_scalar_function made, const struct ft_signature *signature) {
  for (uint32_t i = 0; i < signature->fields; i++) {
    duckdb_logical_type type = duckdb_create_logical_type(ft_duckdb_type_of(signature->field[i]));
    duckdb_scalar_function_add_parameter(made, type);
    duckdb_destroy_logical_type(&type);
  }
}

enum ft_status ft_remote_function_register(struct ft_function *function,
                                           duckdb_connection connection, struct ft_error *err) {
  duckdb_scalar_function made = duckdb_create_scalar_function();
  duckdb_logical_type returns =
      duckdb_create_logical_type(ft_remote_function_type(function->remote->returns));
  duckdb_scalar_function_set_name(made, function->name);
  add_parameters(made, &function->signature);
  duckdb_scalar_function_set_return_type(made, returns);
  duckdb_scalar_function_set_special_handling(made);
  duckdb_scalar_function_set_volatile(made);
  duckdb_scalar_function_set_extra_info(made, function, NULL);
  duckdb_scalar_function_set_init(made, start_call);
  duckdb_scalar_function_set_function(made, run_call);
  duckdb_state state = duckdb_register_scalar_function(connection, made);
  duckdb_destroy_logical_type(&returns);
  duckdb_destroy_scalar_function(&made);
  if (state == DuckDBSuccess) return FT_OK;
  return ft_fail(err, FT_INTERNAL, "the function of model \"%s\" could not be registered",
                 function->model);
}
