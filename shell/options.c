#include "shell/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "foretell/memory.h"
#include "shell/nearest.h"

#define THREADS_MAX 1024

/* The arrays of inputs are as long as argv, so there is always room for one more. */
static void add_input(struct ft_shell_options *options, bool file, const char *text) {
  struct ft_shell_input *input = (struct ft_shell_input *)options->input;
  input[options->inputs++] = (struct ft_shell_input){ file, text };
}

static enum ft_status take_command(struct ft_shell_options *options, const char *value,
                                   struct ft_error *err) {
  (void)err;
  add_input(options, false, value);
  return FT_OK;
}

static enum ft_status take_file(struct ft_shell_options *options, const char *value,
                                struct ft_error *err) {
  (void)err;
  add_input(options, true, value);
  return FT_OK;
}

static enum ft_status take_format(struct ft_shell_options *options, const char *value,
                                  struct ft_error *err) {
  const struct ft_output_format *format = ft_format_by_name(ft_span_of(value));
  if (!format) {
    ft_fail(err, FT_INVALID, "there is no format \"%s\"", value);
    return ft_fail_hint(err, "The formats are table, lines, csv, json, jsonlines and markdown.");
  }
  options->format = format;
  return FT_OK;
}

static enum ft_status take_threads(struct ft_shell_options *options, const char *value,
                                   struct ft_error *err) {
  char *end;
  errno = 0;
  unsigned long threads = strtoul(value, &end, 10);
  bool digits = value[0] >= '0' && value[0] <= '9' && !*end;
  if (!digits || errno || threads < 1 || threads > THREADS_MAX)
    return ft_fail(err, FT_INVALID, "the number of threads \"%s\" is not between 1 and %d", value,
                   THREADS_MAX);
  options->threads = (uint32_t)threads;
  return FT_OK;
}

static enum ft_status take_trainer_memory(struct ft_shell_options *options, const char *value,
                                          struct ft_error *err) {
  if (strcasecmp(value, "none") == 0) {
    options->trainer_memory_bytes = 0;
    return FT_OK;
  }
  return ft_bytes_read(&options->trainer_memory_bytes, value, err);
}

#define TAKE_SWITCH(name)                                                                \
  static enum ft_status take_##name(struct ft_shell_options *options, const char *value, \
                                    struct ft_error *err) {                              \
    (void)value;                                                                         \
    (void)err;                                                                           \
    options->name = true;                                                                \
    return FT_OK;                                                                        \
  }
TAKE_SWITCH(quiet)
TAKE_SWITCH(echo)
TAKE_SWITCH(check)
TAKE_SWITCH(read_only)
TAKE_SWITCH(no_history)
TAKE_SWITCH(version)
TAKE_SWITCH(help)

static const struct ft_option_line option_table[] = {
  { "command", 'c', "SQL", "run these statements; may be repeated and mixed with -f",
    take_command },
  { "file", 'f', "FILE", "run a script; - is standard input", take_file },
  { "echo", 'e', NULL, "print each statement before it runs", take_echo },
  { "quiet", 'q', NULL, "print results only: no tags, notices or times", take_quiet },
  { "format", '\0', "FORMAT", "of results: table, lines, csv, json, jsonlines or markdown",
    take_format },
  { "check", '\0', NULL, "look for mistakes in statements about models, run nothing", take_check },
  { "readonly", 'r', NULL, "open the database for reading only", take_read_only },
  { "no-history", '\0', NULL, "keep no history of this session", take_no_history },
  { "trainer-memory", '\0', "SIZE",
    "memory for training: 512MB, say, or none for no limit; default: half", take_trainer_memory },
  { "threads", '\0', "N", "threads of queries and of training; default: all processors",
    take_threads },
  { "version", '\0', NULL, "print the version and exit", take_version },
  { "help", 'h', NULL, "print this help and exit", take_help },
  { NULL, '\0', NULL, NULL, NULL },
};

static const struct ft_option_line *line_by_name(struct ft_span name) {
  for (const struct ft_option_line *line = option_table; line->name; line++)
    if (ft_span_equal(name, ft_span_of(line->name))) return line;
  return NULL;
}

static const struct ft_option_line *line_by_letter(char letter) {
  for (const struct ft_option_line *line = option_table; line->name; line++)
    if (line->letter == letter) return line;
  return NULL;
}

static enum ft_status fail_unknown(struct ft_span word, struct ft_error *err) {
  struct ft_nearest nearest = ft_nearest_of(word);
  for (const struct ft_option_line *line = option_table; line->name; line++)
    ft_nearest_try(&nearest, line->name);
  ft_fail(err, FT_INVALID, "there is no option \"--%.*s\"", FT_SPAN_ARG(word));
  if (nearest.best) return ft_fail_hint(err, "Did you mean --%s?", nearest.best);
  return ft_fail_hint(err, "foretell --help lists them.");
}

/* What is left to read of the command line. */
struct arguments {
  int count, next;
  char *const *value;
};

static enum ft_status take_value(struct ft_shell_options *options, struct arguments *arguments,
                                 const struct ft_option_line *line, const char *value,
                                 struct ft_error *err) {
  if (!line->argument && value)
    return ft_fail(err, FT_INVALID, "the option --%s takes no value", line->name);
  if (line->argument && !value) {
    if (arguments->next >= arguments->count)
      return ft_fail(err, FT_INVALID, "the option --%s needs a value: %s", line->name,
                     line->argument);
    value = arguments->value[arguments->next++];
  }
  return line->take(options, value, err);
}

