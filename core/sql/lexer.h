/* SQL text to tokens, as PostgreSQL and DuckDB read it.
 *
 * Shapes   a token is a run of the text, as written; nothing is decoded (literal.h does that).
 * Hostile  any bytes: a NUL or a stray byte is a symbol, what is never closed is one token to the
 *          end of the text. Every byte is read at most twice.
 * Threads  pure functions. */
#ifndef FORETELL_SQL_LEXER_H
#define FORETELL_SQL_LEXER_H

#include <stdbool.h>
#include <stddef.h>

#include "foretell/span.h"

enum ft_token_kind {
  FT_TOKEN_END = 0,
  FT_TOKEN_WORD,           /* a bare name or a keyword */
  FT_TOKEN_NAME,           /* "…" */
  FT_TOKEN_UNICODE_NAME,   /* U&"…" */
  FT_TOKEN_STRING,         /* '…' */
  FT_TOKEN_ESCAPE_STRING,  /* E'…' */
  FT_TOKEN_UNICODE_STRING, /* U&'…' */
  FT_TOKEN_DOLLAR_STRING,  /* $tag$…$tag$ */
  FT_TOKEN_NUMBER,         /* 12, 1.5, .5e-3; no sign */
  FT_TOKEN_SYMBOL,         /* any other byte */
  FT_TOKEN_UNCLOSED        /* a string, name or comment that never ends */
};

struct ft_token {
  enum ft_token_kind kind;
  struct ft_span text; /* as written, with its quotes */
  size_t offset;       /* of text, 0-based */
  char open;           /* of FT_TOKEN_UNCLOSED: ' " $ or * */
};

struct ft_lexer {
  struct ft_span text; /* borrowed */
  size_t at;           /* offset of the next byte to read */
};

struct ft_token ft_lexer_next(struct ft_lexer *lexer);

/* Is the token this bare word? `word` is upper case. */
bool ft_token_is_word(const struct ft_token *token, const char *word);
bool ft_token_is_symbol(const struct ft_token *token, char symbol);
bool ft_token_is_string(const struct ft_token *token); /* of any of the four kinds */
bool ft_token_is_name(const struct ft_token *token);   /* bare or quoted */

#endif
