/* JSON, with NaN and Infinity as XGBoost and Python write them. */
#include <string.h>

#include "core/import/document/character.h"
#include "core/import/document/decimal.h"
#include "core/import/document/document.h"
#include "core/import/document/stack.h"

struct reading {
  struct ft_arena *arena;
  struct ft_span text;
  size_t at;
  struct ft_element_stack stack;
  struct ft_error *err;
};

static enum ft_status fail(struct reading *reading, const char *what) {
  return ft_fail(reading->err, FT_CORRUPT, "byte %zu of the JSON text: %s", reading->at + 1, what);
}

static char peek(const struct reading *reading) {
  return reading->at < reading->text.size ? reading->text.data[reading->at] : 0;
}

static void skip_space(struct reading *reading) {
  for (char byte = peek(reading); byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
       byte = peek(reading))
    reading->at++;
}

static bool take(struct reading *reading, char byte) {
  skip_space(reading);
  if (peek(reading) != byte || reading->at >= reading->text.size) return false;
  reading->at++;
  return true;
}

/* The four digits of \uXXXX; negative: they are not there. */
static int take_hex(struct reading *reading) {
  int value = 0;
  for (int i = 0; i < 4; i++) {
    int digit = ft_character_hex(peek(reading));
    if (digit < 0) return -1;
    value = value * 16 + digit;
    reading->at++;
  }
  return value;
}

