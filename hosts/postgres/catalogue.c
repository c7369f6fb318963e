#include "hosts/postgres/catalogue.h"

#include <catalog/namespace.h>
#include <catalog/pg_type.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/rel.h>
#include <utils/syscache.h>

#include "hosts/postgres/fetch.h"
#include "hosts/postgres/guard.h"

#define MAX_ARGUMENTS 16

#define FIELDS                                                                                 \
  "schema_name, model_name, owner, function_name, statement, manifest, model_sha256, reason, " \
  "state, version::text, ((extract(epoch from created_at) * 1000000)::bigint)::text, "         \
  "coalesce(artifact_bytes, 0)::text, foretell.may_see_model(m, $1::oid) "

static const char select_one[] = "SELECT " FIELDS "FROM foretell.stored_model m "
                                 "WHERE is_current AND schema_name = $2 AND model_name = $3";
static const char select_all[] = "SELECT " FIELDS "FROM foretell.stored_model m "
                                 "WHERE is_current AND foretell.may_see_model(m, $1::oid) "
                                 "ORDER BY schema_name COLLATE \"C\", model_name COLLATE \"C\"";
#define SEEN_COLUMN 13

void ft_catalogue_ask(const char *sql, const char *const *argument, int arguments) {
  Oid type[MAX_ARGUMENTS];
  Datum value[MAX_ARGUMENTS];
  char null[MAX_ARGUMENTS] = { 0 };
  Assert(arguments <= MAX_ARGUMENTS);
  for (int i = 0; i < arguments; i++) {
    type[i] = TEXTOID;
    null[i] = argument[i] ? ' ' : 'n';
    value[i] = argument[i] ? CStringGetTextDatum(argument[i]) : (Datum)0;
  }
  int result = SPI_execute_with_args(sql, arguments, type, value, null, false, 0);
  if (result < 0)
    elog(ERROR, "a statement of foretell's failed: %s", SPI_result_code_string(result));
}

/* Who sees which model is decided by who asks; who may touch the table is its owner. */
static Oid table_owner(void) {
  Oid table = get_relname_relid("stored_model", get_namespace_oid("foretell", false));
  HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
  if (!HeapTupleIsValid(tuple)) elog(ERROR, "the table foretell.stored_model is missing");
  Oid owner = ((Form_pg_class)GETSTRUCT(tuple))->relowner;
  ReleaseSysCache(tuple);
  return owner;
}

void ft_catalogue_ask_as_owner(const char *sql, const char *const *argument, int arguments) {
  Oid user;
  int context;
  GetUserIdAndSecContext(&user, &context);
  SetUserIdAndSecContext(table_owner(), context | SECURITY_LOCAL_USERID_CHANGE);
  ft_catalogue_ask(sql, argument, arguments);
  SetUserIdAndSecContext(user, context); /* an error's rollback does it otherwise */
}

const char *ft_catalogue_cell(uint64 row, int column) {
  const char *text = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
  return text ? text : "";
}

bool ft_catalogue_is_of(const char *role) {
  Oid id = get_role_oid(role, true);
  return superuser() || (OidIsValid(id) && has_privs_of_role(GetUserId(), id));
}

struct reading {
  struct ft_arena *arena;
  const char *schema;
  const char *name;
  struct ft_model_record *record;
  size_t count;
};

static enum ft_status keep(const char **out, struct ft_arena *arena, uint64 row, int column,
                           struct ft_error *err) {
  *out = ft_arena_text(arena, ft_span_of(ft_catalogue_cell(row, column)));
  return *out ? FT_OK : ft_arena_fail(err, "the catalogue");
}

static enum ft_status read_record(struct ft_model_record *out, struct ft_arena *arena, uint64 row,
                                  struct ft_error *err) {
  struct ft_model_record record = { 0 };
  const char **text[] = { &record.schema,       &record.name,      &record.owner,
                          &record.function,     &record.statement, &record.manifest,
                          &record.model_sha256, &record.reason };
  for (int i = 0; i < 8; i++)
    FT_TRY(keep(text[i], arena, row, i + 1, err));
  record.state = strcmp(ft_catalogue_cell(row, 9), "READY") == 0 ? FT_MODEL_READY : FT_MODEL_FAILED;
  record.version = (uint32_t)strtoul(ft_catalogue_cell(row, 10), NULL, 10);
  record.created_us = strtoll(ft_catalogue_cell(row, 11), NULL, 10);
  record.artifact_bytes = strtoull(ft_catalogue_cell(row, 12), NULL, 10);
  *out = record;
  return FT_OK;
}

