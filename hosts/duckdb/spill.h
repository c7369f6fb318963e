/* The folder for rows that do not fit into memory: one for each session, only its user's.
 *
 * Place    beside the database's file, "shop.db.tmp-XXXXXX"; for a database in memory, or where that
 *          folder takes no files, "foretell-XXXXXX" below $TMPDIR or /tmp. Mode 0700.
 * Life     made when the database is opened, removed when it is closed. A session holds a lock on a
 *          file in its folder, so the next session knows which folders killed ones left behind and
 *          removes them; those of sessions that run stay, of read-only ones too. */
#ifndef FORETELL_HOSTS_DUCKDB_SPILL_H
#define FORETELL_HOSTS_DUCKDB_SPILL_H

#include "foretell/error.h"

#define FT_SPILL_NONE ((struct ft_spill){ .folder = NULL, .lock = -1 })

struct ft_spill {
  char *folder; /* owned; NULL: nowhere, and what needs one fails for want of memory */
  int lock;     /* descriptor; -1: the file system has no locks */
};

/* Remove what killed sessions left, and make this session's folder. `database` is the file's path;
 * NULL: in memory.
 *
 * Errors: FT_NOMEM */
enum ft_status ft_spill_open(struct ft_spill *out, const char *database,
                             struct ft_error *err) FT_MUST_CHECK;
/* Remove the folder with what is in it; once the database is closed. */
void ft_spill_close(struct ft_spill *spill);

#endif
