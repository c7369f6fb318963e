/* What each of our statements does, once for all hosts.
 *
 * Threads  as the host. Nothing here keeps state between statements. */
#ifndef FORETELL_COMMAND_H
#define FORETELL_COMMAND_H

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/host.h"
#include "foretell/statement.h"

/* A small result of text, for SHOW MODEL. A cell with data NULL is SQL's NULL. */
struct ft_grid {
  size_t columns;
  size_t rows;
  const char *const *name;    /* columns */
  const struct ft_span *cell; /* rows × columns, row-major */
};

/* Run a parsed statement that is ours. `tag` gets what a client prints when there is no grid:
 * "CREATE MODEL", "DROP MODEL", "GRANT"; static.
 *
 * Errors: of the statement; position points into statement->text. A CREATE MODEL that fails in
 * training leaves the model FAILED with its reason, and returns the reason as its error. */
enum ft_status ft_command_run(struct ft_grid *grid, const char **tag, struct ft_arena *arena,
                              const struct ft_host *host, const struct ft_statement *statement,
                              struct ft_error *err) FT_MUST_CHECK;

#endif