static void print_user(char out[16]) {
  snprintf(out, 16, "%u", GetUserId());
}

static enum ft_status get(void *self, struct ft_error *err) {
  struct reading *reading = self;
  char user[16];
  const char *argument[] = { user, reading->schema, reading->name };
  print_user(user);
  ft_catalogue_ask_as_owner(select_one, argument, 3);
  if (SPI_processed == 0)
    return ft_fail(err, FT_UNDEFINED_OBJECT, "model \"%s.%s\" does not exist", reading->schema,
                   reading->name);
  bool seen = ft_catalogue_is_of(ft_catalogue_cell(0, 3)) ||
              strcmp(ft_catalogue_cell(0, SEEN_COLUMN), "t") == 0;
  if (!seen) return ft_fail(err, FT_PRIVILEGE, "permission denied for model \"%s\"", reading->name);
  return read_record(reading->record, reading->arena, 0, err);
}

enum ft_status ft_catalogue_get(void *self, struct ft_arena *arena, const char *schema,
                                const char *name, struct ft_model_record *out,
                                struct ft_error *err) {
  struct ft_model_record record;
  struct reading reading = { arena, schema, name, &record, 0 };
  FT_TRY(ft_guard_own(self, get, &reading, err));
  *out = record;
  return FT_OK;
}

static enum ft_status list(void *self, struct ft_error *err) {
  struct reading *reading = self;
  char user[16];
  const char *argument[] = { user };
  print_user(user);
  ft_catalogue_ask_as_owner(select_all, argument, 1);
  reading->record = FT_ARENA_NEW(reading->arena, struct ft_model_record, (size_t)SPI_processed);
  if (!reading->record) return ft_arena_fail(err, "the list of models");
  for (uint64 r = 0; r < SPI_processed; r++)
    FT_TRY(read_record(&reading->record[reading->count++], reading->arena, r, err));
  return FT_OK;
}

enum ft_status ft_catalogue_list(void *self, struct ft_arena *arena, struct ft_model_record **out,
                                 size_t *count, struct ft_error *err) {
  struct reading reading = { .arena = arena };
  FT_TRY(ft_guard_own(self, list, &reading, err));
  *out = reading.record;
  *count = reading.count;
  return FT_OK;
}

struct fetching {
  struct ft_buffer *out;
  const char *schema;
  const char *name;
};

/* Through the model's own function, as a call would find them. */
static enum ft_status fetch(void *self, struct ft_error *err) {
  static const char sql[] =
      "SELECT p.pronamespace::text, p.proowner::text, p.prolang::text, p.prosrc "
      "FROM foretell.stored_model m JOIN pg_namespace n ON n.nspname = m.schema_name "
      "JOIN pg_proc p ON p.pronamespace = n.oid AND p.proname = m.function_name "
      "WHERE m.is_current AND m.schema_name = $1 AND m.model_name = $2 "
      "AND p.prosrc LIKE 'part=% artifact=' || m.artifact_sha256 || ' %' LIMIT 1";
  struct fetching *fetching = self;
  const char *argument[] = { fetching->schema, fetching->name };
  struct ft_body body;
  struct ft_span bytes;
  ft_catalogue_ask_as_owner(sql, argument, 2);
  if (SPI_processed == 0) return ft_fail(err, FT_CORRUPT, "the model's function is not there");
  struct ft_place_of place = { (Oid)strtoul(ft_catalogue_cell(0, 1), NULL, 10),
                               (Oid)strtoul(ft_catalogue_cell(0, 2), NULL, 10),
                               (Oid)strtoul(ft_catalogue_cell(0, 3), NULL, 10) };
  FT_TRY(ft_body_read(&body, ft_span_of(ft_catalogue_cell(0, 4)), err));
  FT_TRY(ft_artifact_fetch(&bytes, &place, &body, err));
  ft_buffer_append_text(fetching->out, bytes);
  return FT_OK;
}

enum ft_status ft_catalogue_artifact(void *self, struct ft_buffer *out, const char *schema,
                                     const char *name, struct ft_error *err) {
  struct fetching fetching = { out, schema, name };
  FT_TRY(ft_guard_own(self, fetch, &fetching, err));
  return ft_buffer_check(out, "the artifact", err);
}
