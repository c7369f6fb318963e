/* One place in a query that calls a model's function: its plan, how its arguments are read and how
 * its result is made. Lives in the call site's memory context.
 *
 * Shapes   arguments are the model's fields in order, or one row (rowform.h).
 * NULLs    a NULL argument is a missing value; a NULL row is a row of them.
 * Hostile  anybody may declare such a function: its types are checked against the model here,
 *          whatever was checked when it was made. */
#ifndef FORETELL_HOSTS_POSTGRES_CALL_H
#define FORETELL_HOSTS_POSTGRES_CALL_H

#include "hosts/postgres/version.h"

#include <access/tupdesc.h>
#include <fmgr.h>

#include "foretell/error.h"
#include "hosts/postgres/loaded.h"
#include "hosts/postgres/rowform.h"
#include "hosts/postgres/value.h"

/* What of pg_proc decides how a function is called. */
struct ft_declaration {
  char name[NAMEDATALEN];
  struct ft_place_of place;
  struct ft_body body;
  bool is_carrier; /* then `body` is empty */
  Oid returns;
  int arguments;
  Oid argument[FUNC_MAX_ARGS];
};

struct ft_remote_call; /* remote_call.h */

struct ft_label_type {
  Oid type;
  int16 length;
  bool by_value;
  char align;
  FmgrInfo equal; /* of FT_PART_PROBABILITY */
};

struct ft_call {
  struct ft_remote_call
      *remote; /* of a model that is served elsewhere; then nothing below is used */
  enum ft_part part;
  const char *name; /* of the function, for messages */
  struct ft_loaded *loaded;
  size_t fields;
  size_t labels;
  bool by_row;
  struct ft_row_form row;          /* by_row */
  struct ft_value_reader *reader;  /* fields; not by_row */
  struct ft_column *column;        /* fields */
  Datum *label;                    /* labels, in the type that is returned, or of the class given */
  struct ft_label_type label_type; /* of `label` */
  TupleDesc pair;                  /* of FT_PART_PROBABILITIES */
  double *probability;             /* labels */
  uint32_t *order;                 /* labels */
};

/* Read a function's declaration. May raise PostgreSQL's errors.
 * Errors: FT_SYNTAX  the body; FT_WRONG_TYPE  not a plain function */
enum ft_status ft_declaration_read(struct ft_declaration *out, Oid function,
                                   struct ft_error *err) FT_MUST_CHECK;

/* Make ready to call, in `memory`. May raise PostgreSQL's errors. */
enum ft_status ft_call_make(struct ft_call **out, MemoryContext memory,
                            const struct ft_declaration *declaration,
                            struct ft_error *err) FT_MUST_CHECK;

/* One prediction; info->isnull is set for a NULL. May raise PostgreSQL's errors. */
enum ft_status ft_call_run(Datum *out, struct ft_call *call, FunctionCallInfo info,
                           struct ft_error *err) FT_MUST_CHECK;

#endif
