/* What we call of DuckDB's C API, declared here because its package ships no header.
 *
 * Shapes   handles are pointers to structs that only DuckDB knows; small values go by value.
 * Version  FT_DUCKDB_VERSION; ft_engine_open compares it with the library's own. All functions are
 *          found when the program starts (it is linked with -z now).
 * Source   https://duckdb.org/docs/stable/clients/c/api */
#ifndef FORETELL_HOSTS_DUCKDB_DUCKDB_API_H
#define FORETELL_HOSTS_DUCKDB_DUCKDB_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FT_DUCKDB_VERSION "v1.5.6"
#define FT_DUCKDB_ROWS    2048 /* of a chunk, at most: duckdb_vector_size() */

/* handles; an owned one is destroyed through its own function, which takes its address */
typedef struct duckdb_database_ *duckdb_database;
typedef struct duckdb_connection_ *duckdb_connection;
typedef struct duckdb_config_ *duckdb_config;
typedef struct duckdb_extracted_statements_ *duckdb_extracted_statements;
typedef struct duckdb_prepared_statement_ *duckdb_prepared_statement;
typedef struct duckdb_pending_result_ *duckdb_pending_result;
typedef struct duckdb_data_chunk_ *duckdb_data_chunk;
typedef struct duckdb_vector_ *duckdb_vector;
typedef struct duckdb_logical_type_ *duckdb_logical_type;
typedef struct duckdb_value_ *duckdb_value;
typedef struct duckdb_scalar_function_ *duckdb_scalar_function;
typedef struct duckdb_function_info_ *duckdb_function_info;
typedef struct duckdb_init_info_ *duckdb_init_info;
typedef struct duckdb_bind_info_ *duckdb_bind_info;
typedef struct duckdb_expression_ *duckdb_expression;
typedef struct duckdb_client_context_ *duckdb_client_context;
typedef struct duckdb_error_data_ *duckdb_error_data;
typedef struct duckdb_selection_vector_ *duckdb_selection_vector;
typedef struct duckdb_replacement_scan_info_ *duckdb_replacement_scan_info;

typedef uint64_t idx_t;

typedef enum duckdb_state { DuckDBSuccess = 0, DuckDBError = 1 } duckdb_state;

typedef enum duckdb_type {
  DUCKDB_TYPE_INVALID = 0,
  DUCKDB_TYPE_BOOLEAN = 1,
  DUCKDB_TYPE_TINYINT = 2,
  DUCKDB_TYPE_SMALLINT = 3,
  DUCKDB_TYPE_INTEGER = 4,
  DUCKDB_TYPE_BIGINT = 5,
  DUCKDB_TYPE_UTINYINT = 6,
  DUCKDB_TYPE_USMALLINT = 7,
  DUCKDB_TYPE_UINTEGER = 8,
  DUCKDB_TYPE_UBIGINT = 9,
  DUCKDB_TYPE_FLOAT = 10,
  DUCKDB_TYPE_DOUBLE = 11,
  DUCKDB_TYPE_TIMESTAMP = 12,
  DUCKDB_TYPE_DATE = 13,
  DUCKDB_TYPE_TIME = 14,
  DUCKDB_TYPE_INTERVAL = 15,
  DUCKDB_TYPE_HUGEINT = 16,
  DUCKDB_TYPE_VARCHAR = 17,
  DUCKDB_TYPE_BLOB = 18,
  DUCKDB_TYPE_DECIMAL = 19,
  DUCKDB_TYPE_TIMESTAMP_S = 20,
  DUCKDB_TYPE_TIMESTAMP_MS = 21,
  DUCKDB_TYPE_TIMESTAMP_NS = 22,
  DUCKDB_TYPE_ENUM = 23,
  DUCKDB_TYPE_LIST = 24,
  DUCKDB_TYPE_STRUCT = 25,
  DUCKDB_TYPE_MAP = 26,
  DUCKDB_TYPE_UUID = 27,
  DUCKDB_TYPE_UNION = 28,
  DUCKDB_TYPE_BIT = 29,
  DUCKDB_TYPE_TIME_TZ = 30,
  DUCKDB_TYPE_TIMESTAMP_TZ = 31,
  DUCKDB_TYPE_UHUGEINT = 32,
  DUCKDB_TYPE_ARRAY = 33,
  DUCKDB_TYPE_ANY = 34,
  DUCKDB_TYPE_BIGNUM = 35,
  DUCKDB_TYPE_SQLNULL = 36,
  DUCKDB_TYPE_TIME_NS = 39,
  DUCKDB_TYPE_GEOMETRY = 40,
  DUCKDB_TYPE_VARIANT = 41,
  DUCKDB_TYPE_TIMESTAMP_TZ_NS = 42
} duckdb_type;

