#include "core/sql/parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/model/wordlist.h"
#include "core/sql/literal.h"

void ft_parser_init(struct ft_parser *parser, struct ft_arena *arena, struct ft_span text,
                    struct ft_error *err) {
  *parser = (struct ft_parser){ .lexer = { text, 0 }, .arena = arena, .err = err };
  parser->token = ft_lexer_next(&parser->lexer);
  parser->next = ft_lexer_next(&parser->lexer);
}

void ft_parser_advance(struct ft_parser *parser) {
  parser->behind = parser->token.offset + parser->token.text.size;
  parser->token = parser->next;
  parser->next = ft_lexer_next(&parser->lexer);
}

size_t ft_parser_position(const struct ft_parser *parser) {
  return parser->token.offset + 1;
}

bool ft_parser_take_word(struct ft_parser *parser, const char *word) {
  if (!ft_token_is_word(&parser->token, word)) return false;
  ft_parser_advance(parser);
  return true;
}

bool ft_parser_take_symbol(struct ft_parser *parser, char symbol) {
  if (!ft_token_is_symbol(&parser->token, symbol)) return false;
  ft_parser_advance(parser);
  return true;
}

struct ft_span ft_parser_shown(struct ft_span text) {
  size_t size = text.size < 60 ? text.size : 60;
  while (size < text.size && size > 0 && ((unsigned char)text.data[size] & 0xc0) == 0x80)
    size--;
  struct ft_span shown = { text.data, size };
  bool readable = ft_span_is_utf8(shown) && !(size && memchr(text.data, 0, size));
  return readable ? shown : FT_SPAN("(unreadable bytes)");
}

static enum ft_status fail_unclosed(struct ft_parser *parser) {
  char open = parser->token.open;
  const char *what = open == '*' ? "comment" : open == '"' ? "quoted name" : "string";
  ft_fail(parser->err, FT_SYNTAX, "the %s is not closed", what);
  return FT_SYNTAX;
}

enum ft_status ft_parser_expected(struct ft_parser *parser, const char *what) {
  const struct ft_token *token = &parser->token;
  if (token->kind == FT_TOKEN_UNCLOSED)
    fail_unclosed(parser);
  else if (token->kind == FT_TOKEN_END)
    ft_fail(parser->err, FT_SYNTAX, "expected %s, found the end of the statement", what);
  else
    ft_fail(parser->err, FT_SYNTAX, "expected %s, found \"%.*s\"", what,
            FT_SPAN_ARG(ft_parser_shown(token->text)));
  ft_fail_at(parser->err, ft_parser_position(parser));
  return FT_SYNTAX;
}

enum ft_status ft_parser_need_word(struct ft_parser *parser, const char *word) {
  return ft_parser_take_word(parser, word) ? FT_OK : ft_parser_expected(parser, word);
}

enum ft_status ft_parser_need_symbol(struct ft_parser *parser, char symbol) {
  char what[] = { '"', symbol, '"', 0 };
  return ft_parser_take_symbol(parser, symbol) ? FT_OK : ft_parser_expected(parser, what);
}

enum ft_status ft_parser_need_end(struct ft_parser *parser) {
  while (ft_parser_take_symbol(parser, ';'))
    ;
  if (parser->token.kind == FT_TOKEN_END) return FT_OK;
  return ft_parser_expected(parser, "the end of the statement");
}

/* What stands where a name should be when the name was forgotten. */
static bool is_reserved(const struct ft_token *token) {
  static const char words[] = "ALL AND AS CREATE FROM GRANT IN INTO NOT NULL ON OR REVOKE SELECT "
                              "TABLE TO UNION USING VALUES WHERE WITH";
  return token->kind == FT_TOKEN_WORD && ft_wordlist_has(words, token->text);
}

static enum ft_status read_part(struct ft_parser *parser, struct ft_span *out, const char *what) {
  if (!ft_token_is_name(&parser->token)) return ft_parser_expected(parser, what);
  if (is_reserved(&parser->token)) {
    enum ft_status status = ft_parser_expected(parser, what);
    ft_fail_hint(parser->err, "If it is a name, write it in double quotes.");
    return status;
  }
  enum ft_status status = ft_literal_name(out, parser->arena, &parser->token, parser->err);
  if (status != FT_OK) {
    ft_fail_at(parser->err, ft_parser_position(parser));
    return status;
  }
  ft_parser_advance(parser);
  return FT_OK;
}

enum ft_status ft_parser_name(struct ft_parser *parser, struct ft_name *out, unsigned parts,
                              const char *what) {
  struct ft_name name = { .position = ft_parser_position(parser) };
  FT_TRY(read_part(parser, &name.name, what));
  for (unsigned part = 1; part < parts && ft_parser_take_symbol(parser, '.'); part++) {
    name.database = name.schema;
    name.schema = name.name;
    FT_TRY(read_part(parser, &name.name, what));
  }
  *out = name;
  return FT_OK;
}

enum ft_status ft_parser_string(struct ft_parser *parser, struct ft_span *out, const char *what) {
  if (!ft_token_is_string(&parser->token)) return ft_parser_expected(parser, what);
  enum ft_status status = ft_literal_text(out, parser->arena, &parser->token, parser->err);
  if (status != FT_OK) {
    ft_fail_at(parser->err, ft_parser_position(parser));
    return status;
  }
  ft_parser_advance(parser);
  return FT_OK;
}

