#include "hosts/postgres/call.h"

#include <catalog/pg_collation.h>
#include <catalog/pg_type.h>
#include <funcapi.h>
#include <mb/pg_wchar.h>
#include <string.h>
#include <utils/array.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/memutils.h>
#include <utils/typcache.h>

#include "hosts/postgres/remote_call.h"

#define SLOT_BYTES sizeof(struct ft_span) /* the largest carried value */

static enum ft_status make_readers(struct ft_call *call, const struct ft_declaration *declaration,
                                   struct ft_error *err) {
  int extra = call->part == FT_PART_PROBABILITY;
  if ((size_t)(declaration->arguments - extra) != call->fields)
    return ft_fail(err, FT_WRONG_TYPE, "the function has %d arguments, and the model %zu columns",
                   declaration->arguments - extra, call->fields);
  call->reader = palloc0(call->fields * sizeof *call->reader);
  for (size_t i = 0; i < call->fields; i++)
    FT_TRY(ft_value_reader_init(&call->reader[i], ft_plan_field(call->loaded->plan, i),
                                declaration->argument[i], err));
  return FT_OK;
}

static void make_columns(struct ft_call *call) {
  char *slots = palloc0(call->fields * SLOT_BYTES + 1);
  call->column = palloc0(call->fields * sizeof *call->column + 1);
  for (size_t i = 0; i < call->fields; i++)
    call->column[i] = (struct ft_column){ .type = ft_plan_field(call->loaded->plan, i)->type,
                                          .values = slots + i * SLOT_BYTES };
}

static char *server_text(struct ft_span text) {
  char *copy = pnstrdup(text.data, text.size);
  return pg_any_to_server(copy, (int)text.size, PG_UTF8);
}

/* The typmod of a NUMERIC with a precision, as its input function wants it. */
static int32 typmod_of(const struct ft_field *target, Oid type) {
  if (type != NUMERICOID || target->type != FT_DECIMAL || !target->precision) return -1;
  if (target->precision == 38) return -1; /* declared without one */
  return ((target->precision << 16) | target->scale) + (int32)VARHDRSZ;
}

static bool is_value_type(Oid type) {
  char kind = get_typtype(type);
  return kind == TYPTYPE_BASE || kind == TYPTYPE_ENUM || kind == TYPTYPE_DOMAIN;
}

/* The labels in the type that the function returns. */
static enum ft_status make_labels(struct ft_call *call, Oid type, struct ft_error *err) {
  Oid input, parameter;
  const struct ft_plan *plan = call->loaded->plan;
  struct ft_label_type *made = &call->label_type;
  if (!is_value_type(type))
    return ft_fail(err, FT_WRONG_TYPE, "the function cannot return %s", format_type_be(type));
  getTypeInputInfo(type, &input, &parameter);
  int32 typmod = typmod_of(ft_plan_target(plan), type);
  call->label = palloc0(call->labels * sizeof *call->label);
  for (size_t i = 0; i < call->labels; i++)
    call->label[i] =
        OidInputFunctionCall(input, server_text(ft_plan_label(plan, i)), parameter, typmod);
  made->type = type;
  get_typlenbyvalalign(type, &made->length, &made->by_value, &made->align);
  return FT_OK;
}

static enum ft_status fail_returns(const char *wanted, struct ft_error *err) {
  return ft_fail(err, FT_WRONG_TYPE, "a function of this model returns %s", wanted);
}

/* (probabilities double precision[], labels text[] or boolean[]) */
static enum ft_status make_pair(struct ft_call *call, Oid type, struct ft_error *err) {
  static const char wanted[] = "foretell.probabilities";
  if (get_typtype(type) != TYPTYPE_COMPOSITE) return fail_returns(wanted, err);
  TupleDesc pair = lookup_rowtype_tupdesc_copy(type, -1);
  Oid labels = pair->natts == 2 ? get_element_type(TupleDescAttr(pair, 1)->atttypid) : InvalidOid;
  if (pair->natts != 2 || TupleDescAttr(pair, 0)->atttypid != FLOAT8ARRAYOID ||
      (labels != TEXTOID && labels != BOOLOID))
    return fail_returns(wanted, err);
  call->pair = BlessTupleDesc(pair);
  call->order = palloc0(call->labels * sizeof *call->order);
  call->probability = palloc0(call->labels * sizeof *call->probability);
  return make_labels(call, labels, err);
}