typedef enum duckdb_pending_state {
  DUCKDB_PENDING_RESULT_READY = 0,
  DUCKDB_PENDING_RESULT_NOT_READY = 1,
  DUCKDB_PENDING_ERROR = 2,
  DUCKDB_PENDING_NO_TASKS_AVAILABLE = 3
} duckdb_pending_state;

typedef enum duckdb_result_type {
  DUCKDB_RESULT_TYPE_INVALID = 0,
  DUCKDB_RESULT_TYPE_CHANGED_ROWS = 1,
  DUCKDB_RESULT_TYPE_NOTHING = 2,
  DUCKDB_RESULT_TYPE_QUERY_RESULT = 3
} duckdb_result_type;

typedef enum duckdb_statement_type {
  DUCKDB_STATEMENT_TYPE_INVALID = 0,
  DUCKDB_STATEMENT_TYPE_SELECT = 1,
  DUCKDB_STATEMENT_TYPE_INSERT = 2,
  DUCKDB_STATEMENT_TYPE_UPDATE = 3,
  DUCKDB_STATEMENT_TYPE_EXPLAIN = 4,
  DUCKDB_STATEMENT_TYPE_DELETE = 5,
  DUCKDB_STATEMENT_TYPE_CREATE = 7,
  DUCKDB_STATEMENT_TYPE_ALTER = 9,
  DUCKDB_STATEMENT_TYPE_TRANSACTION = 10,
  DUCKDB_STATEMENT_TYPE_COPY = 11,
  DUCKDB_STATEMENT_TYPE_DROP = 15,
  DUCKDB_STATEMENT_TYPE_EXPORT = 16,
  DUCKDB_STATEMENT_TYPE_ATTACH = 25,
  DUCKDB_STATEMENT_TYPE_DETACH = 26
} duckdb_statement_type;

typedef enum duckdb_error_type {
  DUCKDB_ERROR_INVALID = 0,
  DUCKDB_ERROR_OUT_OF_RANGE = 1,
  DUCKDB_ERROR_CONVERSION = 2,
  DUCKDB_ERROR_UNKNOWN_TYPE = 3,
  DUCKDB_ERROR_DECIMAL = 4,
  DUCKDB_ERROR_MISMATCH_TYPE = 5,
  DUCKDB_ERROR_DIVIDE_BY_ZERO = 6,
  DUCKDB_ERROR_INVALID_TYPE = 8,
  DUCKDB_ERROR_SERIALIZATION = 9,
  DUCKDB_ERROR_TRANSACTION = 10,
  DUCKDB_ERROR_NOT_IMPLEMENTED = 11,
  DUCKDB_ERROR_CATALOG = 13,
  DUCKDB_ERROR_PARSER = 14,
  DUCKDB_ERROR_CONSTRAINT = 18,
  DUCKDB_ERROR_SYNTAX = 22,
  DUCKDB_ERROR_SETTINGS = 23,
  DUCKDB_ERROR_BINDER = 24,
  DUCKDB_ERROR_NETWORK = 25,
  DUCKDB_ERROR_IO = 28,
  DUCKDB_ERROR_INTERRUPT = 29,
  DUCKDB_ERROR_FATAL = 30,
  DUCKDB_ERROR_INTERNAL = 31,
  DUCKDB_ERROR_INVALID_INPUT = 32,
  DUCKDB_ERROR_OUT_OF_MEMORY = 33,
  DUCKDB_ERROR_PERMISSION = 34,
  DUCKDB_ERROR_PARAMETER_NOT_RESOLVED = 35,
  DUCKDB_ERROR_PARAMETER_NOT_ALLOWED = 36,
  DUCKDB_ERROR_DEPENDENCY = 37,
  DUCKDB_ERROR_HTTP = 38,
  DUCKDB_ERROR_MISSING_EXTENSION = 39,
  DUCKDB_ERROR_AUTOLOAD = 40,
  DUCKDB_ERROR_SEQUENCE = 41,
  DUCKDB_ERROR_INVALID_CONFIGURATION = 42,
  DUCKDB_ERROR_DATA_CORRUPTION = 43
} duckdb_error_type;

