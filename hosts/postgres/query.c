#include "hosts/postgres/query.h"

#include <access/tupdesc.h>
#include <catalog/namespace.h>
#include <catalog/pg_class.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <string.h>
#include <tcop/cmdtag.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/plancache.h>

#include "hosts/postgres/guard.h"
#include "hosts/postgres/pgtype.h"

struct description {
  struct ft_arena *arena;
  const char *query;
  struct ft_field *field;
  const char **type_name;
  size_t fields;
};

static enum ft_status fail_kind(struct ft_error *err) {
  return ft_fail(err, FT_SYNTAX, "the query in FROM is not a SELECT");
}

/* Types of the catalogue by their bare names, the user's own with their schema: whoever reads the
 * name later may have another search_path. */
static const char *type_name_of(Oid type, int32 typmod) {
  bool builtin = type < FirstNormalObjectId;
  return format_type_extended(
      type, typmod,
      (bits16)(FORMAT_TYPE_TYPEMOD_GIVEN | (builtin ? 0 : FORMAT_TYPE_FORCE_QUALIFY)));
}

static enum ft_status describe_column(struct description *description, Form_pg_attribute column,
                                      struct ft_error *err) {
  struct ft_field *field = &description->field[description->fields];
  const char **type = &description->type_name[description->fields];
  field->name = ft_arena_text(description->arena, ft_span_of(NameStr(column->attname)));
  *type = ft_arena_text(description->arena,
                        ft_span_of(type_name_of(column->atttypid, column->atttypmod)));
  if (!field->name || !*type) return ft_arena_fail(err, "the query's columns");
  ft_pg_field(field, column->atttypid, column->atttypmod);
  description->fields++;
  return FT_OK;
}

static enum ft_status describe_columns(struct description *description, TupleDesc columns,
                                       struct ft_error *err) {
  size_t count = (size_t)columns->natts;
  description->field = FT_ARENA_NEW(description->arena, struct ft_field, count);
  description->type_name = FT_ARENA_NEW(description->arena, const char *, count);
  if (!description->field || !description->type_name)
    return ft_arena_fail(err, "the query's columns");
  for (int i = 0; i < columns->natts; i++)
    FT_TRY(describe_column(description, TupleDescAttr(columns, i), err));
  return FT_OK;
}

static enum ft_status describe(void *self, struct ft_error *err) {
  struct description *description = self;
  SPIPlanPtr plan = SPI_prepare(description->query, 0, NULL);
  List *sources = plan ? SPI_plan_get_plan_sources(plan) : NIL;
  if (list_length(sources) != 1) return fail_kind(err);
  CachedPlanSource *source = linitial(sources);
  if (source->commandTag != CMDTAG_SELECT || !source->resultDesc) return fail_kind(err);
  enum ft_status status = describe_columns(description, source->resultDesc, err);
  SPI_freeplan(plan);
  return status;
}

enum ft_status ft_query_describe(void *self, struct ft_arena *arena, struct ft_span query,
                                 size_t position, struct ft_field **field,
                                 const char *const **type_name, size_t *fields,
                                 struct ft_error *err) {
  struct description description = { .arena = arena, .query = ft_arena_text(arena, query) };
  if (!description.query) return ft_arena_fail(err, "the query");
  enum ft_status status = ft_guard_query(self, describe, &description, query, position, err);
  if (status != FT_OK) {
    if (err && !err->position && position) ft_fail_at(err, position);
    return status;
  }
  *field = description.field;
  *type_name = description.type_name;
  *fields = description.fields;
  return FT_OK;
}

struct naming {
  struct ft_arena *arena;
  const char *schema; /* NULL: by the search_path */
  const char *name;
  const char *out;
};

static enum ft_status find_table(void *self, struct ft_error *err) {
  struct naming *naming = self;
  RangeVar *range =
      makeRangeVar((char *)(uintptr_t)naming->schema, (char *)(uintptr_t)naming->name, -1);
  Oid table = RangeVarGetRelid(range, NoLock, false);
  const char *schema = get_namespace_name(get_rel_namespace(table));
  const char *query = quote_qualified_identifier(schema, get_rel_name(table));
  naming->out = ft_arena_print(naming->arena, "SELECT * FROM %s", query);
  return naming->out ? FT_OK : ft_arena_fail(err, "the query");
}

static enum ft_status name_of(struct naming *out, struct ft_arena *arena, struct ft_span schema,
                              struct ft_span name, struct ft_error *err) {
  *out = (struct naming){ .arena = arena };
  if (schema.size) out->schema = ft_arena_text(arena, schema);
  out->name = ft_arena_text(arena, name);
  bool made = out->name && (out->schema || !schema.size);
  return made ? FT_OK : ft_arena_fail(err, "the statement");
}

enum ft_status ft_query_of_table(void *self, struct ft_arena *arena, struct ft_span schema,
                                 struct ft_span table, size_t position, const char **query,
                                 struct ft_error *err) {
  struct naming naming;
  struct ft_span none = { NULL, 0 };
  FT_TRY(name_of(&naming, arena, schema, table, err));
  enum ft_status status = ft_guard_query(self, find_table, &naming, none, 0, err);
  if (status != FT_OK) {
    if (position) ft_fail_at(err, position);
    return status;
  }
  *query = naming.out;
  return FT_OK;
}

static enum ft_status find_schema(void *self, struct ft_error *err) {
  struct naming *naming = self;
  Oid schema = InvalidOid;
  if (naming->schema) {
    schema = get_namespace_oid(naming->schema, true);
  } else {
    List *path = fetch_search_path(false);
    schema = path ? linitial_oid(path) : InvalidOid;
  }
  const char *name = OidIsValid(schema) ? get_namespace_name(schema) : NULL;
  if (!name && !naming->schema)
    return ft_fail(err, FT_UNDEFINED_SCHEMA, "no schema has been selected to create in");
  if (!name)
    return ft_fail(err, FT_UNDEFINED_SCHEMA, "schema \"%s\" does not exist", naming->schema);
  if (!ft_pg_may_use(schema, GetUserId()))
    return ft_fail(err, FT_PRIVILEGE, "permission denied for schema %s", name);
  naming->out = ft_arena_text(naming->arena, ft_span_of(name));
  return naming->out ? FT_OK : ft_arena_fail(err, "the schema's name");
}

enum ft_status ft_query_schema(void *self, struct ft_arena *arena, struct ft_span schema,
                               size_t position, const char **out, struct ft_error *err) {
  struct naming naming;
  struct ft_span none = { NULL, 0 };
  FT_TRY(name_of(&naming, arena, schema, FT_SPAN("*"), err));
  enum ft_status status = ft_guard_query(self, find_schema, &naming, none, 0, err);
  if (status != FT_OK) {
    if (position) ft_fail_at(err, position);
    return status;
  }
  *out = naming.out;
  return FT_OK;
}
