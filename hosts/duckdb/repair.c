#include "hosts/duckdb/repair.h"

#include <stdlib.h>
#include <string.h>

#include "hosts/duckdb/catalogue.h"

#define WORDS_MAX_BYTES ((size_t)1 << 16)

/* Models are listed in both; the database is usable whatever comes of it. */
static void find_without_schema(struct ft_buffer *words, struct ft_engine *engine) {
  struct ft_buffer names;
  ft_buffer_init(&names, WORDS_MAX_BYTES);
  if (ft_catalogue_follow_schemas(engine, &names, NULL) == FT_OK && names.size > 0) {
    ft_buffer_print(words, "the schema of these models is gone, %s: %.*s",
                    engine->read_only ? "they cannot be used" : "they were removed",
                    FT_SPAN_ARG(ft_buffer_view(&names)));
  }
  ft_buffer_release(&names);
}

/* Listing all functions of the engine would take longer than the rest of the opening. */
static bool has_function(struct ft_engine *engine, struct ft_span schema, struct ft_span function) {
  struct ft_buffer text;
  duckdb_prepared_statement statement = NULL;
  ft_buffer_init(&text, WORDS_MAX_BYTES);
  ft_buffer_print(&text, "SELECT %s.", engine->catalogue);
  ft_sql_name(&text, schema);
  ft_buffer_print(&text, ".");
  ft_sql_name(&text, function);
  ft_buffer_print(&text, "()");
  ft_buffer_u8(&text, 0);
  bool missing =
      !text.failed &&
      duckdb_prepare(engine->connection, (const char *)text.data, &statement) != DuckDBSuccess &&
      strstr(duckdb_prepare_error(statement), "MISSING_ENTRY");
  duckdb_destroy_prepare(&statement);
  ft_buffer_release(&text);
  return !missing;
}

/* The READY models that should have a function, and there is none of that name. */
static enum ft_status list_without_function(struct ft_buffer *names, struct ft_engine *engine) {
  struct ft_rows rows = { 0 };
  FT_TRY(ft_catalogue_functions(&rows, engine, NULL));
  while (rows.open && ft_rows_next(&rows)) {
    for (size_t r = 0; r < rows.count; r++) {
      struct ft_span schema = ft_rows_text(&rows, 0, r), name = ft_rows_text(&rows, 1, r);
      if (has_function(engine, schema, ft_rows_text(&rows, 2, r))) continue;
      ft_buffer_print(names, "%s%.*s.%.*s", names->size ? ", " : "", FT_SPAN_ARG(schema),
                      FT_SPAN_ARG(name));
    }
  }
  ft_rows_close(&rows);
  return FT_OK;
}

static void find_without_function(struct ft_buffer *words, struct ft_engine *engine) {
  struct ft_buffer names;
  ft_buffer_init(&names, WORDS_MAX_BYTES);
  if (list_without_function(&names, engine) == FT_OK && names.size > 0) {
    ft_buffer_print(
        words,
        "%sthe function of these models is gone, CREATE OR REPLACE MODEL makes it again: %.*s",
        words->size ? "; " : "", FT_SPAN_ARG(ft_buffer_view(&names)));
  }
  ft_buffer_release(&names);
}

void ft_repair_run(struct ft_engine *engine) {
  struct ft_buffer words;
  if (!engine->has_catalogue) return;
  ft_buffer_init(&words, 3 * WORDS_MAX_BYTES);
  find_without_schema(&words, engine);
  find_without_function(&words, engine);
  bool any = words.size > 0;
  ft_buffer_u8(&words, 0);
  engine->found = any && !words.failed ? (char *)words.data : NULL; /* moves ownership */
  if (!engine->found) ft_buffer_release(&words);
}

void ft_repair_tell(struct ft_engine *engine) {
  if (!engine->found || !engine->watch.notice) return;
  engine->watch.notice(engine->watch.self, engine->found);
  free(engine->found);
  engine->found = NULL;
}
