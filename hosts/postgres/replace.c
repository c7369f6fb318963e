#include "hosts/postgres/replace.h"

#include <executor/spi.h>
#include <lib/stringinfo.h>
#include <miscadmin.h>
#include <string.h>
#include <utils/builtins.h>

#include "hosts/postgres/catalogue.h"
#include "hosts/postgres/function.h"
#include "hosts/postgres/guard.h"
#include "hosts/postgres/pgtype.h"

struct replacement {
  const struct ft_model_record *old;
  const char *function; /* of the new model */
  const struct ft_field *field;
  size_t fields;
  size_t target;
};

/* As PostgreSQL prints it: "f(a bigint, b double precision)". */
static const char *new_signature(const struct replacement *replacement) {
  StringInfoData text;
  initStringInfo(&text);
  appendStringInfo(&text, "%s(", replacement->function);
  const char *comma = "";
  for (size_t i = 0; i < replacement->fields; i++) {
    if (i == replacement->target) continue;
    appendStringInfo(&text, "%s%s %s", comma, quote_identifier(replacement->field[i].name),
                     format_type_be(ft_pg_parameter(replacement->field[i].type)));
    comma = ", ";
  }
  appendStringInfoChar(&text, ')');
  return text.data;
}

/* Is the function's name with its parameters the old one's? What it returns is known after training.
 * More columns than a function has arguments: there is the row form alone. */
static bool keeps_parameters(const struct replacement *replacement, const char *artifact) {
  const struct ft_model_record *old = replacement->old;
  const char *argument[] = { old->schema, old->function, artifact };
  if (replacement->fields - 1 > FUNC_MAX_ARGS)
    return strcmp(old->function, replacement->function) == 0;
  ft_catalogue_ask("SELECT format('%s(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) "
                   "FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
                   "WHERE n.nspname = $1 AND p.proname = $2 AND p.proargtypes <> '2249' AND "
                   "p.prosrc LIKE 'part=% artifact=' || $3 || ' %'",
                   argument, 3);
  return SPI_processed == 1 && strcmp(ft_catalogue_cell(0, 1), new_signature(replacement)) == 0;
}

/* Functions with other parameters are made anew: nothing may depend on the old ones. */
static enum ft_status check_dependents(const struct ft_model_record *old, const char *artifact,
                                       struct ft_error *err) {
  static const char sql[] =
      "SELECT string_agg(DISTINCT CASE WHEN r.oid IS NULL "
      "THEN pg_describe_object(d.classid, d.objid, d.objsubid) "
      "ELSE pg_describe_object('pg_class'::regclass, r.ev_class, 0) END, ', ') "
      "FROM pg_depend d LEFT JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND "
      "r.oid = d.objid WHERE d.refclassid = 'pg_proc'::regclass AND d.deptype = 'n' AND "
      "d.refobjid IN (SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
      "WHERE n.nspname = $1 AND starts_with(p.proname, $2) AND "
      "p.prosrc LIKE 'part=% artifact=' || $3 || ' %')";
  const char *argument[] = { old->schema, old->function, artifact };
  ft_catalogue_ask(sql, argument, 3);
  const char *uses = ft_catalogue_cell(0, 1);
  if (!uses[0]) return FT_OK;
  ft_fail(
      err, FT_DEPENDENT,
      "model \"%s\" cannot be replaced by one of other columns: its function \"%s\" is used by %s",
      old->name, old->function, uses);
  return ft_fail_hint(err, "Drop that first and make it again afterwards, or give the new model "
                           "another name.");
}

static enum ft_status check(void *self, struct ft_error *err) {
  const struct replacement *replacement = self;
  const struct ft_model_record *old = replacement->old;
  const char *argument[] = { old->schema, old->name };
  if (!ft_catalogue_is_of(old->owner))
    return ft_fail(err, FT_PRIVILEGE, "must be owner of model \"%s\"", old->name);
  ft_catalogue_ask_as_owner("SELECT artifact_sha256 FROM foretell.stored_model "
                            "WHERE is_current AND schema_name = $1 AND model_name = $2",
                            argument, 2);
  const char *artifact = SPI_processed ? ft_catalogue_cell(0, 1) : "";
  if (!artifact[0] || !old->function[0]) return FT_OK;
  if (keeps_parameters(replacement, artifact))
    return ft_function_check_uses(old->schema, old->function, artifact, err);
  return check_dependents(old, artifact, err);
}

enum ft_status ft_replace_check(void *self, const struct ft_model_record *old, const char *function,
                                const struct ft_field *field, size_t fields, size_t target,
                                struct ft_error *err) {
  struct replacement replacement = { old, function, field, fields, target };
  return ft_guard_own(self, check, &replacement, err);
}
