#include "core/sql/advice.h"

#include <string.h>

#include "core/model/wordlist.h"
#include "core/sql/lexer.h"

#define BEHIND 3 /* tokens: the failing one, and those before it that a row may stand at */

/* The statement as far as the failing place. */
struct failing {
  enum ft_dialect dialect;
  enum ft_status status;
  const char *message;
  struct ft_span text;
  size_t start[BEHIND]; /* offsets of the failing token and of those before it, the nearest first */
  size_t starts;        /* 0: the engine names no place */
};

static void find_place(struct failing *out, size_t position) {
  struct ft_lexer lexer = { out->text, 0 };
  if (position == 0) return;
  for (;;) {
    struct ft_token token = ft_lexer_next(&lexer);
    if (token.kind == FT_TOKEN_END || token.offset >= position) return;
    memmove(out->start + 1, out->start, (BEHIND - 1) * sizeof *out->start);
    out->start[0] = token.offset;
    if (out->starts < BEHIND) out->starts++;
  }
}

/* Is this token the word, or does it begin as "SVV_*" does? */
static bool is_word(const struct ft_token *token, struct ft_span word) {
  if (token->kind != FT_TOKEN_WORD && token->kind != FT_TOKEN_SYMBOL) return false;
  struct ft_span text = token->text;
  if (word.size > 1 && word.data[word.size - 1] == '*') {
    word.size--;
    if (text.size > word.size) text.size = word.size;
  }
  return ft_span_equal_nocase(text, word);
}

/* Do the words stand there, one token each? `next` is the token behind them. */
static bool stand_at(struct ft_span text, size_t offset, const char *words, struct ft_token *next) {
  struct ft_lexer lexer = { text, offset };
  struct ft_span word;
  for (size_t at = 0; ft_wordlist_next(&word, words, &at);) {
    struct ft_token token = ft_lexer_next(&lexer);
    if (!is_word(&token, word)) return false;
  }
  *next = ft_lexer_next(&lexer);
  return true;
}

static bool is_call_at(struct ft_span text, size_t offset, const char *words) {
  struct ft_token next;
  return stand_at(text, offset, words, &next) && ft_token_is_symbol(&next, '(');
}

/* The engine names no place, but the function: unknown ordered aggregate "LISTAGG" */
static bool is_quoted(const char *message, const char *word) {
  size_t size = strlen(word);
  for (const char *at = strchr(message, '"'); at; at = strchr(at + 1, '"')) {
    if (strlen(at + 1) <= size || at[1 + size] != '"') continue;
    if (ft_span_equal_nocase((struct ft_span){ at + 1, size }, ft_span_of(word))) return true;
  }
  return false;
}

static bool is_call(const struct failing *f, const struct ft_advice *row) {
  if (f->starts == 0) return is_quoted(f->message, row->words);
  bool named = f->status == FT_UNDEFINED_FUNCTION || f->status == FT_SYNTAX;
  if (named && is_call_at(f->text, f->start[0], row->words)) return true;
  if (row->place == FT_ADVICE_CALL || f->starts < BEHIND) return false;
  bool argument = f->status == FT_UNDEFINED_COLUMN || f->status == FT_UNDEFINED_TABLE;
  return argument && is_call_at(f->text, f->start[2], row->words);
}

static bool is_at(const struct failing *f, const struct ft_advice *row, enum ft_status status) {
  struct ft_token next;
  return f->status == status && f->starts > 0 && stand_at(f->text, f->start[0], row->words, &next);
}

static bool is_near(const struct failing *f, const struct ft_advice *row) {
  struct ft_token next;
  for (size_t i = 0; f->status == FT_SYNTAX && i < f->starts; i++)
    if (stand_at(f->text, f->start[i], row->words, &next)) return true;
  return false;
}

/* The engine knows no such statement, or not what it names. */
static bool is_statement(const struct failing *f, const struct ft_advice *row) {
  struct ft_token next;
  bool unknown = f->status == FT_SYNTAX || f->status == FT_UNDEFINED_TABLE ||
                 f->status == FT_UNDEFINED_OBJECT || f->status == FT_UNDEFINED_FUNCTION;
  return unknown && stand_at(f->text, 0, row->words, &next);
}

static bool holds(const struct failing *f, const struct ft_advice *row) {
  if (!row->hint[f->dialect]) return false;
  switch (row->place) {
  case FT_ADVICE_CALL:
  case FT_ADVICE_UNIT:
  case FT_ADVICE_LATER: return is_call(f, row);
  case FT_ADVICE_VALUE: return is_at(f, row, FT_UNDEFINED_COLUMN);
  case FT_ADVICE_RELATION: return is_at(f, row, FT_UNDEFINED_TABLE);
  case FT_ADVICE_TYPE: return is_at(f, row, FT_UNDEFINED_OBJECT);
  case FT_ADVICE_SYNTAX: return is_near(f, row);
  case FT_ADVICE_STATEMENT:
  case FT_ADVICE_NO_SUCH: return is_statement(f, row);
  case FT_ADVICE_MESSAGE: return strstr(f->message, row->words) != NULL;
  }
  return false;
}

static void fill(struct ft_error *err, const struct ft_advice *row, const char *hint,
                 size_t position) {
  if (row->place == FT_ADVICE_NO_SUCH) {
    ft_fail(err, FT_SYNTAX, "there is no statement %s", row->words);
    ft_fail_at(err, position);
  } else if (row->message) {
    bool later = row->place == FT_ADVICE_LATER || row->place == FT_ADVICE_MESSAGE;
    ft_fail(err, later ? FT_UNSUPPORTED : err->status, "%s", row->message);
    ft_fail_at(err, position);
  }
  ft_fail_hint(err, "%s", hint);
}

enum ft_status ft_advice_give(struct ft_error *err, enum ft_dialect dialect, struct ft_span text,
                              size_t position) {
  struct failing failing = { dialect, err->status, err->message, text, { 0 }, 0 };
  find_place(&failing, position);
  for (const struct ft_advice *row = ft_advice_table; row->words; row++) {
    if (!holds(&failing, row)) continue;
    fill(err, row, row->hint[dialect], err->position);
    break;
  }
  return err->status;
}

static const struct ft_advice *later_at(struct ft_span text, size_t offset) {
  for (const struct ft_advice *row = ft_advice_table; row->words; row++)
    if (row->place == FT_ADVICE_LATER && is_call_at(text, offset, row->words)) return row;
  return NULL;
}

enum ft_status ft_advice_check(struct ft_span text, struct ft_error *err) {
  struct ft_lexer lexer = { text, 0 };
  for (;;) {
    struct ft_token token = ft_lexer_next(&lexer);
    if (token.kind == FT_TOKEN_END || token.kind == FT_TOKEN_UNCLOSED) return FT_OK;
    const struct ft_advice *row = later_at(text, token.offset);
    if (!row) continue;
    ft_fail(err, FT_UNSUPPORTED, "%s", row->message);
    ft_fail_at(err, token.offset + 1);
    return ft_fail_hint(err, "%s", row->hint[FT_DIALECT_DUCKDB]);
  }
}
