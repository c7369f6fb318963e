#include "hosts/duckdb/macro.h"

#include <stdio.h>
#include <string.h>

#include "hosts/duckdb/binding.h"
#include "hosts/duckdb/catalogue.h"
#include "hosts/duckdb/label.h"
#include "hosts/duckdb/registry.h"
#include "hosts/duckdb/type_name.h"

#define MACRO_MAX_BYTES ((size_t)1 << 24)

/* What a model's functions are called and give; the first is the function itself. */
static const struct part {
  const char *suffix; /* after the function's name */
  const char *inner;  /* after the inner function's */
  bool with_labels;   /* of a classifier alone */
  bool with_class;    /* one more argument: the class whose probability is wanted */
} part_table[] = {
  { "", "", false, false },
  { "_prob", "_prob", true, false },
  { "_probabilities", "_prob", true, false },
  { "_probability", "_probability", true, true },
};
#define PARTS (sizeof part_table / sizeof part_table[0])

/* How the body of every macro of ours reads, whatever the catalogue says of the model. */
#define OURS "regexp_matches(macro_definition, '\\bft_[0-9a-f]{16}[a-z_]*\\(')"

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
      "NOT (lower($3 || $4) IN (lower($5), lower($5 || '_prob'), lower($5 || '_probabilities'), "
      "lower($5 || '_probability')) AND coalesce(" OURS ", false)) "
      "UNION ALL SELECT 'word' FROM duckdb_keywords() WHERE keyword_name = lower($3 || $4) AND "
      "keyword_category IN ('column_name', 'reserved')",
      bind, sizeof bind / sizeof bind[0], err));
  char kind[16] = "";
  if (ft_rows_next(&rows)) {
    snprintf(kind, sizeof kind, "%.*s", FT_SPAN_ARG(ft_rows_text(&rows, 0, 0)));
  }
  ft_rows_close(&rows);
  if (!kind[0]) return FT_OK;
  ft_fail(err, FT_DUPLICATE_FUNCTION,
          strcmp(kind, "word") == 0 ? "a function cannot be called \"%s%s\": it is a word of SQL"
                                    : "there is a function \"%s%s\" already",
          function, suffix);
  return ft_fail_hint(err, "Give the model's function another name with FUNCTION.");
}

enum ft_status ft_macro_check(void *self, const char *schema, const char *function,
                              const char *model, struct ft_error *err) {
  struct ft_arena arena;
  const char *own = "";
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = find_own_name(&own, &arena, self, schema, model, err);
  for (size_t i = 0; status == FT_OK && i < PARTS; i++) {
    status = check_name(self, schema, function, part_table[i].suffix, own, err);
  }
  ft_arena_release(&arena);
  return status;
}

