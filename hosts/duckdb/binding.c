#include "hosts/duckdb/binding.h"

#include <stdlib.h>
#include <string.h>

#include "foretell/buffer.h"
#include "hosts/duckdb/label.h"
#include "hosts/duckdb/type_name.h"

#define LIST_BYTES 110 /* of the columns named in a message */

static duckdb_logical_type type_of_argument(duckdb_bind_info info, idx_t index) {
  duckdb_expression argument = duckdb_scalar_function_bind_get_argument(info, index);
  duckdb_logical_type type = duckdb_expression_return_type(argument);
  duckdb_destroy_expression(&argument);
  return type;
}

/* A constant's text, to be freed; NULL: it is none, or SQL's NULL. */
static char *constant_of_argument(duckdb_bind_info info, idx_t index) {
  duckdb_expression argument = duckdb_scalar_function_bind_get_argument(info, index);
  duckdb_client_context context = NULL;
  duckdb_value value = NULL;
  char *text = NULL;
  if (duckdb_expression_is_foldable(argument)) {
    duckdb_scalar_function_get_client_context(info, &context);
    duckdb_error_data error = duckdb_expression_fold(context, argument, &value);
    duckdb_destroy_error_data(&error);
    duckdb_destroy_client_context(&context);
  }
  if (value && !duckdb_is_null_value(value)) text = duckdb_get_varchar(value);
  if (value) duckdb_destroy_value(&value);
  duckdb_destroy_expression(&argument);
  return text;
}

static void fail_binding(duckdb_bind_info info, struct ft_engine *engine,
                         const struct ft_error *err) {
  pthread_mutex_lock(&engine->loading);
  engine->failure = *err;
  pthread_mutex_unlock(&engine->loading);
  duckdb_scalar_function_bind_set_error(info, err->message);
}

/* "a, b, c and 17 more" */
static void list_members(struct ft_buffer *out, duckdb_logical_type row) {
  idx_t members = duckdb_struct_type_child_count(row), i = 0;
  size_t start = out->size;
  for (; i < members && out->size - start < LIST_BYTES; i++) {
    char *name = duckdb_struct_type_child_name(row, i);
    ft_buffer_print(out, "%s%s", i ? ", " : "", name);
    duckdb_free(name);
  }
  if (i < members) ft_buffer_print(out, " and %llu more", (unsigned long long)(members - i));
}

/* As texts with a NUL, in buffers of their own. */
static void write_columns(struct ft_buffer *out, duckdb_logical_type row) {
  ft_buffer_init(out, 1 << 20);
  list_members(out, row);
  ft_buffer_u8(out, 0);
}

static void write_type(struct ft_buffer *out, duckdb_logical_type type) {
  ft_buffer_init(out, 1 << 20);
  ft_duckdb_type_name(out, type);
  if (out->size > LIST_BYTES) out->size = LIST_BYTES;
  ft_buffer_u8(out, 0);
}

static bool is_nameless(duckdb_logical_type row) {
  char *name = duckdb_struct_type_child_name(row, 0);
  bool nameless = !name || !name[0];
  duckdb_free(name);
  return nameless;
}

static bool find_member(idx_t *out, duckdb_logical_type row, const char *wanted) {
  idx_t members = duckdb_struct_type_child_count(row);
  bool found = false;
  for (idx_t i = 0; i < members && !found; i++) {
    char *name = duckdb_struct_type_child_name(row, i);
    found = ft_span_equal_nocase(ft_span_of(name), ft_span_of(wanted));
    if (found) *out = i;
    duckdb_free(name);
  }
  return found;
}

static bool is_moment(duckdb_type id) {
  return ft_type_is_temporal(ft_duckdb_carried(id));
}

/* Does DuckDB cast from the one type to the other at all? The other is one that carries a column. */
static bool is_castable(duckdb_type from, duckdb_type to) {
  if (from == to || to == DUCKDB_TYPE_VARCHAR || from == DUCKDB_TYPE_SQLNULL) return true;
  if (from == DUCKDB_TYPE_VARCHAR || from == DUCKDB_TYPE_ENUM || from == DUCKDB_TYPE_VARIANT)
    return true;
  if (from == DUCKDB_TYPE_UUID || ft_duckdb_carried(from) == FT_TYPE_NONE) return false;
  return is_moment(from) == is_moment(to);
}

