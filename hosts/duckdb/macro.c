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

/* How the body of every macro of ours reads, whatever the catalogue says of the model. */
#define OURS "regexp_matches(macro_definition, '\\bft_[0-9a-f]{16}(_prob)?\\(')"

/* The name that the model's current version has after FUNCTION, in the arena; "" for none. */
static enum ft_status find_own_name(const char **out, struct ft_arena *arena,
                                    struct ft_engine *engine, const char *schema, const char *model,
                                    struct ft_error *err) {
  struct ft_model_record record = { .function = "" };
  enum ft_status status = ft_catalogue_get(engine, arena, schema, model, &record, err);
  if (status != FT_OK && status != FT_UNDEFINED_OBJECT) return status;
  *out = record.function;
  return FT_OK;
}

/* Macros that the model made are replaced with it. The same rows trained under two names call the
 * same internal function, so the name has to be the model's, too. */
static enum ft_status check_name(struct ft_engine *engine, const char *schema, const char *function,
                                 const char *suffix, const char *own, struct ft_error *err) {
  struct ft_rows rows;
  struct ft_bind bind[] = { FT_BIND(engine->catalogue_name), FT_BIND(schema), FT_BIND(function),
                            FT_BIND(suffix), FT_BIND(own) };
  FT_TRY(ft_rows_open(
      &rows, engine, engine->connection,
      "SELECT 'function' FROM duckdb_functions() "
      "WHERE lower(function_name) = lower($3 || $4) AND "
      "(database_name = 'system' OR "
      "(database_name = $1 AND lower(schema_name) = lower($2))) AND "
      "NOT (lower($3 || $4) IN (lower($5), lower($5 || '_prob'), lower($5 || '_probabilities')) "
      "AND coalesce(" OURS ", false)) "
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
  struct ft_arena arena;
  const char *own = "";
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = find_own_name(&own, &arena, self, schema, model, err);
  for (size_t i = 0; status == FT_OK && i < SUFFIXES; i++) {
    status = check_name(self, schema, function, suffixes[i], own, err);
  }
  ft_arena_release(&arena);
  return status;
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

#define NAME_BYTES 16 /* of a remote model's parameter */

/* A parameter of the function; a remote model's are x1, x2 … */
static struct ft_field parameter_of(const struct ft_function *function, size_t index,
                                    char name[NAME_BYTES]) {
  if (!function->remote) return *ft_plan_field(function->plan, index);
  snprintf(name, NAME_BYTES, "x%zu", index + 1);
  return (struct ft_field){ .name = name, .type = function->remote->field[index] };
}

/* One argument of the inner function: a parameter, or a field of the row. */
static void write_argument(struct ft_buffer *out, const struct ft_field *field, bool of_row,
                           bool json) {
  ft_buffer_print(out, json ? "CAST(CAST(" : "CAST(");
  if (of_row) {
    ft_buffer_print(out, "struct_extract(\"row\", ");
    ft_sql_string(out, ft_span_of(field->name));
    ft_buffer_print(out, ")");
  } else {
    ft_sql_name(out, ft_span_of(field->name));
  }
  ft_buffer_print(out, "%s AS %s)", json ? " AS JSON)" : "", ft_duckdb_cast_name(field->type));
}

static void write_body(struct ft_buffer *out, const struct ft_function *function, bool of_row,
                       const char *suffix, const char *cast) {
  bool json = function->remote && function->remote->json;
  char name[NAME_BYTES];
  ft_buffer_print(out, "%s%s%s(", cast ? "CAST(" : "", function->name, suffix[0] ? "_prob" : "");
  for (size_t i = 0; i < function->signature.fields; i++) {
    struct ft_field field = parameter_of(function, i, name);
    ft_buffer_print(out, i ? ", " : "");
    write_argument(out, &field, of_row, json);
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
  size_t fields = function->signature.fields;
  char name[NAME_BYTES];
  write_blanks(out);
  ft_buffer_print(out, "CREATE OR REPLACE MACRO ");
  write_name(out, engine, record, suffix);
  ft_buffer_print(out, "(");
  for (size_t i = 0; i < fields; i++) {
    ft_buffer_print(out, i ? ", " : "");
    ft_sql_name(out, ft_span_of(parameter_of(function, i, name).name));
  }
  ft_buffer_print(out, ") AS ");
  write_body(out, function, false, suffix, cast);
  if (fields > 1 && !function->remote) {
    ft_buffer_print(out, ", (\"row\") AS ");
    write_body(out, function, true, suffix, cast);
  }
  ft_buffer_u8(out, 0);
}

/* The class comes in the target's own type; a cast is for those that the function cannot return. */
static const char *cast_of(const struct ft_function *function, const char *target_type) {
  const struct ft_signature *signature = &function->signature;
  bool own = function->remote && ft_remote_function_type(signature->target) == DUCKDB_TYPE_VARCHAR;
  if (own && target_type) return strcmp(target_type, "VARCHAR") == 0 ? NULL : target_type;
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
  if (record->remote)
    FT_TRY(ft_registry_add_remote(&function, self, record, err));
  else
    FT_TRY(ft_registry_add(&function, self, record->schema, record->name, record->model_sha256,
                           artifact, err));
  bool single = record->remote || function->signature.problem == FT_REGRESSION;
  size_t count = single ? 1 : SUFFIXES;
  for (size_t i = 0; i < count; i++) {
    const char *cast = i == 0 ? cast_of(function, target_type) : NULL;
    FT_TRY(make_one(self, record, function, suffixes[i], cast, err));
  }
  return FT_OK;
}

/* A macro of the user's under one of the model's names is his to keep. */
static enum ft_status is_own(bool *out, struct ft_engine *engine,
                             const struct ft_model_record *record, const char *suffix,
                             struct ft_error *err) {
  struct ft_rows rows;
  struct ft_bind bind[] = { FT_BIND(engine->catalogue_name), FT_BIND(record->schema),
                            FT_BIND(record->function), FT_BIND(suffix) };
  FT_TRY(ft_rows_open(&rows, engine, engine->connection,
                      "SELECT 1 FROM duckdb_functions() WHERE database_name = $1 AND "
                      "lower(schema_name) = lower($2) AND "
                      "lower(function_name) = lower($3 || $4) AND " OURS,
                      bind, sizeof bind / sizeof bind[0], err));
  *out = ft_rows_next(&rows);
  ft_rows_close(&rows);
  return FT_OK;
}

static enum ft_status drop_one(struct ft_engine *engine, const struct ft_model_record *record,
                               const char *suffix, struct ft_error *err) {
  bool own = false;
  FT_TRY(is_own(&own, engine, record, suffix, err));
  if (!own) return FT_OK;
  struct ft_buffer text;
  ft_buffer_init(&text, 1 << 16);
  ft_buffer_print(&text, "DROP MACRO IF EXISTS ");
  write_name(&text, engine, record, suffix);
  ft_buffer_u8(&text, 0);
  enum ft_status status = ft_buffer_check(&text, "the model's function", err);
  if (status == FT_OK) status = ft_engine_tell(engine, (const char *)text.data, NULL, 0, err);
  ft_buffer_release(&text);
  return status;
}

enum ft_status ft_macro_drop(void *self, const struct ft_model_record *record,
                             struct ft_error *err) {
  FT_TRY(ft_catalogue_check_writable(self, err));
  if (!record->function || !record->function[0]) return FT_OK;
  for (size_t i = 0; i < SUFFIXES; i++) {
    FT_TRY(drop_one(self, record, suffixes[i], err));
  }
  return FT_OK;
}

enum ft_status ft_macro_owner(const char **out, struct ft_arena *arena, struct ft_engine *engine,
                              const char *schema, struct ft_span function, struct ft_error *err) {
  struct ft_model_record record = { .schema = schema, .function = ft_arena_text(arena, function) };
  bool own = false;
  *out = NULL;
  if (!record.function) return ft_arena_fail(err, "the function's name");
  for (size_t i = 0; !*out && i < SUFFIXES; i++)
    FT_TRY(ft_catalogue_function_of(out, arena, engine, schema, function, suffixes[i], err));
  if (*out) FT_TRY(is_own(&own, engine, &record, "", err));
  if (!own) *out = NULL;
  return FT_OK;
}
