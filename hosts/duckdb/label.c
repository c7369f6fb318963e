#include "hosts/duckdb/label.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "foretell/buffer.h"
#include "hosts/duckdb/type_name.h"

duckdb_type ft_label_type(enum ft_problem problem, enum ft_type target) {
  if (problem == FT_REGRESSION) return DUCKDB_TYPE_DOUBLE;
  bool native = target == FT_BOOL || (ft_type_is_numeric(target) && target != FT_DECIMAL);
  return native ? ft_duckdb_type_of(target) : DUCKDB_TYPE_VARCHAR;
}

static bool read_boolean(uint8_t *out, struct ft_span text) {
  static const struct {
    const char *word;
    uint8_t value;
  } words[] = { { "true", 1 }, { "t", 1 }, { "1", 1 }, { "false", 0 }, { "f", 0 }, { "0", 0 } };
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (!ft_span_equal_nocase(text, ft_span_of(words[i].word))) continue;
    *out = words[i].value;
    return true;
  }
  return false;
}

static bool read_integer(int64_t *out, duckdb_type type, const char *text) {
  char *end;
  errno = 0;
  *out = strtoll(text, &end, 10);
  int64_t limit = type == DUCKDB_TYPE_SMALLINT  ? INT16_MAX
                  : type == DUCKDB_TYPE_INTEGER ? INT32_MAX
                                                : INT64_MAX;
  return *end == 0 && errno == 0 && *out <= limit && *out >= -limit - 1;
}

static bool read_real(double *out, duckdb_type type, const char *text) {
  char *end;
  *out = strtod(text, &end);
  if (type == DUCKDB_TYPE_FLOAT) *out = (double)(float)*out;
  return *end == 0 && isfinite(*out);
}

/* A label's text in the type that is returned; false when it is none of that type. */
static bool read_value(union ft_label *out, duckdb_type type, struct ft_span text) {
  char copy[400]; /* a double in plain digits has at most 1 + 309 + … of them */
  if (type == DUCKDB_TYPE_VARCHAR) return true;
  if (type == DUCKDB_TYPE_BOOLEAN) return read_boolean(&out->boolean, text);
  if (!text.size || text.size >= sizeof copy) return false;
  memcpy(copy, text.data, text.size);
  copy[text.size] = 0;
  bool real = type == DUCKDB_TYPE_DOUBLE || type == DUCKDB_TYPE_FLOAT;
  return real ? read_real(&out->real, type, copy) : read_integer(&out->integer, type, copy);
}

enum ft_status ft_labels_init(struct ft_labels *labels, const struct ft_plan *plan,
                              const char *model, struct ft_error *err) {
  enum ft_type target = ft_plan_target(plan)->type;
  struct ft_labels made = { .plan = plan,
                            .type = ft_label_type(ft_plan_problem(plan), target),
                            .count = ft_plan_labels(plan) };
  made.value = calloc(made.count ? made.count : 1, sizeof *made.value);
  if (!made.value) return ft_fail(err, FT_NOMEM, "out of memory for a call of a model");
  for (size_t i = 0; i < made.count; i++) {
    struct ft_span text = ft_plan_label(plan, i);
    if (read_value(&made.value[i], made.type, text)) continue;
    free(made.value);
    return ft_fail(err, FT_CORRUPT, "model \"%s\" cannot be used: its label \"%.*s\" is no %s",
                   model, FT_SPAN_ARG(text), ft_type_sql(target));
  }
  *labels = made;
  return FT_OK;
}

void ft_labels_release(struct ft_labels *labels) {
  free(labels->value);
  *labels = (struct ft_labels){ 0 };
}

void ft_label_write(const struct ft_labels *labels, size_t label, duckdb_vector vector, void *data,
                    size_t row) {
  const union ft_label *value = &labels->value[label];
  struct ft_span text;
  switch (labels->type) {
  case DUCKDB_TYPE_BOOLEAN: ((uint8_t *)data)[row] = value->boolean; break;
  case DUCKDB_TYPE_SMALLINT: ((int16_t *)data)[row] = (int16_t)value->integer; break;
  case DUCKDB_TYPE_INTEGER: ((int32_t *)data)[row] = (int32_t)value->integer; break;
  case DUCKDB_TYPE_BIGINT: ((int64_t *)data)[row] = value->integer; break;
  case DUCKDB_TYPE_FLOAT: ((float *)data)[row] = (float)value->real; break;
  case DUCKDB_TYPE_DOUBLE: ((double *)data)[row] = value->real; break;
  default:
    text = ft_plan_label(labels->plan, label);
    duckdb_vector_assign_string_element_len(vector, row, text.data ? text.data : "", text.size);
  }
}

static bool is_same(const struct ft_labels *labels, size_t label, const union ft_label *value,
                    struct ft_span text) {
  const union ft_label *own = &labels->value[label];
  switch (labels->type) {
  case DUCKDB_TYPE_VARCHAR: return ft_span_equal(ft_plan_label(labels->plan, label), text);
  case DUCKDB_TYPE_BOOLEAN: return own->boolean == value->boolean;
  case DUCKDB_TYPE_FLOAT:
  case DUCKDB_TYPE_DOUBLE: return own->real == value->real;
  default: return own->integer == value->integer;
  }
}

static enum ft_status fail_class(const struct ft_labels *labels, struct ft_span text,
                                 const char *model, struct ft_error *err) {
  struct ft_buffer caller;
  ft_buffer_init(&caller, 1 << 16);
  ft_buffer_print(&caller, "model \"%s\"", model);
  ft_buffer_u8(&caller, 0);
  ft_plan_fail_class(labels->plan, text, (const char *)caller.data, err);
  ft_buffer_release(&caller);
  return FT_INVALID;
}

enum ft_status ft_label_find(uint32_t *out, const struct ft_labels *labels, struct ft_span text,
                             const char *model, struct ft_error *err) {
  union ft_label value = { 0 };
  if (!read_value(&value, labels->type, text)) return fail_class(labels, text, model, err);
  for (size_t i = 0; i < labels->count; i++) {
    if (!is_same(labels, i, &value, text)) continue;
    *out = (uint32_t)i;
    return FT_OK;
  }
  return fail_class(labels, text, model, err);
}
