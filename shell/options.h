/* The command line of the shell, read by one table.
 *
 * Threads  pure functions; what they give borrows from argv and the arena. */
#ifndef FORETELL_SHELL_OPTIONS_H
#define FORETELL_SHELL_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/span.h"
#include "shell/render.h"

/* One -c or -f, in the order given. */
struct ft_shell_input {
  bool file;        /* text is a path, "-" standard input; else SQL */
  const char *text; /* borrowed */
};

struct ft_shell_options {
  const char *database; /* NULL: in memory */
  const struct ft_shell_input *input;
  size_t inputs;
  const struct ft_output_format *format; /* NULL: not given */
  bool echo;
  bool quiet;
  bool check;
  bool read_only;
  bool no_history;
  bool version;
  bool help;
  uint64_t trainer_memory_bytes; /* 0: no limit */
  uint32_t threads;              /* 0: as many as there are CPUs */
};

/* A row of the table: what --help prints and docs/shell.md lists. */
struct ft_option_line {
  const char *name;     /* "command": --command */
  char letter;          /* 'c': -c; '\0': none */
  const char *argument; /* "SQL"; NULL: none */
  const char *help;
  enum ft_status (*take)(struct ft_shell_options *options, const char *value, struct ft_error *err);
};

/* Errors: FT_INVALID (usage), FT_NOMEM */
enum ft_status ft_options_read(struct ft_shell_options *out, struct ft_arena *arena, int argc,
                               char *const *argv, struct ft_error *err) FT_MUST_CHECK;
void ft_options_help(FILE *out);

/* "512MB", "2 GiB", "1000000": bytes; K, M, G and T count in powers of 1024. */
enum ft_status ft_bytes_read(uint64_t *out, const char *text, struct ft_error *err) FT_MUST_CHECK;

#endif