/* The function's name in a message, as a string of SQL. */
static void write_called(struct ft_buffer *out, const struct ft_model_record *record,
                         const char *suffix) {
  struct ft_buffer name;
  ft_buffer_init(&name, 1 << 16);
  ft_buffer_print(&name, "%s%s", record->function, suffix);
  ft_sql_string(out, ft_buffer_view(&name));
  ft_buffer_release(&name);
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

#define SPREAD_COLUMNS   40 /* most columns of a row that are taken out of it by DuckDB */
#define NAME_BYTES       16 /* of a remote model's parameter */
#define CLASS_NAME_BYTES 64

/* A parameter of the function; a remote model's are x1, x2 … */
static struct ft_field parameter_of(const struct ft_function *function, size_t index,
                                    char name[NAME_BYTES]) {
  if (!function->remote) return *ft_plan_field(function->plan, index);
  snprintf(name, NAME_BYTES, "x%zu", index + 1);
  return (struct ft_field){ .name = name, .type = function->remote->field[index] };
}

/* What a macro is made from. */
struct making {
  struct ft_engine *engine;
  const struct ft_model_record *record;
  const struct ft_function *function;
  const char *cast;       /* the target's own type; NULL: the inner function returns it */
  const char *class_type; /* the target's own type, always */
  char class_name[CLASS_NAME_BYTES]; /* of the parameter that names a class */
};

static bool is_column(const struct ft_function *function, const char *name) {
  char own[NAME_BYTES];
  for (size_t i = 0; i < function->signature.fields; i++) {
    struct ft_field field = parameter_of(function, i, own);
    if (ft_span_equal_nocase(ft_span_of(field.name), ft_span_of(name))) return true;
  }
  return false;
}

/* The first of "class", "class_", "class__" … that no column has. */
static void choose_class_name(struct making *making) {
  size_t used = (size_t)snprintf(making->class_name, CLASS_NAME_BYTES, "class");
  while (used + 1 < CLASS_NAME_BYTES && is_column(making->function, making->class_name)) {
    making->class_name[used++] = '_';
    making->class_name[used] = 0;
  }
}

/* One argument of the inner function: a parameter, in the type that carries it. */
static void write_argument(struct ft_buffer *out, const struct ft_field *field, bool json) {
  ft_buffer_print(out, json ? "CAST(CAST(" : "CAST(");
  ft_sql_name(out, ft_span_of(field->name));
  ft_buffer_print(out, "%s AS %s)", json ? " AS JSON)" : "", ft_duckdb_cast_name(field->type));
}

static void write_arguments(struct ft_buffer *out, const struct making *making) {
  const struct ft_function *function = making->function;
  bool json = function->remote && function->remote->json;
  char name[NAME_BYTES];
  for (size_t i = 0; i < function->signature.fields; i++) {
    struct ft_field field = parameter_of(function, i, name);
    ft_buffer_print(out, i ? ", " : "");
    write_argument(out, &field, json);
  }
}

/* STRUCT(…) of the model's columns, as they are carried. */
static void write_row_type(struct ft_buffer *out, const struct ft_plan *plan) {
  ft_buffer_print(out, "STRUCT(");
  for (size_t i = 0; i < ft_plan_fields(plan); i++) {
    const struct ft_field *field = ft_plan_field(plan, i);
    ft_buffer_print(out, i ? ", " : "");
    ft_sql_name(out, ft_span_of(field->name));
    ft_buffer_print(out, " %s", ft_duckdb_cast_name(field->type));
  }
  ft_buffer_print(out, ")");
}

/* The name of the parameter that a row comes in. A model of one column may be given that column's value
 * instead. */
static struct ft_span row_name(const struct ft_plan *plan) {
  return ft_plan_fields(plan) == 1 ? ft_span_of(ft_plan_field(plan, 0)->name) : FT_SPAN("row");
}

static void write_cast_row(struct ft_buffer *out, const struct ft_plan *plan) {
  ft_buffer_print(out, "CAST(");
  ft_sql_name(out, row_name(plan));
  ft_buffer_print(out, " AS ");
  write_row_type(out, plan);
  ft_buffer_print(out, ")");
}

/* See binding.h. It is bound before what follows it, so that a row is refused in our words. */
static void write_check(struct ft_buffer *out, const struct making *making,
                        const struct part *part) {
  ft_buffer_print(out, "CASE WHEN " FT_ROW_CHECK "(");
  write_called(out, making->record, part->suffix);
  ft_buffer_print(out, ", CASE WHEN false THEN ");
  ft_sql_name(out, row_name(making->function->plan));
  ft_buffer_print(out, " END, CAST(NULL AS ");
  write_row_type(out, making->function->plan);
  ft_buffer_print(out, ")) THEN ");
}

/* Whether a row or a value came, DuckDB knows when it binds the statement. */
static void write_single(struct ft_buffer *out, const struct ft_plan *plan) {
  struct ft_span name = row_name(plan);
  ft_buffer_print(out, "CASE WHEN starts_with(typeof(");
  ft_sql_name(out, name);
  ft_buffer_print(out, "), 'STRUCT(') THEN ");
  write_cast_row(out, plan);
  ft_buffer_print(out, " ELSE struct_pack(");
  ft_sql_name(out, name);
  ft_buffer_print(out, " := ");
  write_argument(out, ft_plan_field(plan, 0), false);
  ft_buffer_print(out, ") END");
}

/* Columns taken out of a row cost nothing when the query runs, and each of them binds the whole row. */
static void write_spread(struct ft_buffer *out, const struct ft_plan *plan) {
  for (size_t i = 0; i < ft_plan_fields(plan); i++) {
    const struct ft_field *field = ft_plan_field(plan, i);
    ft_buffer_print(out, i ? ", CAST(struct_extract(\"row\", " : "CAST(struct_extract(\"row\", ");
    ft_sql_string(out, ft_span_of(field->name));
    ft_buffer_print(out, ") AS %s)", ft_duckdb_cast_name(field->type));
  }
}

static bool is_spread(const struct ft_plan *plan) {
  return ft_plan_fields(plan) > 1 && ft_plan_fields(plan) <= SPREAD_COLUMNS;
}

/* The class as the target's type writes it, so that 'yes' is true; as it is when it is none of that type,
 * and then no class of the model either. */
static void write_class(struct ft_buffer *out, const struct making *making) {
  struct ft_span name = ft_span_of(making->class_name);
  ft_buffer_print(out, ", coalesce(CAST(TRY_CAST(");
  ft_sql_name(out, name);
  ft_buffer_print(out, " AS %s) AS VARCHAR), CAST(", making->class_type);
  ft_sql_name(out, name);
  ft_buffer_print(out, " AS VARCHAR))");
}

static void write_cast(struct ft_buffer *out, const struct making *making,
                       const struct part *part) {
  if (part->with_labels)
    ft_buffer_print(out, " AS STRUCT(probabilities DOUBLE[], labels %s[]))", making->cast);
  else
    ft_buffer_print(out, " AS %s)", making->cast);
}

static void write_row(struct ft_buffer *out, const struct ft_plan *plan) {
  if (is_spread(plan))
    write_spread(out, plan);
  else if (ft_plan_fields(plan) == 1)
    write_single(out, plan);
  else
    write_cast_row(out, plan);
}

/* A list of an ENUM is nothing that a macro of this storage version can name; its labels stay texts, which
 * compare with the ENUM's values. */
static bool is_enum(const char *type) {
  return strncmp(type, "ENUM(", 5) == 0;
}

static void write_body(struct ft_buffer *out, const struct making *making, const struct part *part,
                       bool by_row) {
  const struct ft_plan *plan = making->function->plan;
  bool cast = making->cast && !part->with_class && !(part->with_labels && is_enum(making->cast));
  if (by_row) write_check(out, making, part);
  ft_buffer_print(out, "%s%s%s%s(", cast ? "CAST(" : "", making->function->name, part->inner,
                  by_row && !is_spread(plan) ? "_row" : "");
  if (by_row)
    write_row(out, plan);
  else
    write_arguments(out, making);
  if (part->with_class) write_class(out, making);
  ft_buffer_print(out, ")");
  if (cast) write_cast(out, making, part);
  if (by_row) ft_buffer_print(out, " END");
}

/* DuckDB gives an error inside a macro the place in the macro's own text. Behind these blanks no such
 * place is one in the statement that calls it. */
static void write_blanks(struct ft_buffer *out) {
  char *blanks = ft_buffer_extend(out, 1 << 16);
  if (blanks) memset(blanks, ' ', 1 << 16);
}

static void write_parameters(struct ft_buffer *out, const struct making *making,
                             const struct part *part, bool by_row) {
  char name[NAME_BYTES];
  size_t fields = by_row ? 0 : making->function->signature.fields;
  ft_buffer_print(out, by_row ? "(\"row\"" : "(");
  for (size_t i = 0; i < fields; i++) {
    ft_buffer_print(out, i ? ", " : "");
    ft_sql_name(out, ft_span_of(parameter_of(making->function, i, name).name));
  }
  if (part->with_class) {
    ft_buffer_print(out, ", ");
    ft_sql_name(out, ft_span_of(making->class_name));
  }
  ft_buffer_print(out, ") AS ");
}

static void write_macro(struct ft_buffer *out, const struct making *making,
                        const struct part *part) {
  size_t fields = making->function->signature.fields;
  bool rows = !making->function->remote;
  write_blanks(out);
  ft_buffer_print(out, "CREATE OR REPLACE MACRO ");
  write_name(out, making->engine, making->record, part->suffix);
  write_parameters(out, making, part, false);
  write_body(out, making, part, rows && fields == 1);
  if (rows && fields > 1) {
    ft_buffer_print(out, ", ");
    write_parameters(out, making, part, true);
    write_body(out, making, part, true);
  }
  ft_buffer_u8(out, 0);
}

/* The class comes in the target's own type; a cast is for those that the function cannot return. */
static const char *cast_of(const struct ft_function *function, const char *target_type) {
  const struct ft_signature *signature = &function->signature;
  if (!target_type || !target_type[0]) return NULL;
  if (signature->problem == FT_REGRESSION && !function->remote) return NULL;
  bool text = function->remote
                  ? ft_remote_function_type(signature->target) == DUCKDB_TYPE_VARCHAR
                  : ft_label_type(signature->problem, signature->target) == DUCKDB_TYPE_VARCHAR;
  const char *returned = text ? "VARCHAR" : ft_duckdb_cast_name(signature->target);
  return strcmp(returned, target_type) == 0 ? NULL : target_type;
}

static enum ft_status make_one(const struct making *making, const struct part *part,
                               struct ft_error *err) {
  struct ft_buffer text;
  ft_buffer_init(&text, MACRO_MAX_BYTES);
  write_macro(&text, making, part);
  enum ft_status status = ft_buffer_check(&text, "the model's function", err);
  if (status == FT_OK)
    status = ft_engine_tell(making->engine, (const char *)text.data, NULL, 0, err);
  ft_buffer_release(&text);
  return status;
}

enum ft_status ft_macro_make(void *self, const struct ft_model_record *record,
                             struct ft_span artifact, const char *target_type,
                             struct ft_error *err) {
  struct ft_function *function = NULL;
  if (!record->function || !record->function[0]) return FT_OK;
  FT_TRY(ft_registry_add(&function, self, record, artifact, err));
  struct making making = { self, record, function, .cast = cast_of(function, target_type) };
  making.class_type = making.cast ? making.cast : ft_duckdb_cast_name(function->signature.target);
  choose_class_name(&making);
  bool single = record->remote || function->signature.problem == FT_REGRESSION;
  for (size_t i = 0; i < PARTS; i++) {
    if (single && part_table[i].with_labels) continue;
    FT_TRY(make_one(&making, &part_table[i], err));
  }
  return FT_OK;
}

/* A macro of the user's under one of the model's names is theirs to keep. */
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
  for (size_t i = 0; i < PARTS; i++) {
    FT_TRY(drop_one(self, record, part_table[i].suffix, err));
  }
  return FT_OK;
}

enum ft_status ft_macro_owner(const char **out, struct ft_arena *arena, struct ft_engine *engine,
                              const char *schema, struct ft_span function, struct ft_error *err) {
  struct ft_model_record record = { .schema = schema, .function = ft_arena_text(arena, function) };
  bool own = false;
  *out = NULL;
  if (!record.function) return ft_arena_fail(err, "the function's name");
  for (size_t i = 0; !*out && i < PARTS; i++)
    FT_TRY(
        ft_catalogue_function_of(out, arena, engine, schema, function, part_table[i].suffix, err));
  if (*out) FT_TRY(is_own(&own, engine, &record, "", err));
  if (!own) *out = NULL;
  return FT_OK;
}
