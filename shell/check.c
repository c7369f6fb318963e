#include "shell/check.h"

#include <stdio.h>
#include <unistd.h>

#include "foretell/statement.h"
#include "shell/failure.h"
#include "shell/interrupt.h"

static void print_failure(const struct ft_feed *feed, const struct ft_check_options *options,
                          size_t offset, const struct ft_error *err) {
  struct ft_failure failure = { .error = err,
                                .file = feed->file,
                                .script = ft_buffer_view(&feed->text),
                                .offset = offset,
                                .place = true,
                                .colour = options->colour,
                                .width = ft_terminal_width(STDERR_FILENO) };
  fflush(stdout);
  ft_failure_print(stderr, &failure);
}

static enum ft_status check_piece(struct ft_span text, struct ft_error *err) {
  struct ft_arena arena;
  struct ft_statement statement;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = ft_statement_parse(&statement, &arena, text, err);
  ft_arena_release(&arena);
  return status;
}

bool ft_check_run(struct ft_feed *feed, const struct ft_check_options *options) {
  size_t ours = 0, wrong = 0;
  for (;;) {
    struct ft_error err = { 0 };
    enum ft_feed_kind kind;
    struct ft_piece piece;
    if (ft_feed_next(&kind, &piece, feed, &err) != FT_OK) {
      print_failure(feed, options, 0, &err);
      return false;
    }
    if (kind == FT_FEED_END) break;
    if (kind == FT_FEED_DOT || ft_statement_kind_of(piece.text) == FT_STATEMENT_ENGINE) continue;
    ours++;
    if (check_piece(piece.text, &err) == FT_OK) continue;
    wrong++;
    print_failure(feed, options, piece.offset, &err);
  }
  const char *many = ours == 1 ? "" : "s";
  if (wrong > 0)
    printf("wrong: %s: %zu of %zu statement%s about models\n", options->name, wrong, ours, many);
  else if (!options->quiet)
    printf("ok: %s: %zu statement%s about models\n", options->name, ours, many);
  return wrong == 0;
}
