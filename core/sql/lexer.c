#include "core/sql/lexer.h"

#include <stdint.h>
#include <string.h>

#define NOT_CLOSED SIZE_MAX

static int byte_at(const struct ft_lexer *lexer, size_t at) {
  return at < lexer->text.size ? (unsigned char)lexer->text.data[at] : -1;
}

static bool is_digit(int c) {
  return c >= '0' && c <= '9';
}

static bool starts_word(int c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

/* Bytes of the Unicode space at `at`, 0 when there is none: pasted statements are full of them, and
 * DuckDB reads them as spaces. */
static size_t unicode_space(const struct ft_lexer *lexer, size_t at) {
  static const struct {
    unsigned char first, second, low, high; /* high 0: two bytes only */
  } spaces[] = {
    { 0xc2, 0xa0, 0, 0 },       { 0xe2, 0x80, 0x80, 0x8d }, { 0xe2, 0x80, 0xaf, 0xaf },
    { 0xe2, 0x81, 0x9f, 0xa0 }, { 0xe3, 0x80, 0x80, 0x80 }, { 0xef, 0xbb, 0xbf, 0xbf },
  };
  for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
    if (byte_at(lexer, at) != spaces[i].first || byte_at(lexer, at + 1) != spaces[i].second)
      continue;
    if (!spaces[i].high) return 2;
    int third = byte_at(lexer, at + 2);
    if (third >= spaces[i].low && third <= spaces[i].high) return 3;
  }
  return 0;
}

static size_t space_at(const struct ft_lexer *lexer, size_t at) {
  int c = byte_at(lexer, at);
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  return c >= 0x80 ? unicode_space(lexer, at) : 0;
}

static size_t skip_line_comment(const struct ft_lexer *lexer, size_t at) {
  for (int c = byte_at(lexer, at); c >= 0 && c != '\n' && c != '\r'; c = byte_at(lexer, at))
    at++;
  return at;
}

/* `at` is at the slash; block comments nest. */
static size_t skip_block_comment(const struct ft_lexer *lexer, size_t at) {
  size_t depth = 0;
  while (at < lexer->text.size) {
    int c = byte_at(lexer, at), next = byte_at(lexer, at + 1);
    if (c == '/' && next == '*') {
      depth++;
      at += 2;
    } else if (c == '*' && next == '/') {
      at += 2;
      if (--depth == 0) return at;
    } else {
      at++;
    }
  }
  return NOT_CLOSED;
}

/* To the next token; stops at a block comment that is not closed. */
static size_t skip_space(const struct ft_lexer *lexer, size_t at) {
  for (;;) {
    size_t space = space_at(lexer, at), end;
    if (space) {
      at += space;
    } else if (byte_at(lexer, at) == '-' && byte_at(lexer, at + 1) == '-') {
      at = skip_line_comment(lexer, at);
    } else if (byte_at(lexer, at) == '/' && byte_at(lexer, at + 1) == '*' &&
               (end = skip_block_comment(lexer, at)) != NOT_CLOSED) {
      at = end;
    } else {
      return at;
    }
  }
}

/* The offset behind the closing quote; `at` is behind the opening one. */
static size_t close_quote(const struct ft_lexer *lexer, size_t at, char quote, bool backslash) {
  for (; at < lexer->text.size; at++) {
    char c = lexer->text.data[at];
    if (backslash && c == '\\') {
      at++;
    } else if (c == quote) {
      if (byte_at(lexer, at + 1) != quote) return at + 1;
      at++;
    }
  }
  return NOT_CLOSED;
}

/* SQL joins strings with a line's end between them, and reads the second as the first: behind E'…'
 * backslashes count there too. Gives the offset behind the next part's opening quote, or 0. */
static size_t continue_string(const struct ft_lexer *lexer, size_t at) {
  bool line_ended = false;
  for (;;) {
    int c = byte_at(lexer, at);
    if (c == '\'') return line_ended ? at + 1 : 0;
    if (c == '-' && byte_at(lexer, at + 1) == '-') {
      at = skip_line_comment(lexer, at);
    } else if (c == ' ' || (c >= '\t' && c <= '\r')) {
      line_ended |= c == '\n' || c == '\r';
      at++;
    } else {
      return 0;
    }
  }
}

static size_t close_string(const struct ft_lexer *lexer, size_t at, bool backslash) {
  for (;;) {
    size_t end = close_quote(lexer, at, '\'', backslash);
    if (end == NOT_CLOSED) return end;
    at = continue_string(lexer, end);
    if (!at) return end;
  }
}

/* Bytes of "$tag$" at `at`, 0 when it is none. */
static size_t dollar_tag(const struct ft_lexer *lexer, size_t at) {
  size_t end = at + 1;
  if (byte_at(lexer, end) == '$') return 2;
  if (!starts_word(byte_at(lexer, end))) return 0;
  while (starts_word(byte_at(lexer, end)) || is_digit(byte_at(lexer, end)))
    end++;
  return byte_at(lexer, end) == '$' ? end + 1 - at : 0;
}

