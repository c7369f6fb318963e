/* Carriers: functions whose bodies are a model's bytes. */
#include "hosts/postgres/function.h"

#include <access/xact.h>
#include <catalog/namespace.h>
#include <catalog/pg_type.h>
#include <commands/defrem.h>
#include <executor/spi.h>
#include <nodes/makefuncs.h>
#include <stdio.h>
#include <string.h>
#include <tcop/utility.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/syscache.h>

#include "hosts/postgres/catalogue.h"

#define CALL_COST   100 /* of cpu_operator_cost; a prediction takes a few microseconds */
#define REMOTE_COST 100000

static DefElem *option(const char *name, void *value) {
  return makeDefElem(pstrdup(name), value, -1);
}

static CreateFunctionStmt *make_statement(const char *schema, const char *name, List *parameters,
                                          Oid returns, const char *body, const char *volatility,
                                          int cost) {
  CreateFunctionStmt *statement = makeNode(CreateFunctionStmt);
  statement->replace = true;
  statement->funcname = list_make2(makeString(pstrdup(schema)), makeString(pstrdup(name)));
  statement->parameters = parameters;
  statement->returnType = makeTypeNameFromOid(returns, -1);
  statement->options =
      list_make5(option("language", makeString(pstrdup("foretell"))),
                 option("volatility", makeString(pstrdup(volatility))),
                 option("parallel", makeString(pstrdup("safe"))), option("cost", makeInteger(cost)),
                 option("as", list_make1(makeString((char *)(uintptr_t)body))));
  return statement;
}

static void create(CreateFunctionStmt *statement) {
  PlannedStmt *planned = makeNode(PlannedStmt);
  planned->commandType = CMD_UTILITY;
  planned->canSetTag = false;
  planned->utilityStmt = (Node *)statement;
  planned->stmt_location = -1;
  ProcessUtility(planned, "CREATE FUNCTION for CREATE MODEL", false, PROCESS_UTILITY_QUERY, NULL,
                 NULL, None_Receiver, NULL);
  CommandCounterIncrement();
}

void ft_function_create(const char *schema, const char *name, List *parameters, Oid returns,
                        const char *body) {
  create(make_statement(schema, name, parameters, returns, body, "immutable", CALL_COST));
}

void ft_function_create_remote(const char *schema, const char *name, List *parameters, Oid returns,
                               const char *body) {
  create(make_statement(schema, name, parameters, returns, body, "volatile", REMOTE_COST));
}

static bool is_there(const char *schema, const char *name) {
  oidvector *none = buildoidvector(NULL, 0);
  return SearchSysCacheExists3(PROCNAMEARGSNSP, CStringGetDatum(name), PointerGetDatum(none),
                               ObjectIdGetDatum(get_namespace_oid(schema, false)));
}

static void create_piece(const char *schema, const char *name, struct ft_span piece, uint32_t n,
                         uint32_t pieces) {
  int room = pg_b64_enc_len((int)piece.size);
  char *body = palloc((Size)room + 64);
  int head = snprintf(body, 64, "carrier %u of %u\n", n, pieces);
  int size = pg_b64_encode((const ft_pg_byte *)piece.data, (int)piece.size, body + head, room);
  if (size < 0) elog(ERROR, "the model's bytes could not be encoded");
  body[head + size] = '\0';
  ft_function_create(schema, name, NIL, VOIDOID, body);
  pfree(body);
}

void ft_carrier_create(const char *schema, struct ft_span artifact, const struct ft_sha256 *hash) {
  uint32_t pieces = ft_body_pieces(artifact.size);
  for (uint32_t n = 1; n <= pieces; n++) {
    char name[NAMEDATALEN];
    size_t first = (n - 1) * FT_PIECE_BYTES, left = artifact.size - first;
    struct ft_span piece = { artifact.data + first, left < FT_PIECE_BYTES ? left : FT_PIECE_BYTES };
    ft_body_carrier_name(name, hash, n);
    if (!is_there(schema, name)) create_piece(schema, name, piece, n, pieces);
  }
}

void ft_carrier_drop(const char *schema, const char *artifact_sha256) {
  static const char sql[] =
      "SELECT string_agg(p.oid::regprocedure::text, ', ') FROM pg_proc p "
      "JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang "
      "WHERE n.nspname = $1 AND l.lanname = 'foretell' AND p.pronargs = 0 AND "
      "p.proname LIKE 'ft:' || left($2, 48) || ':%' AND NOT EXISTS "
      "(SELECT FROM pg_proc o WHERE o.pronamespace = p.pronamespace AND o.prolang = p.prolang AND "
      "o.pronargs > 0 AND o.prosrc LIKE 'part=% artifact=' || $2 || ' %')";
  const char *argument[] = { schema, artifact_sha256 };
  ft_catalogue_ask(sql, argument, 2);
  const char *signatures = ft_catalogue_cell(0, 1);
  if (signatures[0]) ft_function_drop_list(signatures);
}
