#include "hosts/duckdb/cell.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "hosts/duckdb/session.h"
#include "hosts/duckdb/type_name.h"

/* How nested values are put together: DuckDB's own text, or JSON. */
struct style {
  bool json;
  const char *list_open, *list_close;
  const char *struct_open, *struct_close;
  const char *map_open, *map_close;
  const char *map_mark;
};
static const struct style text_style = { false, "[", "]", "{", "}", "{", "}", "=" };
static const struct style json_style = { true, "[", "]", "{", "}", "{", "}", ": " };

static void print_cell(struct ft_buffer *out, const struct style *style, duckdb_vector vector,
                       duckdb_logical_type type, size_t row);

bool ft_cell_has(duckdb_vector vector, size_t row) {
  const uint64_t *mask = duckdb_vector_get_validity(vector);
  return !mask || (mask[row / 64] >> (row % 64) & 1);
}

static void json_string(struct ft_buffer *out, struct ft_span text) {
  ft_buffer_u8(out, '"');
  for (size_t i = 0; i < text.size; i++) {
    uint8_t byte = (uint8_t)text.data[i];
    if (byte == '"' || byte == '\\') {
      ft_buffer_u8(out, '\\');
      ft_buffer_u8(out, byte);
    } else if (byte == '\n') {
      ft_buffer_print(out, "\\n");
    } else if (byte < 0x20) {
      ft_buffer_print(out, "\\u%04x", byte);
    } else {
      ft_buffer_u8(out, byte);
    }
  }
  ft_buffer_u8(out, '"');
}

/* Within a list or struct DuckDB quotes what could be mistaken for its marks. */
static void nested_string(struct ft_buffer *out, struct ft_span text) {
  bool plain = text.size > 0 && text.data[0] != ' ' && text.data[text.size - 1] != ' ' &&
               !ft_span_equal_nocase(text, FT_SPAN("NULL"));
  for (size_t i = 0; plain && i < text.size; i++) {
    plain = text.data[i] && !strchr("[]{}(),:='\"\\;", text.data[i]);
  }
  if (plain) {
    ft_buffer_append_text(out, text);
    return;
  }
  ft_buffer_u8(out, '\'');
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] == '\'' || text.data[i] == '\\') ft_buffer_u8(out, '\\');
    ft_buffer_u8(out, (uint8_t)text.data[i]);
  }
  ft_buffer_u8(out, '\'');
}

static bool print_integer(struct ft_buffer *out, duckdb_type id, const void *data, size_t row) {
  switch (id) {
  case DUCKDB_TYPE_TINYINT: ft_buffer_print(out, "%d", ((const int8_t *)data)[row]); return true;
  case DUCKDB_TYPE_SMALLINT: ft_buffer_print(out, "%d", ((const int16_t *)data)[row]); return true;
  case DUCKDB_TYPE_INTEGER:
    ft_buffer_print(out, "%" PRId32, ((const int32_t *)data)[row]);
    return true;
  case DUCKDB_TYPE_BIGINT:
    ft_buffer_print(out, "%" PRId64, ((const int64_t *)data)[row]);
    return true;
  case DUCKDB_TYPE_UTINYINT: ft_buffer_print(out, "%u", ((const uint8_t *)data)[row]); return true;
  case DUCKDB_TYPE_USMALLINT:
    ft_buffer_print(out, "%u", ((const uint16_t *)data)[row]);
    return true;
  case DUCKDB_TYPE_UINTEGER:
    ft_buffer_print(out, "%" PRIu32, ((const uint32_t *)data)[row]);
    return true;
  case DUCKDB_TYPE_UBIGINT:
    ft_buffer_print(out, "%" PRIu64, ((const uint64_t *)data)[row]);
    return true;
  default: return false;
  }
}

static idx_t small_index(duckdb_type id, const void *data, size_t row) {
  switch (id) {
  case DUCKDB_TYPE_UTINYINT: return ((const uint8_t *)data)[row];
  case DUCKDB_TYPE_USMALLINT: return ((const uint16_t *)data)[row];
  default: return ((const uint32_t *)data)[row];
  }
}