/* A number, of the class whose type is the last argument's. */
static enum ft_status make_probability(struct ft_call *call,
                                       const struct ft_declaration *declaration,
                                       struct ft_error *err) {
  if (declaration->returns != FLOAT8OID) return fail_returns("double precision", err);
  Oid type = getBaseType(declaration->argument[declaration->arguments - 1]);
  Oid equal = lookup_type_cache(type, TYPECACHE_EQ_OPR)->eq_opr;
  if (!OidIsValid(equal))
    return ft_fail(err, FT_WRONG_TYPE, "a class cannot be of type %s", format_type_be(type));
  fmgr_info(get_opcode(equal), &call->label_type.equal);
  call->probability = palloc0(call->labels * sizeof *call->probability);
  return make_labels(call, type, err);
}

static enum ft_status make_result(struct ft_call *call, const struct ft_declaration *declaration,
                                  struct ft_error *err) {
  Oid type = declaration->returns;
  bool regression = ft_plan_problem(call->loaded->plan) == FT_REGRESSION;
  if (regression && call->part != FT_PART_CLASS)
    return ft_fail(err, FT_WRONG_TYPE, "a regression has no probabilities");
  if (call->part == FT_PART_PROBABILITIES) return make_pair(call, type, err);
  if (call->part == FT_PART_PROBABILITY) return make_probability(call, declaration, err);
  if (!regression) return make_labels(call, type, err);
  return type == FLOAT8OID ? FT_OK : fail_returns("double precision", err);
}

static enum ft_status make_parts(struct ft_call *call, const struct ft_declaration *declaration,
                                 struct ft_error *err) {
  call->part = declaration->body.part;
  call->name = pstrdup(declaration->name);
  call->fields = ft_plan_fields(call->loaded->plan);
  call->labels = ft_plan_labels(call->loaded->plan);
  make_columns(call);
  if (call->by_row)
    ft_row_form_init(&call->row, CurrentMemoryContext);
  else
    FT_TRY(make_readers(call, declaration, err));
  return make_result(call, declaration, err);
}

static bool is_row(const struct ft_declaration *declaration) {
  int columns = declaration->arguments - (declaration->body.part == FT_PART_PROBABILITY);
  if (columns != 1) return false;
  Oid type = getBaseType(declaration->argument[0]);
  return type == RECORDOID || get_typtype(type) == TYPTYPE_COMPOSITE;
}

enum ft_status ft_call_make(struct ft_call **out, MemoryContext memory,
                            const struct ft_declaration *declaration, struct ft_error *err) {
  if (declaration->is_carrier) {
    ft_fail(err, FT_UNSUPPORTED, "this function carries a model's bytes and cannot be called");
    return ft_fail_hint(err, "Call the model's own function.");
  }
  MemoryContext before = MemoryContextSwitchTo(memory);
  struct ft_call *call = palloc0(sizeof *call);
  if (declaration->body.part == FT_PART_REMOTE) {
    enum ft_status made = ft_remote_call_make(&call->remote, declaration, err);
    MemoryContextSwitchTo(before);
    if (made == FT_OK) *out = call;
    return made;
  }
  call->by_row = is_row(declaration);
  enum ft_status status =
      ft_loaded_hold(&call->loaded, memory, &declaration->place, &declaration->body, err);
  if (status == FT_OK) status = make_parts(call, declaration, err);
  MemoryContextSwitchTo(before);
  if (status == FT_OK) *out = call;
  return status;
}

static const uint64_t has_value = 1, has_none = 0;

static enum ft_status fill_column(struct ft_column *column, struct ft_value_reader *reader,
                                  bool null, Datum value, struct ft_error *err) {
  bool missing = null;
  if (!null) FT_TRY(ft_value_read((void *)(uintptr_t)column->values, &missing, reader, value, err));
  column->validity = missing ? &has_none : &has_value;
  return FT_OK;
}

