#include "hosts/postgres/remote_call.h"

#include <access/htup_details.h>
#include <catalog/pg_type.h>
#include <mb/pg_wchar.h>
#include <miscadmin.h>
#include <string.h>
#include <utils/array.h>
#include <utils/builtins.h>
#include <utils/lsyscache.h>
#include <utils/memutils.h>
#include <utils/typcache.h>

#include "hosts/postgres/guard.h"
#include "hosts/postgres/module.h"

#define ANSWERS_MAX_BYTES ((size_t)1 << 30)

/* An answer, kept as text. */
struct kept {
  bool null;
  size_t at; /* in ft_remote_call.text, with its NUL */
};

struct ft_remote_call {
  struct ft_arena arena; /* of `remote` */
  struct ft_remote remote;
  struct ft_remote_caller *caller; /* made at the first call */
  bool many;                       /* f_batch(rows record[]) */
  struct ft_value_reader *reader;  /* remote.fields; not for JSON */
  FmgrInfo output;                 /* of the JSON argument */
  Oid row_type;                    /* of the rows that the readers are made for */
  int32 row_typmod;
  TupleDesc row; /* its columns; a copy */
  MemoryContext memory;
  Oid element; /* what one answer is returned as */
  int16 size;
  bool by_value;
  char align;
  FmgrInfo input;
  Oid input_parameter;
  struct ft_buffer text;
  struct kept *kept; /* malloc'ed; `rows` */
  size_t rows;
  bool cancelled;
};

static void free_call(void *data) {
  struct ft_remote_call *call = data;
  ft_remote_caller_close(call->caller);
  ft_arena_release(&call->arena);
  ft_buffer_release(&call->text);
  free(call->kept);
  memset(call, 0, sizeof *call);
}

static enum ft_status init_reader(struct ft_remote_call *call, uint32_t i, Oid type,
                                  struct ft_error *err) {
  struct ft_field field = { .name = psprintf("x%u", i + 1), .type = call->remote.field[i] };
  if (!call->remote.json) return ft_value_reader_init(&call->reader[i], &field, type, err);
  Oid function;
  bool varlena;
  if (type != JSONBOID && type != JSONOID)
    return ft_fail(err, FT_WRONG_TYPE, "this model is given jsonb, and not %s",
                   format_type_be(type));
  getTypeOutputInfo(type, &function, &varlena);
  fmgr_info(function, &call->output);
  return FT_OK;
}

static enum ft_status make_arguments(struct ft_remote_call *call,
                                     const struct ft_declaration *declaration,
                                     struct ft_error *err) {
  call->reader = palloc0(call->remote.fields * sizeof *call->reader);
  call->many = declaration->arguments == 1 && declaration->argument[0] == RECORDARRAYOID;
  if (call->many) return FT_OK; /* the rows tell */
  if ((uint32_t)declaration->arguments != call->remote.fields)
    return ft_fail(err, FT_WRONG_TYPE, "the function has %d arguments, and the model %u",
                   declaration->arguments, call->remote.fields);
  for (uint32_t i = 0; i < call->remote.fields; i++)
    FT_TRY(init_reader(call, i, declaration->argument[i], err));
  return FT_OK;
}

static enum ft_status make_result(struct ft_remote_call *call, Oid returns, struct ft_error *err) {
  Oid function;
  call->element = call->many ? get_element_type(returns) : returns;
  char kind = OidIsValid(call->element) ? get_typtype(call->element) : TYPTYPE_PSEUDO;
  if (kind != TYPTYPE_BASE && kind != TYPTYPE_ENUM && kind != TYPTYPE_DOMAIN)
    return ft_fail(err, FT_WRONG_TYPE, "the function cannot return %s", format_type_be(returns));
  getTypeInputInfo(call->element, &function, &call->input_parameter);
  fmgr_info(function, &call->input);
  get_typlenbyvalalign(call->element, &call->size, &call->by_value, &call->align);
  return FT_OK;
}

enum ft_status ft_remote_call_make(struct ft_remote_call **out,
                                   const struct ft_declaration *declaration, struct ft_error *err) {
  struct ft_remote_call *call = palloc0(sizeof *call);
  MemoryContextCallback *callback = palloc0(sizeof *callback);
  call->memory = CurrentMemoryContext;
  ft_arena_init(&call->arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&call->text, ANSWERS_MAX_BYTES);
  *callback = (MemoryContextCallback){ .func = free_call, .arg = call };
  MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
  FT_TRY(ft_remote_read(&call->remote, &call->arena, declaration->body.description, err));
  FT_TRY(make_arguments(call, declaration, err));
  FT_TRY(make_result(call, declaration->returns, err));
  *out = call;
  return FT_OK;
}