static enum ft_status read_long(struct ft_shell_options *options, struct arguments *arguments,
                                const char *text, struct ft_error *err) {
  const char *equals = strchr(text, '=');
  struct ft_span name = { text, equals ? (size_t)(equals - text) : strlen(text) };
  const struct ft_option_line *line = line_by_name(name);
  if (!line) return fail_unknown(name, err);
  return take_value(options, arguments, line, equals ? equals + 1 : NULL, err);
}

/* -q, -qr, -c SQL, -cSQL */
static enum ft_status read_short(struct ft_shell_options *options, struct arguments *arguments,
                                 const char *text, struct ft_error *err) {
  for (; *text; text++) {
    const struct ft_option_line *line = line_by_letter(*text);
    if (!line) {
      ft_fail(err, FT_INVALID, "there is no option \"-%c\"", *text);
      return ft_fail_hint(err, "foretell --help lists them.");
    }
    if (line->argument) return take_value(options, arguments, line, text[1] ? text + 1 : NULL, err);
    FT_TRY(line->take(options, NULL, err));
  }
  return FT_OK;
}

static enum ft_status take_database(struct ft_shell_options *options, const char *text,
                                    struct ft_error *err) {
  if (options->database)
    return ft_fail(err, FT_INVALID, "there are two databases, \"%s\" and \"%s\"", options->database,
                   text);
  options->database = text;
  return FT_OK;
}

enum ft_status ft_options_read(struct ft_shell_options *out, struct ft_arena *arena, int argc,
                               char *const *argv, struct ft_error *err) {
  struct ft_shell_options options = { .trainer_memory_bytes = ft_memory_trainer_bytes() };
  options.input = FT_ARENA_NEW(arena, struct ft_shell_input, (size_t)argc + 1);
  if (!options.input) return ft_arena_fail(err, "the command line");
  struct arguments arguments = { argc, 1, argv };
  bool ended = false; /* by "--" */
  while (arguments.next < argc) {
    const char *text = argv[arguments.next++];
    if (!ended && strcmp(text, "--") == 0)
      ended = true;
    else if (!ended && strncmp(text, "--", 2) == 0)
      FT_TRY(read_long(&options, &arguments, text + 2, err));
    else if (!ended && text[0] == '-' && text[1])
      FT_TRY(read_short(&options, &arguments, text + 1, err));
    else
      FT_TRY(take_database(&options, text, err));
  }
  if (options.database && (!*options.database || strcmp(options.database, ":memory:") == 0))
    options.database = NULL;
  if (options.read_only && !options.database) {
    ft_fail(err, FT_INVALID, "a database in memory cannot be opened for reading only");
    return ft_fail_hint(err, "Name a database file.");
  }
  *out = options;
  return FT_OK;
}

void ft_options_help(FILE *out) {
  fputs("Usage: foretell [options] [database]\n\n"
        "SQL with CREATE MODEL over a DuckDB file, or in memory when no file is named; over a\n"
        "PostgreSQL server when a postgresql:// address is.\n\n"
        "Options:\n",
        out);
  for (const struct ft_option_line *line = option_table; line->name; line++) {
    char left[64], letter[8] = "    ";
    if (line->letter) snprintf(letter, sizeof letter, "-%c, ", line->letter);
    snprintf(left, sizeof left, "%s--%s%s%s", letter, line->name, line->argument ? " " : "",
             line->argument ? line->argument : "");
    fprintf(out, "  %-26s  %s\n", left, line->help);
  }
  fputs("\nExamples:\n"
        "  foretell shop.duckdb                        ask and train, line by line\n"
        "  foretell -f train.sql shop.duckdb           run a script\n"
        "  foretell postgresql://localhost/shop        the same on a PostgreSQL server\n"
        "  foretell -q --format csv -c 'SHOW MODEL ALL' shop.duckdb > models.csv\n"
        "  foretell --check -f train.sql               look for mistakes, run nothing\n"
        "\nExit status: 0 all went well, 1 a statement failed, 2 wrong usage, 130 interrupted,\n"
        "141 the output was closed before all statements had run.\n",
        out);
}

enum ft_status ft_bytes_read(uint64_t *out, const char *text, struct ft_error *err) {
  static const struct {
    const char *name;
    int shift;
  } unit[] = { { "", 0 },     { "B", 0 },   { "K", 10 },   { "KB", 10 }, { "KiB", 10 },
               { "M", 20 },   { "MB", 20 }, { "MiB", 20 }, { "G", 30 },  { "GB", 30 },
               { "GiB", 30 }, { "T", 40 },  { "TB", 40 },  { "TiB", 40 } };
  char *end;
  errno = 0;
  unsigned long long number = strtoull(text, &end, 10);
  bool digits = text[0] >= '0' && text[0] <= '9' && !errno;
  while (*end == ' ')
    end++;
  for (size_t i = 0; digits && i < sizeof unit / sizeof unit[0]; i++)
    if (strcasecmp(end, unit[i].name) == 0 && number > 0 && number <= UINT64_MAX >> unit[i].shift) {
      *out = (uint64_t)number << unit[i].shift;
      return FT_OK;
    }
  ft_fail(err, FT_INVALID, "\"%s\" is not a size of memory", text);
  return ft_fail_hint(err, "Write it like 512MB or 4GB.");
}
