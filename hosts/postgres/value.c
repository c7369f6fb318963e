#include "hosts/postgres/value.h"

#include <datatype/timestamp.h>
#include <math.h>
#include <mb/pg_wchar.h>
#include <string.h>
#include <utils/builtins.h>
#include <utils/date.h>
#include <utils/lsyscache.h>
#include <utils/timestamp.h>

#include "hosts/postgres/number.h"

#define EPOCH_DAYS   (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE)
#define EPOCH_MICROS ((int64)EPOCH_DAYS * USECS_PER_DAY)

#define NUMBERS                                                                          \
  (1U << FT_FROM_INT2 | 1U << FT_FROM_INT4 | 1U << FT_FROM_INT8 | 1U << FT_FROM_FLOAT4 | \
   1U << FT_FROM_FLOAT8 | 1U << FT_FROM_NUMERIC)
#define TEXTS  (1U << FT_FROM_TEXT | 1U << FT_FROM_BLANK_PADDED | 1U << FT_FROM_OUTPUT)
#define MOMENT (1U << FT_FROM_TIMESTAMP | 1U << FT_FROM_DATE)

/* For each carried type the sources that fit. */
static const unsigned sources[FT_TYPE_COUNT] = {
  [FT_BOOL] = 1U << FT_FROM_BOOL, [FT_INT16] = NUMBERS,
  [FT_INT32] = NUMBERS,           [FT_INT64] = NUMBERS,
  [FT_FLOAT32] = NUMBERS,         [FT_FLOAT64] = NUMBERS,
  [FT_DECIMAL] = NUMBERS,         [FT_TEXT] = TEXTS,
  [FT_DATE] = 1U << FT_FROM_DATE, [FT_TIME] = 1U << FT_FROM_TIME | 1U << FT_FROM_TIMETZ,
  [FT_TIMESTAMP] = MOMENT,        [FT_TIMESTAMPTZ] = 1U << FT_FROM_TIMESTAMPTZ,
};

enum ft_status ft_value_reader_init(struct ft_value_reader *reader, const struct ft_field *field,
                                    Oid type, struct ft_error *err) {
  enum ft_source_type source = ft_pg_source(type);
  bool literal = source == FT_FROM_LITERAL;
  if (source == FT_FROM_NONE || (!literal && !(sources[field->type] >> source & 1U))) {
    ft_fail(err, FT_WRONG_TYPE, "column \"%s\" is of type %s, and the model was trained on %s",
            field->name, format_type_be(type), ft_type_sql(field->type));
    return ft_fail_hint(err, "Cast it in the query.");
  }
  *reader = (struct ft_value_reader){ .to = field->type, .from = source, .name = field->name };
  if (source == FT_FROM_OUTPUT) {
    Oid function;
    bool varlena;
    getTypeOutputInfo(getBaseType(type), &function, &varlena);
    fmgr_info(function, &reader->output);
  }
  if (literal) {
    Oid function;
    getTypeInputInfo(ft_pg_parameter(field->type), &function, &reader->input_parameter);
    fmgr_info(function, &reader->input);
  }
  return FT_OK;
}

void ft_value_reader_text(struct ft_value_reader *reader, Oid type) {
  Oid function;
  bool varlena;
  *reader = (struct ft_value_reader){ .to = FT_TEXT, .from = FT_FROM_OUTPUT, .name = "" };
  getTypeOutputInfo(getBaseType(type), &function, &varlena);
  fmgr_info(function, &reader->output);
}

static enum ft_status fail_range(const struct ft_value_reader *reader, struct ft_error *err) {
  return ft_fail(err, FT_OUT_OF_RANGE, "the value of column \"%s\" is out of range for %s",
                 reader->name, ft_type_sql(reader->to));
}

/* A number of any type, as it is; `whole` when it is an integer in *integer. */
static void read_number(bool *whole, int64 *integer, double *real, enum ft_source_type from,
                        Datum value) {
  *whole = true;
  switch (from) {
  case FT_FROM_INT2: *integer = DatumGetInt16(value); return;
  case FT_FROM_INT4: *integer = DatumGetInt32(value); return;
  case FT_FROM_INT8: *integer = DatumGetInt64(value); return;
  case FT_FROM_FLOAT4: *real = DatumGetFloat4(value); break;
  case FT_FROM_FLOAT8: *real = DatumGetFloat8(value); break;
  default: *real = ft_number_of_numeric(value);
  }
  *whole = false;
}

