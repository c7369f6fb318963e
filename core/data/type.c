#include "foretell/type.h"

struct type_row {
  size_t bytes;
  const char *internal;
  const char *sql;
  bool numeric;
  bool temporal;
};

static const struct type_row type_table[FT_TYPE_COUNT] = {
  [FT_TYPE_NONE] = { 0, "", "", false, false },
#define TYPE_ROW(name, bytes, internal, sql, numeric, temporal) \
  [FT_##name] = { bytes, internal, sql, numeric, temporal },
  FT_TYPE_TABLE(TYPE_ROW)
#undef TYPE_ROW
};

static const struct type_row *row_of(enum ft_type type) {
  return &type_table[(unsigned)type < FT_TYPE_COUNT ? type : FT_TYPE_NONE];
}

size_t ft_type_bytes(enum ft_type type) {
  return row_of(type)->bytes;
}

const char *ft_type_internal(enum ft_type type) {
  return row_of(type)->internal;
}

const char *ft_type_sql(enum ft_type type) {
  return row_of(type)->sql;
}

bool ft_type_is_numeric(enum ft_type type) {
  return row_of(type)->numeric;
}

bool ft_type_is_temporal(enum ft_type type) {
  return row_of(type)->temporal;
}

enum ft_type ft_type_by_internal(struct ft_span name) {
  for (int type = FT_TYPE_NONE + 1; type < FT_TYPE_COUNT; type++)
    if (ft_span_equal(name, ft_span_of(type_table[type].internal))) return (enum ft_type)type;
  return FT_TYPE_NONE;
}
