/* PostgreSQL's types and ours.
 *
 * Carried   a domain as its base; enumerations, uuid, name and "char" as text; char(n) without the
 *           blanks at its end, as a cast to text has it; infinite dates and times and NaN as
 *           missing.
 * Accepted  what a model's function declares for a field is wider than the field where PostgreSQL
 *           casts implicitly: bigint for every integer, double precision for real. */
#ifndef FORETELL_HOSTS_POSTGRES_PGTYPE_H
#define FORETELL_HOSTS_POSTGRES_PGTYPE_H

#include "hosts/postgres/version.h"

#include "foretell/type.h"

/* How a datum of some type is read. */
enum ft_source_type {
  FT_FROM_NONE = 0,
  FT_FROM_BOOL,
  FT_FROM_INT2,
  FT_FROM_INT4,
  FT_FROM_INT8,
  FT_FROM_FLOAT4,
  FT_FROM_FLOAT8,
  FT_FROM_NUMERIC,
  FT_FROM_TEXT,
  FT_FROM_BLANK_PADDED,
  FT_FROM_OUTPUT,  /* by the type's output function */
  FT_FROM_LITERAL, /* a literal of no type yet, as in ROW('a'): read as one of the field's type */
  FT_FROM_DATE,
  FT_FROM_TIME,
  FT_FROM_TIMETZ,
  FT_FROM_TIMESTAMP,
  FT_FROM_TIMESTAMPTZ
};

enum ft_source_type ft_pg_source(Oid type);

/* The carried type of a column; precision and scale are filled for FT_DECIMAL. */
void ft_pg_field(struct ft_field *out, Oid type, int32 typmod);

/* What a model's function declares for a field, and a class function returns for a target. */
Oid ft_pg_parameter(enum ft_type type);

#endif
