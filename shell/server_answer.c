/* What a server answers, row by row. */
#include "shell/server.h"

#include <stdlib.h>
#include <string.h>

#include "shell/render.h"

/* Types whose values print as numbers, and booleans, by their fixed identity in PostgreSQL. */
enum { TYPE_BOOL = 16 };
static const Oid number_types[] = { 20, 21, 23, 26, 700, 701, 1700 };

static enum ft_cell_kind cell_kind(const void *self, size_t column) {
  const struct ft_server_answer *answer = self;
  Oid type = PQftype(answer->current, (int)column);
  if (type == TYPE_BOOL) return FT_CELL_BOOL;
  for (size_t i = 0; i < sizeof number_types / sizeof number_types[0]; i++)
    if (number_types[i] == type) return FT_CELL_NUMBER;
  return FT_CELL_TEXT;
}

static enum ft_result_kind kind(const void *self) {
  const struct ft_server_answer *answer = self;
  return answer->kind;
}

static uint64_t changed(const void *self) {
  const struct ft_server_answer *answer = self;
  return strtoull(PQcmdTuples(answer->current), NULL, 10);
}

static const char *tag(const void *self) {
  const struct ft_server_answer *answer = self;
  return answer->tag;
}

static size_t columns(const void *self) {
  const struct ft_server_answer *answer = self;
  return answer->kind == FT_RESULT_ROWS ? (size_t)PQnfields(answer->current) : 0;
}

static const char *name_of(const void *self, size_t column) {
  const struct ft_server_answer *answer = self;
  return PQfname(answer->first, (int)column);
}

/* The rows in hand first, then one after another as they arrive. */
static enum ft_status next(void *self, size_t *rows, struct ft_error *err) {
  struct ft_server_answer *answer = self;
  *rows = 0;
  if (answer->given && !answer->ended) {
    PGresult *arrived;
    FT_TRY(ft_server_fetch(&arrived, answer->server, NULL, err));
    answer->ended = !arrived;
    if (arrived) {
      if (answer->current != answer->first) PQclear(answer->current);
      answer->current = arrived;
    }
  }
  answer->given = true;
  if (answer->ended) return FT_OK;
  *rows = (size_t)PQntuples(answer->current);
  if (*rows == 0) answer->ended = true; /* the last result of a statement has none */
  return FT_OK;
}

static bool is_null(const void *self, size_t column, size_t row) {
  const struct ft_server_answer *answer = self;
  return PQgetisnull(answer->current, (int)row, (int)column);
}

static struct ft_span value_of(const struct ft_server_answer *answer, size_t column, size_t row) {
  const char *text = PQgetvalue(answer->current, (int)row, (int)column);
  if (cell_kind(answer, column) == FT_CELL_BOOL)
    return *text == 't' ? FT_SPAN("true") : FT_SPAN("false");
  return (struct ft_span){ text, (size_t)PQgetlength(answer->current, (int)row, (int)column) };
}

static void print_text(struct ft_buffer *out, void *self, size_t column, size_t row) {
  if (!is_null(self, column, row)) ft_buffer_append_text(out, value_of(self, column, row));
}

static void print_json(struct ft_buffer *out, void *self, size_t column, size_t row) {
  if (is_null(self, column, row)) {
    ft_buffer_print(out, "null");
    return;
  }
  struct ft_span text = value_of(self, column, row);
  enum ft_cell_kind cell = cell_kind(self, column);
  bool finite = text.size && (text.data[text.size - 1] >= '0' && text.data[text.size - 1] <= '9');
  if (cell == FT_CELL_BOOL || (cell == FT_CELL_NUMBER && finite))
    ft_buffer_append_text(out, text);
  else
    ft_json_quote(out, text);
}

static void close_answer(void *self) {
  struct ft_server_answer *answer = self;
  if (!answer) return;
  if (answer->current != answer->first) PQclear(answer->current);
  PQclear(answer->first);
  ft_server_drain(answer->server);
  free(answer);
}

const struct ft_driver_calls ft_server_answer_calls = {
  .kind = kind,
  .changed = changed,
  .tag = tag,
  .columns = columns,
  .name = name_of,
  .cell_kind = cell_kind,
  .next = next,
  .is_null = is_null,
  .print_text = print_text,
  .print_json = print_json,
  .close_answer = close_answer,
};
