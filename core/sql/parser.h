/* The cursor that all our statements are read with: two tokens, the arena, the place for errors.
 *
 * Errors   FT_SYNTAX for what is not grammar, FT_INVALID for a wrong value; position is always the
 *          first byte of the offending token.
 * Threads  one parser, one thread. */
#ifndef FORETELL_SQL_PARSER_H
#define FORETELL_SQL_PARSER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sql/lexer.h"
#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/statement.h"

struct ft_parser {
  struct ft_lexer lexer;
  struct ft_token token; /* the one to read now */
  struct ft_token next;  /* the one behind it */
  size_t behind;         /* offset behind the token read last */
  struct ft_arena *arena;
  struct ft_error *err;
  uint32_t notices;
  const char **notice; /* in the arena */
};

void ft_parser_init(struct ft_parser *parser, struct ft_arena *arena, struct ft_span text,
                    struct ft_error *err);
void ft_parser_advance(struct ft_parser *parser);

/* 1-based position of the token to read now. */
size_t ft_parser_position(const struct ft_parser *parser);

/* Step over the word (upper case) or symbol if it is next. */
bool ft_parser_take_word(struct ft_parser *parser, const char *word);
bool ft_parser_take_symbol(struct ft_parser *parser, char symbol);
enum ft_status ft_parser_need_word(struct ft_parser *parser, const char *word) FT_MUST_CHECK;
enum ft_status ft_parser_need_symbol(struct ft_parser *parser, char symbol) FT_MUST_CHECK;
/* The statement ends here, perhaps with a semicolon. */
enum ft_status ft_parser_need_end(struct ft_parser *parser) FT_MUST_CHECK;

/* A name of up to `parts` parts (1 … 3); `what` as in "the model's name". */
enum ft_status ft_parser_name(struct ft_parser *parser, struct ft_name *out, unsigned parts,
                              const char *what) FT_MUST_CHECK;
/* The text of a string. */
enum ft_status ft_parser_string(struct ft_parser *parser, struct ft_span *out,
                                const char *what) FT_MUST_CHECK;
/* A value of an option: a string, a word as written, or a number with its sign. */
enum ft_status ft_parser_value(struct ft_parser *parser, struct ft_span *out,
                               const char *what) FT_MUST_CHECK;
/* One word of `words` (space separated), bare, quoted or in parentheses; its index. `what` is the
 * clause or setting. Errors: FT_INVALID with the nearest word, or all of them, in the hint */
enum ft_status ft_parser_choice(struct ft_parser *parser, size_t *index, const char *words,
                                const char *what) FT_MUST_CHECK;

/* "expected …, found …" at the token to read now. */
enum ft_status ft_parser_expected(struct ft_parser *parser, const char *what);
/* FT_INVALID: `text` is no `what`; the hint names the nearest word, or all. */
enum ft_status ft_parser_fail_choice(struct ft_parser *parser, struct ft_span text,
                                     const char *words, const char *what, size_t position);
/* A hint made of a word list: "It is one of: A, B." */
void ft_parser_hint_list(struct ft_parser *parser, const char *sentence, const char *words);
/* The nearest of `words` to a wrong one, empty when none is near. */
struct ft_span ft_parser_nearest(struct ft_span wrong, const char *words);

/* "line 2, column 8" of a 1-based position, in characters. */
void ft_parser_place(const struct ft_parser *parser, size_t position, size_t *line, size_t *column);

enum ft_status ft_parser_notice(struct ft_parser *parser, const char *format, ...)
    FT_PRINTF(2, 3) FT_MUST_CHECK;
/* Room for one more item behind `count` items: the same items, perhaps moved; NULL when out. */
void *ft_parser_grow(struct ft_parser *parser, void *items, uint32_t count,
                     size_t size) FT_MUST_CHECK;

/* For "%.*s" of the user's words in messages: at most 60 bytes, whole characters. */
struct ft_span ft_parser_shown(struct ft_span text);

#endif
