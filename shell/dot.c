#include "shell/dot.h"

#include <stdlib.h>
#include <string.h>

#include "shell/nearest.h"

#define ROWS_MAX 100000000UL

static enum ft_outcome run_help(struct ft_shell_session *session, struct ft_span argument,
                                struct ft_error *err);

static enum ft_outcome run_tables(struct ft_shell_session *session, struct ft_span argument,
                                  struct ft_error *err) {
  (void)argument;
  (void)err;
  return ft_session_text(session, session->driver.calls->tables);
}

static enum ft_status check_table(struct ft_shell_session *session, struct ft_span table,
                                  struct ft_error *err) {
  const char *const *name;
  size_t names;
  const struct ft_driver *driver = &session->driver;
  FT_TRY(driver->calls->names(driver->self, FT_LIST_TABLES, &session->arena, &name, &names, err));
  struct ft_nearest nearest = ft_nearest_of(table);
  for (size_t i = 0; i < names; i++) {
    if (ft_span_equal_nocase(table, ft_span_of(name[i]))) return FT_OK;
    ft_nearest_try(&nearest, name[i]);
  }
  ft_fail(err, FT_UNDEFINED_TABLE, "there is no table \"%.*s\"", FT_SPAN_ARG(table));
  if (nearest.best) return ft_fail_hint(err, "Did you mean \"%s\"?", nearest.best);
  return ft_fail_hint(err, ".tables lists them.");
}

/* The name as an SQL string. */
static char *quote_text(struct ft_arena *arena, struct ft_span text) {
  struct ft_buffer quoted;
  ft_buffer_init(&quoted, (size_t)1 << 20);
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] == '\'') ft_buffer_u8(&quoted, '\'');
    ft_buffer_u8(&quoted, (uint8_t)text.data[i]);
  }
  char *out = quoted.failed ? NULL : ft_arena_text(arena, ft_buffer_view(&quoted));
  ft_buffer_release(&quoted);
  return out;
}

static struct ft_span bare_name(struct ft_span name) {
  if (name.size >= 2 && name.data[0] == '"' && name.data[name.size - 1] == '"')
    return (struct ft_span){ name.data + 1, name.size - 2 };
  return name;
}

static enum ft_outcome run_schema(struct ft_shell_session *session, struct ft_span argument,
                                  struct ft_error *err) {
  struct ft_arena arena;
  if (argument.size == 0) return ft_session_text(session, session->driver.calls->all_columns);
  argument = bare_name(argument);
  if (check_table(session, argument, err) != FT_OK) return FT_OUTCOME_FAILED;
  ft_arena_init(&arena, 1 << 20);
  const char *name = quote_text(&arena, argument);
  const char *text =
      name ? ft_arena_print(&arena, session->driver.calls->table_columns, name) : NULL;
  enum ft_outcome outcome = FT_OUTCOME_FAILED;
  if (text)
    outcome = ft_session_text(session, text);
  else
    ft_arena_fail(err, "the statement");
  ft_arena_release(&arena);
  return outcome;
}

static enum ft_outcome run_models(struct ft_shell_session *session, struct ft_span argument,
                                  struct ft_error *err) {
  (void)argument;
  (void)err;
  return ft_session_text(session, "SHOW MODEL ALL;");
}

static enum ft_outcome run_timer(struct ft_shell_session *session, struct ft_span argument,
                                 struct ft_error *err) {
  bool on = ft_span_equal_nocase(argument, FT_SPAN("on"));
  if (!on && !ft_span_equal_nocase(argument, FT_SPAN("off"))) {
    ft_fail(err, FT_INVALID, ".timer is on or off, not \"%.*s\"", FT_SPAN_ARG(argument));
    return FT_OUTCOME_FAILED;
  }
  session->timer = on;
  return FT_OUTCOME_DONE;
}

static enum ft_outcome run_mode(struct ft_shell_session *session, struct ft_span argument,
                                struct ft_error *err) {
  const struct ft_output_format *format = ft_format_by_name(argument);
  if (format) {
    session->format = format;
    return FT_OUTCOME_DONE;
  }
  struct ft_nearest nearest = ft_nearest_of(argument);
  for (format = ft_formats(); format->name; format++)
    ft_nearest_try(&nearest, format->name);
  ft_fail(err, FT_INVALID, "there is no format \"%.*s\"", FT_SPAN_ARG(argument));
  if (nearest.best)
    (void)ft_fail_hint(err, "Did you mean %s?", nearest.best);
  else
    (void)ft_fail_hint(err, "The formats are table, lines, csv, json, jsonlines and markdown.");
  return FT_OUTCOME_FAILED;
}

static enum ft_outcome run_read(struct ft_shell_session *session, struct ft_span argument,
                                struct ft_error *err) {
  struct ft_arena arena; /* the session's is of each statement in the file */
  bool quoted =
      argument.size >= 2 && argument.data[0] == '\'' && argument.data[argument.size - 1] == '\'';
  if (quoted) argument = (struct ft_span){ argument.data + 1, argument.size - 2 };
  ft_arena_init(&arena, 1 << 20);
  char *path = ft_arena_text(&arena, argument);
  enum ft_outcome outcome = FT_OUTCOME_FAILED;
  if (path)
    outcome = ft_session_file(session, path);
  else
    ft_arena_fail(err, "the file's name");
  ft_arena_release(&arena);
  return outcome;
}