/* A result is the caller's storage; all its fields are DuckDB's own. */
typedef struct duckdb_result {
  idx_t reserved_count[3];
  void *reserved_columns;
  char *reserved_error;
  void *internal;
} duckdb_result;

/* values, as they stand in vectors and as they are passed */
typedef struct {
  int32_t days;
} duckdb_date;
typedef struct {
  int64_t micros;
} duckdb_time;
typedef struct {
  int64_t nanos;
} duckdb_time_ns;
typedef struct {
  uint64_t bits;
} duckdb_time_tz;
typedef struct {
  int64_t micros;
} duckdb_timestamp;
typedef struct {
  int64_t seconds;
} duckdb_timestamp_s;
typedef struct {
  int64_t millis;
} duckdb_timestamp_ms;
typedef struct {
  int64_t nanos;
} duckdb_timestamp_ns;
typedef struct {
  int32_t months;
  int32_t days;
  int64_t micros;
} duckdb_interval;
typedef struct {
  uint64_t lower;
  int64_t upper;
} duckdb_hugeint;
typedef struct {
  uint64_t lower;
  uint64_t upper;
} duckdb_uhugeint;
typedef struct {
  uint8_t width;
  uint8_t scale;
  duckdb_hugeint value;
} duckdb_decimal;
typedef struct {
  uint8_t *data;
  idx_t size;
} duckdb_bit;
typedef struct {
  uint64_t offset;
  uint64_t length;
} duckdb_list_entry;
typedef struct {
  double percentage; /* 0 … 100; -1: unknown */
  uint64_t rows_processed;
  uint64_t total_rows_to_process;
} duckdb_query_progress_type;

/* VARCHAR and BLOB in a vector: at most twelve bytes stand in the value itself. */
#define FT_DUCKDB_INLINE_BYTES 12
typedef struct {
  union {
    struct {
      uint32_t length;
      char prefix[4];
      const char *data;
    } pointer;
    struct {
      uint32_t length;
      char data[FT_DUCKDB_INLINE_BYTES];
    } inlined;
  } value;
} duckdb_string_t;

typedef void (*duckdb_delete_callback_t)(void *data);
typedef void (*duckdb_scalar_function_t)(duckdb_function_info info, duckdb_data_chunk input,
                                         duckdb_vector output);
typedef void (*duckdb_scalar_function_init_t)(duckdb_init_info info);
typedef void (*duckdb_scalar_function_bind_t)(duckdb_bind_info info);
typedef void (*duckdb_replacement_callback_t)(duckdb_replacement_scan_info info,
                                              const char *table_name, void *data);

/* the database and its sessions */
const char *duckdb_library_version(void);
duckdb_state duckdb_create_config(duckdb_config *out);
duckdb_state duckdb_set_config(duckdb_config config, const char *name, const char *option);
void duckdb_destroy_config(duckdb_config *config);
duckdb_state duckdb_open_ext(const char *path, duckdb_database *out, duckdb_config config,
                             char **error);
