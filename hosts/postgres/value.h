/* One value of PostgreSQL's in the carried form of a field.
 *
 * NULLs    infinite dates and times are missing values; so is a NaN, as the encoders see it.
 * Memory   a text borrows from the datum, or from CurrentMemoryContext where it had to be
 *          detoasted, converted to UTF-8 or printed. */
#ifndef FORETELL_HOSTS_POSTGRES_VALUE_H
#define FORETELL_HOSTS_POSTGRES_VALUE_H

#include "hosts/postgres/version.h"

#include <fmgr.h>

#include "foretell/error.h"
#include "foretell/type.h"
#include "hosts/postgres/pgtype.h"

struct ft_value_reader {
  enum ft_type to;
  enum ft_source_type from;
  const char *name; /* the field's; borrowed */
  FmgrInfo output;  /* FT_FROM_OUTPUT */
  FmgrInfo input;   /* FT_FROM_LITERAL, to any type but text: of the parameter's type */
  Oid input_parameter;
};

/* Can a value of that type be given for the field? Looks up an output function in the current
 * memory context.
 * Errors: FT_WRONG_TYPE */
enum ft_status ft_value_reader_init(struct ft_value_reader *reader, const struct ft_field *field,
                                    Oid type, struct ft_error *err) FT_MUST_CHECK;

/* A reader of the type's own text, of any type. */
void ft_value_reader_text(struct ft_value_reader *reader, Oid type);

/* `out` has ft_type_bytes(reader->to) bytes and is filled unless *missing. May raise PostgreSQL's
 * own errors (a value that cannot be detoasted).
 * Errors: FT_OUT_OF_RANGE  an integer that the field's type does not hold */
enum ft_status ft_value_read(void *out, bool *missing, struct ft_value_reader *reader, Datum value,
                             struct ft_error *err) FT_MUST_CHECK;

#endif
