#include "foretell/statement.h"

#include "core/sql/lexer.h"

bool ft_script_next(struct ft_span script, size_t *offset, struct ft_piece *piece) {
  struct ft_lexer lexer = { script, *offset < script.size ? *offset : script.size };
  struct ft_token token = ft_lexer_next(&lexer);
  while (ft_token_is_symbol(&token, ';'))
    token = ft_lexer_next(&lexer);
  *offset = lexer.at;
  if (token.kind == FT_TOKEN_END) return false;

  size_t start = token.offset, end = start;
  bool complete = true;
  while (token.kind != FT_TOKEN_END && !ft_token_is_symbol(&token, ';')) {
    end = token.offset + token.text.size;
    complete = token.kind != FT_TOKEN_UNCLOSED;
    token = ft_lexer_next(&lexer);
  }
  *offset = lexer.at;
  piece->text = (struct ft_span){ script.data + start, end - start };
  piece->offset = start;
  piece->complete = complete && token.kind != FT_TOKEN_END;
  return true;
}

char ft_script_open(struct ft_span script) {
  struct ft_lexer lexer = { script, 0 };
  size_t depth = 0;
  bool inside = false;
  for (;;) {
    struct ft_token token = ft_lexer_next(&lexer);
    if (token.kind == FT_TOKEN_UNCLOSED) return token.open;
    if (token.kind == FT_TOKEN_END) return !inside ? 0 : depth ? '(' : ';';
    inside = !ft_token_is_symbol(&token, ';');
    if (!inside) depth = 0;
    if (ft_token_is_symbol(&token, '(')) depth++;
    if (ft_token_is_symbol(&token, ')') && depth) depth--;
  }
}