/* After \u; a pair of surrogates is one character. */
static enum ft_status take_unicode(struct reading *reading, uint32_t *code) {
  int high = take_hex(reading), low;
  if (high < 0) return fail(reading, "four hexadecimal digits are missing");
  *code = (uint32_t)high;
  if (high < 0xd800 || high > 0xdfff) return FT_OK;
  if (high > 0xdbff || peek(reading) != '\\') return fail(reading, "half a character");
  reading->at++;
  if (peek(reading) != 'u') return fail(reading, "half a character");
  reading->at++;
  low = take_hex(reading);
  if (low < 0xdc00 || low > 0xdfff) return fail(reading, "half a character");
  *code = 0x10000 + ((*code - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
  return FT_OK;
}

static enum ft_status take_escape(struct reading *reading, char *to, size_t *used) {
  static const char mark[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
  char byte = peek(reading);
  reading->at++;
  if (byte == 'u') {
    uint32_t code = 0;
    FT_TRY(take_unicode(reading, &code));
    *used += ft_character_put(to + *used, code);
    return FT_OK;
  }
  const char *found = byte ? strchr(mark, byte) : NULL;
  if (!found) return fail(reading, "an unknown escape");
  to[(*used)++] = meant[found - mark];
  return FT_OK;
}

/* The text from the byte behind its first quote on; `size` bytes up to its last one. An escape is
 * never shorter than what it means. */
static enum ft_status unescape(struct reading *reading, struct ft_span *out, size_t size) {
  size_t end = reading->at + size, used = 0;
  char *to = FT_ARENA_NEW(reading->arena, char, size + 1);
  if (!to) return ft_arena_fail(reading->err, "the file");
  while (reading->at < end) {
    char byte = reading->text.data[reading->at++];
    if (byte == '\\')
      FT_TRY(take_escape(reading, to, &used));
    else
      to[used++] = byte;
  }
  *out = (struct ft_span){ to, used };
  return FT_OK;
}

static enum ft_status read_text(struct reading *reading, struct ft_span *out) {
  size_t first = reading->at, end = first;
  bool escaped = false;
  const char *data = reading->text.data;
  for (; end < reading->text.size && data[end] != '"'; end++) {
    if ((unsigned char)data[end] < 0x20) break;
    if (data[end] == '\\') {
      escaped = true;
      end++;
    }
  }
  if (end >= reading->text.size || data[end] != '"') return fail(reading, "a text without its end");
  *out = (struct ft_span){ data + first, end - first };
  if (escaped) FT_TRY(unescape(reading, out, end - first));
  reading->at = end + 1;
  if (!ft_span_is_utf8(*out)) return fail(reading, "a text that is not UTF-8");
  return FT_OK;
}

static bool take_word(struct reading *reading, const char *word) {
  size_t size = strlen(word);
  struct ft_span left = { reading->text.data + reading->at, reading->text.size - reading->at };
  if (left.size < size || memcmp(left.data, word, size) != 0) return false;
  reading->at += size;
  return true;
}

/* A number, true, false, null. */
static enum ft_status read_plain(struct reading *reading, struct ft_element *out) {
  struct ft_span left = { reading->text.data + reading->at, reading->text.size - reading->at };
  double number = 0;
  size_t size = ft_decimal_read(&number, left);
  bool yes = !size && take_word(reading, "true");
  bool no = !size && !yes && take_word(reading, "false");
  reading->at += size;
  if (size || yes || no) {
    *out = (struct ft_element){ .kind = FT_ELEMENT_NUMBER, .number = yes ? 1 : number };
    return FT_OK;
  }
  if (!take_word(reading, "null")) return fail(reading, "a value was expected");
  *out = (struct ft_element){ .kind = FT_ELEMENT_NULL };
  return FT_OK;
}

static enum ft_status read_value(struct reading *reading, struct ft_element *out, int depth);

static enum ft_status read_list(struct reading *reading, struct ft_element *out, int depth) {
  struct ft_element_mark mark = ft_element_stack_mark(&reading->stack);
  struct ft_element item;
  if (!take(reading, ']')) {
    do {
      FT_TRY(read_value(reading, &item, depth));
      FT_TRY(ft_element_stack_push(&reading->stack, &mark, &item, reading->err));
    } while (take(reading, ','));
    if (!take(reading, ']')) return fail(reading, "a list without its end");
  }
  return ft_element_stack_pop_list(out, &reading->stack, &mark, reading->arena, reading->err);
}

static enum ft_status read_object(struct reading *reading, struct ft_element *out, int depth) {
  struct ft_element_mark mark = ft_element_stack_mark(&reading->stack);
  if (!take(reading, '}')) {
    do {
      struct ft_object_member member = { .name = { NULL, 0 } };
      if (!take(reading, '"')) return fail(reading, "a name was expected");
      FT_TRY(read_text(reading, &member.name));
      if (!take(reading, ':')) return fail(reading, "a colon was expected");
      FT_TRY(read_value(reading, &member.value, depth));
      FT_TRY(ft_element_stack_push_member(&reading->stack, &mark, &member, reading->err));
    } while (take(reading, ','));
    if (!take(reading, '}')) return fail(reading, "an object without its end");
  }
  return ft_element_stack_pop_object(out, &reading->stack, &mark, reading->arena, reading->err);
}

static enum ft_status read_value(struct reading *reading, struct ft_element *out, int depth) {
  if (depth >= FT_DOCUMENT_MAX_DEPTH) return fail(reading, "it is nested too deep");
  if (take(reading, '{')) return read_object(reading, out, depth + 1);
  if (take(reading, '[')) return read_list(reading, out, depth + 1);
  if (!take(reading, '"')) return read_plain(reading, out);
  *out = (struct ft_element){ .kind = FT_ELEMENT_TEXT };
  return read_text(reading, &out->text);
}

enum ft_status ft_json_read(struct ft_element *out, struct ft_arena *arena, struct ft_span bytes,
                            struct ft_error *err) {
  struct reading reading = { .arena = arena, .text = bytes, .err = err };
  struct ft_element whole;
  if (bytes.size >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0)
    reading.at = 3; /* a byte order mark */
  ft_element_stack_init(&reading.stack);
  enum ft_status status = read_value(&reading, &whole, 0);
  ft_element_stack_release(&reading.stack);
  FT_TRY(status);
  skip_space(&reading);
  if (reading.at != bytes.size) return fail(&reading, "something follows the value");
  *out = whole;
  return FT_OK;
}