static enum ft_status store_integer(void *out, bool *missing, const struct ft_value_reader *reader,
                                    Datum value, struct ft_error *err) {
  bool whole;
  int64 integer = 0;
  double real = 0;
  read_number(&whole, &integer, &real, reader->from, value);
  if (!whole) {
    *missing = isnan(real);
    if (*missing) return FT_OK;
    real = rint(real);
    if (!(real >= -9223372036854775808.0 && real < 9223372036854775808.0))
      return fail_range(reader, err);
    integer = (int64)real;
  }
  int64 limit = reader->to == FT_INT16   ? PG_INT16_MAX
                : reader->to == FT_INT32 ? PG_INT32_MAX
                                         : PG_INT64_MAX;
  if (integer > limit || integer < -limit - 1) return fail_range(reader, err);
  int16 narrow = (int16)integer;
  int32 middle = (int32)integer;
  if (reader->to == FT_INT16)
    memcpy(out, &narrow, sizeof narrow);
  else if (reader->to == FT_INT32)
    memcpy(out, &middle, sizeof middle);
  else
    memcpy(out, &integer, sizeof integer);
  return FT_OK;
}

static void store_real(void *out, const struct ft_value_reader *reader, Datum value) {
  bool whole;
  int64 integer = 0;
  double real = 0;
  read_number(&whole, &integer, &real, reader->from, value);
  if (whole) real = (double)integer;
  float narrow = (float)real;
  if (reader->to == FT_FLOAT32)
    memcpy(out, &narrow, sizeof narrow);
  else
    memcpy(out, &real, sizeof real);
}

/* In UTF-8, whatever the database's encoding. */
static struct ft_span utf8_of(const char *data, size_t size) {
  if (GetDatabaseEncoding() == PG_UTF8 || GetDatabaseEncoding() == PG_SQL_ASCII)
    return (struct ft_span){ data, size };
  char *converted = pg_server_to_any(data, (int)size, PG_UTF8);
  return (struct ft_span){ converted, converted == data ? size : strlen(converted) };
}

static void store_text(void *out, struct ft_value_reader *reader, Datum value) {
  struct ft_span text;
  if (reader->from == FT_FROM_OUTPUT) {
    const char *printed = OutputFunctionCall(&reader->output, value);
    text = utf8_of(printed, strlen(printed));
  } else {
    struct varlena *plain = PG_DETOAST_DATUM_PACKED(value);
    size_t size = VARSIZE_ANY_EXHDR(plain);
    const char *data = VARDATA_ANY(plain);
    while (reader->from == FT_FROM_BLANK_PADDED && size && data[size - 1] == ' ')
      size--;
    text = utf8_of(data, size);
  }
  memcpy(out, &text, sizeof text);
}

static void store_date(void *out, bool *missing, Datum value) {
  DateADT date = DatumGetDateADT(value);
  *missing = DATE_NOT_FINITE(date);
  if (*missing) return;
  int32 days = date + EPOCH_DAYS;
  memcpy(out, &days, sizeof days);
}

static void store_moment(void *out, bool *missing, enum ft_source_type from, Datum value) {
  int64 micros;
  if (from == FT_FROM_DATE) {
    DateADT date = DatumGetDateADT(value);
    *missing = DATE_NOT_FINITE(date);
    if (*missing) return;
    micros = ((int64)date + EPOCH_DAYS) * USECS_PER_DAY;
  } else {
    Timestamp moment = DatumGetTimestamp(value);
    *missing = TIMESTAMP_NOT_FINITE(moment);
    if (*missing) return;
    micros = moment + EPOCH_MICROS; /* PostgreSQL's range ends far below 2^63 */
  }
  memcpy(out, &micros, sizeof micros);
}

static void store_time(void *out, enum ft_source_type from, Datum value) {
  int64 micros = from == FT_FROM_TIMETZ ? DatumGetTimeTzADTP(value)->time : DatumGetTimeADT(value);
  memcpy(out, &micros, sizeof micros);
}

/* As the parameter of the field's type would be read. */
static enum ft_status read_literal(void *out, bool *missing, const struct ft_value_reader *reader,
                                   Datum value, struct ft_error *err) {
  struct ft_value_reader typed = *reader;
  char *text = DatumGetCString(value);
  typed.from = ft_pg_source(ft_pg_parameter(reader->to));
  Datum read = InputFunctionCall(&typed.input, text, typed.input_parameter, -1);
  return ft_value_read(out, missing, &typed, read, err);
}

enum ft_status ft_value_read(void *out, bool *missing, struct ft_value_reader *reader, Datum value,
                             struct ft_error *err) {
  *missing = false;
  if (reader->from == FT_FROM_LITERAL) return read_literal(out, missing, reader, value, err);
  switch (reader->to) {
  case FT_BOOL: *(uint8_t *)out = DatumGetBool(value); return FT_OK;
  case FT_INT16:
  case FT_INT32:
  case FT_INT64: return store_integer(out, missing, reader, value, err);
  case FT_TEXT: store_text(out, reader, value); return FT_OK;
  case FT_DATE: store_date(out, missing, value); return FT_OK;
  case FT_TIME: store_time(out, reader->from, value); return FT_OK;
  case FT_TIMESTAMP:
  case FT_TIMESTAMPTZ: store_moment(out, missing, reader->from, value); return FT_OK;
  default: store_real(out, reader, value); return FT_OK;
  }
}
