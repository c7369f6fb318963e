#include "hosts/postgres/pgtype.h"

#include <catalog/pg_type.h>
#include <utils/lsyscache.h>

/* PostgreSQL's type, how it is read, what it is carried as */
static const struct {
  Oid type;
  enum ft_source_type source;
  enum ft_type carried;
} type_table[] = {
  { BOOLOID, FT_FROM_BOOL, FT_BOOL },
  { INT2OID, FT_FROM_INT2, FT_INT16 },
  { INT4OID, FT_FROM_INT4, FT_INT32 },
  { INT8OID, FT_FROM_INT8, FT_INT64 },
  { FLOAT4OID, FT_FROM_FLOAT4, FT_FLOAT32 },
  { FLOAT8OID, FT_FROM_FLOAT8, FT_FLOAT64 },
  { NUMERICOID, FT_FROM_NUMERIC, FT_DECIMAL },
  { TEXTOID, FT_FROM_TEXT, FT_TEXT },
  { VARCHAROID, FT_FROM_TEXT, FT_TEXT },
  { BPCHAROID, FT_FROM_BLANK_PADDED, FT_TEXT },
  { NAMEOID, FT_FROM_OUTPUT, FT_TEXT },
  { CHAROID, FT_FROM_OUTPUT, FT_TEXT },
  { UUIDOID, FT_FROM_OUTPUT, FT_TEXT },
  { UNKNOWNOID, FT_FROM_LITERAL, FT_TYPE_NONE },
  { DATEOID, FT_FROM_DATE, FT_DATE },
  { TIMEOID, FT_FROM_TIME, FT_TIME },
  { TIMETZOID, FT_FROM_TIMETZ, FT_TIME },
  { TIMESTAMPOID, FT_FROM_TIMESTAMP, FT_TIMESTAMP },
  { TIMESTAMPTZOID, FT_FROM_TIMESTAMPTZ, FT_TIMESTAMPTZ },
};
#define TYPES (sizeof type_table / sizeof type_table[0])

static const Oid parameter_table[FT_TYPE_COUNT] = {
  [FT_BOOL] = BOOLOID,       [FT_INT16] = INT8OID,          [FT_INT32] = INT8OID,
  [FT_INT64] = INT8OID,      [FT_FLOAT32] = FLOAT8OID,      [FT_FLOAT64] = FLOAT8OID,
  [FT_DECIMAL] = NUMERICOID, [FT_TEXT] = TEXTOID,           [FT_DATE] = DATEOID,
  [FT_TIME] = TIMEOID,       [FT_TIMESTAMP] = TIMESTAMPOID, [FT_TIMESTAMPTZ] = TIMESTAMPTZOID,
};

static enum ft_type carried_as(Oid type) {
  for (size_t i = 0; i < TYPES; i++)
    if (type_table[i].type == type) return type_table[i].carried;
  return get_typtype(type) == TYPTYPE_ENUM ? FT_TEXT : FT_TYPE_NONE;
}

enum ft_source_type ft_pg_source(Oid type) {
  type = getBaseType(type);
  for (size_t i = 0; i < TYPES; i++)
    if (type_table[i].type == type) return type_table[i].source;
  return get_typtype(type) == TYPTYPE_ENUM ? FT_FROM_OUTPUT : FT_FROM_NONE;
}

void ft_pg_field(struct ft_field *out, Oid type, int32 typmod) {
  Oid base = getBaseTypeAndTypmod(type, &typmod);
  out->type = carried_as(base);
  if (out->type != FT_DECIMAL) return;
  out->precision = 38;
  out->scale = 10;
  if (typmod < (int32)VARHDRSZ) return;
  int32 packed = typmod - (int32)VARHDRSZ;
  int precision = (packed >> 16) & 0xffff;
  int scale = ((packed & 0x7ff) ^ 1024) - 1024; /* negative since PostgreSQL 15 */
  out->precision = (uint8_t)(precision > 38 ? 38 : precision);
  if (scale < 0) scale = 0;
  out->scale = (uint8_t)(scale > out->precision ? out->precision : scale);
}

Oid ft_pg_parameter(enum ft_type type) {
  return parameter_table[type];
}