static duckdb_value decimal_value(duckdb_logical_type type, const void *data, size_t row) {
  int64_t small = 0;
  duckdb_hugeint value;
  switch (duckdb_decimal_internal_type(type)) {
  case DUCKDB_TYPE_SMALLINT: small = ((const int16_t *)data)[row]; break;
  case DUCKDB_TYPE_INTEGER: small = ((const int32_t *)data)[row]; break;
  case DUCKDB_TYPE_BIGINT: small = ((const int64_t *)data)[row]; break;
  default:
    value = ((const duckdb_hugeint *)data)[row];
    return duckdb_create_decimal(
        (duckdb_decimal){ duckdb_decimal_width(type), duckdb_decimal_scale(type), value });
  }
  value = (duckdb_hugeint){ (uint64_t)small, small < 0 ? -1 : 0 };
  return duckdb_create_decimal(
      (duckdb_decimal){ duckdb_decimal_width(type), duckdb_decimal_scale(type), value });
}

/* A UUID stands in a vector with its highest bit turned, so that it sorts. */
static duckdb_value uuid_value(duckdb_uhugeint stored) {
  stored.upper ^= (uint64_t)1 << 63;
  return duckdb_create_uuid(stored);
}

static duckdb_value bytes_value(duckdb_type id, const duckdb_string_t *string) {
  struct ft_span bytes = ft_duckdb_text(string);
  union {
    const char *in;
    uint8_t *out;
  } pointer = { bytes.data }; /* DuckDB copies; its signature only forgot a const */
  if (id == DUCKDB_TYPE_BIT) return duckdb_create_bit((duckdb_bit){ pointer.out, bytes.size });
  return duckdb_create_blob(pointer.out, bytes.size);
}

#define AT(kind) (((const kind *)data)[row])

static duckdb_value moment_value(duckdb_type id, const void *data, size_t row) {
  switch (id) {
  case DUCKDB_TYPE_DATE: return duckdb_create_date(AT(duckdb_date));
  case DUCKDB_TYPE_TIME: return duckdb_create_time(AT(duckdb_time));
  case DUCKDB_TYPE_TIME_NS: return duckdb_create_time_ns(AT(duckdb_time_ns));
  case DUCKDB_TYPE_TIME_TZ: return duckdb_create_time_tz_value(AT(duckdb_time_tz));
  case DUCKDB_TYPE_TIMESTAMP: return duckdb_create_timestamp(AT(duckdb_timestamp));
  case DUCKDB_TYPE_TIMESTAMP_TZ: return duckdb_create_timestamp_tz(AT(duckdb_timestamp));
  case DUCKDB_TYPE_TIMESTAMP_S: return duckdb_create_timestamp_s(AT(duckdb_timestamp_s));
  case DUCKDB_TYPE_TIMESTAMP_MS: return duckdb_create_timestamp_ms(AT(duckdb_timestamp_ms));
  case DUCKDB_TYPE_TIMESTAMP_NS:
  case DUCKDB_TYPE_TIMESTAMP_TZ_NS: return duckdb_create_timestamp_ns(AT(duckdb_timestamp_ns));
  case DUCKDB_TYPE_INTERVAL: return duckdb_create_interval(AT(duckdb_interval));
  default: return NULL;
  }
}

/* What DuckDB itself prints; NULL for a type that it cannot hand over as a single value. */
static duckdb_value single_value(duckdb_type id, duckdb_logical_type type, const void *data,
                                 size_t row) {
  switch (id) {
  case DUCKDB_TYPE_FLOAT: return duckdb_create_float(AT(float));
  case DUCKDB_TYPE_DOUBLE: return duckdb_create_double(AT(double));
  case DUCKDB_TYPE_HUGEINT: return duckdb_create_hugeint(AT(duckdb_hugeint));
  case DUCKDB_TYPE_UHUGEINT: return duckdb_create_uhugeint(AT(duckdb_uhugeint));
  case DUCKDB_TYPE_DECIMAL: return decimal_value(type, data, row);
  case DUCKDB_TYPE_UUID: return uuid_value(AT(duckdb_uhugeint));
  case DUCKDB_TYPE_BLOB:
  case DUCKDB_TYPE_BIT: return bytes_value(id, &AT(duckdb_string_t));
  default: return moment_value(id, data, row);
  }
}

