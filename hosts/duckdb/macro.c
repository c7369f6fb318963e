#include "hosts/duckdb/macro.h"

#include <stdio.h>
#include <string.h>

#include "hosts/duckdb/catalogue.h"
#include "hosts/duckdb/registry.h"
#include "hosts/duckdb/type_name.h"

#define MACRO_MAX_BYTES ((size_t)1 << 24)

/* After the function's name; the first is the function itself. */
static const char *const suffixes[] = { "", "_prob", "_probabilities" };
#define SUFFIXES (sizeof suffixes / sizeof suffixes[0])

/* The internal function that the macros of the model's current version call; "" for none. */
static enum ft_status find_inner(char out[FT_FUNCTION_NAME_BYTES], struct ft_engine *engine,
                                 const char *schema, const char *model, struct ft_error *err) {
  struct ft_arena arena;
  struct ft_model_record record;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = ft_catalogue_get(engine, &arena, schema, model, &record, err);
  bool ready = status == FT_OK && record.state == FT_MODEL_READY && record.model_sha256[0];
  out[0] = 0;
  if (ready) snprintf(out, FT_FUNCTION_NAME_BYTES, "ft_%.16s", record.model_sha256);
  ft_arena_release(&arena);
  return status == FT_UNDEFINED_OBJECT ? FT_OK : status;
}

/* A macro that calls `inner` is the model's own, and is replaced with it. */
static enum ft_status check_name(struct ft_engine *engine, const char *schema, const char *function,
                                 const char *suffix, const char *inner, struct ft_error *err) {
  struct ft_rows rows;
  struct ft_bind bind[] = { FT_BIND(engine->catalogue_name), FT_BIND(schema), FT_BIND(function),
                            FT_BIND(suffix), FT_BIND(inner[0] ? inner : NULL) };
  FT_TRY(ft_rows_open(&rows, engine, engine->connection,
                      "SELECT 'function' FROM duckdb_functions() "
                      "WHERE lower(function_name) = lower($3 || $4) AND "
                      "(database_name = 'system' OR "
                      "(database_name = $1 AND lower(schema_name) = lower($2))) AND "
                      "NOT coalesce(contains(macro_definition, $5), false) "
                      "UNION ALL SELECT 'word of SQL' FROM duckdb_keywords() "
                      "WHERE keyword_name = lower($3 || $4) AND keyword_category = 'column_name'",
                      bind, sizeof bind / sizeof bind[0], err));
  char kind[16] = "";
  if (ft_rows_next(&rows)) {
    snprintf(kind, sizeof kind, "%.*s", FT_SPAN_ARG(ft_rows_text(&rows, 0, 0)));
  }
  ft_rows_close(&rows);
  if (!kind[0]) return FT_OK;
  ft_fail(err, FT_DUPLICATE_FUNCTION, "there is a %s \"%s%s\" already", kind, function, suffix);
  return ft_fail_hint(err, "Give the model's function another name with FUNCTION.");
}

enum ft_status ft_macro_check(void *self, const char *schema, const char *function,
                              const char *model, struct ft_error *err) {
  char inner[FT_FUNCTION_NAME_BYTES];
  FT_TRY(find_inner(inner, self, schema, model, err));
  for (size_t i = 0; i < SUFFIXES; i++) {
    FT_TRY(check_name(self, schema, function, suffixes[i], inner, err));
  }
  return FT_OK;
}

static void write_name(struct ft_buffer *out, const struct ft_engine *engine,
                       const struct ft_model_record *record, const char *suffix) {
  struct ft_buffer name;
  ft_buffer_init(&name, 1 << 16);
  ft_buffer_print(&name, "%s%s", record->function, suffix);
  ft_buffer_print(out, "%s.", engine->catalogue);
  ft_sql_name(out, ft_span_of(record->schema));
  ft_buffer_print(out, ".");
  ft_sql_name(out, ft_buffer_view(&name));
  ft_buffer_release(&name);
}

/* One argument of the inner function: a parameter, or a field of the row. */
static void write_argument(struct ft_buffer *out, const struct ft_field *field, bool of_row) {
  ft_buffer_print(out, "CAST(");
  if (of_row) {
    ft_buffer_print(out, "struct_extract(\"row\", ");
    ft_sql_string(out, ft_span_of(field->name));
    ft_buffer_print(out, ")");
  } else {
    ft_sql_name(out, ft_span_of(field->name));
  }
  ft_buffer_print(out, " AS %s)", ft_duckdb_cast_name(field->type));
}

