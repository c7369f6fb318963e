#include "shell/editor.h"

#include <errno.h>
#include <histedit.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "shell/history.h"
#include "shell/interrupt.h"
#include "shell/width.h"

#define HISTORY_STATEMENTS 2000
#define LIST_MAX           200 /* more matches than this are only counted */

struct ft_editor {
  EditLine *edit;
  History *history;
  struct ft_completion_source source;
  const char *prompt;    /* borrowed while a line is asked for */
  struct ft_span before; /* earlier lines of the statement; borrowed as well */
  char *path;            /* of the history; NULL: none; owned */
  char *newest;          /* in the history; owned */
};

static struct ft_editor *editor_of(EditLine *edit) {
  void *editor = NULL;
  el_get(edit, EL_CLIENTDATA, &editor);
  return editor;
}

static char *give_prompt(EditLine *edit) {
  return (char *)editor_of(edit)->prompt;
}

/* What other signals ask for while we wait for a key. False: Ctrl-C. */
static bool answer_signals(EditLine *edit) {
  if (ft_interrupt_pending()) return false;
  if (ft_interrupt_resized()) el_resize(edit);
  if (ft_interrupt_continued()) {
    el_set(edit, EL_PREP_TERM, 1);
    el_set(edit, EL_REFRESH);
  }
  return true;
}

/* One byte from the terminal: 1, 0 at the end, -1 for Ctrl-C or an error. */
static int read_byte(EditLine *edit, char *byte) {
  for (;;) {
    if (!answer_signals(edit)) return -1;
    if (!ft_interrupt_wait(STDIN_FILENO)) continue;
    ssize_t got = read(STDIN_FILENO, byte, 1);
    if (got >= 0) return (int)got;
    if (errno != EINTR && errno != EAGAIN) return -1;
  }
}

/* libedit's own reader restarts after the first signal; ours ends the line on Ctrl-C. */
static int read_character(EditLine *edit, wchar_t *character) {
  char text[8];
  for (size_t size = 0; size < 4;) {
    int got = read_byte(edit, text + size);
    if (got <= 0) return got;
    size++;
    uint32_t code;
    size_t used = ft_width_decode((struct ft_span){ text, size }, &code);
    if (code != UINT32_MAX && used == size) {
      *character = (wchar_t)code;
      return 1;
    }
    bool leads = (unsigned char)text[0] >= 0xC2 && (unsigned char)text[0] <= 0xF4;
    if (!leads) size = 0; /* a byte that begins no character is dropped */
  }
  *character = 0xFFFD;
  return 1;
}

/* The matches in columns, as wide as the terminal has room for. */
static void list_matches(const struct ft_completion *found) {
  size_t widest = 1, width = ft_terminal_width(STDOUT_FILENO);
  putchar('\n');
  if (found->matches > LIST_MAX) {
    printf("%zu possibilities\n", found->matches);
    fflush(stdout);
    return;
  }
  for (size_t i = 0; i < found->matches; i++) {
    size_t cells = ft_width_of(ft_span_of(found->match[i]));
    if (cells > widest) widest = cells;
  }
  size_t columns = (width ? width : 80) / (widest + 2);
  if (columns == 0) columns = 1;
  size_t lines = (found->matches + columns - 1) / columns;
  for (size_t line = 0; line < lines; line++) {
    for (size_t i = line; i < found->matches; i += lines) {
      size_t cells = ft_width_of(ft_span_of(found->match[i]));
      bool last = i + lines >= found->matches;
      printf("%s%*s", found->match[i], last ? 0 : (int)(widest + 2 - cells), "");
    }
    putchar('\n');
  }
  fflush(stdout);
}

/* Put the completion in place of the word; CC_REDISPLAY after a list. */
static unsigned char insert_match(EditLine *edit, const struct ft_completion *found, size_t typed) {
  bool one = found->matches == 1;
  bool longer = strlen(found->common) > typed;
  if (longer || one) {
    el_deletestr(edit, (int)ft_width_characters(
                           (struct ft_span){ el_line(edit)->cursor - typed, typed }, typed));
    if (el_insertstr(edit, found->common) < 0) return CC_ERROR;
    if (one && *found->after && el_insertstr(edit, found->after) < 0) return CC_ERROR;
    return CC_REFRESH;
  }
  list_matches(found);
  return CC_REDISPLAY;
}

