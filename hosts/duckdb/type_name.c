#include "hosts/duckdb/type_name.h"

#include "hosts/duckdb/session.h"

/* DuckDB's type, its name, carried type, how a cell prints */
static const struct {
  const char *name;
  enum ft_type carried;
  enum ft_cell_kind cell;
} type_table[] = {
  [DUCKDB_TYPE_BOOLEAN] = { "BOOLEAN", FT_BOOL, FT_CELL_BOOL },
  [DUCKDB_TYPE_TINYINT] = { "TINYINT", FT_INT16, FT_CELL_NUMBER },
  [DUCKDB_TYPE_SMALLINT] = { "SMALLINT", FT_INT16, FT_CELL_NUMBER },
  [DUCKDB_TYPE_INTEGER] = { "INTEGER", FT_INT32, FT_CELL_NUMBER },
  [DUCKDB_TYPE_BIGINT] = { "BIGINT", FT_INT64, FT_CELL_NUMBER },
  [DUCKDB_TYPE_UTINYINT] = { "UTINYINT", FT_INT16, FT_CELL_NUMBER },
  [DUCKDB_TYPE_USMALLINT] = { "USMALLINT", FT_INT32, FT_CELL_NUMBER },
  [DUCKDB_TYPE_UINTEGER] = { "UINTEGER", FT_INT64, FT_CELL_NUMBER },
  [DUCKDB_TYPE_UBIGINT] = { "UBIGINT", FT_DECIMAL, FT_CELL_NUMBER },
  [DUCKDB_TYPE_HUGEINT] = { "HUGEINT", FT_DECIMAL, FT_CELL_NUMBER },
  [DUCKDB_TYPE_UHUGEINT] = { "UHUGEINT", FT_DECIMAL, FT_CELL_NUMBER },
  [DUCKDB_TYPE_DECIMAL] = { "DECIMAL", FT_DECIMAL, FT_CELL_NUMBER },
  [DUCKDB_TYPE_FLOAT] = { "FLOAT", FT_FLOAT32, FT_CELL_NUMBER },
  [DUCKDB_TYPE_DOUBLE] = { "DOUBLE", FT_FLOAT64, FT_CELL_NUMBER },
  [DUCKDB_TYPE_VARCHAR] = { "VARCHAR", FT_TEXT, FT_CELL_TEXT },
  [DUCKDB_TYPE_ENUM] = { "ENUM", FT_TEXT, FT_CELL_TEXT },
  [DUCKDB_TYPE_UUID] = { "UUID", FT_TEXT, FT_CELL_TEXT },
  [DUCKDB_TYPE_DATE] = { "DATE", FT_DATE, FT_CELL_TEXT },
  [DUCKDB_TYPE_TIME] = { "TIME", FT_TIME, FT_CELL_TEXT },
  [DUCKDB_TYPE_TIME_TZ] = { "TIME WITH TIME ZONE", FT_TIME, FT_CELL_TEXT },
  [DUCKDB_TYPE_TIME_NS] = { "TIME_NS", FT_TIME, FT_CELL_TEXT },
  [DUCKDB_TYPE_TIMESTAMP] = { "TIMESTAMP", FT_TIMESTAMP, FT_CELL_TEXT },
  [DUCKDB_TYPE_TIMESTAMP_S] = { "TIMESTAMP_S", FT_TIMESTAMP, FT_CELL_TEXT },
  [DUCKDB_TYPE_TIMESTAMP_MS] = { "TIMESTAMP_MS", FT_TIMESTAMP, FT_CELL_TEXT },
  [DUCKDB_TYPE_TIMESTAMP_NS] = { "TIMESTAMP_NS", FT_TIMESTAMP, FT_CELL_TEXT },
  [DUCKDB_TYPE_TIMESTAMP_TZ] = { "TIMESTAMP WITH TIME ZONE", FT_TIMESTAMPTZ, FT_CELL_TEXT },
  [DUCKDB_TYPE_TIMESTAMP_TZ_NS] = { "TIMESTAMP_NS WITH TIME ZONE", FT_TYPE_NONE, FT_CELL_TEXT },
  [DUCKDB_TYPE_INTERVAL] = { "INTERVAL", FT_TYPE_NONE, FT_CELL_TEXT },
  [DUCKDB_TYPE_BLOB] = { "BLOB", FT_TYPE_NONE, FT_CELL_TEXT },
  [DUCKDB_TYPE_BIT] = { "BIT", FT_TYPE_NONE, FT_CELL_TEXT },
  [DUCKDB_TYPE_BIGNUM] = { "BIGNUM", FT_TYPE_NONE, FT_CELL_TEXT },
  [DUCKDB_TYPE_SQLNULL] = { "NULL", FT_TYPE_NONE, FT_CELL_TEXT },
  [DUCKDB_TYPE_LIST] = { "LIST", FT_TYPE_NONE, FT_CELL_NESTED },
  [DUCKDB_TYPE_ARRAY] = { "ARRAY", FT_TYPE_NONE, FT_CELL_NESTED },
  [DUCKDB_TYPE_STRUCT] = { "STRUCT", FT_TYPE_NONE, FT_CELL_NESTED },
  [DUCKDB_TYPE_MAP] = { "MAP", FT_TYPE_NONE, FT_CELL_NESTED },
  [DUCKDB_TYPE_UNION] = { "UNION", FT_TYPE_NONE, FT_CELL_NESTED },
  [DUCKDB_TYPE_GEOMETRY] = { "GEOMETRY", FT_TYPE_NONE, FT_CELL_TEXT },
  [DUCKDB_TYPE_VARIANT] = { "VARIANT", FT_TYPE_NONE, FT_CELL_TEXT },
};
#define TYPES (sizeof type_table / sizeof type_table[0])

