#include "shell/synonym.h"

/* what is typed, the command without and with something after it (NULL: not with it) */
static const struct {
  const char *typed;
  const char *alone;
  const char *with;
} synonym_table[] = {
  { "help", ".help", NULL },        { "?", ".help", NULL },
  { "quit", ".quit", NULL },        { "exit", ".quit", NULL },
  { "\\?", ".help", ".help" },      { "\\h", ".help", ".help" },
  { "\\q", ".quit", NULL },         { "\\d", ".tables", ".schema" },
  { "\\d+", ".schema", ".schema" }, { "\\dt", ".tables", ".schema" },
  { "\\dv", ".tables", ".schema" }, { "\\i", NULL, ".read" },
  { "\\timing", NULL, ".timer" },
};

/* A line in two: its first word, and what stands behind it, without a semicolon. */
struct parts {
  struct ft_span word, rest;
};

static struct parts split(struct ft_span line) {
  line = ft_span_trim(line);
  while (line.size > 0 && line.data[line.size - 1] == ';')
    line = ft_span_trim((struct ft_span){ line.data, line.size - 1 });
  size_t size = 0;
  while (size < line.size && line.data[size] != ' ' && line.data[size] != '\t')
    size++;
  struct ft_span rest = { line.data + size, line.size - size };
  return (struct parts){ { line.data, size }, ft_span_trim(rest) };
}

static const char *command_of(struct parts parts) {
  for (size_t i = 0; i < sizeof synonym_table / sizeof synonym_table[0]; i++)
    if (ft_span_equal_nocase(parts.word, ft_span_of(synonym_table[i].typed)))
      return parts.rest.size ? synonym_table[i].with : synonym_table[i].alone;
  return NULL;
}

bool ft_synonym_is_one(struct ft_span line) {
  struct parts parts = split(line);
  if (parts.word.size > 0 && parts.word.data[0] == '\\') return true;
  return command_of(parts) != NULL;
}

bool ft_synonym_find(struct ft_buffer *out, struct ft_span line) {
  struct parts parts = split(line);
  const char *command = command_of(parts);
  if (!command) return false;
  ft_buffer_print(out, "%s%s%.*s\n", command, parts.rest.size ? " " : "", FT_SPAN_ARG(parts.rest));
  return true;
}
