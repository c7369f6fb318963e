#include "shell/interactive.h"

#include <string.h>

#include "foretell/statement.h"
#include "shell/editor.h"
#include "shell/history.h"
#include "shell/interrupt.h"
#include "shell/synonym.h"

#define STATEMENT_MAX_BYTES ((size_t)64 << 20)

/* As wide as the first prompt, so that lines stand under each other. */
static const struct {
  char open;
  const char *prompt;
} prompt_table[] = {
  { 0, "foretell> " },   { ';', "      ->  " }, { '\'', "       '> " }, { '"', "       \"> " },
  { '$', "       $> " }, { '*', "      /*> " }, { '(', "       (> " },
};

const char *ft_prompt_of(char open) {
  for (size_t i = 0; i < sizeof prompt_table / sizeof prompt_table[0]; i++)
    if (prompt_table[i].open == open) return prompt_table[i].prompt;
  return prompt_table[1].prompt;
}

static size_t give_names(void *self, enum ft_engine_list list, struct ft_arena *arena,
                         const char *const **name) {
  struct ft_shell_session *session = self;
  struct ft_error err;
  size_t names;
  const struct ft_driver *driver = &session->driver;
  if (driver->calls->names(driver->self, list, arena, name, &names, &err) != FT_OK) return 0;
  return names;
}

static void print_banner(const struct ft_shell_session *session) {
  struct ft_buffer with;
  ft_buffer_init(&with, 1 << 16);
  session->driver.calls->introduce(session->driver.self, &with);
  struct ft_span text = ft_buffer_view(&with);
  const char *strong = session->colour ? "\033[1m" : "", *off = session->colour ? "\033[0m" : "";
  printf("%sForetell %s%s with %.*s\n", strong, FT_VERSION, off, FT_SPAN_ARG(text));
  ft_buffer_release(&with);
  printf("Statements end with a semicolon. .help lists commands, Ctrl-D leaves.\n");
}

/* A statement is whole when nothing is open, a command with its line. */
static char what_is_open(struct ft_span text) {
  struct ft_span trimmed = ft_span_trim(text);
  if (trimmed.size > 0 && trimmed.data[0] == '.') return 0;
  return ft_synonym_is_one(text) ? 0 : ft_script_open(text);
}

/* Put a dot command in the place of what means one. */
static enum ft_status translate(struct ft_buffer *text, struct ft_error *err) {
  struct ft_span typed = ft_span_trim(ft_buffer_view(text));
  if (!ft_synonym_is_one(typed)) return FT_OK;
  struct ft_buffer command;
  ft_buffer_init(&command, STATEMENT_MAX_BYTES);
  enum ft_status status = FT_OK;
  if (!ft_synonym_find(&command, typed)) {
    status = ft_fail(err, FT_SYNTAX, "there is no command \"%.*s\"", FT_SPAN_ARG(typed));
    ft_fail_hint(err, ".help lists the commands. Of psql's there are \\d, \\dt, \\dv, \\i FILE, "
                      "\\timing on, \\? and \\q.");
  } else {
    ft_buffer_reset(text);
    ft_buffer_append_text(text, ft_buffer_view(&command));
  }
  ft_buffer_release(&command);
  return status;
}

static enum ft_outcome run_text(struct ft_shell_session *session, struct ft_editor *editor,
                                struct ft_buffer *typed) {
  struct ft_error err = { 0 };
  struct ft_feed feed;
  ft_editor_remember(editor, ft_buffer_view(typed));
  enum ft_status status = translate(typed, &err);
  if (status == FT_OK) status = ft_feed_text(&feed, ft_buffer_view(typed), &err);
  if (status != FT_OK) {
    ft_session_fail(session, &err);
    return FT_OUTCOME_FAILED;
  }
  enum ft_outcome outcome = ft_session_feed(session, &feed);
  ft_feed_close(&feed);
  fflush(session->out);
  return outcome;
}

static struct ft_span line_from(const struct ft_buffer *text, size_t begin) {
  struct ft_span whole = ft_buffer_view(text);
  return (struct ft_span){ whole.data + begin, whole.size - begin };
}

/* Who types quit inside a statement waits for what does not come. */
static void say_what_is_open(struct ft_shell_session *session, struct ft_span line, char open) {
  if ((open == ';' || open == '(') && ft_synonym_is_one(line))
    ft_session_say(session, "The statement is not complete: a semicolon ends it, Ctrl-C drops it.");
}

/* One statement, or what was typed of it; false at the end. */
static bool ask(struct ft_shell_session *session, struct ft_editor *editor,
                struct ft_buffer *text) {
  char open = 0;
  ft_buffer_reset(text);
  do {
    size_t begin = text->size;
    enum ft_typed typed = ft_editor_line(editor, text, ft_prompt_of(open), ft_buffer_view(text));
    if (typed == FT_TYPED_END) putc('\n', session->out);
    if (typed == FT_TYPED_END && text->size == 0) return false;
    if (typed != FT_TYPED_LINE) {
      ft_buffer_reset(text);
      open = 0;
      continue;
    }
    if (begin > 0) say_what_is_open(session, line_from(text, begin), open);
    ft_buffer_u8(text, '\n');
    open = what_is_open(ft_buffer_view(text));
  } while (open != 0 || text->size == 0);
  if (!text->failed) {
    enum ft_outcome outcome = run_text(session, editor, text);
    return outcome == FT_OUTCOME_DONE || outcome == FT_OUTCOME_FAILED;
  }
  struct ft_error err = { 0 };
  (void)ft_fail(&err, FT_LIMIT, "the statement is too long");
  ft_session_fail(session, &err);
  return true;
}

enum ft_status ft_interactive_run(struct ft_shell_session *session, bool history,
                                  struct ft_error *err) {
  char path[4096];
  struct ft_editor *editor;
  struct ft_completion_source source = { session, give_names };
  bool kept = history && ft_history_path(path, sizeof path);
  FT_TRY(ft_editor_open(&editor, &source, kept ? path : NULL, err));
  if (!session->quiet) print_banner(session);
  struct ft_buffer text;
  ft_buffer_init(&text, STATEMENT_MAX_BYTES);
  while (ask(session, editor, &text))
    continue;
  ft_buffer_release(&text);
  ft_editor_close(editor);
  return FT_OK;
}
