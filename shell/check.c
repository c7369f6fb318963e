#include "shell/check.h"

#include <stdio.h>
#include <unistd.h>

#include "core/command/supported.h"
#include "foretell/advice.h"
#include "foretell/statement.h"
#include "foretell/subscript.h"
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

static bool is_create(const struct ft_statement *statement) {
  return statement->kind == FT_STATEMENT_CREATE_MODEL ||
         statement->kind == FT_STATEMENT_CREATE_EXTERNAL_MODEL;
}

static enum ft_status check_ours(struct ft_span text, struct ft_error *err) {
  struct ft_arena arena;
  struct ft_statement statement;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = ft_statement_parse(&statement, &arena, text, err);
  if (status == FT_OK && is_create(&statement)) status = ft_supported_check(&statement.create, err);
  ft_arena_release(&arena);
  return status;
}

/* How many statements there are: about models, of these wrong, and others. */
struct counts {
  size_t ours, wrong, others;
};

static void check_piece(struct counts *counts, const struct ft_feed *feed,
                        const struct ft_piece *piece, const struct ft_check_options *options) {
  struct ft_error err = { 0 };
  bool ours = ft_statement_kind_of(piece->text) != FT_STATEMENT_ENGINE;
  enum ft_status status = ours ? check_ours(piece->text, &err) : ft_advice_check(piece->text, &err);
  if (status == FT_OK) status = ft_subscript_check(piece->text, &err);
  bool wrong = status != FT_OK;
  counts->ours += ours || wrong;
  counts->others += !ours && !wrong;
  counts->wrong += wrong;
  if (wrong) print_failure(feed, options, piece->offset, &err);
}

static void print_counts(const struct counts *counts, const struct ft_check_options *options) {
  const char *many = counts->ours == 1 ? "" : "s";
  if (counts->wrong > 0)
    printf("wrong: %s: %zu of %zu statement%s about models", options->name, counts->wrong,
           counts->ours, many);
  else
    printf("ok: %s: %zu statement%s about models", options->name, counts->ours, many);
  if (counts->others > 0)
    printf("; %zu other%s not checked", counts->others, counts->others == 1 ? "" : "s");
  putchar('\n');
}

bool ft_check_run(struct ft_feed *feed, const struct ft_check_options *options) {
  struct counts counts = { 0 };
  for (;;) {
    struct ft_error err = { 0 };
    enum ft_feed_kind kind;
    struct ft_piece piece;
    if (ft_feed_next(&kind, &piece, feed, &err) != FT_OK) {
      print_failure(feed, options, 0, &err);
      return false;
    }
    if (kind == FT_FEED_END) break;
    if (kind == FT_FEED_STATEMENT) check_piece(&counts, feed, &piece, options);
  }
  if (counts.wrong > 0 || !options->quiet) print_counts(&counts, options);
  return counts.wrong == 0;
}