static enum ft_outcome run_rows(struct ft_shell_session *session, struct ft_span argument,
                                struct ft_error *err) {
  size_t rows = 0;
  bool all = ft_span_equal_nocase(argument, FT_SPAN("all"));
  for (size_t i = 0; !all && i < argument.size; i++) {
    bool digit = argument.data[i] >= '0' && argument.data[i] <= '9';
    rows = digit ? rows * 10 + (size_t)(argument.data[i] - '0') : 0;
    if (digit && rows <= ROWS_MAX) continue;
    rows = 0;
    break;
  }
  if (!all && rows == 0) {
    ft_fail(err, FT_INVALID, ".rows is a number above 0, or all, not \"%.*s\"",
            FT_SPAN_ARG(argument));
    return FT_OUTCOME_FAILED;
  }
  session->rows = rows;
  session->rows_chosen = true;
  return FT_OUTCOME_DONE;
}

static enum ft_outcome run_quit(struct ft_shell_session *session, struct ft_span argument,
                                struct ft_error *err) {
  (void)session;
  (void)argument;
  (void)err;
  return FT_OUTCOME_QUIT;
}

static const struct ft_dot dot_table[] = {
  { ".help", "[COMMAND]", "what the dot commands do", FT_DOT_COMMAND, run_help },
  { ".tables", NULL, "list tables and views", FT_DOT_NONE, run_tables },
  { ".schema", "[TABLE]", "list the columns of a table, or of all", FT_DOT_TABLE, run_schema },
  { ".models", NULL, "list models, as SHOW MODEL ALL does", FT_DOT_NONE, run_models },
  { ".timer", "on|off", "print how long each statement takes", FT_DOT_SWITCH, run_timer },
  { ".mode", "FORMAT", "of results: table, lines, csv, json, jsonlines or markdown", FT_DOT_FORMAT,
    run_mode },
  { ".read", "FILE", "run a script", FT_DOT_FILE, run_read },
  { ".rows", "N|all", "show at most N rows of a table", FT_DOT_NUMBER, run_rows },
  { ".quit", NULL, "leave; so does Ctrl-D", FT_DOT_NONE, run_quit },
  { ".exit", NULL, "leave", FT_DOT_NONE, run_quit },
  { NULL, NULL, NULL, FT_DOT_NONE, NULL },
};

const struct ft_dot *ft_dots(void) {
  return dot_table;
}

static const struct ft_dot *find_dot(struct ft_span name) {
  for (const struct ft_dot *dot = dot_table; dot->name; dot++)
    if (ft_span_equal_nocase(name, ft_span_of(dot->name))) return dot;
  return NULL;
}

static enum ft_status fail_unknown(struct ft_span name, struct ft_error *err) {
  struct ft_nearest nearest = ft_nearest_of(name);
  for (const struct ft_dot *dot = dot_table; dot->name; dot++)
    ft_nearest_try(&nearest, dot->name);
  ft_fail(err, FT_SYNTAX, "there is no command \"%.*s\"", FT_SPAN_ARG(name));
  if (nearest.best) return ft_fail_hint(err, "Did you mean %s?", nearest.best);
  return ft_fail_hint(err, ".help lists them.");
}

static void print_help(struct ft_shell_session *session, const struct ft_dot *dot) {
  fprintf(session->out, "  %-8s %-10s  %s\n", dot->name, dot->argument ? dot->argument : "",
          dot->help);
}

static enum ft_outcome run_help(struct ft_shell_session *session, struct ft_span argument,
                                struct ft_error *err) {
  if (argument.size > 0) {
    struct ft_span name = argument;
    char dotted[64];
    if (argument.data[0] != '.' && argument.size < sizeof dotted - 1) {
      snprintf(dotted, sizeof dotted, ".%.*s", FT_SPAN_ARG(argument));
      name = ft_span_of(dotted);
    }
    const struct ft_dot *one = find_dot(name);
    if (one) print_help(session, one);
    return one || fail_unknown(name, err) == FT_OK ? FT_OUTCOME_DONE : FT_OUTCOME_FAILED;
  }
  for (const struct ft_dot *dot = dot_table; dot->name; dot++)
    print_help(session, dot);
  fputs(
      "\nSQL statements end with a semicolon. CREATE MODEL, SHOW MODEL and DROP MODEL are ours;\n"
      "all other SQL is the database's. Tab completes, Ctrl-C stops a statement.\n"
      "At the prompt help, quit and exit work too, as do psql's \\d, \\dt, \\i, \\timing and \\q.\n",
      session->out);
  return FT_OUTCOME_DONE;
}

enum ft_outcome ft_dot_run(struct ft_shell_session *session, struct ft_span line,
                           struct ft_error *err) {
  size_t size = 0;
  while (size < line.size && line.data[size] != ' ' && line.data[size] != '\t')
    size++;
  struct ft_span name = { line.data, size };
  struct ft_span argument = ft_span_trim((struct ft_span){ line.data + size, line.size - size });
  if (argument.size > 0 && argument.data[argument.size - 1] == ';')
    argument = ft_span_trim((struct ft_span){ argument.data, argument.size - 1 });
  else if (name.size > 1 && name.data[name.size - 1] == ';')
    name.size--;
  const struct ft_dot *dot = find_dot(name);
  if (!dot) {
    (void)fail_unknown(name, err);
    return FT_OUTCOME_FAILED;
  }
  bool needed = dot->argument && dot->argument[0] != '[';
  if (needed && argument.size == 0)
    ft_fail(err, FT_SYNTAX, "%s needs %s", dot->name, dot->argument);
  else if (!dot->argument && argument.size > 0)
    ft_fail(err, FT_SYNTAX, "%s takes nothing after it", dot->name);
  else
    return dot->run(session, argument, err);
  return FT_OUTCOME_FAILED;
}
