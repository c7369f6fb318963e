#include "hosts/postgres/entry.h"

#include <access/xlog.h>
#include <commands/dbcommands.h>
#include <executor/spi.h>
#include <fmgr.h>
#include <funcapi.h>
#include <mb/pg_wchar.h>
#include <miscadmin.h>
#include <nodes/parsenodes.h>
#include <stdio.h>
#include <string.h>
#include <utils/builtins.h>

#include "foretell/command.h"
#include "hosts/postgres/failure.h"
#include "hosts/postgres/grant.h"
#include "hosts/postgres/guard.h"
#include "hosts/postgres/session.h"

PG_FUNCTION_INFO_V1(foretell_execute);
PG_FUNCTION_INFO_V1(foretell_create_model);
PG_FUNCTION_INFO_V1(foretell_drop_model);
PG_FUNCTION_INFO_V1(foretell_show_model);
PG_FUNCTION_INFO_V1(foretell_show_models);

#define KIND(kind) (1U << FT_STATEMENT_##kind)
#define CREATES    (KIND(CREATE_MODEL) | KIND(CREATE_EXTERNAL_MODEL))
#define GRANTS     (KIND(GRANT) | KIND(REVOKE))
#define SHOWS      (KIND(SHOW_MODEL) | KIND(SHOW_MODEL_ALL))

/* One run: what the edge needs to raise its failure, and to free what is the core's. */
struct run {
  struct ft_session session;
  struct ft_host host;
  struct ft_arena arena;
  struct ft_span text;
  struct ft_statement statement;
  struct ft_grid grid;
};

static enum ft_status check_state(const struct run *run, struct ft_error *err) {
  unsigned kind = 1U << run->statement.kind;
  int encoding = GetDatabaseEncoding();
  if (encoding != PG_UTF8 && encoding != PG_SQL_ASCII && (kind & CREATES)) {
    ft_fail(err, FT_UNSUPPORTED, "models cannot be trained in a database in %s",
            GetDatabaseEncodingName());
    return ft_fail_hint(err, "Make the database in UTF8; models that it trains work elsewhere.");
  }
  if ((kind & SHOWS) || !(RecoveryInProgress() || XactReadOnly)) return FT_OK;
  return ft_fail(err, FT_READ_ONLY, "models cannot be changed in a read-only %s",
                 RecoveryInProgress() ? "standby" : "transaction");
}

static enum ft_status run_parsed(struct run *run, struct ft_error *err) {
  const char *tag;
  unsigned kind = 1U << run->statement.kind;
  FT_TRY(check_state(run, err));
  if (kind & GRANTS)
    return ft_grant_execute(&run->session, &run->arena, &run->host, &run->statement, err);
  if (kind & CREATES) FT_TRY(ft_grant_check_create(&run->session, err));
  run->session.replacing = kind & CREATES;
  return ft_command_run(&run->grid, &tag, &run->arena, &run->host, &run->statement, err);
}

static enum ft_status run_text(struct run *run, unsigned kinds, struct ft_error *err) {
  FT_TRY(ft_statement_parse(&run->statement, &run->arena, run->text, err));
  if (kinds >> run->statement.kind & 1U) return run_parsed(run, err);
  ft_fail(err, FT_SYNTAX, "this is not a statement that can be run here");
  return ft_fail_hint(err, "CREATE MODEL, SHOW MODEL, DROP MODEL and GRANT … ON MODEL are "
                           "foretell's; other SQL is the server's own.");
}

static void start(struct run *run, struct ft_span text, bool atomic) {
  memset(run, 0, sizeof *run);
  run->text = (struct ft_span){ pnstrdup(text.data, text.size), text.size };
  run->session.atomic = atomic;
  snprintf(run->session.user, sizeof run->session.user, "%s",
           GetUserNameFromId(GetUserId(), false));
  snprintf(run->session.database, sizeof run->session.database, "%s",
           get_database_name(MyDatabaseId));
  SPI_connect_ext(atomic ? 0 : SPI_OPT_NONATOMIC);
  ft_postgres_host(&run->host, &run->session);
  ft_arena_init(&run->arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&run->session.stored, FT_FRAME_MAX_BYTES);
}

