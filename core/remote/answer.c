#include "core/remote/answer.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_BYTES 80 /* of a value in a message */

void ft_answer_clean(char *out, size_t room, struct ft_span words, struct ft_span secret) {
  size_t used = 0;
  bool blank = true; /* no blanks at the start, no two together */
  for (size_t i = 0; i < words.size && used + 1 < room; i++) {
    bool hidden = secret.size && words.size - i >= secret.size &&
                  memcmp(words.data + i, secret.data, secret.size) == 0;
    uint8_t byte = (uint8_t)words.data[i];
    if (hidden) i += secret.size - 1;
    bool white = !hidden && (byte <= ' ' || byte == 0x7f);
    if (white && blank) continue;
    out[used++] = white ? ' ' : hidden ? '*' : (char)byte;
    blank = white;
  }
  while (used && out[used - 1] == ' ')
    used--;
  /* A character cut in two goes; anything else that is not UTF-8 shows as '?'. */
  for (size_t cut = 0; cut < 4 && cut < used; cut++) {
    if (!ft_span_is_utf8((struct ft_span){ out, used - cut })) continue;
    used -= cut;
    break;
  }
  if (!ft_span_is_utf8((struct ft_span){ out, used }))
    for (size_t i = 0; i < used; i++)
      if ((uint8_t)out[i] >= 0x80) out[i] = '?';
  out[used] = '\0';
}

static enum ft_status fail_value(const struct ft_answer_form *form, size_t row, struct ft_span text,
                                 struct ft_error *err) {
  char shown[SHOWN_BYTES];
  ft_answer_clean(shown, sizeof shown, text, (struct ft_span){ NULL, 0 });
  return ft_fail(err, FT_DATA, "the server answered \"%s\" for row %zu, which is no %s", shown,
                 row + 1, form->json ? "JSON value" : ft_type_sql(form->type));
}

static bool read_boolean(struct ft_remote_value *value) {
  static const struct {
    const char *word;
    int64_t value;
  } words[] = { { "t", 1 }, { "true", 1 }, { "1", 1 }, { "f", 0 }, { "false", 0 }, { "0", 0 } };
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (!ft_span_equal_nocase(value->text, ft_span_of(words[i].word))) continue;
    value->integer = words[i].value;
    return true;
  }
  return false;
}

/* Digits, signs, and of a real the point and the exponent: nothing else that strtod would take. */
static bool copy_number(char copy[64], struct ft_span text, bool real) {
  if (text.size >= 64) return false;
  for (size_t i = 0; i < text.size; i++) {
    char byte = text.data[i];
    bool good = (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' ||
                (real && (byte == '.' || byte == 'e' || byte == 'E'));
    if (!good) return false;
    copy[i] = byte;
  }
  copy[text.size] = '\0';
  return true;
}

/* A server that computes in floating point writes a class as 1.0. */
static struct ft_span without_zeros(struct ft_span text) {
  const char *point = text.size ? memchr(text.data, '.', text.size) : NULL;
  if (!point || point == text.data) return text;
  for (const char *at = point + 1; at < text.data + text.size; at++)
    if (*at != '0') return text;
  return (struct ft_span){ text.data, (size_t)(point - text.data) };
}

static bool read_integer(struct ft_remote_value *value, enum ft_type type) {
  char copy[64], *end;
  if (!copy_number(copy, without_zeros(value->text), false)) return false;
  errno = 0;
  value->integer = strtoll(copy, &end, 10);
  int64_t limit = type == FT_INT16 ? INT16_MAX : type == FT_INT32 ? INT32_MAX : INT64_MAX;
  return end != copy && !*end && !errno && value->integer <= limit && value->integer >= -limit - 1;
}

static bool read_real(struct ft_remote_value *value) {
  static const char *const words[] = { "NaN",  "Infinity",  "inf", "-Infinity",
                                       "-inf", "+Infinity", "+inf" };
  char copy[64], *end;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    if (!ft_span_equal_nocase(value->text, ft_span_of(words[i]))) continue;
    value->real = strtod(words[i], NULL);
    return true;
  }
  if (!copy_number(copy, value->text, true)) return false;
  value->real = strtod(copy, &end);
  return end != copy && !*end;
}

static bool read_value(struct ft_remote_value *value, const struct ft_answer_form *form) {
  switch (form->type) {
  case FT_BOOL: return read_boolean(value);
  case FT_INT16:
  case FT_INT32:
  case FT_INT64: return read_integer(value, form->type);
  case FT_FLOAT32:
  case FT_FLOAT64: return read_real(value);
  case FT_DECIMAL: return read_real(value) && value->real - value->real == 0;
  default: return ft_span_is_utf8(value->text) && !memchr(value->text.data, 0, value->text.size);
  }
}

static bool is_json(struct ft_span text) {
  json_t *root = json_loadb(text.data ? text.data : "", text.size,
                            JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, NULL);
  json_decref(root);
  return root;
}

static enum ft_status put_value(struct ft_span text, size_t row, const struct ft_answer_form *form,
                                const struct ft_remote_output *output, struct ft_error *err) {
  struct ft_remote_value value = { .text = text };
  if (form->json || form->type != FT_TEXT) value.text = ft_span_trim(text);
  value.null = !form->json && !value.text.size;
  bool good = value.null || (form->json ? is_json(value.text) : read_value(&value, form));
  if (!good) return fail_value(form, row, text, err);
  return output->put(output->self, row, &value, err);
}

static struct ft_span take_line(struct ft_span *left) {
  const char *end = memchr(left->data, '\n', left->size);
  size_t size = end ? (size_t)(end - left->data) : left->size, past = end ? size + 1 : size;
  struct ft_span line = { left->data, size };
  *left = (struct ft_span){ left->data + past, left->size - past };
  if (size && line.data[size - 1] == '\r') line.size--;
  return line;
}

static size_t count_lines(struct ft_span body) {
  size_t lines = 0;
  while (body.size) {
    (void)take_line(&body);
    lines++;
  }
  return lines;
}

enum ft_status ft_answer_read(struct ft_span body, const struct ft_answer_form *form,
                              const struct ft_remote_output *output, struct ft_error *err) {
  if (form->json && !form->lines) return put_value(body, form->first, form, output, err);
  size_t lines = count_lines(body);
  /* One row whose value is NULL: the line's end may be missing, and then nothing is there. */
  bool nothing = !lines && form->rows == 1 && !form->json;
  if (lines != form->rows && !nothing)
    return ft_fail(err, FT_DATA, "the server answered %zu %s for %zu %s", lines,
                   lines == 1 ? "line" : "lines", form->rows, form->rows == 1 ? "row" : "rows");
  for (size_t i = 0; i < form->rows; i++) {
    struct ft_span line = body.size ? take_line(&body) : (struct ft_span){ "", 0 };
    FT_TRY(put_value(line, form->first + i, form, output, err));
  }
  return FT_OK;
}