static bool is_finite_number(duckdb_type id, const void *data, size_t row) {
  if (id == DUCKDB_TYPE_FLOAT) return isfinite(AT(float));
  if (id == DUCKDB_TYPE_DOUBLE) return isfinite(AT(double));
  return true;
}

static void print_single(struct ft_buffer *out, const struct style *style, duckdb_type id,
                         duckdb_logical_type type, const void *data, size_t row) {
  duckdb_value value = single_value(id, type, data, row);
  char *text = value ? duckdb_get_varchar(value) : NULL;
  struct ft_span span = text ? ft_span_of(text) : FT_SPAN("(not shown)");
  bool number = ft_duckdb_cell_kind(id) == FT_CELL_NUMBER && is_finite_number(id, data, row);
  if (style->json && !number) {
    json_string(out, span);
  } else {
    ft_buffer_append_text(out, span);
  }
  duckdb_free(text);
  if (value) duckdb_destroy_value(&value);
}

static void print_string(struct ft_buffer *out, const struct style *style, struct ft_span text,
                         bool nested) {
  if (style->json) {
    json_string(out, text);
  } else if (nested) {
    nested_string(out, text);
  } else {
    ft_buffer_append_text(out, text);
  }
}

static void print_list(struct ft_buffer *out, const struct style *style, duckdb_vector child,
                       duckdb_logical_type child_type, duckdb_list_entry entry) {
  ft_buffer_print(out, "%s", style->list_open);
  for (idx_t i = 0; i < entry.length; i++) {
    ft_buffer_print(out, i ? ", " : "");
    print_cell(out, style, child, child_type, entry.offset + i);
  }
  ft_buffer_print(out, "%s", style->list_close);
  duckdb_destroy_logical_type(&child_type);
}

static void print_struct(struct ft_buffer *out, const struct style *style, duckdb_vector vector,
                         duckdb_logical_type type, size_t row) {
  idx_t members = duckdb_struct_type_child_count(type);
  ft_buffer_print(out, "%s", style->struct_open);
  for (idx_t i = 0; i < members; i++) {
    char *name = duckdb_struct_type_child_name(type, i);
    duckdb_logical_type member = duckdb_struct_type_child_type(type, i);
    ft_buffer_print(out, i ? ", " : "");
    if (style->json) {
      json_string(out, ft_span_of(name));
    } else {
      ft_sql_string(out, ft_span_of(name));
    }
    ft_buffer_print(out, ": ");
    print_cell(out, style, duckdb_struct_vector_get_child(vector, i), member, row);
    duckdb_destroy_logical_type(&member);
    duckdb_free(name);
  }
  ft_buffer_print(out, "%s", style->struct_close);
}

/* A JSON object's key is a string, whatever the map's is. */
static void print_key(struct ft_buffer *out, const struct style *style, duckdb_vector keys,
                      duckdb_logical_type type, size_t row) {
  if (!style->json) {
    print_cell(out, style, keys, type, row);
    return;
  }
  struct ft_buffer key;
  ft_buffer_init(&key, out->maximum);
  ft_cell_text(&key, keys, type, row);
  json_string(out, ft_buffer_view(&key));
  ft_buffer_release(&key);
}

static void print_map(struct ft_buffer *out, const struct style *style, duckdb_vector vector,
                      duckdb_logical_type type, duckdb_list_entry entry) {
  duckdb_logical_type key = duckdb_map_type_key_type(type);
  duckdb_logical_type value = duckdb_map_type_value_type(type);
  duckdb_vector pairs = duckdb_list_vector_get_child(vector);
  duckdb_vector keys = duckdb_struct_vector_get_child(pairs, 0);
  duckdb_vector values = duckdb_struct_vector_get_child(pairs, 1);
  ft_buffer_print(out, "%s", style->map_open);
  for (idx_t i = 0; i < entry.length; i++) {
    ft_buffer_print(out, i ? ", " : "");
    print_key(out, style, keys, key, entry.offset + i);
    ft_buffer_print(out, "%s", style->map_mark);
    print_cell(out, style, values, value, entry.offset + i);
  }
  ft_buffer_print(out, "%s", style->map_close);
  duckdb_destroy_logical_type(&key);
  duckdb_destroy_logical_type(&value);
}