void duckdb_close(duckdb_database *database);
duckdb_state duckdb_connect(duckdb_database database, duckdb_connection *out);
void duckdb_disconnect(duckdb_connection *connection);
void duckdb_interrupt(duckdb_connection connection);
duckdb_query_progress_type duckdb_query_progress(duckdb_connection connection);
void duckdb_free(void *memory);
void duckdb_add_replacement_scan(duckdb_database database, duckdb_replacement_callback_t callback,
                                 void *data, duckdb_delete_callback_t destroy);
void duckdb_replacement_scan_set_function_name(duckdb_replacement_scan_info info, const char *name);
void duckdb_replacement_scan_add_parameter(duckdb_replacement_scan_info info, duckdb_value value);

/* statements */
idx_t duckdb_extract_statements(duckdb_connection connection, const char *text,
                                duckdb_extracted_statements *out);
const char *duckdb_extract_statements_error(duckdb_extracted_statements statements);
void duckdb_destroy_extracted(duckdb_extracted_statements *statements);
duckdb_state duckdb_prepare_extracted_statement(duckdb_connection connection,
                                                duckdb_extracted_statements statements, idx_t index,
                                                duckdb_prepared_statement *out);
duckdb_state duckdb_prepare(duckdb_connection connection, const char *text,
                            duckdb_prepared_statement *out);
const char *duckdb_prepare_error(duckdb_prepared_statement statement);
void duckdb_destroy_prepare(duckdb_prepared_statement *statement);
idx_t duckdb_nparams(duckdb_prepared_statement statement);
duckdb_statement_type duckdb_prepared_statement_type(duckdb_prepared_statement statement);
idx_t duckdb_prepared_statement_column_count(duckdb_prepared_statement statement);
const char *duckdb_prepared_statement_column_name(duckdb_prepared_statement statement, idx_t index);
duckdb_logical_type duckdb_prepared_statement_column_logical_type(
    duckdb_prepared_statement statement, idx_t index);
duckdb_state duckdb_bind_null(duckdb_prepared_statement statement, idx_t index);
duckdb_state duckdb_bind_int64(duckdb_prepared_statement statement, idx_t index, int64_t value);
duckdb_state duckdb_bind_varchar_length(duckdb_prepared_statement statement, idx_t index,
                                        const char *text, idx_t length);
duckdb_state duckdb_bind_blob(duckdb_prepared_statement statement, idx_t index, const void *data,
                              idx_t length);
duckdb_state duckdb_execute_prepared(duckdb_prepared_statement statement, duckdb_result *out);
duckdb_state duckdb_pending_prepared(duckdb_prepared_statement prepared_statement,
                                     duckdb_pending_result *out_result);
duckdb_state duckdb_pending_prepared_streaming(duckdb_prepared_statement statement,
                                               duckdb_pending_result *out);
const char *duckdb_pending_error(duckdb_pending_result pending);
duckdb_pending_state duckdb_pending_execute_task(duckdb_pending_result pending);
duckdb_state duckdb_execute_pending(duckdb_pending_result pending, duckdb_result *out);
void duckdb_destroy_pending(duckdb_pending_result *pending);
duckdb_state duckdb_query(duckdb_connection connection, const char *text, duckdb_result *out);

/* results */
duckdb_result_type duckdb_result_return_type(duckdb_result result);
const char *duckdb_result_error(duckdb_result *result);
duckdb_error_type duckdb_result_error_type(duckdb_result *result);
idx_t duckdb_rows_changed(duckdb_result *result);
idx_t duckdb_column_count(duckdb_result *result);
const char *duckdb_column_name(duckdb_result *result, idx_t column);
duckdb_logical_type duckdb_column_logical_type(duckdb_result *result, idx_t column);
duckdb_data_chunk duckdb_fetch_chunk(duckdb_result result);
void duckdb_destroy_result(duckdb_result *result);

