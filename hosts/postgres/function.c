/* CREATE FUNCTION for each part of a model, in both forms: by its columns and by a row. */
#include "hosts/postgres/function.h"

#include <access/xact.h>
#include <catalog/namespace.h>
#include <catalog/pg_type.h>
#include <executor/spi.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <parser/parse_type.h>
#include <stdio.h>
#include <string.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>

#include "foretell/plan.h"
#include "hosts/postgres/catalogue.h"
#include "hosts/postgres/guard.h"
#include "hosts/postgres/pgtype.h"

static const struct {
  const char *suffix;
  enum ft_part part;
} parts[] = {
  { "", FT_PART_CLASS },
  { "_prob", FT_PART_PROBABILITIES },
  { "_probabilities", FT_PART_PROBABILITIES },
  { "_probability", FT_PART_PROBABILITY },
};
#define PARTS (sizeof parts / sizeof parts[0])

struct making {
  struct ft_session *session;
  const struct ft_model_record *record;
  const struct ft_plan *plan; /* NULL: a remote model */
  struct ft_span artifact;    /* as it is stored */
  struct ft_sha256 hash;
  const char *target_type;
  const char *old;              /* signatures of the functions being replaced; NULL: none */
  struct ft_function_forms had; /* of those */
};

static FunctionParameter *parameter(const char *name, Oid type) {
  FunctionParameter *made = makeNode(FunctionParameter);
  made->name = pstrdup(name);
  made->argType = makeTypeNameFromOid(type, -1);
  made->mode = FUNC_PARAM_IN;
  return made;
}

static size_t count_parameters(const struct making *making) {
  return making->plan ? ft_plan_fields(making->plan) : making->record->remote->fields;
}

/* A remote model's parameters are x1, x2 … */
static const char *parameter_name(const struct making *making, size_t i) {
  return making->plan ? ft_plan_field(making->plan, i)->name : psprintf("x%zu", i + 1);
}

static Oid parameter_type(const struct making *making, size_t i) {
  if (making->plan) return ft_pg_parameter(ft_plan_field(making->plan, i)->type);
  const struct ft_remote *remote = making->record->remote;
  return remote->json ? JSONBOID : ft_pg_parameter(remote->field[i]);
}

static List *column_parameters(const struct making *making) {
  List *list = NIL;
  for (size_t i = 0; i < count_parameters(making); i++)
    list = lappend(list, parameter(parameter_name(making, i), parameter_type(making, i)));
  return list;
}

static bool is_parameter(const struct making *making, const char *name) {
  for (size_t i = 0; i < count_parameters(making); i++)
    if (pg_strcasecmp(parameter_name(making, i), name) == 0) return true;
  return false;
}

/* The first of "class", "class_", "class__" … that no column has. */
static const char *class_name(const struct making *making) {
  char *name = "class";
  while (is_parameter(making, name) && strlen(name) < NAMEDATALEN - 1)
    name = psprintf("%s_", name);
  return name;
}

static Oid find_probabilities(const char *name) {
  Oid schema = get_namespace_oid("foretell", false);
  return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(name),
                         ObjectIdGetDatum(schema));
}

/* A boolean target's labels are booleans; an extension that was made before has not that type. */
static Oid probabilities_type(const struct making *making) {
  bool boolean = ft_plan_target(making->plan)->type == FT_BOOL && !making->had.text_labels;
  Oid type = boolean ? find_probabilities("boolean_probabilities") : InvalidOid;
  if (!OidIsValid(type)) type = find_probabilities("probabilities");
  if (!OidIsValid(type)) elog(ERROR, "the type foretell.probabilities is missing");
  return type;
}

static Oid result_type(const struct making *making, enum ft_part part) {
  Oid type;
  int32 typmod;
  if (part == FT_PART_PROBABILITIES) return probabilities_type(making);
  if (part == FT_PART_PROBABILITY) return FLOAT8OID;
  if (!making->plan && making->record->remote->json) return JSONBOID;
  if (making->plan && ft_plan_problem(making->plan) == FT_REGRESSION) return FLOAT8OID;
#if PG_VERSION_NUM >= 160000
  parseTypeString(making->target_type, &type, &typmod, NULL);
#else
  parseTypeString(making->target_type, &type, &typmod, false);
#endif
  return type;
}