static const struct {
  duckdb_type type;
  const char *name;
} carried_table[FT_TYPE_COUNT] = {
  [FT_BOOL] = { DUCKDB_TYPE_BOOLEAN, "BOOLEAN" },
  [FT_INT16] = { DUCKDB_TYPE_SMALLINT, "SMALLINT" },
  [FT_INT32] = { DUCKDB_TYPE_INTEGER, "INTEGER" },
  [FT_INT64] = { DUCKDB_TYPE_BIGINT, "BIGINT" },
  [FT_FLOAT32] = { DUCKDB_TYPE_FLOAT, "FLOAT" },
  [FT_FLOAT64] = { DUCKDB_TYPE_DOUBLE, "DOUBLE" },
  [FT_DECIMAL] = { DUCKDB_TYPE_DOUBLE, "DOUBLE" },
  [FT_TEXT] = { DUCKDB_TYPE_VARCHAR, "VARCHAR" },
  [FT_DATE] = { DUCKDB_TYPE_DATE, "DATE" },
  [FT_TIME] = { DUCKDB_TYPE_TIME, "TIME" },
  [FT_TIMESTAMP] = { DUCKDB_TYPE_TIMESTAMP, "TIMESTAMP" },
  [FT_TIMESTAMPTZ] = { DUCKDB_TYPE_TIMESTAMP_TZ, "TIMESTAMPTZ" },
};

enum ft_type ft_duckdb_carried(duckdb_type type) {
  return (size_t)type < TYPES ? type_table[type].carried : FT_TYPE_NONE;
}

enum ft_cell_kind ft_duckdb_cell_kind(duckdb_type type) {
  return (size_t)type < TYPES ? type_table[type].cell : FT_CELL_TEXT;
}

duckdb_type ft_duckdb_type_of(enum ft_type type) {
  return carried_table[type].type;
}

const char *ft_duckdb_cast_name(enum ft_type type) {
  return carried_table[type].name;
}

/* A type that is ours to destroy, named and destroyed. */
static void name_owned(struct ft_buffer *out, duckdb_logical_type type) {
  ft_duckdb_type_name(out, type);
  duckdb_destroy_logical_type(&type);
}

