/* What every statement's file offers to the dispatch, and what they share.
 *
 * Names     a statement names a model perhaps with a schema; `struct ft_model_name` is that name
 *           resolved.
 * Arena     of the statement; everything lives as long as its result. */
#ifndef FORETELL_COMMAND_STATEMENTS_H
#define FORETELL_COMMAND_STATEMENTS_H

#include <stdbool.h>

#include "foretell/arena.h"
#include "foretell/command.h"
#include "foretell/error.h"
#include "foretell/host.h"
#include "foretell/statement.h"

struct ft_command {
  struct ft_grid *grid; /* the result; no columns: none */
  struct ft_arena *arena;
  const struct ft_host *host;
  const struct ft_statement *statement;
};

enum ft_status ft_create_model_run(const struct ft_command *command,
                                   struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_show_model_run(const struct ft_command *command,
                                 struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_show_model_all_run(const struct ft_command *command,
                                     struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_drop_model_run(const struct ft_command *command,
                                 struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_grant_run(const struct ft_command *command, struct ft_error *err) FT_MUST_CHECK;

/* A model's name in full. */
struct ft_model_name {
  const char *schema; /* arena */
  const char *name;   /* arena */
  size_t position;    /* in the statement */
  bool unqualified;   /* `schema` is the session's; a model that exists may be in public, too */
};

/* Errors: FT_UNDEFINED_SCHEMA, FT_UNSUPPORTED (another database before the schema), FT_NOMEM */
enum ft_status ft_model_name_resolve(struct ft_model_name *out, const struct ft_command *command,
                                     const struct ft_name *name,
                                     struct ft_error *err) FT_MUST_CHECK;

/* The model of that name, which must exist; else FT_UNDEFINED_OBJECT with the nearest name. */
enum ft_status ft_model_name_get(struct ft_model_record *out, const struct ft_command *command,
                                 const struct ft_model_name *name,
                                 struct ft_error *err) FT_MUST_CHECK;

/* Run `work` between begin and commit, or within the user's transaction when there is one; on a
 * failure roll back, unless it is the user's. */
enum ft_status ft_command_transact(const struct ft_host *host,
                                   enum ft_status (*work)(void *self, struct ft_error *err),
                                   void *self, struct ft_error *err) FT_MUST_CHECK;

/* printf a notice to the user; cut at 1000 bytes. */
void ft_command_notice(const struct ft_host *host, const char *format, ...) FT_PRINTF(2, 3);

#endif