static void release(struct run *run) {
  ft_arena_release(&run->arena);
  ft_buffer_release(&run->session.stored);
}

/* A cancel that the core has seen is still pending: the server raises it in its own words. */
static void raise_failure(struct run *run, const struct ft_error *err) {
  release(run);
  if (run->session.cancelled) CHECK_FOR_INTERRUPTS();
  ft_failure_raise(err, &run->session.failure, run->text);
}

static void finish(struct run *run) {
  release(run);
  SPI_finish();
}

static void execute(struct ft_span text, bool atomic, unsigned kinds) {
  struct run *run = palloc(sizeof *run);
  struct ft_error err;
  start(run, text, atomic);
  if (run_text(run, kinds, &err) != FT_OK) raise_failure(run, &err);
  finish(run);
}

void ft_statement_execute(struct ft_span text, bool atomic) {
  execute(text, atomic, CREATES | GRANTS | KIND(DROP_MODEL));
}

static struct ft_span argument_of(FunctionCallInfo info) {
  if (info->nargs < 1 || info->args[0].isnull)
    ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the statement is null")));
  text *statement = DatumGetTextPP(info->args[0].value);
  return (struct ft_span){ VARDATA_ANY(statement), VARSIZE_ANY_EXHDR(statement) };
}
#define ARGUMENT argument_of(fcinfo)

static bool is_atomic(FunctionCallInfo info) {
  bool is_call = info->context && IsA(info->context, CallContext);
  return !is_call || castNode(CallContext, info->context)->atomic;
}

Datum foretell_execute(PG_FUNCTION_ARGS) {
  ft_statement_execute(ARGUMENT, is_atomic(fcinfo));
  PG_RETURN_VOID();
}

Datum foretell_create_model(PG_FUNCTION_ARGS) {
  execute(ARGUMENT, is_atomic(fcinfo), CREATES);
  PG_RETURN_VOID();
}

/* A model's name stands for the statement about it. */
static struct ft_span statement_about(struct ft_span text, const char *verb) {
  if (ft_statement_kind_of(text) != FT_STATEMENT_ENGINE) return text;
  return ft_span_of(psprintf("%s MODEL %.*s", verb, FT_SPAN_ARG(text)));
}

Datum foretell_drop_model(PG_FUNCTION_ARGS) {
  execute(statement_about(ARGUMENT, "DROP"), is_atomic(fcinfo), KIND(DROP_MODEL));
  PG_RETURN_VOID();
}

static void put_row(ReturnSetInfo *set, const struct ft_grid *grid, size_t row) {
  Datum value[2] = { 0, 0 };
  bool null[2] = { true, true };
  for (size_t c = 0; c < grid->columns && c < 2; c++) {
    struct ft_span cell = grid->cell[row * grid->columns + c];
    null[c] = !cell.data;
    if (cell.data) value[c] = PointerGetDatum(cstring_to_text_with_len(cell.data, (int)cell.size));
  }
  tuplestore_putvalues(set->setResult, set->setDesc, value, null);
}

static void show(FunctionCallInfo info, struct ft_span text) {
  struct run *run = palloc(sizeof *run);
  struct ft_error err;
  ReturnSetInfo *set = (ReturnSetInfo *)info->resultinfo;
  InitMaterializedSRF(info, 0);
  start(run, text, true);
  if (run_text(run, SHOWS, &err) != FT_OK) raise_failure(run, &err);
  PG_TRY();
  {
    for (size_t r = 0; r < run->grid.rows; r++)
      put_row(set, &run->grid, r);
  }
  PG_FINALLY();
  { release(run); }
  PG_END_TRY();
  SPI_finish();
}

Datum foretell_show_model(PG_FUNCTION_ARGS) {
  show(fcinfo, statement_about(ARGUMENT, "SHOW"));
  return (Datum)0;
}

Datum foretell_show_models(PG_FUNCTION_ARGS) {
  show(fcinfo, FT_SPAN("SHOW MODEL ALL"));
  return (Datum)0;
}