/* Columns of a batch, filled row by row. */
struct filling {
  struct ft_column *column;
  uint64_t **validity;
};

static void make_columns(struct filling *out, const struct ft_remote_call *call, size_t rows) {
  uint32_t fields = call->remote.fields;
  out->column = palloc0(fields * sizeof *out->column);
  out->validity = palloc0(fields * sizeof *out->validity);
  for (uint32_t i = 0; i < fields; i++) {
    enum ft_type type = call->remote.field[i];
    Size bytes = Max(rows, 1) * ft_type_bytes(type);
    out->validity[i] =
        MemoryContextAllocExtended(CurrentMemoryContext, (rows / 64 + 1) * sizeof(uint64_t),
                                   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
    out->column[i] = (struct ft_column){
      .type = type,
      .values = MemoryContextAllocExtended(CurrentMemoryContext, bytes,
                                           MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO),
      .validity = out->validity[i],
    };
  }
}

static struct ft_span utf8_of(const char *text) {
  return ft_span_of(pg_server_to_any(text, (int)strlen(text), PG_UTF8));
}

static enum ft_status fill(struct filling *filling, struct ft_remote_call *call, size_t row,
                           const Datum *value, const bool *null, struct ft_error *err) {
  for (uint32_t i = 0; i < call->remote.fields; i++) {
    struct ft_column *column = &filling->column[i];
    char *place = (char *)(uintptr_t)column->values + row * ft_type_bytes(column->type);
    bool missing = null[i];
    if (!missing && call->remote.json) {
      struct ft_span text = utf8_of(OutputFunctionCall(&call->output, value[i]));
      memcpy(place, &text, sizeof text);
    } else if (!missing) {
      FT_TRY(ft_value_read(place, &missing, &call->reader[i], value[i], err));
    }
    if (!missing) filling->validity[i][row / 64] |= (uint64_t)1 << (row % 64);
  }
  return FT_OK;
}

/* Readers for rows of this type, by place. */
static enum ft_status bind_rows(struct ft_remote_call *call, HeapTupleHeader row,
                                struct ft_error *err) {
  Oid type = HeapTupleHeaderGetTypeId(row);
  int32 typmod = HeapTupleHeaderGetTypMod(row);
  if (call->row && call->row_type == type && call->row_typmod == typmod) return FT_OK;
  MemoryContext before = MemoryContextSwitchTo(call->memory);
  TupleDesc columns = lookup_rowtype_tupdesc_copy(type, typmod);
  MemoryContextSwitchTo(before);
  if ((uint32_t)columns->natts != call->remote.fields) {
    ft_fail(err, FT_WRONG_TYPE, "the rows have %d columns, and the model %u arguments",
            columns->natts, call->remote.fields);
    return ft_fail_hint(err, "Write array_agg(ROW(…)) with the arguments in their order.");
  }
  for (uint32_t i = 0; i < call->remote.fields; i++)
    FT_TRY(init_reader(call, i, TupleDescAttr(columns, i)->atttypid, err));
  call->row = columns;
  call->row_type = type;
  call->row_typmod = typmod;
  return FT_OK;
}

static enum ft_status fill_rows(struct filling *filling, struct ft_remote_call *call,
                                const Datum *element, const bool *null, size_t rows,
                                struct ft_error *err) {
  Datum *value = palloc(call->remote.fields * sizeof *value);
  bool *missing = palloc(call->remote.fields * sizeof *missing);
  for (size_t r = 0; r < rows; r++) {
    memset(missing, true, call->remote.fields * sizeof *missing);
    if (!null[r]) {
      HeapTupleHeader row = DatumGetHeapTupleHeader(element[r]);
      FT_TRY(bind_rows(call, row, err));
      HeapTupleData tuple = { .t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row };
      ItemPointerSetInvalid(&tuple.t_self);
      heap_deform_tuple(&tuple, call->row, value, missing);
    }
    FT_TRY(fill(filling, call, r, value, missing, err));
    CHECK_FOR_INTERRUPTS();
  }
  return FT_OK;
}

static enum ft_status keep(void *self, size_t row, const struct ft_remote_value *value,
                           struct ft_error *err) {
  struct ft_remote_call *call = self;
  call->kept[row] = (struct kept){ value->null, call->text.size };
  if (value->null) return FT_OK;
  ft_buffer_append_text(&call->text, value->text);
  ft_buffer_u8(&call->text, 0);
  return ft_buffer_check(&call->text, "the answers", err);
}

static void look_for_interrupts(void) {
  CHECK_FOR_INTERRUPTS();
}

/* As the host's: a cancel stays pending, and what else the server wants is done here. */
static bool is_cancelled(void *self) {
  struct ft_remote_call *call = self;
  if (!InterruptPending || call->cancelled) return call->cancelled;
  call->cancelled = QueryCancelPending || ProcDiePending;
  if (call->cancelled) return true;
  struct ft_session session = { 0 };
  call->cancelled = ft_guard_bare(&session, look_for_interrupts, NULL) != FT_OK;
  return call->cancelled;
}

static enum ft_status ask(struct ft_remote_call *call, const struct ft_batch *batch,
                          struct ft_error *err) {
  struct ft_remote_output output = { call, keep };
  struct ft_remote_watch watch = { call, is_cancelled };
  struct ft_remote_rules rules = ft_remote_rules_of_server();
  if (!call->caller) FT_TRY(ft_remote_caller_open(&call->caller, &call->remote, &rules, err));
  if (call->rows < batch->rows) {
    struct kept *more = realloc(call->kept, batch->rows * sizeof *more);
    if (!more) return ft_fail(err, FT_NOMEM, "out of memory for the answers");
    call->kept = more;
    call->rows = batch->rows;
  }
  ft_buffer_reset(&call->text);
  call->cancelled = false;
  return ft_remote_caller_run(call->caller, batch, &output, &watch, err);
}

static Datum read_answer(struct ft_remote_call *call, size_t row, bool *null) {
  const struct kept *kept = &call->kept[row];
  char *text = kept->null ? NULL : (char *)call->text.data + kept->at;
  if (text) text = pg_any_to_server(text, (int)strlen(text), PG_UTF8);
  *null = kept->null;
  return InputFunctionCall(&call->input, text, call->input_parameter, -1);
}

static enum ft_status run_rows(Datum *out, struct ft_remote_call *call, FunctionCallInfo info,
                               struct ft_error *err) {
  ArrayType *array = DatumGetArrayTypeP(info->args[0].value);
  struct filling filling;
  Datum *element;
  bool *null;
  int rows;
  Oid type = ARR_ELEMTYPE(array);
  int16 size;
  bool by_value;
  char align;
  get_typlenbyvalalign(type, &size, &by_value, &align);
  deconstruct_array(array, type, size, by_value, align, &element, &null, &rows);
  make_columns(&filling, call, (size_t)rows);
  FT_TRY(fill_rows(&filling, call, element, null, (size_t)rows, err));
  struct ft_batch batch = { (size_t)rows, call->remote.fields, filling.column };
  FT_TRY(ask(call, &batch, err));
  for (int r = 0; r < rows; r++)
    element[r] = read_answer(call, (size_t)r, &null[r]);
  int first = 1;
  ArrayType *answers = rows ? construct_md_array(element, null, 1, &rows, &first, call->element,
                                                 call->size, call->by_value, call->align)
                            : construct_empty_array(call->element);
  *out = PointerGetDatum(answers);
  return FT_OK;
}

static enum ft_status run_row(Datum *out, struct ft_remote_call *call, FunctionCallInfo info,
                              struct ft_error *err) {
  Datum value[FUNC_MAX_ARGS];
  bool null[FUNC_MAX_ARGS];
  struct filling filling;
  for (uint32_t i = 0; i < call->remote.fields; i++) {
    value[i] = info->args[i].value;
    null[i] = info->args[i].isnull;
  }
  make_columns(&filling, call, 1);
  FT_TRY(fill(&filling, call, 0, value, null, err));
  struct ft_batch batch = { 1, call->remote.fields, filling.column };
  FT_TRY(ask(call, &batch, err));
  *out = read_answer(call, 0, &info->isnull);
  return FT_OK;
}

enum ft_status ft_remote_call_run(Datum *out, struct ft_remote_call *call, FunctionCallInfo info,
                                  struct ft_error *err) {
  info->isnull = false;
  if (!call->many) return run_row(out, call, info, err);
  if (!info->args[0].isnull) return run_rows(out, call, info, err);
  info->isnull = true;
  *out = (Datum)0;
  return FT_OK;
}