/* One member of the row against the model's column. */
static enum ft_status check_member(const char *function, duckdb_logical_type row, idx_t at,
                                   const char *name, duckdb_type wanted, struct ft_error *err) {
  duckdb_logical_type type = duckdb_struct_type_child_type(row, at);
  enum ft_status status = FT_OK;
  if (!is_castable(duckdb_get_type_id(type), wanted)) {
    struct ft_buffer text;
    write_type(&text, type);
    status = ft_fail(
        err, FT_WRONG_TYPE,
        "column \"%s\" of the row given to %s is of type %s, and the model was trained on %s", name,
        function, (const char *)text.data, ft_duckdb_cast_name(ft_duckdb_carried(wanted)));
    ft_fail_hint(err, "Cast it in the query.");
    ft_buffer_release(&text);
  }
  duckdb_destroy_logical_type(&type);
  return status;
}

static enum ft_status fail_missing(const char *function, duckdb_logical_type row,
                                   duckdb_logical_type model, const char *name,
                                   struct ft_error *err) {
  struct ft_buffer has, wants;
  write_columns(&has, row);
  write_columns(&wants, model);
  ft_fail(err, FT_UNDEFINED_COLUMN, "the row given to %s has no column \"%s\"", function, name);
  if (is_nameless(row))
    ft_fail_hint(err,
                 "Its columns have no names, and they are found by name. Call %s(…) with %s as its "
                 "arguments.",
                 function, (const char *)wants.data);
  else
    ft_fail_hint(err, "The row has the columns %s; the model needs %s.", (const char *)has.data,
                 (const char *)wants.data);
  ft_buffer_release(&has);
  ft_buffer_release(&wants);
  return FT_UNDEFINED_COLUMN;
}

static enum ft_status check_members(const char *function, duckdb_logical_type row,
                                    duckdb_logical_type model, struct ft_error *err) {
  idx_t columns = duckdb_struct_type_child_count(model);
  enum ft_status status = FT_OK;
  for (idx_t i = 0; status == FT_OK && i < columns; i++) {
    char *name = duckdb_struct_type_child_name(model, i);
    duckdb_logical_type wanted = duckdb_struct_type_child_type(model, i);
    idx_t at = i;
    if (find_member(&at, row, name))
      status = check_member(function, row, at, name, duckdb_get_type_id(wanted), err);
    else
      status = fail_missing(function, row, model, name, err);
    duckdb_destroy_logical_type(&wanted);
    duckdb_free(name);
  }
  return status;
}

/* One argument that is no row. A model of one column takes its value. */
static enum ft_status check_value(const char *function, duckdb_logical_type given,
                                  duckdb_logical_type model, struct ft_error *err) {
  idx_t columns = duckdb_struct_type_child_count(model);
  struct ft_buffer list, type;
  if (columns == 1) return FT_OK;
  write_columns(&list, model);
  write_type(&type, given);
  ft_fail(err, FT_UNDEFINED_FUNCTION,
          "%s takes %llu columns, or a row that has them, and not one value of type %s", function,
          (unsigned long long)columns, (const char *)type.data);
  ft_fail_hint(err,
               "Its columns are %s. Call it with all of them in this order, or as %s(t) for a "
               "table t that has them.",
               (const char *)list.data, function);
  ft_buffer_release(&list);
  ft_buffer_release(&type);
  return FT_UNDEFINED_FUNCTION;
}

/* ft_row_check(function, NULL of the row's type, NULL of the model's) */
static void bind_row_check(duckdb_bind_info info) {
  struct ft_engine *engine = duckdb_scalar_function_bind_get_extra_info(info);
  struct ft_error err = { 0 };
  char *function = constant_of_argument(info, 0);
  duckdb_logical_type row = type_of_argument(info, 1), model = type_of_argument(info, 2);
  enum ft_status status;
  if (!function || duckdb_get_type_id(model) != DUCKDB_TYPE_STRUCT)
    status = ft_fail(&err, FT_UNDEFINED_FUNCTION, FT_ROW_CHECK " is a function of ours");
  else if (duckdb_get_type_id(row) == DUCKDB_TYPE_STRUCT)
    status = check_members(function, row, model, &err);
  else
    status = check_value(function, row, model, &err);
  if (status != FT_OK) fail_binding(info, engine, &err);
  duckdb_free(function);
  duckdb_destroy_logical_type(&row);
  duckdb_destroy_logical_type(&model);
}

