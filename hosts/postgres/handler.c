/* What PostgreSQL calls for LANGUAGE foretell: to run a function, to check one, to run a DO. */
#include "hosts/postgres/version.h"

#include <access/htup_details.h>
#include <commands/event_trigger.h>
#include <commands/trigger.h>
#include <fmgr.h>
#include <miscadmin.h>
#include <nodes/parsenodes.h>
#include <stdio.h>
#include <string.h>
#include <utils/builtins.h>
#include <utils/guc.h>
#include <utils/syscache.h>

#include "hosts/postgres/call.h"
#include "hosts/postgres/entry.h"
#include "hosts/postgres/failure.h"

PG_FUNCTION_INFO_V1(foretell_call_handler);
PG_FUNCTION_INFO_V1(foretell_validator);
PG_FUNCTION_INFO_V1(foretell_inline_handler);

static enum ft_status check_kind(Form_pg_proc form, bool modes, struct ft_error *err) {
  if (form->prokind != PROKIND_FUNCTION || form->proretset || OidIsValid(form->provariadic) ||
      modes)
    return ft_fail(err, FT_WRONG_TYPE,
                   "in LANGUAGE foretell only plain functions can be written: no procedures, sets, "
                   "VARIADIC or OUT");
  return FT_OK;
}

static enum ft_status read_body(struct ft_declaration *out, HeapTuple tuple, struct ft_error *err) {
  bool null;
  Datum source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &null);
  if (null) return ft_fail(err, FT_SYNTAX, "the function has no body");
  struct varlena *text = PG_DETOAST_DATUM_PACKED(source);
  struct ft_span body = { VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text) };
  out->is_carrier = ft_body_is_carrier(body);
  return out->is_carrier ? FT_OK : ft_body_read(&out->body, body, err);
}

static enum ft_status read_tuple(struct ft_declaration *out, HeapTuple tuple,
                                 struct ft_error *err) {
  Form_pg_proc form = (Form_pg_proc)GETSTRUCT(tuple);
  bool no_modes;
  (void)SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proargmodes, &no_modes);
  FT_TRY(check_kind(form, !no_modes, err));
  out->place = (struct ft_place_of){ form->pronamespace, form->proowner, form->prolang };
  snprintf(out->name, sizeof out->name, "%s", NameStr(form->proname));
  out->returns = form->prorettype;
  out->arguments = form->pronargs;
  memcpy(out->argument, form->proargtypes.values, (size_t)form->pronargs * sizeof(Oid));
  return read_body(out, tuple, err);
}

enum ft_status ft_declaration_read(struct ft_declaration *out, Oid function, struct ft_error *err) {
  HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
  if (!HeapTupleIsValid(tuple))
    return ft_fail(err, FT_UNDEFINED_FUNCTION, "function %u does not exist", function);
  enum ft_status status = read_tuple(out, tuple, err);
  ReleaseSysCache(tuple);
  return status;
}

static enum ft_status make_site(struct ft_call **out, FunctionCallInfo info, struct ft_error *err) {
  struct ft_declaration declaration = { 0 };
  if (CALLED_AS_TRIGGER(info) || CALLED_AS_EVENT_TRIGGER(info))
    return ft_fail(err, FT_UNSUPPORTED, "a model cannot be a trigger");
  FT_TRY(ft_declaration_read(&declaration, info->flinfo->fn_oid, err));
  FT_TRY(ft_call_make(out, info->flinfo->fn_mcxt, &declaration, err));
  info->flinfo->fn_extra = *out;
  return FT_OK;
}

Datum foretell_call_handler(PG_FUNCTION_ARGS) {
  struct ft_error err;
  Datum result = 0;
  struct ft_call *call = fcinfo->flinfo->fn_extra;
  enum ft_status status = call ? FT_OK : make_site(&call, fcinfo, &err);
  if (status == FT_OK) status = ft_call_run(&result, call, fcinfo, &err);
  if (status == FT_CANCELLED) CHECK_FOR_INTERRUPTS();
  if (status != FT_OK) ft_failure_raise(&err, NULL, (struct ft_span){ NULL, 0 });
  PG_RETURN_DATUM(result);
}

static enum ft_status validate(Oid function, struct ft_error *err) {
  struct ft_declaration declaration = { 0 };
  struct ft_call *call;
  FT_TRY(ft_declaration_read(&declaration, function, err));
  if (!declaration.is_carrier) {
    enum ft_status status = ft_call_make(&call, CurrentMemoryContext, &declaration, err);
    return status == FT_UNDEFINED_OBJECT ? FT_OK : status;
  }
  if (declaration.arguments) return ft_fail(err, FT_WRONG_TYPE, "a carrier has no arguments");
  return FT_OK;
}

/* A restored or copied function is checked when it is called: its carriers may come later. */
Datum foretell_validator(PG_FUNCTION_ARGS) {
  Oid function = PG_GETARG_OID(0);
  struct ft_error err;
  if (!CheckFunctionValidatorAccess(fcinfo->flinfo->fn_oid, function)) PG_RETURN_VOID();
  if (check_function_bodies && validate(function, &err) != FT_OK)
    ft_failure_raise(&err, NULL, (struct ft_span){ NULL, 0 });
  PG_RETURN_VOID();
}

/* DO LANGUAGE foretell $$CREATE MODEL …$$ */
Datum foretell_inline_handler(PG_FUNCTION_ARGS) {
  InlineCodeBlock *block = (InlineCodeBlock *)PG_GETARG_POINTER(0);
  ft_statement_execute(ft_span_of(block->source_text), block->atomic);
  PG_RETURN_VOID();
}