static struct ft_span text_between(const struct ft_parser *parser, size_t start, size_t end) {
  return (struct ft_span){ parser->lexer.text.data + start, end - start };
}

enum ft_status ft_parser_value(struct ft_parser *parser, struct ft_span *out, const char *what) {
  if (ft_token_is_string(&parser->token)) return ft_parser_string(parser, out, what);
  size_t start = parser->token.offset;
  bool sign = ft_token_is_symbol(&parser->token, '-') || ft_token_is_symbol(&parser->token, '+');
  if (sign) ft_parser_advance(parser);
  if (parser->token.kind != FT_TOKEN_NUMBER && (sign || !ft_token_is_name(&parser->token)))
    return ft_parser_expected(parser, what);
  if (parser->token.kind == FT_TOKEN_NAME || parser->token.kind == FT_TOKEN_UNICODE_NAME) {
    struct ft_name name;
    FT_TRY(ft_parser_name(parser, &name, 1, what));
    *out = name.name;
    return FT_OK;
  }
  bool number = parser->token.kind == FT_TOKEN_NUMBER;
  ft_parser_advance(parser);
  /* a number with its unit: 30min */
  if (number && parser->token.kind == FT_TOKEN_WORD && parser->token.offset == parser->behind)
    ft_parser_advance(parser);
  *out = text_between(parser, start, parser->behind);
  return FT_OK;
}

struct ft_span ft_parser_nearest(struct ft_span wrong, const char *words) {
  struct ft_span word, best = { NULL, 0 };
  size_t min = FT_WORD_FAR;
  for (size_t at = 0; ft_wordlist_next(&word, words, &at);) {
    size_t distance = ft_word_distance(wrong, word);
    if (distance >= min) continue;
    min = distance;
    best = word;
  }
  return best;
}

void ft_parser_hint_list(struct ft_parser *parser, const char *sentence, const char *words) {
  char list[384] = "";
  size_t used = 0;
  struct ft_span word;
  for (size_t at = 0; ft_wordlist_next(&word, words, &at);) {
    int more =
        snprintf(list + used, sizeof list - used, "%s%.*s", used ? ", " : "", FT_SPAN_ARG(word));
    if (more < 0 || (size_t)more >= sizeof list - used) break;
    used += (size_t)more;
  }
  ft_fail_hint(parser->err, "%s: %s.", sentence, list);
}

enum ft_status ft_parser_fail_choice(struct ft_parser *parser, struct ft_span text,
                                     const char *words, const char *what, size_t position) {
  struct ft_span nearest = ft_parser_nearest(text, words);
  ft_fail(parser->err, FT_INVALID, "%s cannot be \"%.*s\"", what,
          FT_SPAN_ARG(ft_parser_shown(text)));
  if (nearest.size)
    ft_fail_hint(parser->err, "Did you mean %.*s?", FT_SPAN_ARG(nearest));
  else
    ft_parser_hint_list(parser, "It is one of", words);
  ft_fail_at(parser->err, position);
  return FT_INVALID;
}

enum ft_status ft_parser_choice(struct ft_parser *parser, size_t *index, const char *words,
                                const char *what) {
  bool parentheses = ft_parser_take_symbol(parser, '(');
  size_t position = ft_parser_position(parser);
  struct ft_span text, word;
  if (!ft_token_is_string(&parser->token) && !ft_token_is_name(&parser->token)) {
    enum ft_status status = ft_parser_expected(parser, what);
    ft_parser_hint_list(parser, "It is one of", words);
    return status;
  }
  FT_TRY(ft_parser_value(parser, &text, what));
  size_t at = 0, count = 0;
  while (ft_wordlist_next(&word, words, &at) && !ft_span_equal_nocase(word, text))
    count++;
  if (word.size == 0) return ft_parser_fail_choice(parser, text, words, what, position);
  *index = count;
  return parentheses ? ft_parser_need_symbol(parser, ')') : FT_OK;
}

void ft_parser_place(const struct ft_parser *parser, size_t position, size_t *line,
                     size_t *column) {
  *line = 1;
  *column = 1;
  for (size_t i = 0; i + 1 < position && i < parser->lexer.text.size; i++) {
    unsigned char c = (unsigned char)parser->lexer.text.data[i];
    if (c == '\n') {
      ++*line;
      *column = 1;
    } else if ((c & 0xc0) != 0x80) {
      ++*column;
    }
  }
}

void *ft_parser_grow(struct ft_parser *parser, void *items, uint32_t count, size_t size) {
  if (count & (count - 1) || (count && count < 4)) return items;
  size_t room = count < 4 ? 4 : (size_t)count * 2;
  void *grown = ft_arena_take(parser->arena, room, size);
  if (!grown) ft_arena_fail(parser->err, "the statement");
  if (grown && count) memcpy(grown, items, count * size);
  return grown;
}

enum ft_status ft_parser_notice(struct ft_parser *parser, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  const char **notice =
      ft_parser_grow(parser, (void *)parser->notice, parser->notices, sizeof *notice);
  char *copy = notice && size >= 0 ? ft_arena_text(parser->arena, ft_span_of(text)) : NULL;
  if (!copy) return ft_arena_fail(parser->err, "the statement");
  parser->notice = notice;
  parser->notice[parser->notices++] = copy;
  return FT_OK;
}
