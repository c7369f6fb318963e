/* The embedded engine as a driver. */
#include "shell/driver.h"

#include <string.h>

static enum ft_status run(void **answer, void *self, struct ft_span text, struct ft_error *err) {
  struct ft_result *result;
  FT_TRY(ft_engine_run(&result, self, text, err));
  *answer = result;
  return FT_OK;
}

static void arm(void *self) {
  ft_engine_arm(self);
}

static enum ft_status names(void *self, enum ft_engine_list list, struct ft_arena *arena,
                            const char *const **name, size_t *count, struct ft_error *err) {
  return ft_engine_names(self, list, arena, name, count, err);
}

static void introduce(void *self, struct ft_buffer *out) {
  const char *path = ft_engine_path(self);
  ft_buffer_print(out, "DuckDB %s, database %s", ft_engine_library_version(),
                  path ? path : "in memory");
}

static void close_engine(void *self) {
  ft_engine_close(self);
}

static enum ft_result_kind kind(const void *answer) {
  return ft_result_kind(answer);
}

static uint64_t changed(const void *answer) {
  return ft_result_changed(answer);
}

static const char *tag(const void *answer) {
  return ft_result_tag(answer);
}

static size_t columns(const void *answer) {
  return ft_result_columns(answer);
}

static const char *name_of(const void *answer, size_t column) {
  return ft_result_name(answer, column);
}

static enum ft_cell_kind cell_kind(const void *answer, size_t column) {
  return ft_result_cell_kind(answer, column);
}

static enum ft_status next(void *answer, size_t *rows, struct ft_error *err) {
  return ft_result_next(answer, rows, err);
}

static bool is_null(const void *answer, size_t column, size_t row) {
  return ft_result_is_null(answer, column, row);
}

static void print_text(struct ft_buffer *out, void *answer, size_t column, size_t row) {
  ft_result_print_text(out, answer, column, row);
}

static void print_json(struct ft_buffer *out, void *answer, size_t column, size_t row) {
  ft_result_print_json(out, answer, column, row);
}

static void close_answer(void *answer) {
  ft_result_close(answer);
}

static const struct ft_driver_calls calls = {
  .run = run,
  .arm = arm,
  .names = names,
  .introduce = introduce,
  .close = close_engine,
  .kind = kind,
  .changed = changed,
  .tag = tag,
  .columns = columns,
  .name = name_of,
  .cell_kind = cell_kind,
  .next = next,
  .is_null = is_null,
  .print_text = print_text,
  .print_json = print_json,
  .close_answer = close_answer,
  .tables =
      "SELECT schema_name AS schema, table_name AS name, 'table' AS kind,"
      " column_count AS columns, estimated_size AS rows FROM duckdb_tables()"
      " WHERE NOT internal AND schema_name <> 'foretell'"
      " UNION ALL SELECT schema_name, view_name, 'view', column_count, NULL"
      " FROM duckdb_views() WHERE NOT internal AND NOT (temporary AND"
      " lower(view_name) IN ('stv_ml_model_info', 'svv_ml_model_info', 'svv_ml_model_privileges'))"
      " ORDER BY ALL;",
  .all_columns =
      "SELECT schema_name AS schema, table_name AS table, column_name AS column, data_type AS type"
      " FROM duckdb_columns() WHERE NOT internal AND schema_name <> 'foretell'"
      " AND lower(table_name) NOT IN ('stv_ml_model_info', 'svv_ml_model_info',"
      " 'svv_ml_model_privileges')"
      " ORDER BY schema_name, table_name, column_index;",
  .table_columns =
      "SELECT column_name AS column, data_type AS type,"
      " CASE WHEN is_nullable THEN 'yes' ELSE 'no' END AS nullable, column_default AS \"default\""
      " FROM duckdb_columns() WHERE lower(table_name) = lower('%s')"
      " ORDER BY database_name, schema_name, column_index;",
  /* Which arguments a function takes, and which schema is meant, DuckDB's failures say already. */
  .called =
      "WITH q(schema, name) AS (SELECT lower('%s'), lower('%s')) "
      "SELECT CASE WHEN state = 'FAILED' THEN 'failed' WHEN lower(model_name) = q.name THEN 'model' "
      "ELSE 'number' END, model_name, "
      "CASE WHEN schema_name IN (SELECT unnest(current_schemas(false))) THEN '' "
      "ELSE schema_name || '.' END || function_name, statement, reason, '', '' "
      "FROM foretell.model, q WHERE is_current AND (q.schema = '' OR lower(schema_name) = q.schema) "
      "AND (state = 'FAILED' OR lower(model_name) = q.name AND function_name <> '' "
      "OR problem = 'Regression' AND q.name IN (lower(function_name || '_prob'), "
      "lower(function_name || '_probabilities'), lower(function_name || '_probability'))) "
      "ORDER BY state DESC, schema_name",
};

struct ft_driver ft_driver_embedded(struct ft_engine *engine) {
  return (struct ft_driver){ &calls, engine };
}

bool ft_driver_is_server(const char *database) {
  static const char *const schemes[] = { "postgresql://", "postgres://" };
  for (size_t i = 0; database && i < sizeof schemes / sizeof schemes[0]; i++)
    if (strncmp(database, schemes[i], strlen(schemes[i])) == 0) return true;
  return false;
}
