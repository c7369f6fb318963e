#include "shell/question.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "foretell/span.h"
#include "shell/render.h"

static const struct {
  const char *word;
  enum ft_wish wish;
} answers[] = {
  { "y", FT_WISH_KEEP },    { "yes", FT_WISH_KEEP },      { "keep", FT_WISH_KEEP },
  { "n", FT_WISH_DISCARD }, { "no", FT_WISH_DISCARD },    { "discard", FT_WISH_DISCARD },
  { "c", FT_WISH_NONE },    { "continue", FT_WISH_NONE },
};

enum ft_wish ft_question_wish(const char *line, size_t size) {
  struct ft_span word = ft_span_trim((struct ft_span){ line, size });
  if (size == 0) return FT_WISH_DISCARD;
  for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
    if (ft_span_equal_nocase(word, ft_span_of(answers[i].word))) return answers[i].wish;
  return FT_WISH_UNDECIDED;
}

static void print(const struct ft_progress *best) {
  fputs("Keep the best model so far (", stderr);
  ft_visible_write(stderr, best->metric);
  fprintf(stderr, " %.3f)? y keeps it, n discards it, c goes on: ", best->score);
  fflush(stderr);
}

void ft_question_ask(struct ft_question *question, const struct ft_progress *best) {
  tcflush(STDIN_FILENO, TCIFLUSH);
  question->open = true;
  putc('\n', stderr); /* after the terminal's own ^C */
  print(best);
}

enum ft_wish ft_question_read(struct ft_question *question, const struct ft_progress *best) {
  struct pollfd typed = { .fd = STDIN_FILENO, .events = POLLIN };
  char line[256];
  if (poll(&typed, 1, 0) <= 0) return FT_WISH_UNDECIDED;
  ssize_t size = read(STDIN_FILENO, line, sizeof line);
  if (size < 0 && (errno == EINTR || errno == EAGAIN)) return FT_WISH_UNDECIDED;
  enum ft_wish wish = ft_question_wish(line, size > 0 ? (size_t)size : 0);
  if (wish == FT_WISH_UNDECIDED)
    print(best);
  else
    question->open = false;
  return wish;
}

void ft_question_close(struct ft_question *question) {
  if (question->open) putc('\n', stderr);
  question->open = false;
}
