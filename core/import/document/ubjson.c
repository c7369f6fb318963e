/* UBJSON, draft 12, as XGBoost writes it. Numbers are big-endian. */
#include <string.h>

#include "core/import/document/document.h"
#include "core/import/document/stack.h"

struct reading {
  struct ft_arena *arena;
  const uint8_t *data;
  size_t left;
  struct ft_element_stack stack;
  struct ft_error *err;
};

static enum ft_status fail(struct reading *reading, const char *what) {
  return ft_fail(reading->err, FT_CORRUPT, "the UBJSON file: %s, %zu bytes before its end", what,
                 reading->left);
}

/* Bytes of a number with that mark; 0: it marks no number. */
static size_t width_of(char mark) {
  switch (mark) {
  case 'i':
  case 'U': return 1;
  case 'I': return 2;
  case 'l':
  case 'd': return 4;
  case 'L':
  case 'D': return 8;
  default: return 0;
  }
}

static bool take(struct reading *reading, char mark) {
  if (!reading->left || *reading->data != (uint8_t)mark) return false;
  reading->data++;
  reading->left--;
  return true;
}

static const uint8_t *take_bytes(struct reading *reading, size_t bytes) {
  const uint8_t *data = reading->data;
  if (bytes > reading->left) return NULL;
  reading->data += bytes;
  reading->left -= bytes;
  return data;
}

static enum ft_status take_mark(struct reading *reading, char *out) {
  while (take(reading, 'N'))
    continue; /* no-op */
  const uint8_t *byte = take_bytes(reading, 1);
  if (!byte) return fail(reading, "it is cut short");
  *out = (char)*byte;
  return FT_OK;
}

static enum ft_status read_number(struct reading *reading, char mark, double *out) {
  size_t bytes = width_of(mark);
  const uint8_t *data = bytes ? take_bytes(reading, bytes) : NULL;
  if (!data) return fail(reading, bytes ? "it is cut short" : "a number was expected");
  struct ft_element packed = { .kind = FT_ELEMENT_NUMBERS, .width = mark, .count = 1 };
  packed.of.number = data;
  *out = ft_element_number(&packed, 0);
  return FT_OK;
}

/* A length or count of things of at least `bytes` each. */
static enum ft_status read_count(struct reading *reading, size_t bytes, size_t *out) {
  char mark = 0;
  double count = 0;
  FT_TRY(take_mark(reading, &mark));
  FT_TRY(read_number(reading, mark, &count));
  if (!(count >= 0) || mark == 'd' || mark == 'D') return fail(reading, "a count that is none");
  if (count > (double)(reading->left / bytes)) return fail(reading, "a count beyond its end");
  *out = (size_t)count;
  return FT_OK;
}

static enum ft_status read_text(struct reading *reading, struct ft_span *out) {
  size_t size = 0;
  FT_TRY(read_count(reading, 1, &size));
  *out = (struct ft_span){ (const char *)take_bytes(reading, size), size };
  if (!ft_span_is_utf8(*out)) return fail(reading, "a text that is not UTF-8");
  return FT_OK;
}

static enum ft_status read_value(struct reading *reading, char mark, struct ft_element *out,
                                 int depth);

/* [$d#L… and then the numbers, one after another. */
static enum ft_status read_packed(struct reading *reading, struct ft_element *out) {
  char mark = 0;
  size_t count = 0;
  FT_TRY(take_mark(reading, &mark));
  size_t bytes = width_of(mark);
  if (!bytes || !take(reading, '#')) return fail(reading, "a list of no known type");
  FT_TRY(read_count(reading, bytes, &count));
  *out = (struct ft_element){ .kind = FT_ELEMENT_NUMBERS, .width = mark, .count = count };
  out->of.number = take_bytes(reading, count * bytes);
  return FT_OK;
}

static enum ft_status read_list(struct reading *reading, struct ft_element *out, int depth) {
  if (take(reading, '$')) return read_packed(reading, out);
  struct ft_element_mark open = ft_element_stack_mark(&reading->stack);
  bool counted = take(reading, '#');
  size_t count = SIZE_MAX;
  if (counted) FT_TRY(read_count(reading, 1, &count));
  while (open.count < count && (counted || !take(reading, ']'))) {
    struct ft_element item;
    char mark = 0;
    FT_TRY(take_mark(reading, &mark));
    FT_TRY(read_value(reading, mark, &item, depth));
    FT_TRY(ft_element_stack_push(&reading->stack, &open, &item, reading->err));
  }
  return ft_element_stack_pop_list(out, &reading->stack, &open, reading->arena, reading->err);
}

static enum ft_status read_object(struct reading *reading, struct ft_element *out, int depth) {
  struct ft_element_mark open = ft_element_stack_mark(&reading->stack);
  bool counted = take(reading, '#');
  size_t count = SIZE_MAX;
  if (counted) FT_TRY(read_count(reading, 1, &count));
  while (open.count < count && (counted || !take(reading, '}'))) {
    struct ft_object_member member = { .name = { NULL, 0 } };
    char mark = 0;
    FT_TRY(read_text(reading, &member.name));
    FT_TRY(take_mark(reading, &mark));
    FT_TRY(read_value(reading, mark, &member.value, depth));
    FT_TRY(ft_element_stack_push_member(&reading->stack, &open, &member, reading->err));
  }
  return ft_element_stack_pop_object(out, &reading->stack, &open, reading->arena, reading->err);
}

static enum ft_status read_value(struct reading *reading, char mark, struct ft_element *out,
                                 int depth) {
  if (depth >= FT_DOCUMENT_MAX_DEPTH) return fail(reading, "it is nested too deep");
  switch (mark) {
  case '{': return read_object(reading, out, depth + 1);
  case '[': return read_list(reading, out, depth + 1);
  case 'S':
    *out = (struct ft_element){ .kind = FT_ELEMENT_TEXT };
    return read_text(reading, &out->text);
  case 'Z': *out = (struct ft_element){ .kind = FT_ELEMENT_NULL }; return FT_OK;
  case 'T':
  case 'F':
    *out = (struct ft_element){ .kind = FT_ELEMENT_NUMBER, .number = mark == 'T' };
    return FT_OK;
  default:
    *out = (struct ft_element){ .kind = FT_ELEMENT_NUMBER };
    return read_number(reading, mark, &out->number);
  }
}

enum ft_status ft_ubjson_read(struct ft_element *out, struct ft_arena *arena, struct ft_span bytes,
                              struct ft_error *err) {
  struct reading reading = { .arena = arena,
                             .data = (const uint8_t *)bytes.data,
                             .left = bytes.size,
                             .err = err };
  struct ft_element whole;
  char mark = 0;
  ft_element_stack_init(&reading.stack);
  enum ft_status status = take_mark(&reading, &mark);
  if (status == FT_OK) status = read_value(&reading, mark, &whole, 0);
  ft_element_stack_release(&reading.stack);
  FT_TRY(status);
  if (reading.left) return fail(&reading, "something follows the value");
  *out = whole;
  return FT_OK;
}
