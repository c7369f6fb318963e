/* foretell: SQL with CREATE MODEL, interactive and in batch. */
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "foretell/process.h"
#include "shell/check.h"
#include "shell/failure.h"
#include "shell/interactive.h"
#include "shell/interrupt.h"
#include "shell/options.h"
#include "shell/session.h"

enum { EXIT_WRONG_USAGE = 2, EXIT_INTERRUPTED = 130, EXIT_LEFT_OUT = 141 /* 128 + SIGPIPE */ };

/* Texts are UTF-8 whatever the locale says; the editor needs one that agrees. */
static void choose_locale(void) {
  setlocale(LC_CTYPE, "");
  bool chosen = getenv("LC_ALL") || getenv("LC_CTYPE") || getenv("LANG");
  if (!chosen && strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
}

/* A caller may have closed descriptors 0 to 2. The database file would then get one of them, and
 * our results would be written into it. Each is opened the wrong way round, so that reading or
 * writing still fails. */
static bool hold_standard_descriptors(void) {
  for (int wanted = STDIN_FILENO; wanted <= STDERR_FILENO; wanted++) {
    if (fcntl(wanted, F_GETFD) >= 0) continue;
    if (open("/dev/null", wanted == STDIN_FILENO ? O_WRONLY : O_RDONLY) != wanted) return false;
  }
  return true;
}

static void print_failure(const struct ft_error *err) {
  ft_failure_print(stderr, &(struct ft_failure){ .error = err });
}

static int fail_usage(const struct ft_error *err) {
  fprintf(stderr, "foretell: %s\n", err->message);
  if (err->hint[0]) fprintf(stderr, "hint: %s\n", err->hint);
  return EXIT_WRONG_USAGE;
}

static enum ft_status open_input(struct ft_feed *feed, const struct ft_shell_input *input,
                                 struct ft_error *err) {
  if (input->file) return ft_feed_open(feed, input->text, err);
  return ft_feed_text(feed, ft_span_of(input->text), err);
}

static int check_inputs(const struct ft_shell_options *options) {
  int answer = EXIT_SUCCESS;
  for (size_t i = 0; i < options->inputs; i++) {
    const struct ft_shell_input *input = &options->input[i];
    struct ft_check_options check = { .quiet = options->quiet };
    struct ft_error err = { 0 };
    struct ft_feed feed;
    check.name = !input->file                    ? "-c"
                 : strcmp(input->text, "-") == 0 ? "standard input"
                                                 : input->text;
    if (open_input(&feed, input, &err) != FT_OK) {
      print_failure(&err);
      answer = EXIT_FAILURE;
      continue;
    }
    if (!ft_check_run(&feed, &check)) answer = EXIT_FAILURE;
    ft_feed_close(&feed);
  }
  return ft_interrupt_pending() ? EXIT_INTERRUPTED : answer;
}

static enum ft_outcome run_input(struct ft_shell_session *session,
                                 const struct ft_shell_input *input) {
  struct ft_error err = { 0 };
  struct ft_feed feed;
  if (open_input(&feed, input, &err) != FT_OK) {
    print_failure(&err);
    return FT_OUTCOME_FAILED;
  }
  enum ft_outcome outcome = ft_session_feed(session, &feed);
  ft_feed_close(&feed);
  return outcome;
}

static int run_inputs(struct ft_shell_session *session, const struct ft_shell_options *options) {
  enum ft_outcome outcome = FT_OUTCOME_DONE;
  size_t next = 0;
  while (next < options->inputs && outcome == FT_OUTCOME_DONE)
    outcome = run_input(session, &options->input[next++]);
  if (ft_interrupt_pending()) return EXIT_INTERRUPTED;
  bool more = outcome == FT_OUTCOME_CUT && next < options->inputs;
  if (more || outcome == FT_OUTCOME_LEFT_OUT) return EXIT_LEFT_OUT;
  return outcome == FT_OUTCOME_FAILED ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run_session(const struct ft_shell_options *options, bool interactive) {
  struct ft_shell_session session;
  struct ft_error err = { 0 };
  if (ft_session_open(&session, options, interactive, &err) != FT_OK) {
    print_failure(&err);
    return EXIT_FAILURE;
  }
  int answer = EXIT_SUCCESS;
  if (!interactive) {
    answer = run_inputs(&session, options);
  } else if (ft_interactive_run(&session, !options->no_history, &err) != FT_OK) {
    ft_session_fail(&session, &err);
    answer = EXIT_FAILURE;
  }
  ft_session_close(&session);
  return answer;
}

static int run_options(struct ft_shell_options *options) {
  static const struct ft_shell_input standard_input = { true, "-" };
  if (options->help) {
    ft_options_help(stdout);
    return EXIT_SUCCESS;
  }
  if (options->version) {
    printf("foretell %s (DuckDB %s)\n", FT_VERSION, ft_engine_library_version());
    return EXIT_SUCCESS;
  }
  bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  bool interactive = options->inputs == 0 && !options->check && terminal;
  if (options->inputs == 0) {
    options->input = &standard_input;
    options->inputs = 1;
  }
  return options->check ? check_inputs(options) : run_session(options, interactive);
}

int main(int argc, char **argv) {
  struct ft_shell_options options;
  struct ft_arena arena;
  struct ft_error err = { 0 };
  static char output[1 << 18];
  ft_process_keep_private();
  if (!hold_standard_descriptors()) return EXIT_FAILURE;
  choose_locale();
  if (!isatty(STDOUT_FILENO)) setvbuf(stdout, output, _IOFBF, sizeof output);
  ft_interrupt_install();
  ft_arena_init(&arena, (size_t)1 << 24);
  enum ft_status status = ft_options_read(&options, &arena, argc, argv, &err);
  int answer = status == FT_OK ? run_options(&options) : fail_usage(&err);
  ft_arena_release(&arena);
  if (fflush(stdout) != 0 && answer == EXIT_SUCCESS) answer = EXIT_FAILURE;
  return answer;
}