static void write_body(struct ft_buffer *out, const struct ft_function *function, bool of_row,
                       const char *suffix, const char *cast) {
  const struct ft_plan *plan = function->plan;
  size_t fields = ft_plan_fields(plan);
  ft_buffer_print(out, "%s%s%s(", cast ? "CAST(" : "", function->name, suffix[0] ? "_prob" : "");
  for (size_t i = 0; i < fields; i++) {
    ft_buffer_print(out, i ? ", " : "");
    write_argument(out, ft_plan_field(plan, i), of_row);
  }
  ft_buffer_print(out, ")");
  if (cast) ft_buffer_print(out, " AS %s)", cast);
}

/* DuckDB gives an error inside a macro the place in the macro's own text. Behind these blanks no such
 * place is one in the statement that calls it. */
static void write_blanks(struct ft_buffer *out) {
  char *blanks = ft_buffer_extend(out, 1 << 16);
  if (blanks) memset(blanks, ' ', 1 << 16);
}

static void write_macro(struct ft_buffer *out, const struct ft_engine *engine,
                        const struct ft_model_record *record, const struct ft_function *function,
                        const char *suffix, const char *cast) {
  const struct ft_plan *plan = function->plan;
  size_t fields = ft_plan_fields(plan);
  write_blanks(out);
  ft_buffer_print(out, "CREATE OR REPLACE MACRO ");
  write_name(out, engine, record, suffix);
  ft_buffer_print(out, "(");
  for (size_t i = 0; i < fields; i++) {
    ft_buffer_print(out, i ? ", " : "");
    ft_sql_name(out, ft_span_of(ft_plan_field(plan, i)->name));
  }
  ft_buffer_print(out, ") AS ");
  write_body(out, function, false, suffix, cast);
  if (fields > 1) {
    ft_buffer_print(out, ", (\"row\") AS ");
    write_body(out, function, true, suffix, cast);
  }
  ft_buffer_u8(out, 0);
}

/* The class comes in the target's own type; a cast is for those that the function cannot return. */
static const char *cast_of(const struct ft_function *function, const char *target_type) {
  const struct ft_signature *signature = &function->signature;
  if (signature->problem == FT_REGRESSION || !target_type || !target_type[0]) return NULL;
  const char *returned = ft_duckdb_cast_name(signature->target);
  return strcmp(returned, target_type) == 0 ? NULL : target_type;
}

static enum ft_status make_one(struct ft_engine *engine, const struct ft_model_record *record,
                               const struct ft_function *function, const char *suffix,
                               const char *cast, struct ft_error *err) {
  struct ft_buffer text;
  ft_buffer_init(&text, MACRO_MAX_BYTES);
  write_macro(&text, engine, record, function, suffix, cast);
  enum ft_status status = ft_buffer_check(&text, "the model's function", err);
  if (status == FT_OK) status = ft_engine_tell(engine, (const char *)text.data, NULL, 0, err);
  ft_buffer_release(&text);
  return status;
}

enum ft_status ft_macro_make(void *self, const struct ft_model_record *record,
                             struct ft_span artifact, const char *target_type,
                             struct ft_error *err) {
  struct ft_function *function = NULL;
  if (!record->function || !record->function[0]) return FT_OK;
  FT_TRY(ft_registry_add(&function, self, record->schema, record->name, record->model_sha256,
                         artifact, err));
  size_t count = function->signature.problem == FT_REGRESSION ? 1 : SUFFIXES;
  for (size_t i = 0; i < count; i++) {
    const char *cast = i == 0 ? cast_of(function, target_type) : NULL;
    FT_TRY(make_one(self, record, function, suffixes[i], cast, err));
  }
  return FT_OK;
}

enum ft_status ft_macro_drop(void *self, const struct ft_model_record *record,
                             struct ft_error *err) {
  FT_TRY(ft_catalogue_check_writable(self, err));
  if (!record->function || !record->function[0]) return FT_OK;
  for (size_t i = 0; i < SUFFIXES; i++) {
    struct ft_buffer text;
    ft_buffer_init(&text, 1 << 16);
    ft_buffer_print(&text, "DROP MACRO IF EXISTS ");
    write_name(&text, self, record, suffixes[i]);
    ft_buffer_u8(&text, 0);
    enum ft_status status = ft_buffer_check(&text, "the model's function", err);
    if (status == FT_OK) status = ft_engine_tell(self, (const char *)text.data, NULL, 0, err);
    ft_buffer_release(&text);
    FT_TRY(status);
  }
  return FT_OK;
}