static unsigned char complete(EditLine *edit, int key) {
  (void)key;
  struct ft_editor *editor = editor_of(edit);
  const LineInfo *line = el_line(edit);
  size_t here = (size_t)(line->cursor - line->buffer);
  struct ft_arena arena;
  struct ft_buffer text;
  struct ft_completion found;
  ft_arena_init(&arena, (size_t)64 << 20);
  ft_buffer_init(&text, (size_t)64 << 20);
  ft_buffer_append_text(&text, editor->before);
  ft_buffer_append(&text, line->buffer, here);
  unsigned char answer = CC_ERROR;
  if (!text.failed) {
    ft_completion_find(&found, &arena, &editor->source, ft_buffer_view(&text));
    size_t typed = text.size - found.start;
    if (found.matches > 0 && typed <= here) answer = insert_match(edit, &found, typed);
  }
  ft_buffer_release(&text);
  ft_arena_release(&arena);
  return answer;
}

static void take_history(void *self, const char *statement) {
  struct ft_editor *editor = self;
  HistEvent event;
  history(editor->history, &event, H_ENTER, statement);
}

static void set_up(struct ft_editor *editor) {
  HistEvent event;
  EditLine *edit = editor->edit;
  history(editor->history, &event, H_SETSIZE, HISTORY_STATEMENTS);
  el_set(edit, EL_CLIENTDATA, editor);
  el_set(edit, EL_SIGNAL, 0);
  el_set(edit, EL_EDITOR, "emacs");
  el_set(edit, EL_PROMPT, give_prompt);
  el_set(edit, EL_HIST, history, editor->history);
  el_source(edit, NULL); /* the user's ~/.editrc */
  el_set(edit, EL_GETCFN, read_character);
  /* The wide form keeps the names as they are; the other copies them and never frees the copies. */
  el_wset(edit, EL_ADDFN, L"ft-complete", L"complete what stands at the cursor", complete);
  el_set(edit, EL_BIND, "^I", "ft-complete", NULL);
  el_set(edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
  el_set(edit, EL_BIND, "\\e[1;5C", "em-next-word", NULL);
  el_set(edit, EL_BIND, "\\e[1;5D", "ed-prev-word", NULL);
  el_set(edit, EL_BIND, "\\e[3~", "ed-delete-next-char", NULL);
  if (editor->path) ft_history_load(editor->path, take_history, editor);
}

enum ft_status ft_editor_open(struct ft_editor **out, const struct ft_completion_source *source,
                              const char *history_path, struct ft_error *err) {
  struct ft_editor *editor = calloc(1, sizeof *editor);
  if (!editor) return ft_arena_fail(err, "the editor");
  editor->source = *source;
  editor->edit = el_init("foretell", stdin, stdout, stderr);
  editor->history = history_init();
  if (history_path) editor->path = strdup(history_path);
  if (!editor->edit || !editor->history) {
    ft_editor_close(editor);
    return ft_fail(err, FT_IO, "the terminal cannot be used for editing");
  }
  set_up(editor);
  *out = editor;
  return FT_OK;
}

void ft_editor_close(struct ft_editor *editor) {
  if (!editor) return;
  if (editor->history) history_end(editor->history);
  if (editor->edit) el_end(editor->edit);
  free(editor->path);
  free(editor->newest);
  free(editor);
}

enum ft_typed ft_editor_line(struct ft_editor *editor, struct ft_buffer *line, const char *prompt,
                             struct ft_span before) {
  int size = 0;
  editor->prompt = prompt;
  editor->before = before;
  ft_interrupt_forget();
  /* Before the prompt shows: libedit would do it after, and lose a Ctrl-D typed in between. */
  el_set(editor->edit, EL_PREP_TERM, 1);
  const char *text = el_gets(editor->edit, &size);
  if (ft_interrupt_pending()) {
    ft_interrupt_forget();
    el_reset(editor->edit);
    fputs("^C\n", stdout);
    fflush(stdout);
    return FT_TYPED_CANCEL;
  }
  if (!text || size <= 0) return FT_TYPED_END;
  size_t bytes = strlen(text);
  if (bytes > 0 && text[bytes - 1] == '\n') bytes--;
  ft_buffer_append(line, text, bytes);
  return FT_TYPED_LINE;
}

void ft_editor_remember(struct ft_editor *editor, struct ft_span statement) {
  HistEvent event;
  struct ft_span typed = statement;
  statement = ft_span_trim(statement);
  char *text = statement.size > 0 ? strndup(statement.data, statement.size) : NULL;
  bool again = text && editor->newest && strcmp(text, editor->newest) == 0;
  if (!text || again) {
    free(text);
    return;
  }
  free(editor->newest);
  editor->newest = text;
  history(editor->history, &event, H_ENTER, text);
  typed.size = (size_t)(statement.data + statement.size - typed.data);
  if (editor->path) ft_history_append(editor->path, typed);
}
