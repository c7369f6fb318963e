#include "hosts/duckdb/attach.h"

static enum ft_status detach(struct ft_engine *engine, struct ft_span name, struct ft_error *err) {
  struct ft_buffer text;
  ft_buffer_init(&text, 1 << 16);
  ft_buffer_print(&text, "DETACH ");
  ft_sql_name(&text, name);
  ft_buffer_u8(&text, 0);
  enum ft_status status = ft_buffer_check(&text, "the database's name", err);
  if (status == FT_OK) status = ft_engine_tell(engine, (const char *)text.data, NULL, 0, err);
  ft_buffer_release(&text);
  return status;
}

static enum ft_status detach_all(struct ft_engine *engine, const struct ft_rows *rows,
                                 struct ft_error *err) {
  for (size_t r = 0; r < rows->count; r++)
    FT_TRY(detach(engine, ft_rows_text(rows, 0, r), err));
  ft_fail(err, FT_IN_USE,
          "an encrypted database cannot be attached: temporary files of this session are in use, "
          "and they are not encrypted");
  return ft_fail_hint(err, "Attach it in a new session, before queries that need such files.");
}

/* DuckDB refuses the setting once there are temporary files. */
static enum ft_status encrypt_spill(struct ft_engine *engine, const struct ft_rows *rows,
                                    struct ft_error *err) {
  static const char text[] = "SET temp_file_encryption = true";
  if (ft_engine_tell(engine, text, NULL, 0, NULL) == FT_OK) return FT_OK;
  return detach_all(engine, rows, err);
}

enum ft_status ft_attach_follow(struct ft_engine *engine, struct ft_error *err) {
  struct ft_rows rows;
  FT_TRY(ft_rows_open(&rows, engine, engine->connection,
                      "SELECT database_name FROM duckdb_databases() WHERE encrypted AND "
                      "NOT current_setting('temp_file_encryption')",
                      NULL, 0, err));
  enum ft_status status = ft_rows_next(&rows) ? encrypt_spill(engine, &rows, err) : FT_OK;
  ft_rows_close(&rows);
  return status;
}
