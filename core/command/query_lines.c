#include "core/command/query_lines.h"

#include "core/sql/lexer.h"

/* Words that begin a line, outside parentheses. */
static const char *const clause_words[] = { "SELECT", "FROM",  "WHERE",     "GROUP",   "HAVING",
                                            "WINDOW", "ORDER", "LIMIT",     "QUALIFY", "OFFSET",
                                            "UNION",  "WITH",  "INTERSECT", "EXCEPT" };

struct writer {
  struct ft_buffer *out;
  struct ft_token before; /* the last token written */
  int depth;              /* of parentheses */
};

static bool begins_clause(const struct writer *writer, const struct ft_token *token) {
  if (writer->depth > 0 || writer->before.kind == FT_TOKEN_END) return false;
  if (ft_token_is_symbol(&writer->before, '.')) return false;
  if (ft_token_is_word(&writer->before, "DISTINCT")) return false; /* IS DISTINCT FROM */
  for (size_t i = 0; i < sizeof(clause_words) / sizeof(clause_words[0]); i++)
    if (ft_token_is_word(token, clause_words[i])) return true;
  return false;
}

static void write_separator(const struct writer *writer, const struct ft_token *token) {
  if (writer->before.kind == FT_TOKEN_END) return;
  if (begins_clause(writer, token))
    ft_buffer_u8(writer->out, '\n');
  else if (token->offset > writer->before.offset + writer->before.text.size)
    ft_buffer_u8(writer->out, ' ');
}

/* Strings keep their case; their line breaks become spaces, since a cell is one line. */
static void write_token(struct ft_buffer *out, const struct ft_token *token) {
  for (size_t i = 0; i < token->text.size; i++) {
    char byte = token->text.data[i];
    if (token->kind == FT_TOKEN_WORD && byte >= 'a' && byte <= 'z') byte -= 'a' - 'A';
    if (byte == '\n' || byte == '\r') byte = ' ';
    ft_buffer_u8(out, (uint8_t)byte);
  }
}

void ft_query_lines_write(struct ft_buffer *out, struct ft_span query) {
  struct ft_lexer lexer = { query, 0 };
  struct writer writer = { .out = out };
  for (;;) {
    struct ft_token token = ft_lexer_next(&lexer);
    if (token.kind == FT_TOKEN_END) return;
    write_separator(&writer, &token);
    write_token(out, &token);
    if (ft_token_is_symbol(&token, '(')) writer.depth++;
    if (ft_token_is_symbol(&token, ')')) writer.depth--;
    writer.before = token;
  }
}