static void name_enum(struct ft_buffer *out, duckdb_logical_type type) {
  uint32_t values = duckdb_enum_dictionary_size(type);
  ft_buffer_print(out, "ENUM(");
  for (uint32_t i = 0; i < values; i++) {
    char *value = duckdb_enum_dictionary_value(type, i);
    ft_buffer_print(out, i ? ", " : "");
    ft_sql_string(out, ft_span_of(value));
    duckdb_free(value);
  }
  ft_buffer_print(out, ")");
}

static bool is_plain_name(struct ft_span name) {
  for (size_t i = 0; i < name.size; i++) {
    char byte = name.data[i];
    bool letter = (byte >= 'a' && byte <= 'z') || byte == '_';
    if (!letter && !(i && byte >= '0' && byte <= '9')) return false;
  }
  return name.size > 0;
}

static void name_member(struct ft_buffer *out, idx_t index, char *name, duckdb_logical_type type) {
  ft_buffer_print(out, index ? ", " : "");
  if (is_plain_name(ft_span_of(name))) {
    ft_buffer_append_text(out, ft_span_of(name));
  } else {
    ft_sql_name(out, ft_span_of(name));
  }
  duckdb_free(name);
  ft_buffer_print(out, " ");
  name_owned(out, type);
}

static void name_members(struct ft_buffer *out, duckdb_logical_type type, duckdb_type id) {
  bool is_struct = id == DUCKDB_TYPE_STRUCT;
  idx_t members =
      is_struct ? duckdb_struct_type_child_count(type) : duckdb_union_type_member_count(type);
  ft_buffer_print(out, is_struct ? "STRUCT(" : "UNION(");
  for (idx_t i = 0; i < members; i++) {
    if (is_struct) {
      name_member(out, i, duckdb_struct_type_child_name(type, i),
                  duckdb_struct_type_child_type(type, i));
    } else {
      name_member(out, i, duckdb_union_type_member_name(type, i),
                  duckdb_union_type_member_type(type, i));
    }
  }
  ft_buffer_print(out, ")");
}

static void name_nested(struct ft_buffer *out, duckdb_logical_type type, duckdb_type id) {
  switch (id) {
  case DUCKDB_TYPE_LIST:
    name_owned(out, duckdb_list_type_child_type(type));
    ft_buffer_print(out, "[]");
    return;
  case DUCKDB_TYPE_ARRAY:
    name_owned(out, duckdb_array_type_child_type(type));
    ft_buffer_print(out, "[%llu]", (unsigned long long)duckdb_array_type_array_size(type));
    return;
  case DUCKDB_TYPE_MAP:
    ft_buffer_print(out, "MAP(");
    name_owned(out, duckdb_map_type_key_type(type));
    ft_buffer_print(out, ", ");
    name_owned(out, duckdb_map_type_value_type(type));
    ft_buffer_print(out, ")");
    return;
  default: name_members(out, type, id);
  }
}

void ft_duckdb_type_name(struct ft_buffer *out, duckdb_logical_type type) {
  duckdb_type id = duckdb_get_type_id(type);
  char *alias = duckdb_logical_type_get_alias(type);
  if (alias && id != DUCKDB_TYPE_ENUM) { /* JSON, a type of the user's own */
    ft_buffer_append_text(out, ft_span_of(alias));
  } else if (id == DUCKDB_TYPE_DECIMAL) {
    ft_buffer_print(out, "DECIMAL(%u,%u)", duckdb_decimal_width(type), duckdb_decimal_scale(type));
  } else if (id == DUCKDB_TYPE_ENUM) {
    name_enum(out, type);
  } else if (ft_duckdb_cell_kind(id) == FT_CELL_NESTED) {
    name_nested(out, type, id);
  } else {
    bool known = (size_t)id < TYPES && type_table[id].name;
    ft_buffer_print(out, "%s", known ? type_table[id].name : "UNKNOWN");
  }
  duckdb_free(alias);
}