/* A class is given in the target's type, or a wider one where PostgreSQL casts to it by itself. */
static Oid class_type(const struct making *making) {
  Oid type = getBaseType(result_type(making, FT_PART_CLASS));
  bool own = get_typtype(type) == TYPTYPE_ENUM || type == UUIDOID;
  return own ? type : ft_pg_parameter(ft_plan_target(making->plan)->type);
}

static List *with_class(const struct making *making, enum ft_part part, List *columns) {
  if (part != FT_PART_PROBABILITY) return columns;
  return lappend(columns, parameter(class_name(making), class_type(making)));
}

static void create_part(const struct making *making, size_t i) {
  const struct ft_model_record *record = making->record;
  enum ft_part part = parts[i].part;
  char body[FT_BODY_BYTES];
  struct ft_body parsed = { part, ft_body_pieces(making->artifact.size), making->hash };
  char *name = psprintf("%s%s", record->function, parts[i].suffix);
  Oid returns = result_type(making, part);
  ft_body_write(body, &parsed);
  if (count_parameters(making) + (part == FT_PART_PROBABILITY) <= FUNC_MAX_ARGS)
    ft_function_create(record->schema, name, with_class(making, part, column_parameters(making)),
                       returns, body);
  ft_function_create(record->schema, name,
                     with_class(making, part, list_make1(parameter("row", RECORDOID))), returns,
                     body);
}

/* f(x1, x2, …), a row a call; and f_batch(rows record[]), as many rows a call as the array has. */
static enum ft_status create_remote(const struct making *making, struct ft_error *err) {
  const struct ft_model_record *record = making->record;
  struct ft_body parsed = { .part = FT_PART_REMOTE, .artifact = making->hash };
  char head[FT_BODY_BYTES];
  ft_body_write(head, &parsed);
  char *body = psprintf("%s %s", head, record->manifest);
  Oid returns = result_type(making, FT_PART_REMOTE), array = get_array_type(returns);
  if (!OidIsValid(array))
    return ft_fail(err, FT_WRONG_TYPE, "a model cannot return %s", making->target_type);
  if (count_parameters(making) <= FUNC_MAX_ARGS)
    ft_function_create_remote(record->schema, record->function, column_parameters(making), returns,
                              body);
  ft_function_create_remote(record->schema, psprintf("%s_batch", record->function),
                            list_make1(parameter("rows", RECORDARRAYOID)), array, body);
  return FT_OK;
}

/* Does the model keep its function's name, parameters and result? */
static bool is_kept(const struct making *making) {
  const char *argument[] = { making->record->schema, making->session->replaced_function,
                             making->session->replaced };
  ft_catalogue_ask(
      "SELECT format('%s(%s) %s', p.proname, pg_get_function_identity_arguments(p.oid), "
      "p.prorettype::regtype) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
      "WHERE n.nspname = $1 AND p.proname = $2 AND p.proargtypes <> '2249' AND "
      "p.prosrc LIKE 'part=% artifact=' || $3 || ' %'",
      argument, 3);
  bool fits = count_parameters(making) <= FUNC_MAX_ARGS;
  if (SPI_processed != (fits ? 1 : 0)) return false;
  if (!fits) return true;
  StringInfoData wanted;
  initStringInfo(&wanted);
  appendStringInfo(&wanted, "%s(", making->record->function);
  for (size_t i = 0; i < count_parameters(making); i++)
    appendStringInfo(&wanted, "%s%s %s", i ? ", " : "", quote_identifier(parameter_name(making, i)),
                     format_type_be(parameter_type(making, i)));
  appendStringInfo(&wanted, ") %s", format_type_be(result_type(making, FT_PART_CLASS)));
  return strcmp(wanted.data, ft_catalogue_cell(0, 1)) == 0;
}

