#include "shell/session.h"

#include <errno.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foretell/command.h"
#include "foretell/statement.h"
#include "foretell/subscript.h"
#include "shell/call.h"
#include "shell/dot.h"
#include "shell/failure.h"
#include "shell/interrupt.h"
#include "shell/result.h"

void ft_session_say(struct ft_shell_session *session, const char *format, ...) {
  if (session->quiet || !session->format->plain) return;
  va_list arguments;
  va_start(arguments, format);
  vfprintf(session->out, format, arguments);
  va_end(arguments);
  putc('\n', session->out);
}

static void hear_notice(void *self, const char *text) {
  struct ft_shell_session *session = self;
  ft_progress_line_hide(&session->progress);
  if (session->quiet) return;
  fflush(session->out);
  fputs("notice: ", stderr);
  ft_visible_write(stderr, text);
  putc('\n', stderr);
}

static void hear_progress(void *self, const struct ft_progress *progress) {
  struct ft_shell_session *session = self;
  if (!session->question.open) ft_progress_line_report(&session->progress, progress);
}

/* The first Ctrl-C during a training asks; it is then forgotten, and a second one stays to be seen. */
static enum ft_wish hear_wish(void *self, const struct ft_progress *best) {
  struct ft_shell_session *session = self;
  struct ft_question *question = &session->question;
  if (!ft_interrupt_pending())
    return question->open ? ft_question_read(question, best) : FT_WISH_NONE;
  if (question->open) {
    ft_question_close(question);
    return FT_WISH_DISCARD;
  }
  ft_interrupt_forget();
  session->driver.calls->arm(session->driver.self);
  ft_progress_line_hide(&session->progress);
  ft_question_ask(question, best);
  return FT_WISH_UNDECIDED;
}

static void hear_tick(void *self, double fraction) {
  struct ft_shell_session *session = self;
  ft_progress_line_tick(&session->progress, fraction);
}

static void print_failure(struct ft_shell_session *session, const struct ft_feed *feed,
                          size_t offset, const struct ft_error *err) {
  struct ft_failure failure = { .error = err,
                                .colour = session->colour_errors,
                                .width = ft_terminal_width(STDERR_FILENO) };
  if (feed) {
    failure.file = feed->file;
    failure.script = ft_buffer_view(&feed->text);
    failure.offset = offset;
    failure.place = true;
  }
  ft_progress_line_hide(&session->progress);
  fflush(session->out);
  ft_failure_print(stderr, &failure);
}

void ft_session_fail(struct ft_shell_session *session, const struct ft_error *err) {
  print_failure(session, NULL, 0, err);
}

static enum ft_status run_ours(struct ft_shell_session *session, struct ft_span text,
                               struct ft_error *err) {
  struct ft_statement statement;
  struct ft_grid grid = { 0 };
  const char *tag = NULL;
  FT_TRY(ft_statement_parse(&statement, &session->arena, text, err));
  const struct ft_driver *driver = &session->driver;
  if (driver->calls->ours)
    FT_TRY(driver->calls->ours(&grid, &tag, &session->arena, driver->self, text, err));
  else
    FT_TRY(ft_command_run(&grid, &tag, &session->arena, &session->host, &statement, err));
  ft_progress_line_hide(&session->progress);
  if (grid.columns > 0) return ft_grid_show(session, &grid, err);
  if (tag) ft_session_say(session, "%s", tag);
  return FT_OK;
}

static enum ft_status run_engines(struct ft_shell_session *session, struct ft_span text,
                                  struct ft_error *err) {
  struct ft_answer answer = { session->driver.calls, NULL };
  FT_TRY(answer.calls->run(&answer.self, session->driver.self, text, err));
  enum ft_status status = ft_result_show(session, &answer, err);
  answer.calls->close_answer(answer.self);
  return status;
}

static void say_time(struct ft_shell_session *session, int64_t us) {
  if (!session->timer) return;
  if (us < 1000000)
    ft_session_say(session, "%.1f ms", (double)us / 1e3);
  else
    ft_session_say(session, "%.2f s", (double)us / 1e6);
}

static bool flush_output(struct ft_shell_session *session) {
  return fflush(session->out) == 0 && !ferror(session->out);
}

/* Results that a full disk did not take are a failure, though the statement went well. */
static enum ft_status fail_unwritten(int number, struct ft_error *err) {
  return ft_fail(err, FT_IO, "the output cannot be written: %s", strerror(number ? number : EIO));
}

