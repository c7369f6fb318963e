/* What may stand at the cursor: keywords, names of the database, dot commands, files.
 *
 * Case     keywords follow the case of what was typed; names are found in any case and given as
 *          they are, in double quotes where SQL needs them.
 * Threads  one. */
#ifndef FORETELL_SHELL_COMPLETION_H
#define FORETELL_SHELL_COMPLETION_H

#include "foretell/arena.h"
#include "hosts/duckdb/engine.h"

/* Where names come from; a list that cannot be had is empty. */
struct ft_completion_source {
  void *self;
  size_t (*names)(void *self, enum ft_engine_list list, struct ft_arena *arena,
                  const char *const **name);
};

struct ft_completion {
  size_t start;             /* byte of the text where the word begins */
  const char *const *match; /* sorted, each once */
  size_t matches;
  const char *common; /* the longest beginning of all matches */
  const char *after;  /* what to add when there is one match only: " ", "'" or nothing */
};

/* Complete the end of `text`: the statement so far, up to the cursor. No match, also when memory
 * is out: matches is 0. */
void ft_completion_find(struct ft_completion *out, struct ft_arena *arena,
                        const struct ft_completion_source *source, struct ft_span text);

#endif
