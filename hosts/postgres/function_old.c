/* The functions that are there already: found, judged, dropped. */
#include "hosts/postgres/function.h"

#include <catalog/namespace.h>
#include <common/keywords.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <stdio.h>
#include <string.h>

#include "hosts/postgres/catalogue.h"
#include "hosts/postgres/guard.h"
#include "hosts/postgres/module.h"

/* $1 schema, $2 function, $3 the artifact's SHA-256 */
#define OF_MODEL                                                                                    \
  "pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "                                        \
  "JOIN pg_language l ON l.oid = p.prolang AND l.lanname = 'foretell' "                             \
  "WHERE n.nspname = $1 AND "                                                                       \
  "p.proname IN ($2, $2 || '_prob', $2 || '_probabilities', $2 || '_probability', $2 || '_batch') " \
  "AND p.prosrc LIKE 'part=% artifact=' || $3 || ' %'"

const char *ft_function_list(const char *schema, const char *function,
                             const char *artifact_sha256) {
  const char *argument[] = { schema, function, artifact_sha256 };
  ft_catalogue_ask("SELECT string_agg(p.oid::regprocedure::text, ', ') FROM " OF_MODEL, argument,
                   3);
  const char *signatures = ft_catalogue_cell(0, 1);
  return signatures[0] ? signatures : NULL;
}

void ft_function_look(struct ft_function_forms *out, const char *schema, const char *function,
                      const char *artifact_sha256) {
  const char *argument[] = { schema, function, artifact_sha256 };
  ft_catalogue_ask(
      "SELECT coalesce(bool_or(p.prorettype = 'foretell.probabilities'::regtype), "
      "false), coalesce(bool_or(p.proname = $2 || '_probability'), false) FROM " OF_MODEL,
      argument, 3);
  out->text_labels = strcmp(ft_catalogue_cell(0, 1), "t") == 0;
  out->probability = strcmp(ft_catalogue_cell(0, 2), "t") == 0;
}

enum ft_status ft_function_check_uses(const char *schema, const char *function,
                                      const char *artifact_sha256, struct ft_error *err) {
  static const char sql[] =
      "SELECT string_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid), ', ') "
      "FROM pg_depend d WHERE d.refclassid = 'pg_proc'::regclass AND d.deptype IN ('n', 'a') AND "
      "d.refobjid IN (SELECT p.oid FROM " OF_MODEL ") AND ("
      "d.classid = 'pg_constraint'::regclass OR "
      "EXISTS (SELECT FROM pg_class c WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid "
      "AND c.relkind IN ('i', 'I', 'p')) OR "
      "EXISTS (SELECT FROM pg_attrdef a JOIN pg_attribute t ON t.attrelid = a.adrelid AND "
      "t.attnum = a.adnum WHERE d.classid = 'pg_attrdef'::regclass AND a.oid = d.objid AND "
      "t.attgenerated <> ''))";
  const char *argument[] = { schema, function, artifact_sha256 };
  ft_catalogue_ask(sql, argument, 3);
  const char *uses = ft_catalogue_cell(0, 1);
  if (!uses[0]) return FT_OK;
  ft_fail(err, FT_DEPENDENT, "the model cannot be replaced: %s would keep its old predictions",
          uses);
  return ft_fail_hint(err, "Drop that first, and make it again afterwards.");
}

void ft_function_drop_list(const char *signatures) {
  char *sql = psprintf("DROP FUNCTION %s", signatures);
  ft_begin_dropping();
  ft_catalogue_ask(sql, NULL, 0);
  pfree(sql);
}

struct checking {
  const char *schema;
  const char *function;
  const char *model;
};

/* A word whose call would be a syntax error: only(1). */
static bool is_word(const char *name) {
  int keyword = ScanKeywordLookup(name, &ScanKeywords);
  if (keyword < 0) return false;
  uint8 category = ScanKeywordCategories[keyword];
  return category == COL_NAME_KEYWORD || category == RESERVED_KEYWORD;
}

/* Any function of that name which is not the model's own is in the way, whatever its arguments. */
static enum ft_status check(void *self, struct ft_error *err) {
  static const char sql[] =
      "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
      "WHERE n.nspname IN ($1, 'pg_catalog') AND p.proname IN ($2, $2 || '_prob', "
      "$2 || '_probabilities', $2 || '_probability') AND NOT EXISTS "
      "(SELECT FROM foretell.stored_model m WHERE m.is_current AND m.schema_name = $1 AND "
      "m.model_name = $3 AND p.prosrc LIKE 'part=% artifact=' || m.artifact_sha256 || ' %') "
      "ORDER BY length(p.proname)";
  struct checking *checking = self;
  const char *argument[] = { checking->schema, checking->function, checking->model };
  if (is_word(checking->function)) {
    ft_fail(err, FT_DUPLICATE_FUNCTION, "a function cannot be called \"%s\": it is a word of SQL",
            checking->function);
    return ft_fail_hint(err, "Give the model's function another name with FUNCTION.");
  }
  if (!ft_pg_may_create(get_namespace_oid(checking->schema, false), GetUserId()))
    return ft_fail(err, FT_PRIVILEGE, "permission denied for schema %s", checking->schema);
  ft_catalogue_ask_as_owner(sql, argument, 3);
  if (SPI_processed == 0) return FT_OK;
  ft_fail(err, FT_DUPLICATE_FUNCTION, "there is a function \"%s\" already",
          ft_catalogue_cell(0, 1));
  return ft_fail_hint(err, "Give the model's function another name with FUNCTION.");
}

enum ft_status ft_function_check(void *self, const char *schema, const char *function,
                                 const char *model, struct ft_error *err) {
  struct checking checking = { schema, function, model };
  return ft_guard_own(self, check, &checking, err);
}

struct dropping {
  struct ft_session *session;
  const struct ft_model_record *record;
};

/* The artifact that the catalogue knows as the model's. */
static void find_artifact(char out[FT_SHA256_TEXT], const struct ft_model_record *record) {
  const char *argument[] = { record->schema, record->name };
  ft_catalogue_ask_as_owner("SELECT artifact_sha256 FROM foretell.stored_model "
                            "WHERE is_current AND schema_name = $1 AND model_name = $2",
                            argument, 2);
  snprintf(out, FT_SHA256_TEXT, "%s", SPI_processed ? ft_catalogue_cell(0, 1) : "");
}

static enum ft_status drop(void *self, struct ft_error *err) {
  struct dropping *dropping = self;
  const struct ft_model_record *record = dropping->record;
  struct ft_session *session = dropping->session;
  char artifact[FT_SHA256_TEXT];
  find_artifact(artifact, record);
  if (!ft_catalogue_is_of(record->owner))
    return ft_fail(err, FT_PRIVILEGE, "must be owner of model \"%s\"", record->name);
  if (session->replacing) { /* ft_function_make keeps what can be kept */
    memcpy(session->replaced, artifact, sizeof artifact);
    snprintf(session->replaced_function, NAMEDATALEN, "%s", record->function);
    return FT_OK;
  }
  const char *signatures = ft_function_list(record->schema, record->function, artifact);
  if (signatures) ft_function_drop_list(signatures);
  if (artifact[0]) ft_carrier_drop(record->schema, artifact);
  return FT_OK;
}

enum ft_status ft_function_drop(void *self, const struct ft_model_record *record,
                                struct ft_error *err) {
  struct dropping dropping = { self, record };
  return ft_guard_own(self, drop, &dropping, err);
}
