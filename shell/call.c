#include "shell/call.h"

#include <stdlib.h>
#include <string.h>

#include "core/sql/literal.h"
#include "foretell/statement.h"

#define ARGUMENTS_BYTES 240 /* of a function's arguments in a hint */
#define CELL_BYTES      ((size_t)1 << 20)

/* The columns of driver->calls->called, all of them texts. */
enum { CELL_KIND, CELL_MODEL, CELL_NAME, CELL_DETAIL, CELL_REASON, CELL_COUNT, CELL_FORM, CELLS };

/* The name at a place, and what stands before its last point: s.f(…); empty when there is none. */
struct called {
  struct ft_span schema, name;
};

static bool read_called(struct called *out, struct ft_arena *arena, struct ft_span text,
                        size_t position) {
  struct ft_lexer lexer = { text, position - 1 };
  struct called called = { { NULL, 0 }, { NULL, 0 } };
  for (;;) {
    struct ft_token token = ft_lexer_next(&lexer);
    if (!ft_token_is_name(&token)) return false;
    called.schema = called.name;
    if (ft_literal_name(&called.name, arena, &token, NULL) != FT_OK) return false;
    token = ft_lexer_next(&lexer);
    if (ft_token_is_symbol(&token, '.')) continue;
    *out = called;
    return ft_token_is_symbol(&token, '(');
  }
}

/* As the inside of a string of SQL. */
static const char *quote(struct ft_arena *arena, struct ft_span text) {
  struct ft_buffer quoted;
  ft_buffer_init(&quoted, CELL_BYTES);
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] == '\'') ft_buffer_u8(&quoted, '\'');
    ft_buffer_u8(&quoted, (uint8_t)text.data[i]);
  }
  const char *made = quoted.failed ? NULL : ft_arena_text(arena, ft_buffer_view(&quoted));
  ft_buffer_release(&quoted);
  return made;
}

static const char *read_cell(struct ft_arena *arena, struct ft_answer *answer, size_t column,
                             size_t row) {
  struct ft_buffer text;
  if (ft_answer_is_null(answer, column, row)) return "";
  ft_buffer_init(&text, CELL_BYTES);
  ft_answer_print_text(&text, answer, column, row);
  const char *made = text.failed ? NULL : ft_arena_text(arena, ft_buffer_view(&text));
  ft_buffer_release(&text);
  return made ? made : "";
}

static bool is_kind(const char *const cell[CELLS], const char *kind) {
  return strcmp(cell[CELL_KIND], kind) == 0;
}

/* Would the function that the statement wanted to make have been called so? */
static bool is_function_of(struct ft_arena *arena, const char *text, struct ft_span name) {
  static const char *const suffix[] = { "", "_prob", "_probabilities", "_probability" };
  struct ft_statement statement;
  if (ft_statement_parse(&statement, arena, ft_span_of(text), NULL) != FT_OK) return false;
  struct ft_span function = statement.create.function.name;
  if (function.size == 0 || function.size > name.size) return false;
  struct ft_span begin = { name.data, function.size };
  struct ft_span end = { name.data + function.size, name.size - function.size };
  if (!ft_span_equal_nocase(begin, function)) return false;
  for (size_t i = 0; i < sizeof suffix / sizeof suffix[0]; i++)
    if (ft_span_equal_nocase(end, ft_span_of(suffix[i]))) return true;
  return false;
}

/* Of a FAILED model the catalogue keeps the statement, and no function. */
static bool is_meant(const char *const cell[CELLS], struct ft_arena *arena, struct ft_span name) {
  return !is_kind(cell, "failed") || ft_span_equal_nocase(ft_span_of(cell[CELL_MODEL]), name) ||
         is_function_of(arena, cell[CELL_DETAIL], name);
}

