#include "hosts/postgres/rowform.h"

#include <access/htup_details.h>
#include <stdio.h>
#include <string.h>
#include <utils/memutils.h>
#include <utils/typcache.h>

void ft_row_form_init(struct ft_row_form *form, MemoryContext parent) {
  form->memory = AllocSetContextCreate(parent, "foretell row", ALLOCSET_SMALL_SIZES);
}

static const char *name_of(TupleDesc columns, int i) {
  return NameStr(TupleDescAttr(columns, i)->attname);
}

/* f1, f2 … of ROW(…), as many as the features */
static bool is_nameless(TupleDesc columns, size_t fields) {
  if (columns->tdtypeid != RECORDOID || (size_t)columns->natts != fields) return false;
  for (int i = 0; i < columns->natts; i++) {
    char name[NAMEDATALEN];
    snprintf(name, sizeof name, "f%d", i + 1);
    if (strcmp(name, name_of(columns, i)) != 0) return false;
  }
  return true;
}

static int find_column(TupleDesc columns, const char *name) {
  int found = -1;
  for (int i = 0; i < columns->natts; i++) {
    if (TupleDescAttr(columns, i)->attisdropped) continue;
    if (strcmp(name_of(columns, i), name) == 0) return i;
    if (ft_span_equal_nocase(ft_span_of(name_of(columns, i)), ft_span_of(name))) found = i;
  }
  return found;
}

#define LIST_BYTES 150 /* of the columns named in a hint */

static void add_column(StringInfo list, size_t index, size_t all, const char *name) {
  size_t used = (size_t)list->len;
  if (used < LIST_BYTES) appendStringInfo(list, "%s%s", index ? ", " : "", name);
  if (used < LIST_BYTES && (size_t)list->len >= LIST_BYTES && index + 1 < all)
    appendStringInfo(list, " and %zu more", all - index - 1);
}

static const char *list_columns(TupleDesc columns) {
  StringInfoData list;
  size_t all = 0, at = 0;
  initStringInfo(&list);
  for (int i = 0; i < columns->natts; i++)
    all += !TupleDescAttr(columns, i)->attisdropped;
  for (int i = 0; i < columns->natts; i++)
    if (!TupleDescAttr(columns, i)->attisdropped) add_column(&list, at++, all, name_of(columns, i));
  return list.data;
}

static const char *list_fields(const struct ft_plan *plan) {
  StringInfoData list;
  initStringInfo(&list);
  for (size_t i = 0; i < ft_plan_fields(plan); i++)
    add_column(&list, i, ft_plan_fields(plan), ft_plan_field(plan, i)->name);
  return list.data;
}

static enum ft_status bind_field(struct ft_row_form *form, size_t i, const struct ft_plan *plan,
                                 const char *function, bool nameless, struct ft_error *err) {
  const struct ft_field *field = ft_plan_field(plan, i);
  int column = nameless ? (int)i : find_column(form->columns, field->name);
  if (column < 0) {
    ft_fail(err, FT_UNDEFINED_COLUMN, "the row given to %s has no column \"%s\"", function,
            field->name);
    return ft_fail_hint(err, "The row has the columns %s; the model needs %s.",
                        list_columns(form->columns), list_fields(plan));
  }
  form->column[i] = column;
  return ft_value_reader_init(&form->reader[i], field,
                              TupleDescAttr(form->columns, column)->atttypid, err);
}

static enum ft_status bind_all(struct ft_row_form *form, const struct ft_plan *plan,
                               const char *function, TupleDesc columns, struct ft_error *err) {
  size_t fields = ft_plan_fields(plan);
  form->columns = CreateTupleDescCopy(columns);
  form->column = palloc0(fields * sizeof *form->column);
  form->reader = palloc0(fields * sizeof *form->reader);
  form->value = palloc0((size_t)columns->natts * sizeof *form->value);
  form->null = palloc0((size_t)columns->natts * sizeof *form->null);
  bool nameless = is_nameless(columns, fields);
  for (size_t i = 0; i < fields; i++)
    FT_TRY(bind_field(form, i, plan, function, nameless, err));
  return FT_OK;
}

static enum ft_status bind(struct ft_row_form *form, const struct ft_plan *plan,
                           const char *function, Oid type, int32 typmod, struct ft_error *err) {
  form->shape = 0;
  MemoryContextReset(form->memory);
  TupleDesc columns = lookup_rowtype_tupdesc_domain(type, typmod, false);
  MemoryContext before = MemoryContextSwitchTo(form->memory);
  enum ft_status status = bind_all(form, plan, function, columns, err);
  MemoryContextSwitchTo(before);
  ReleaseTupleDesc(columns);
  return status;
}

enum ft_status ft_row_form_spread(struct ft_row_form *form, const struct ft_plan *plan,
                                  const char *function, HeapTupleHeader row, struct ft_error *err) {
  Oid type = HeapTupleHeaderGetTypeId(row);
  int32 typmod = HeapTupleHeaderGetTypMod(row);
  uint64 shape = assign_record_type_identifier(type, typmod);
  if (form->shape != shape) {
    FT_TRY(bind(form, plan, function, type, typmod, err));
    form->shape = shape;
  }
  HeapTupleData tuple = { .t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row };
  ItemPointerSetInvalid(&tuple.t_self);
  heap_deform_tuple(&tuple, form->columns, form->value, form->null);
  return FT_OK;
}