static enum ft_outcome run_statement(struct ft_shell_session *session, const struct ft_feed *feed,
                                     const struct ft_piece *piece) {
  struct ft_error err = { 0 };
  ft_arena_release(&session->arena);
  session->driver.calls->arm(session->driver.self);
  ft_progress_line_begin(&session->progress);
  bool ours = ft_statement_kind_of(piece->text) != FT_STATEMENT_ENGINE;
  enum ft_status status = FT_OK;
  /* Ctrl-C between two statements counts too. */
  if (ft_interrupt_pending()) status = ft_fail(&err, FT_CANCELLED, "the statement was cancelled");
  if (status == FT_OK) status = ft_subscript_check(piece->text, &err);
  if (status == FT_OK && ours) status = run_ours(session, piece->text, &err);
  if (status == FT_OK && !ours) status = run_engines(session, piece->text, &err);
  if (status == FT_UNDEFINED_FUNCTION)
    ft_call_explain(&err, &session->arena, &session->driver, piece->text);
  int64_t time = ft_clock_us() - session->progress.begun_us;
  ft_question_close(&session->question);
  ft_progress_line_hide(&session->progress);
  bool written = flush_output(session);
  int number = errno;
  if (!written && number == EPIPE) return FT_OUTCOME_CUT;
  if (!written && status == FT_OK) status = fail_unwritten(number, &err);
  if (status != FT_OK) print_failure(session, feed, piece->offset, &err);
  say_time(session, time);
  return status == FT_OK ? FT_OUTCOME_DONE : FT_OUTCOME_FAILED;
}

/* Print a statement with the remarks before it, as the script has them. */
static void echo(struct ft_shell_session *session, const struct ft_feed *feed, size_t from,
                 const struct ft_piece *piece) {
  size_t end = piece->offset + piece->text.size;
  struct ft_span text = { (const char *)feed->text.data + from, end - from };
  text = ft_span_trim(text);
  fprintf(session->out, "\n%.*s%s\n", FT_SPAN_ARG(text), piece->complete ? ";" : "");
  flush_output(session);
}

static enum ft_outcome run_dot(struct ft_shell_session *session, const struct ft_feed *feed,
                               const struct ft_piece *piece) {
  struct ft_error err = { 0 };
  ft_arena_release(&session->arena);
  enum ft_outcome outcome = ft_dot_run(session, piece->text, &err);
  if (err.status != FT_OK) {
    print_failure(session, session->interactive && !feed->file ? NULL : feed, piece->offset, &err);
    return FT_OUTCOME_FAILED;
  }
  return outcome;
}

/* Nobody reads any more: is anything left that should have run? */
static enum ft_outcome cut(struct ft_feed *feed) {
  struct ft_error err;
  enum ft_feed_kind kind;
  struct ft_piece piece;
  if (ft_feed_waits(feed)) return FT_OUTCOME_LEFT_OUT;
  if (ft_feed_next(&kind, &piece, feed, &err) != FT_OK) return FT_OUTCOME_LEFT_OUT;
  return kind == FT_FEED_END ? FT_OUTCOME_CUT : FT_OUTCOME_LEFT_OUT;
}

enum ft_outcome ft_session_feed(struct ft_shell_session *session, struct ft_feed *feed) {
  for (;;) {
    struct ft_error err = { 0 };
    enum ft_feed_kind kind;
    struct ft_piece piece;
    enum ft_outcome outcome;
    size_t from = feed->offset;
    if (ft_feed_next(&kind, &piece, feed, &err) != FT_OK) {
      print_failure(session, NULL, 0, &err);
      return FT_OUTCOME_FAILED;
    }
    if (kind == FT_FEED_END) return FT_OUTCOME_DONE;
    if (session->echo) echo(session, feed, from, &piece);
    if (kind == FT_FEED_DOT)
      outcome = run_dot(session, feed, &piece);
    else
      outcome = run_statement(session, feed, &piece);
    if (outcome == FT_OUTCOME_CUT) return cut(feed);
    if (outcome != FT_OUTCOME_DONE) return outcome;
  }
}

enum ft_outcome ft_session_text(struct ft_shell_session *session, const char *text) {
  struct ft_error err = { 0 };
  struct ft_feed feed;
  if (ft_feed_text(&feed, ft_span_of(text), &err) != FT_OK) {
    ft_session_fail(session, &err);
    return FT_OUTCOME_FAILED;
  }
  enum ft_outcome outcome = ft_session_feed(session, &feed);
  ft_feed_close(&feed);
  return outcome;
}

enum ft_outcome ft_session_file(struct ft_shell_session *session, const char *path) {
  struct ft_error err = { 0 };
  struct ft_feed feed;
  enum ft_status status = FT_OK;
  if (session->depth >= FT_READ_DEPTH)
    status = ft_fail(&err, FT_LIMIT, "scripts read each other more than %d deep", FT_READ_DEPTH);
  if (status == FT_OK) status = ft_feed_open(&feed, path, &err);
  if (status != FT_OK) {
    ft_session_fail(session, &err);
    return FT_OUTCOME_FAILED;
  }
  session->depth++;
  enum ft_outcome outcome = ft_session_feed(session, &feed);
  session->depth--;
  ft_feed_close(&feed);
  return outcome;
}

