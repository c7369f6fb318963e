#include "foretell/subscript.h"

#include <stdbool.h>

#include "core/sql/lexer.h"

#define STEPS 5 /* . labels [ 0 ] */

static bool is_list(const struct ft_token *token) {
  struct ft_span name = token->text;
  if (!ft_token_is_name(token)) return false;
  if (token->kind == FT_TOKEN_NAME) name = (struct ft_span){ name.data + 1, name.size - 2 };
  return ft_span_equal_nocase(name, FT_SPAN("labels")) ||
         ft_span_equal_nocase(name, FT_SPAN("probabilities"));
}

static bool is_zero(const struct ft_token *token) {
  return token->kind == FT_TOKEN_NUMBER && ft_span_equal(token->text, FT_SPAN("0"));
}

static bool is_step(const struct ft_token *token, size_t step) {
  switch (step) {
  case 0: return ft_token_is_symbol(token, '.');
  case 1: return is_list(token);
  case 2: return ft_token_is_symbol(token, '[');
  case 3: return is_zero(token);
  default: return ft_token_is_symbol(token, ']');
  }
}

static enum ft_status fail(struct ft_error *err, struct ft_span list, size_t zero) {
  ft_fail(err, FT_SUBSCRIPT, "lists count from 1 here: there is no %.*s[0]", FT_SPAN_ARG(list));
  ft_fail_at(err, zero + 1);
  return ft_fail_hint(
      err,
      "The most probable class is labels[1], its probability probabilities[1]. Of a "
      "column of your own that counts from 0 write (t.%.*s)[0].",
      FT_SPAN_ARG(list));
}

enum ft_status ft_subscript_check(struct ft_span text, struct ft_error *err) {
  struct ft_lexer lexer = { text, 0 };
  struct ft_span list = { NULL, 0 };
  size_t zero = 0;
  for (size_t step = 0; step < STEPS;) {
    struct ft_token token = ft_lexer_next(&lexer);
    if (token.kind == FT_TOKEN_END || token.kind == FT_TOKEN_UNCLOSED) return FT_OK;
    if (!is_step(&token, step)) {
      step = is_step(&token, 0);
      continue;
    }
    if (step == 1) list = token.text;
    if (step == 3) zero = token.offset;
    step++;
  }
  return fail(err, list, zero);
}