static bool find_row(const char *cell[CELLS], struct ft_arena *arena, struct ft_answer *answer,
                     struct ft_span name) {
  size_t rows = 0;
  if (ft_answer_columns(answer) != CELLS) return false;
  while (ft_answer_next(answer, &rows, NULL) == FT_OK && rows > 0)
    for (size_t r = 0; r < rows; r++) {
      for (size_t c = 0; c < CELLS; c++)
        cell[c] = read_cell(arena, answer, c, r);
      if (is_meant(cell, arena, name)) return true;
    }
  return false;
}

static bool ask(const char *cell[CELLS], struct ft_arena *arena, const struct ft_driver *driver,
                const struct called *called) {
  const struct ft_driver_calls *calls = driver->calls;
  struct ft_answer answer = { calls, NULL };
  const char *schema = quote(arena, called->schema), *name = quote(arena, called->name);
  const char *text = schema && name ? ft_arena_print(arena, calls->called, schema, name) : NULL;
  if (!text || (calls->can_ask && !calls->can_ask(driver->self))) return false;
  if (calls->run(&answer.self, driver->self, ft_span_of(text), NULL) != FT_OK) return false;
  bool found = find_row(cell, arena, &answer, called->name);
  calls->close_answer(answer.self);
  return found;
}

/* Cut at a comma when they are many. */
static struct ft_span cut(const char *arguments) {
  struct ft_span shown = ft_span_of(arguments);
  if (shown.size <= ARGUMENTS_BYTES) return shown;
  shown.size = ARGUMENTS_BYTES;
  while (shown.size > 0 && shown.data[shown.size] != ',')
    shown.size--;
  return shown;
}

static void explain_arguments(struct ft_error *err, const char *const cell[CELLS]) {
  const char *name = cell[CELL_NAME], *arguments = cell[CELL_DETAIL];
  long count = strtol(cell[CELL_COUNT], NULL, 10);
  struct ft_span shown = cut(arguments);
  const char *more = shown.size < strlen(arguments) ? ", …" : "";
  size_t position = err->position;
  if (strcmp(cell[CELL_FORM], "row") == 0) {
    ft_fail(err, err->status, "%s takes a row, and was given something else", name);
    ft_fail_hint(err, "Call %s(t) for a table t that has the model's columns.", name);
  } else {
    ft_fail(err, err->status, "%s takes %ld argument%s, and was given others", name, count,
            count == 1 ? "" : "s");
    ft_fail_hint(err, "Call %s(%.*s%s)%s.", name, FT_SPAN_ARG(shown), more, cell[CELL_FORM]);
  }
  ft_fail_at(err, position);
}

static void explain_failed(struct ft_error *err, const char *const cell[CELLS],
                           const struct called *called) {
  size_t position = err->position;
  ft_fail(err, err->status, "there is no function %.*s: model \"%s\" is FAILED: %s",
          FT_SPAN_ARG(called->name), cell[CELL_MODEL], cell[CELL_REASON]);
  ft_fail_hint(err, "Run its CREATE MODEL again; SHOW MODEL %s tells more.", cell[CELL_MODEL]);
  ft_fail_at(err, position);
}

void ft_call_explain(struct ft_error *err, struct ft_arena *arena, const struct ft_driver *driver,
                     struct ft_span text) {
  const char *cell[CELLS];
  struct called called;
  if (err->position == 0 || err->position > text.size) return;
  if (!read_called(&called, arena, text, err->position)) return;
  if (!ask(cell, arena, driver, &called)) return;
  if (is_kind(cell, "failed"))
    explain_failed(err, cell, &called);
  else if (is_kind(cell, "model"))
    ft_fail_hint(err, "The function of model \"%s\" is %s.", cell[CELL_MODEL], cell[CELL_NAME]);
  else if (is_kind(cell, "hidden"))
    ft_fail_hint(err, "Write %s(…): its schema is not in the search_path.", cell[CELL_NAME]);
  else if (is_kind(cell, "number"))
    ft_fail_hint(err, "%s predicts a number: model \"%s\" has no classes, and no probabilities.",
                 cell[CELL_NAME], cell[CELL_MODEL]);
  else if (is_kind(cell, "function"))
    explain_arguments(err, cell);
}