static enum ft_status fill_by_row(struct ft_call *call, FunctionCallInfo info,
                                  struct ft_error *err) {
  if (info->args[0].isnull) {
    for (size_t i = 0; i < call->fields; i++)
      call->column[i].validity = &has_none;
    return FT_OK;
  }
  struct ft_row_form *row = &call->row;
  HeapTupleHeader header = DatumGetHeapTupleHeader(info->args[0].value);
  FT_TRY(ft_row_form_spread(row, call->loaded->plan, call->name, header, err));
  for (size_t i = 0; i < call->fields; i++) {
    int at = row->column[i];
    FT_TRY(fill_column(&call->column[i], &row->reader[i], row->null[at], row->value[at], err));
  }
  return FT_OK;
}

static enum ft_status fill_by_arguments(struct ft_call *call, FunctionCallInfo info,
                                        struct ft_error *err) {
  for (size_t i = 0; i < call->fields; i++)
    FT_TRY(fill_column(&call->column[i], &call->reader[i], info->args[i].isnull,
                       info->args[i].value, err));
  return FT_OK;
}

static Datum pair_datum(struct ft_call *call) {
  const struct ft_label_type *type = &call->label_type;
  size_t labels = call->labels;
  Datum *item = palloc(2 * labels * sizeof *item), *label = item + labels;
  ft_plan_rank(call->loaded->plan, call->probability, 1, 0, call->order);
  for (size_t i = 0; i < labels; i++) {
    item[i] = Float8GetDatum(call->probability[call->order[i]]);
    label[i] = call->label[call->order[i]];
  }
  Datum value[2] = {
    PointerGetDatum(construct_array(item, (int)labels, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
                                    TYPALIGN_DOUBLE)),
    PointerGetDatum(
        construct_array(label, (int)labels, type->type, type->length, type->by_value, type->align)),
  };
  bool null[2] = { false, false };
  return HeapTupleGetDatum(heap_form_tuple(call->pair, value, null));
}

static enum ft_status fail_class(const struct ft_call *call, Datum class, struct ft_error *err) {
  Oid output;
  bool varlena;
  getTypeOutputInfo(call->label_type.type, &output, &varlena);
  return ft_plan_fail_class(call->loaded->plan, ft_span_of(OidOutputFunctionCall(output, class)),
                            psprintf("the model of function %s", call->name), err);
}

static bool is_label(struct ft_call *call, size_t i, Datum class) {
  bool narrow = ft_plan_target(call->loaded->plan)->type == FT_FLOAT32;
  if (narrow && call->label_type.type == FLOAT8OID) /* the class came as a double */
    return (float)DatumGetFloat8(call->label[i]) == (float)DatumGetFloat8(class);
  return DatumGetBool(
      FunctionCall2Coll(&call->label_type.equal, C_COLLATION_OID, call->label[i], class));
}

static enum ft_status find_probability(Datum *out, struct ft_call *call, Datum class,
                                       struct ft_error *err) {
  for (size_t i = 0; i < call->labels; i++) {
    if (!is_label(call, i, class)) continue;
    *out = Float8GetDatum(call->probability[i]);
    return FT_OK;
  }
  return fail_class(call, class, err);
}

enum ft_status ft_call_run(Datum *out, struct ft_call *call, FunctionCallInfo info,
                           struct ft_error *err) {
  if (call->remote) return ft_remote_call_run(out, call->remote, info, err);
  const NullableDatum *class = &info->args[info->nargs - 1];
  info->isnull = call->part == FT_PART_PROBABILITY && class->isnull;
  if (info->isnull) return FT_OK;
  if (call->by_row)
    FT_TRY(fill_by_row(call, info, err));
  else
    FT_TRY(fill_by_arguments(call, info, err));
  struct ft_loaded *loaded = call->loaded;
  struct ft_batch batch = { 1, call->fields, call->column };
  double value = 0;
  uint32_t label = 0;
  FT_TRY(ft_plan_predict(loaded->plan, loaded->scratch, &batch, &value, &label, call->probability,
                         err));
  if (call->part == FT_PART_PROBABILITY) return find_probability(out, call, class->value, err);
  if (call->part == FT_PART_PROBABILITIES)
    *out = pair_datum(call);
  else
    *out = call->label ? call->label[label] : Float8GetDatum(value);
  return FT_OK;
}