static void run_row_check(duckdb_function_info info, duckdb_data_chunk input,
                          duckdb_vector output) {
  (void)info;
  memset(duckdb_vector_get_data(output), 1, duckdb_data_chunk_get_size(input));
}

enum ft_status ft_binding_register(struct ft_engine *engine, struct ft_error *err) {
  static const duckdb_type parameter[] = { DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_ANY, DUCKDB_TYPE_ANY };
  duckdb_scalar_function made = duckdb_create_scalar_function();
  duckdb_logical_type returns = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
  duckdb_scalar_function_set_name(made, FT_ROW_CHECK);
  for (size_t i = 0; i < sizeof parameter / sizeof parameter[0]; i++) {
    duckdb_logical_type type = duckdb_create_logical_type(parameter[i]);
    duckdb_scalar_function_add_parameter(made, type);
    duckdb_destroy_logical_type(&type);
  }
  duckdb_scalar_function_set_return_type(made, returns);
  duckdb_scalar_function_set_special_handling(made);
  duckdb_scalar_function_set_extra_info(made, engine, NULL);
  duckdb_scalar_function_set_bind(made, bind_row_check);
  duckdb_scalar_function_set_function(made, run_row_check);
  duckdb_state state = duckdb_register_scalar_function(engine->connection, made);
  duckdb_destroy_logical_type(&returns);
  duckdb_destroy_scalar_function(&made);
  if (state == DuckDBSuccess) return FT_OK;
  return ft_fail(err, FT_INTERNAL, "the functions of models could not be registered");
}

/* Nobody but a macro of ours calls the inner functions; whoever does gets no further than here. */
static enum ft_status check_row(duckdb_bind_info info, const struct ft_function *function,
                                struct ft_error *err) {
  duckdb_logical_type row = type_of_argument(info, 0);
  bool fits = duckdb_get_type_id(row) == DUCKDB_TYPE_STRUCT &&
              duckdb_struct_type_child_count(row) == function->signature.fields;
  for (uint32_t i = 0; fits && i < function->signature.fields; i++) {
    duckdb_logical_type type = duckdb_struct_type_child_type(row, i);
    fits = duckdb_get_type_id(type) == ft_duckdb_type_of(function->signature.field[i]);
    duckdb_destroy_logical_type(&type);
  }
  duckdb_destroy_logical_type(&row);
  if (fits) return FT_OK;
  return ft_fail(err, FT_WRONG_TYPE, "the row is not one of model \"%s\"", function->model);
}

static enum ft_status check_class(duckdb_bind_info info, idx_t index, struct ft_function *function,
                                  struct ft_error *err) {
  char *class = constant_of_argument(info, index);
  const struct ft_plan *plan = NULL;
  struct ft_labels labels = { 0 };
  uint32_t label;
  if (!class) return FT_OK;
  enum ft_status status = function->open_plan(&plan, function, err);
  if (status == FT_OK) status = ft_labels_init(&labels, plan, function->model, err);
  if (status == FT_OK)
    status = ft_label_find(&label, &labels, ft_span_of(class), function->model, err);
  ft_labels_release(&labels);
  duckdb_free(class);
  return status;
}

void ft_binding_row(duckdb_bind_info info) {
  struct ft_function *function = duckdb_scalar_function_bind_get_extra_info(info);
  struct ft_error err = { 0 };
  enum ft_status status = check_row(info, function, &err);
  if (status == FT_OK && duckdb_scalar_function_bind_get_argument_count(info) > 1)
    status = check_class(info, 1, function, &err);
  if (status != FT_OK) fail_binding(info, function->engine, &err);
}

void ft_binding_class(duckdb_bind_info info) {
  struct ft_function *function = duckdb_scalar_function_bind_get_extra_info(info);
  struct ft_error err = { 0 };
  if (check_class(info, function->signature.fields, function, &err) != FT_OK)
    fail_binding(info, function->engine, &err);
}