/* Box drawing characters need UTF-8; where no locale is set at all, terminals speak it too. */
static bool wants_ascii(void) {
  const char *name[] = { "LC_ALL", "LC_CTYPE", "LANG" };
  bool chosen = false;
  for (size_t i = 0; i < sizeof name / sizeof name[0]; i++)
    chosen = chosen || (getenv(name[i]) && *getenv(name[i]));
  return chosen && strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
}

static bool wants_colour(int descriptor) {
  const char *terminal = getenv("TERM"), *none = getenv("NO_COLOR");
  if (none && *none) return false;
  return isatty(descriptor) && terminal && strcmp(terminal, "dumb") != 0;
}

/* The trainer stands beside the shell where it was built, or where it was installed. */
static void find_trainer(char *path, size_t size) {
  static const char *const place[] = { "/foretell-trainer",
                                       "/../libexec/foretell/foretell-trainer" };
  const char *given = getenv("FORETELL_TRAINER");
  char self[2048];
  ssize_t got = readlink("/proc/self/exe", self, sizeof self - 1);
  path[0] = '\0';
  if (given && *given) {
    snprintf(path, size, "%s", given);
    return;
  }
  if (got <= 0) return;
  self[got] = '\0';
  char *slash = strrchr(self, '/');
  if (!slash) return;
  *slash = '\0';
  for (size_t i = 0; i < sizeof place / sizeof place[0]; i++) {
    snprintf(path, size, "%s%s", self, place[i]);
    if (access(path, X_OK) == 0) return;
  }
}

static struct ft_engine_watch watch_of(struct ft_shell_session *session) {
  bool asks = session->interactive && isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
  return (struct ft_engine_watch){ session, hear_notice, hear_progress, hear_tick,
                                   asks ? hear_wish : NULL };
}

static enum ft_status open_engine(struct ft_shell_session *session,
                                  const struct ft_shell_options *options, struct ft_error *err) {
  struct ft_engine_options chosen = FT_ENGINE_DEFAULTS;
  struct ft_engine_watch watch = watch_of(session);
  struct ft_engine *engine;
  chosen.path = options->database;
  chosen.read_only = options->read_only;
  chosen.threads = options->threads;
  FT_TRY(ft_engine_open(&engine, &chosen, err));
  session->driver = ft_driver_embedded(engine);
  ft_engine_set_watch(engine, &watch);
  ft_duckdb_host(&session->host, engine);
  find_trainer(session->trainer_path, sizeof session->trainer_path);
  session->host.trainer_path = session->trainer_path;
  session->host.trainer_memory_bytes = options->trainer_memory_bytes;
  session->host.trainer_memory_setting = "--trainer-memory";
  session->host.trainer_threads = options->threads;
  ft_interrupt_watch(engine);
  return FT_OK;
}

static enum ft_status open_server(struct ft_shell_session *session,
                                  const struct ft_shell_options *options, struct ft_error *err) {
  struct ft_server_options chosen = { .url = options->database,
                                      .read_only = options->read_only,
                                      .threads = options->threads,
                                      .watch = watch_of(session) };
  return ft_driver_server(&session->driver, &chosen, err);
}

enum ft_status ft_session_open(struct ft_shell_session *session,
                               const struct ft_shell_options *options, bool interactive,
                               struct ft_error *err) {
  *session = (struct ft_shell_session){ .out = stdout, .interactive = interactive };
  session->format = options->format ? options->format : ft_format_by_name(FT_SPAN("table"));
  session->rows = interactive ? FT_ROWS_INTERACTIVE : FT_ROWS_BATCH;
  session->quiet = options->quiet;
  session->echo = options->echo;
  session->terminal = isatty(STDOUT_FILENO);
  session->ascii = wants_ascii();
  session->colour = wants_colour(STDOUT_FILENO);
  session->colour_errors = wants_colour(STDERR_FILENO);
  session->progress.out = options->quiet ? NULL : ft_progress_stream();
  if (ft_driver_is_server(options->database))
    FT_TRY(open_server(session, options, err));
  else
    FT_TRY(open_engine(session, options, err));
  ft_arena_init(&session->arena, FT_ARENA_DEFAULT_LIMIT);
  return FT_OK;
}

void ft_session_close(struct ft_shell_session *session) {
  ft_interrupt_watch(NULL);
  session->driver.calls->close(session->driver.self);
  ft_arena_release(&session->arena);
}