/* chunks and vectors */
idx_t duckdb_vector_size(void);
idx_t duckdb_data_chunk_get_size(duckdb_data_chunk chunk);
idx_t duckdb_data_chunk_get_column_count(duckdb_data_chunk chunk);
duckdb_vector duckdb_data_chunk_get_vector(duckdb_data_chunk chunk, idx_t column);
void duckdb_destroy_data_chunk(duckdb_data_chunk *chunk);
void *duckdb_vector_get_data(duckdb_vector vector);
uint64_t *duckdb_vector_get_validity(duckdb_vector vector);
void duckdb_vector_ensure_validity_writable(duckdb_vector vector);
void duckdb_vector_assign_string_element_len(duckdb_vector vector, idx_t index, const char *text,
                                             idx_t length);
duckdb_vector duckdb_list_vector_get_child(duckdb_vector vector);
idx_t duckdb_list_vector_get_size(duckdb_vector vector);
duckdb_state duckdb_list_vector_set_size(duckdb_vector vector, idx_t size);
duckdb_state duckdb_list_vector_reserve(duckdb_vector vector, idx_t capacity);
duckdb_vector duckdb_struct_vector_get_child(duckdb_vector vector, idx_t index);
duckdb_vector duckdb_array_vector_get_child(duckdb_vector vector);
duckdb_vector duckdb_create_vector(duckdb_logical_type type, idx_t capacity);
void duckdb_destroy_vector(duckdb_vector *vector);
duckdb_selection_vector duckdb_create_selection_vector(idx_t size);
void duckdb_destroy_selection_vector(duckdb_selection_vector selection);
uint32_t *duckdb_selection_vector_get_data_ptr(duckdb_selection_vector selection);
void duckdb_vector_copy_sel(duckdb_vector from, duckdb_vector to, duckdb_selection_vector selection,
                            idx_t count, idx_t from_offset, idx_t to_offset);

/* types */
duckdb_logical_type duckdb_create_logical_type(duckdb_type type);
duckdb_logical_type duckdb_create_list_type(duckdb_logical_type child);
duckdb_logical_type duckdb_create_struct_type(duckdb_logical_type *member, const char **name,
                                              idx_t members);
void duckdb_destroy_logical_type(duckdb_logical_type *type);
duckdb_type duckdb_get_type_id(duckdb_logical_type type);
char *duckdb_logical_type_get_alias(duckdb_logical_type type);
uint8_t duckdb_decimal_width(duckdb_logical_type type);
uint8_t duckdb_decimal_scale(duckdb_logical_type type);
duckdb_type duckdb_decimal_internal_type(duckdb_logical_type type);
duckdb_type duckdb_enum_internal_type(duckdb_logical_type type);
uint32_t duckdb_enum_dictionary_size(duckdb_logical_type type);
char *duckdb_enum_dictionary_value(duckdb_logical_type type, idx_t index);
duckdb_logical_type duckdb_list_type_child_type(duckdb_logical_type type);
duckdb_logical_type duckdb_array_type_child_type(duckdb_logical_type type);
idx_t duckdb_array_type_array_size(duckdb_logical_type type);
duckdb_logical_type duckdb_map_type_key_type(duckdb_logical_type type);
duckdb_logical_type duckdb_map_type_value_type(duckdb_logical_type type);
idx_t duckdb_struct_type_child_count(duckdb_logical_type type);
char *duckdb_struct_type_child_name(duckdb_logical_type type, idx_t index);
duckdb_logical_type duckdb_struct_type_child_type(duckdb_logical_type type, idx_t index);
idx_t duckdb_union_type_member_count(duckdb_logical_type type);
char *duckdb_union_type_member_name(duckdb_logical_type type, idx_t index);
duckdb_logical_type duckdb_union_type_member_type(duckdb_logical_type type, idx_t index);

