/* Names that complete a word. */
#include <string.h>

#include "hosts/duckdb/engine.h"
#include "hosts/duckdb/session.h"

static const char *const list_table[] = {
  [FT_LIST_TABLES] =
      "SELECT table_name FROM information_schema.tables UNION "
      "SELECT unnest(['stv_ml_model_info', 'svv_ml_model_info', 'svv_ml_model_privileges', 'leaderboard'])",
  [FT_LIST_COLUMNS] = "SELECT column_name FROM duckdb_columns() WHERE NOT internal AND "
                      "schema_name <> 'foretell'",
  [FT_LIST_FUNCTIONS] = "SELECT function_name FROM duckdb_functions() WHERE "
                        "function_name SIMILAR TO '[A-Za-z_].*' AND "
                        "NOT regexp_matches(function_name, '^ft_([0-9a-f]{16}|row_check$)')",
  [FT_LIST_SCHEMAS] = "SELECT schema_name FROM duckdb_schemas() UNION "
                      "SELECT database_name FROM duckdb_databases() WHERE NOT internal",
  [FT_LIST_MODELS] = NULL, /* made from the catalogue */
  [FT_LIST_KEYWORDS] = "SELECT keyword_name FROM duckdb_keywords()",
  [FT_LIST_TYPES] = "SELECT type_name FROM duckdb_types()",
  [FT_LIST_SETTINGS] = "SELECT name FROM duckdb_settings()",
  [FT_LIST_MEMBERS] =
      "SELECT table_name || chr(9) || column_name FROM duckdb_columns() WHERE NOT internal AND "
      "schema_name <> 'foretell' UNION SELECT table_schema || chr(9) || table_name FROM "
      "information_schema.tables UNION SELECT schema_name || chr(9) || function_name FROM "
      "duckdb_functions() WHERE NOT internal AND "
      "NOT regexp_matches(function_name, '^ft_([0-9a-f]{16}|row_check$)') UNION "
      "SELECT 'foretell' || chr(9) || 'leaderboard'",
};

static const char models_text[] = "SELECT model_name FROM stv_ml_model_info";

static enum ft_status keep_names(struct ft_rows *rows, struct ft_arena *arena, const char **name,
                                 size_t room, size_t *names, struct ft_error *err) {
  size_t used = 0;
  while (ft_rows_next(rows)) {
    for (size_t r = 0; r < rows->count && used < room; r++) {
      name[used] = ft_arena_text(arena, ft_rows_text(rows, 0, r));
      if (!name[used++]) return ft_arena_fail(err, "the names");
    }
  }
  *names = used;
  return FT_OK;
}

/* One list, sorted, each name once; the count first, so that the arena is asked once. */
static enum ft_status ask_names(struct ft_engine *engine, const char *text, struct ft_arena *arena,
                                const char ***name, size_t *names, struct ft_error *err) {
  struct ft_rows rows;
  const char *counted = ft_arena_print(arena, "SELECT count(*) FROM (%s)", text);
  const char *sorted =
      ft_arena_print(arena, "SELECT DISTINCT n FROM (%s) AS t(n) WHERE n <> '' ORDER BY n", text);
  if (!counted || !sorted) return ft_arena_fail(err, "the names");
  FT_TRY(ft_rows_open(&rows, engine, engine->connection, counted, NULL, 0, err));
  size_t room = ft_rows_next(&rows) ? (size_t)ft_rows_integer(&rows, 0, 0) : 0;
  ft_rows_close(&rows);
  *name = FT_ARENA_NEW(arena, const char *, room + 1);
  if (!*name) return ft_arena_fail(err, "the names");
  FT_TRY(ft_rows_open(&rows, engine, engine->connection, sorted, NULL, 0, err));
  enum ft_status status = keep_names(&rows, arena, *name, room, names, err);
  ft_rows_close(&rows);
  return status;
}

enum ft_status ft_engine_names(struct ft_engine *engine, enum ft_engine_list list,
                               struct ft_arena *arena, const char *const **name, size_t *names,
                               struct ft_error *err) {
  const char **found = NULL;
  const char *text = list_table[list] ? list_table[list] : models_text;
  FT_TRY(ask_names(engine, text, arena, &found, names, err));
  *name = found;
  return FT_OK;
}
