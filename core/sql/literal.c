#include "core/sql/literal.h"

#include <stdint.h>
#include <string.h>

/* Reads a body between quotes and writes what it says, which is never longer. */
struct body {
  const char *at, *end; /* what is left to read */
  char *out;            /* where the next byte goes */
  enum ft_token_kind kind;
};

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Up to `most` digits of a base that is a power of two; how many there were. */
static size_t read_digits(struct body *body, int base, size_t max, uint32_t *value) {
  size_t count = 0;
  *value = 0;
  for (; count < max && body->at < body->end; count++, body->at++) {
    int digit = hex_digit(*body->at);
    if (digit < 0 || digit >= base) break;
    *value = *value * (uint32_t)base + (uint32_t)digit;
  }
  return count;
}

static bool write_code_point(struct body *body, uint32_t code) {
  if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
  if (code < 0x80) {
    *body->out++ = (char)code;
    return true;
  }
  int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
  *body->out++ = (char)(lead[more] | code >> (6 * more));
  while (more-- > 0)
    *body->out++ = (char)(0x80 | ((code >> (6 * more)) & 0x3f));
  return true;
}

/* Behind the backslash of U&'…': another one, four digits, or + and six. */
static bool read_unicode_escape(struct body *body) {
  uint32_t code;
  if (body->at < body->end && *body->at == '\\') {
    *body->out++ = *body->at++;
    return true;
  }
  size_t digits = 4;
  if (body->at < body->end && *body->at == '+') {
    body->at++;
    digits = 6;
  }
  return read_digits(body, 16, digits, &code) == digits && write_code_point(body, code);
}

/* Behind the backslash of E'…'. */
static bool read_escape(struct body *body) {
  static const char letters[] = "bfnrtv", meanings[] = "\b\f\n\r\t\v";
  if (body->at == body->end) return false;
  uint32_t code;
  char c = *body->at;
  const char *letter = c ? strchr(letters, c) : NULL;
  if (c >= '0' && c <= '7') {
    read_digits(body, 8, 3, &code);
    *body->out++ = (char)code;
    return true;
  }
  body->at++;
  if (c == 'u' || c == 'U') {
    size_t digits = c == 'u' ? 4 : 8;
    return read_digits(body, 16, digits, &code) == digits && write_code_point(body, code);
  }
  if (c == 'x' && read_digits(body, 16, 2, &code) > 0)
    *body->out++ = (char)code;
  else
    *body->out++ = letter ? meanings[letter - letters] : c;
  return true;
}

/* A quote inside a body: doubled, or the end of a part; then the next part's quote follows. */
static void read_quote(struct body *body, char quote) {
  if (body->at < body->end && *body->at == quote) {
    *body->out++ = *body->at++;
    return;
  }
  while (body->at < body->end && *body->at != quote) {
    /* a comment between two parts may hold a quote */
    bool comment = *body->at == '-';
    while (comment && body->at < body->end && *body->at != '\n' && *body->at != '\r')
      body->at++;
    if (!comment) body->at++;
  }
  if (body->at < body->end) body->at++;
}

static bool decode_body(struct body *body, char quote) {
  while (body->at < body->end) {
    char c = *body->at++;
    bool fine = true;
    if (c == quote)
      read_quote(body, quote);
    else if (c == '\\' && body->kind == FT_TOKEN_ESCAPE_STRING)
      fine = read_escape(body);
    else if (c == '\\' &&
             (body->kind == FT_TOKEN_UNICODE_STRING || body->kind == FT_TOKEN_UNICODE_NAME))
      fine = read_unicode_escape(body);
    else
      *body->out++ = c;
    if (!fine) return false;
  }
  return true;
}

static struct ft_span dollar_body(struct ft_span text) {
  const char *second = memchr(text.data + 1, '$', text.size - 1);
  size_t tag = (size_t)(second - text.data) + 1;
  return (struct ft_span){ text.data + tag, text.size - 2 * tag };
}

static struct ft_span quoted_body(const struct ft_token *token) {
  size_t prefix = 1;
  if (token->kind == FT_TOKEN_ESCAPE_STRING) prefix = 2;
  if (token->kind == FT_TOKEN_UNICODE_STRING || token->kind == FT_TOKEN_UNICODE_NAME) prefix = 3;
  return (struct ft_span){ token->text.data + prefix, token->text.size - prefix - 1 };
}

static enum ft_status check_text(struct ft_span text, struct ft_error *err) {
  if (text.size && memchr(text.data, 0, text.size))
    return ft_fail(err, FT_INVALID, "a text holds a zero byte");
  if (!ft_span_is_utf8(text)) return ft_fail(err, FT_INVALID, "a text is not valid UTF-8");
  return FT_OK;
}

enum ft_status ft_literal_text(struct ft_span *out, struct ft_arena *arena,
                               const struct ft_token *token, struct ft_error *err) {
  struct ft_span text;
  if (token->kind == FT_TOKEN_DOLLAR_STRING) {
    text = dollar_body(token->text);
  } else {
    text = quoted_body(token);
    char quote = token->text.data[token->text.size - 1];
    if (text.size && (memchr(text.data, quote, text.size) || memchr(text.data, '\\', text.size))) {
      char *copy = FT_ARENA_NEW(arena, char, text.size);
      if (!copy) return ft_arena_fail(err, "the statement");
      struct body body = { text.data, text.data + text.size, copy, token->kind };
      if (!decode_body(&body, quote))
        return ft_fail(err, FT_INVALID, "a text holds an escape that is none");
      text = (struct ft_span){ copy, (size_t)(body.out - copy) };
    }
  }
  FT_TRY(check_text(text, err));
  *out = text;
  return FT_OK;
}

enum ft_status ft_literal_name(struct ft_span *out, struct ft_arena *arena,
                               const struct ft_token *token, struct ft_error *err) {
  if (token->kind != FT_TOKEN_WORD) {
    struct ft_span name;
    FT_TRY(ft_literal_text(&name, arena, token, err));
    if (name.size == 0) return ft_fail(err, FT_SYNTAX, "a name is empty");
    *out = name;
    return FT_OK;
  }
  FT_TRY(check_text(token->text, err));
  char *name = ft_arena_text(arena, token->text);
  if (!name) return ft_arena_fail(err, "the statement");
  for (size_t i = 0; i < token->text.size; i++)
    if (name[i] >= 'A' && name[i] <= 'Z') name[i] += 'a' - 'A';
  *out = (struct ft_span){ name, token->text.size };
  return FT_OK;
}