/* The same signature: CREATE OR REPLACE keeps what depends on it. Another: make way. */
static enum ft_status clear_old(struct making *making, struct ft_error *err) {
  const struct ft_session *session = making->session;
  const char *schema = making->record->schema;
  if (!session->replaced[0]) return FT_OK;
  making->old = ft_function_list(schema, session->replaced_function, session->replaced);
  if (!making->old) return FT_OK;
  ft_function_look(&making->had, schema, session->replaced_function, session->replaced);
  if (is_kept(making))
    return ft_function_check_uses(schema, session->replaced_function, session->replaced, err);
  ft_function_drop_list(making->old);
  making->old = NULL;
  making->had = (struct ft_function_forms){ 0 };
  return FT_OK;
}

/* Predicting is for those to whom it is granted, as with Redshift's models. Functions that replace those
 * of the same signature keep their grants. */
static void close_to_public(const struct making *making) {
  char hash[FT_SHA256_TEXT];
  ft_sha256_text(hash, &making->hash);
  const char *function = making->record->function;
  if (making->old && (making->had.probability || !making->plan)) return;
  const char *opened = making->old ? psprintf("%s_probability", function) : function;
  const char *signatures = ft_function_list(making->record->schema, opened, hash);
  if (!signatures) return;
  ft_catalogue_ask(psprintf("REVOKE ALL ON FUNCTION %s FROM PUBLIC", signatures), NULL, 0);
}

static void drop_leftovers(const struct making *making) {
  const struct ft_session *session = making->session;
  const char *schema = making->record->schema;
  char hash[FT_SHA256_TEXT];
  ft_sha256_text(hash, &making->hash);
  if (!session->replaced[0] || strcmp(session->replaced, hash) == 0) return;
  const char *left = ft_function_list(schema, session->replaced_function, session->replaced);
  if (left) ft_function_drop_list(left);
  ft_carrier_drop(schema, session->replaced);
}

/* Functions stay their owner's when somebody else who may replaces the model. */
static Oid future_owner(const struct making *making) {
  const char *argument[] = { making->record->schema, making->record->name };
  ft_catalogue_ask_as_owner("SELECT owner FROM foretell.stored_model WHERE is_current AND "
                            "schema_name = $1 AND model_name = $2",
                            argument, 2);
  Oid owner = SPI_processed ? get_role_oid(ft_catalogue_cell(0, 1), true) : InvalidOid;
  return OidIsValid(owner) ? owner : GetUserId();
}

static enum ft_status make_all(struct making *making, struct ft_error *err) {
  FT_TRY(clear_old(making, err));
  if (!making->plan) {
    FT_TRY(create_remote(making, err));
    close_to_public(making);
    drop_leftovers(making);
    return FT_OK;
  }
  bool regression = ft_plan_problem(making->plan) == FT_REGRESSION;
  ft_carrier_create(making->record->schema, making->artifact, &making->hash);
  for (size_t i = 0; i < (regression ? 1 : PARTS); i++)
    create_part(making, i);
  close_to_public(making);
  drop_leftovers(making);
  return FT_OK;
}

static enum ft_status make(void *self, struct ft_error *err) {
  struct making *making = self;
  Oid user;
  int context;
  GetUserIdAndSecContext(&user, &context);
  Oid owner = future_owner(making);
  if (owner != user) SetUserIdAndSecContext(owner, context | SECURITY_LOCAL_USERID_CHANGE);
  FT_TRY(make_all(making, err)); /* a failure's rollback brings the user back */
  SetUserIdAndSecContext(user, context);
  return FT_OK;
}

enum ft_status ft_function_make(void *self, const struct ft_model_record *record,
                                struct ft_span artifact, const char *target_type,
                                struct ft_error *err) {
  struct ft_session *session = self;
  struct making making = { .session = session,
                           .record = record,
                           .artifact = ft_buffer_view(&session->stored),
                           .target_type = target_type };
  struct ft_plan *plan = NULL;
  if (!record->function || !record->function[0]) return FT_OK;
  if (record->remote) {
    FT_TRY(ft_sha256_parse(&making.hash, ft_span_of(record->model_sha256), err));
    return ft_guard_own(self, make, &making, err);
  }
  FT_TRY(ft_sha256_of(&making.hash, &making.artifact, 1, err));
  FT_TRY(ft_plan_open(&plan, artifact, err));
  making.plan = plan;
  enum ft_status status = ft_guard_own(self, make, &making, err);
  ft_plan_close(plan);
  return status;
}
