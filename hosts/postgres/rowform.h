/* A row given whole, f(t) or f(ROW(…)): its columns are found by name.
 *
 * Names    exactly, else without regard to case; columns that the model does not know are left
 *          aside. The nameless columns of ROW(…), f1, f2 …, go by place when there are as many as
 *          the model has features. */
#ifndef FORETELL_HOSTS_POSTGRES_ROWFORM_H
#define FORETELL_HOSTS_POSTGRES_ROWFORM_H

#include "hosts/postgres/version.h"

#include <access/htup.h>
#include <access/tupdesc.h>

#include "foretell/plan.h"
#include "hosts/postgres/value.h"

struct ft_row_form {
  uint64 shape;                   /* of the rows that it is bound to; 0: none yet */
  TupleDesc columns;              /* a copy; in `memory` */
  int *column;                    /* one a field: index into the row */
  struct ft_value_reader *reader; /* one a field */
  Datum *value;                   /* one a column of the row */
  bool *null;
  MemoryContext memory; /* of all this, reset when rows of another shape come */
};

void ft_row_form_init(struct ft_row_form *form, MemoryContext parent);

/* Spread the row over form->value and form->null, binding it first when its shape is new. `function`
 * is the one called, for messages. May raise PostgreSQL's errors.
 * Errors: FT_UNDEFINED_COLUMN, FT_WRONG_TYPE */
enum ft_status ft_row_form_spread(struct ft_row_form *form, const struct ft_plan *plan,
                                  const char *function, HeapTupleHeader row,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