/* A union is a struct of a tag and its members. */
static void print_union(struct ft_buffer *out, const struct style *style, duckdb_vector vector,
                        duckdb_logical_type type, size_t row) {
  const uint8_t *tag = duckdb_vector_get_data(duckdb_struct_vector_get_child(vector, 0));
  if (tag[row] >= duckdb_union_type_member_count(type)) return;
  duckdb_logical_type member = duckdb_union_type_member_type(type, tag[row]);
  print_cell(out, style, duckdb_struct_vector_get_child(vector, (idx_t)tag[row] + 1), member, row);
  duckdb_destroy_logical_type(&member);
}

static void print_nested(struct ft_buffer *out, const struct style *style, duckdb_type id,
                         duckdb_vector vector, duckdb_logical_type type, size_t row) {
  const void *data = duckdb_vector_get_data(vector);
  idx_t size;
  switch (id) {
  case DUCKDB_TYPE_LIST:
    print_list(out, style, duckdb_list_vector_get_child(vector), duckdb_list_type_child_type(type),
               AT(duckdb_list_entry));
    return;
  case DUCKDB_TYPE_ARRAY:
    size = duckdb_array_type_array_size(type);
    print_list(out, style, duckdb_array_vector_get_child(vector),
               duckdb_array_type_child_type(type), (duckdb_list_entry){ row * size, size });
    return;
  case DUCKDB_TYPE_MAP: print_map(out, style, vector, type, AT(duckdb_list_entry)); return;
  case DUCKDB_TYPE_UNION: print_union(out, style, vector, type, row); return;
  default: print_struct(out, style, vector, type, row);
  }
}

static void print_enum(struct ft_buffer *out, const struct style *style, duckdb_logical_type type,
                       const void *data, size_t row, bool nested) {
  char *text =
      duckdb_enum_dictionary_value(type, small_index(duckdb_enum_internal_type(type), data, row));
  print_string(out, style, ft_span_of(text), nested);
  duckdb_free(text);
}

static void print_value(struct ft_buffer *out, const struct style *style, duckdb_vector vector,
                        duckdb_logical_type type, size_t row, bool nested) {
  duckdb_type id = duckdb_get_type_id(type);
  const void *data = duckdb_vector_get_data(vector);
  if (print_integer(out, id, data, row)) return;
  if (id == DUCKDB_TYPE_VARCHAR) {
    print_string(out, style, ft_duckdb_text(&AT(duckdb_string_t)), nested);
  } else if (id == DUCKDB_TYPE_BOOLEAN) {
    ft_buffer_print(out, AT(uint8_t) ? "true" : "false");
  } else if (id == DUCKDB_TYPE_ENUM) {
    print_enum(out, style, type, data, row, nested);
  } else if (ft_duckdb_cell_kind(id) == FT_CELL_NESTED) {
    print_nested(out, style, id, vector, type, row);
  } else {
    print_single(out, style, id, type, data, row);
  }
}

static void print_cell(struct ft_buffer *out, const struct style *style, duckdb_vector vector,
                       duckdb_logical_type type, size_t row) {
  if (!ft_cell_has(vector, row)) {
    ft_buffer_print(out, style->json ? "null" : "NULL");
  } else {
    print_value(out, style, vector, type, row, true);
  }
}

void ft_cell_text(struct ft_buffer *out, duckdb_vector vector, duckdb_logical_type type,
                  size_t row) {
  if (ft_cell_has(vector, row)) print_value(out, &text_style, vector, type, row, false);
}

void ft_cell_json(struct ft_buffer *out, duckdb_vector vector, duckdb_logical_type type,
                  size_t row) {
  print_cell(out, &json_style, vector, type, row);
}