/* single values: how DuckDB itself prints what we do not print */
duckdb_value duckdb_create_varchar(const char *text);
duckdb_value duckdb_create_float(float value);
duckdb_value duckdb_create_double(double value);
duckdb_value duckdb_create_hugeint(duckdb_hugeint value);
duckdb_value duckdb_create_uhugeint(duckdb_uhugeint value);
duckdb_value duckdb_create_decimal(duckdb_decimal value);
duckdb_value duckdb_create_date(duckdb_date value);
duckdb_value duckdb_create_time(duckdb_time value);
duckdb_value duckdb_create_time_ns(duckdb_time_ns value);
duckdb_value duckdb_create_time_tz_value(duckdb_time_tz value);
duckdb_value duckdb_create_timestamp(duckdb_timestamp value);
duckdb_value duckdb_create_timestamp_tz(duckdb_timestamp value);
duckdb_value duckdb_create_timestamp_s(duckdb_timestamp_s value);
duckdb_value duckdb_create_timestamp_ms(duckdb_timestamp_ms value);
duckdb_value duckdb_create_timestamp_ns(duckdb_timestamp_ns value);
duckdb_value duckdb_create_interval(duckdb_interval value);
duckdb_value duckdb_create_blob(const uint8_t *data, idx_t size);
duckdb_value duckdb_create_bit(duckdb_bit value);
duckdb_value duckdb_create_uuid(duckdb_uhugeint value);
char *duckdb_get_varchar(duckdb_value value);
bool duckdb_is_null_value(duckdb_value value);
void duckdb_destroy_value(duckdb_value *value);

/* scalar functions */
duckdb_scalar_function duckdb_create_scalar_function(void);
void duckdb_destroy_scalar_function(duckdb_scalar_function *function);
void duckdb_scalar_function_set_name(duckdb_scalar_function function, const char *name);
void duckdb_scalar_function_set_special_handling(duckdb_scalar_function function);
void duckdb_scalar_function_set_volatile(duckdb_scalar_function function);
void duckdb_scalar_function_add_parameter(duckdb_scalar_function function,
                                          duckdb_logical_type type);
void duckdb_scalar_function_set_return_type(duckdb_scalar_function function,
                                            duckdb_logical_type type);
void duckdb_scalar_function_set_extra_info(duckdb_scalar_function function, void *info,
                                           duckdb_delete_callback_t destroy);
void duckdb_scalar_function_set_function(duckdb_scalar_function function,
                                         duckdb_scalar_function_t callback);
void duckdb_scalar_function_set_init(duckdb_scalar_function function,
                                     duckdb_scalar_function_init_t callback);
void duckdb_scalar_function_init_set_error(duckdb_init_info info, const char *error);
void duckdb_scalar_function_init_set_state(duckdb_init_info info, void *state,
                                           duckdb_delete_callback_t destroy);
void *duckdb_scalar_function_init_get_extra_info(duckdb_init_info info);
void *duckdb_scalar_function_get_state(duckdb_function_info info);
void *duckdb_scalar_function_get_extra_info(duckdb_function_info info);
void duckdb_scalar_function_set_error(duckdb_function_info info, const char *error);
void duckdb_scalar_function_set_bind(duckdb_scalar_function function,
                                     duckdb_scalar_function_bind_t callback);
void duckdb_scalar_function_bind_set_error(duckdb_bind_info info, const char *error);
void *duckdb_scalar_function_bind_get_extra_info(duckdb_bind_info info);
idx_t duckdb_scalar_function_bind_get_argument_count(duckdb_bind_info info);
duckdb_expression duckdb_scalar_function_bind_get_argument(duckdb_bind_info info, idx_t index);
void duckdb_scalar_function_get_client_context(duckdb_bind_info info, duckdb_client_context *out);
void duckdb_destroy_client_context(duckdb_client_context *context);
duckdb_state duckdb_register_scalar_function(duckdb_connection connection,
                                             duckdb_scalar_function function);

/* an argument of a function, while a statement is bound */
duckdb_logical_type duckdb_expression_return_type(duckdb_expression expression);
bool duckdb_expression_is_foldable(duckdb_expression expression);
duckdb_error_data duckdb_expression_fold(duckdb_client_context context,
                                         duckdb_expression expression, duckdb_value *out);
void duckdb_destroy_expression(duckdb_expression *expression);
void duckdb_destroy_error_data(duckdb_error_data *error);

#endif
