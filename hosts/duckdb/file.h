/* The database's file as the operating system has it: who may read it, whether it is still there, and
 * whether it can be written.
 *
 * Rights   new databases are their user's alone (mode 0600). What DuckDB writes beside a database, its
 *          log above all, has the rights of the database's file. Files that a user asks for (COPY … TO,
 *          EXPORT) have those that the user's umask gives them. */
#ifndef FORETELL_HOSTS_DUCKDB_FILE_H
#define FORETELL_HOSTS_DUCKDB_FILE_H

#include <stdbool.h>
#include <sys/types.h>

#include "foretell/error.h"

struct ft_file {
  const char *path; /* borrowed; NULL: the database is in memory */
  bool is_new;      /* it was not there before it was opened */
  mode_t mask;      /* umask for what is written beside it */
  dev_t device;     /* which file it is, once it is open */
  ino_t inode;
};

/* Before the database is opened, and once it is. */
void ft_file_look(struct ft_file *out, const char *path);
void ft_file_remember(struct ft_file *file);

/* Errors: FT_IO  the file was deleted, moved or replaced since it was opened */
enum ft_status ft_file_check_present(const struct ft_file *file,
                                     struct ft_error *err) FT_MUST_CHECK;
/* Errors: FT_PRIVILEGE  its folder takes no log, so that nothing can be committed */
enum ft_status ft_file_check_writable(const struct ft_file *file,
                                      struct ft_error *err) FT_MUST_CHECK;

#endif
