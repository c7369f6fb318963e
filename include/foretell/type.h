/* The types of columns that Foretell carries from a host to a model.
 *
 * A host turns every type of its own into one of these (DuckDB's HUGEINT and DECIMAL into
 * FT_DECIMAL, an enumeration into FT_TEXT, …); what cannot be turned is an error there.
 *
 * Carried  FT_BOOL uint8_t 0 or 1; FT_INT16/32/64 as named; FT_FLOAT32 float; FT_FLOAT64 and
 *          FT_DECIMAL double; FT_TEXT struct ft_span; FT_DATE int32_t days since 1970-01-01;
 *          FT_TIME int64_t microseconds since midnight; FT_TIMESTAMP and FT_TIMESTAMPTZ int64_t
 *          microseconds since 1970-01-01 00:00 (UTC for the latter). */
#ifndef FORETELL_TYPE_H
#define FORETELL_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/span.h"

/* name, bytes of a carried value, Redshift's internal name, SQL name, numeric, temporal */
#define FT_TYPE_TABLE(X)                                      \
  X(BOOL, 1, "bool", "BOOLEAN", 0, 0)                         \
  X(INT16, 2, "int2", "SMALLINT", 1, 0)                       \
  X(INT32, 4, "int4", "INTEGER", 1, 0)                        \
  X(INT64, 8, "int8", "BIGINT", 1, 0)                         \
  X(FLOAT32, 4, "float4", "REAL", 1, 0)                       \
  X(FLOAT64, 8, "float8", "DOUBLE PRECISION", 1, 0)           \
  X(DECIMAL, 8, "numeric", "DECIMAL", 1, 0)                   \
  X(TEXT, sizeof(struct ft_span), "varchar", "VARCHAR", 0, 0) \
  X(DATE, 4, "date", "DATE", 0, 1)                            \
  X(TIME, 8, "time", "TIME", 0, 1)                            \
  X(TIMESTAMP, 8, "timestamp", "TIMESTAMP", 0, 1)             \
  X(TIMESTAMPTZ, 8, "timestamptz", "TIMESTAMPTZ", 0, 1)

enum ft_type {
  FT_TYPE_NONE = 0,
#define FT_TYPE_ENUM(name, bytes, internal, sql, numeric, temporal) FT_##name,
  FT_TYPE_TABLE(FT_TYPE_ENUM)
#undef FT_TYPE_ENUM
      FT_TYPE_COUNT
};

size_t ft_type_bytes(enum ft_type type);               /* of one carried value */
const char *ft_type_internal(enum ft_type type);       /* "int4", as SHOW MODEL prints */
const char *ft_type_sql(enum ft_type type);            /* "INTEGER" */
bool ft_type_is_numeric(enum ft_type type);            /* integers, floats, decimal; not boolean */
bool ft_type_is_temporal(enum ft_type type);           /* dates and times */
enum ft_type ft_type_by_internal(struct ft_span name); /* FT_TYPE_NONE when unknown */

/* A named column of a query, or a parameter of a model. */
struct ft_field {
  const char *name; /* as the query names it; NUL-terminated; owner: who made the field */
  enum ft_type type;
  uint8_t precision; /* of FT_DECIMAL, 1 … 38; else 0 */
  uint8_t scale;     /* of FT_DECIMAL, 0 … precision; else 0 */
};

#endif