static size_t close_dollar(const struct ft_lexer *lexer, size_t at, size_t tag) {
  const char *data = lexer->text.data;
  size_t from = at + tag;
  const char *found = memmem(data + from, lexer->text.size - from, data + at, tag);
  return found ? (size_t)(found - data) + tag : NOT_CLOSED;
}

static size_t scan_word(const struct ft_lexer *lexer, size_t at) {
  for (;; at++) {
    int c = byte_at(lexer, at);
    if (!starts_word(c) && !is_digit(c) && c != '$') return at;
    if (c >= 0x80 && unicode_space(lexer, at)) return at;
  }
}

static size_t skip_digits(const struct ft_lexer *lexer, size_t at) {
  while (is_digit(byte_at(lexer, at)))
    at++;
  return at;
}

static size_t scan_number(const struct ft_lexer *lexer, size_t at) {
  at = skip_digits(lexer, at);
  if (byte_at(lexer, at) == '.') at = skip_digits(lexer, at + 1);
  int c = byte_at(lexer, at), sign = byte_at(lexer, at + 1);
  if (c != 'e' && c != 'E') return at;
  size_t exponent = at + (sign == '+' || sign == '-' ? 2 : 1);
  return is_digit(byte_at(lexer, exponent)) ? skip_digits(lexer, exponent) : at;
}

/* Bytes of the prefix of a string or name, "E" or "U&"; the kind tells which. */
static size_t quote_prefix(const struct ft_lexer *lexer, size_t at, enum ft_token_kind *kind) {
  int c = byte_at(lexer, at), next = byte_at(lexer, at + 1), third = byte_at(lexer, at + 2);
  *kind = c == '"' ? FT_TOKEN_NAME : FT_TOKEN_STRING;
  if ((c == 'e' || c == 'E') && next == '\'') {
    *kind = FT_TOKEN_ESCAPE_STRING;
    return 1;
  }
  if ((c == 'u' || c == 'U') && next == '&' && (third == '\'' || third == '"')) {
    *kind = third == '"' ? FT_TOKEN_UNICODE_NAME : FT_TOKEN_UNICODE_STRING;
    return 2;
  }
  return 0;
}

static struct ft_token make_token(struct ft_lexer *lexer, enum ft_token_kind kind, size_t start,
                                  size_t end, char open) {
  bool closed = end != NOT_CLOSED;
  if (!closed) end = lexer->text.size;
  lexer->at = end;
  struct ft_token token = { closed ? kind : FT_TOKEN_UNCLOSED, { NULL, end - start }, start, 0 };
  if (end > start) token.text.data = lexer->text.data + start;
  if (!closed) token.open = open;
  return token;
}

struct ft_token ft_lexer_next(struct ft_lexer *lexer) {
  size_t at = skip_space(lexer, lexer->at);
  int c = byte_at(lexer, at), next = byte_at(lexer, at + 1);
  if (c < 0) return make_token(lexer, FT_TOKEN_END, at, at, 0);
  if (c == '/' && next == '*') return make_token(lexer, FT_TOKEN_UNCLOSED, at, NOT_CLOSED, '*');

  enum ft_token_kind kind;
  size_t prefix = quote_prefix(lexer, at, &kind);
  int quote = byte_at(lexer, at + prefix);
  size_t body = at + prefix + 1;
  if (quote == '"') return make_token(lexer, kind, at, close_quote(lexer, body, '"', false), '"');
  if (quote == '\'') {
    bool backslash = kind == FT_TOKEN_ESCAPE_STRING;
    return make_token(lexer, kind, at, close_string(lexer, body, backslash), '\'');
  }
  if (starts_word(c)) return make_token(lexer, FT_TOKEN_WORD, at, scan_word(lexer, at), 0);
  if (is_digit(c) || (c == '.' && is_digit(next)))
    return make_token(lexer, FT_TOKEN_NUMBER, at, scan_number(lexer, at), 0);
  size_t tag = c == '$' ? dollar_tag(lexer, at) : 0;
  if (tag) return make_token(lexer, FT_TOKEN_DOLLAR_STRING, at, close_dollar(lexer, at, tag), '$');
  return make_token(lexer, FT_TOKEN_SYMBOL, at, at + 1, 0);
}

bool ft_token_is_word(const struct ft_token *token, const char *word) {
  return token->kind == FT_TOKEN_WORD && ft_span_equal_nocase(token->text, ft_span_of(word));
}

bool ft_token_is_symbol(const struct ft_token *token, char symbol) {
  return token->kind == FT_TOKEN_SYMBOL && token->text.data[0] == symbol;
}

bool ft_token_is_string(const struct ft_token *token) {
  return token->kind >= FT_TOKEN_STRING && token->kind <= FT_TOKEN_DOLLAR_STRING;
}

bool ft_token_is_name(const struct ft_token *token) {
  return token->kind >= FT_TOKEN_WORD && token->kind <= FT_TOKEN_UNICODE_NAME;
}
