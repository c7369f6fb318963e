#include "foretell/command.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/command/statements.h"

struct handler {
  enum ft_statement_kind kind;
  const char *tag;
  enum ft_status (*run)(const struct ft_command *command, struct ft_error *err);
};

static const struct handler handlers[] = {
  { FT_STATEMENT_CREATE_MODEL, "CREATE MODEL", ft_create_model_run },
  { FT_STATEMENT_CREATE_EXTERNAL_MODEL, "CREATE MODEL", ft_create_model_run },
  { FT_STATEMENT_SHOW_MODEL, "SHOW MODEL", ft_show_model_run },
  { FT_STATEMENT_SHOW_MODEL_ALL, "SHOW MODEL", ft_show_model_all_run },
  { FT_STATEMENT_DROP_MODEL, "DROP MODEL", ft_drop_model_run },
  { FT_STATEMENT_GRANT, "GRANT", ft_grant_run },
  { FT_STATEMENT_REVOKE, "REVOKE", ft_grant_run },
};

static const struct handler *find_handler(enum ft_statement_kind kind) {
  for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
    if (handlers[i].kind == kind) return &handlers[i];
  return NULL;
}

enum ft_status ft_command_run(struct ft_grid *grid, const char **tag, struct ft_arena *arena,
                              const struct ft_host *host, const struct ft_statement *statement,
                              struct ft_error *err) {
  const struct handler *handler = find_handler(statement->kind);
  if (!handler) return ft_fail(err, FT_INTERNAL, "the statement is the engine's, not ours");
  struct ft_grid result = { 0 };
  struct ft_command command = { &result, arena, host, statement };
  FT_TRY(handler->run(&command, err));
  *grid = result;
  *tag = handler->tag;
  return FT_OK;
}

void ft_command_notice(const struct ft_host *host, const char *format, ...) {
  char text[1001];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  if (host->notice) host->notice(host->self, text);
}

enum ft_status ft_command_transact(const struct ft_host *host,
                                   enum ft_status (*work)(void *self, struct ft_error *err),
                                   void *self, struct ft_error *err) {
  if (host->in_transaction(host->self)) return work(self, err);
  FT_TRY(host->begin(host->self, err));
  enum ft_status status = work(self, err);
  if (status == FT_OK) status = host->commit(host->self, err);
  if (status == FT_OK) return FT_OK;
  /* The first failure is the one to tell; a failed commit has often ended the transaction itself. */
  if (host->rollback(host->self, NULL) != FT_OK) return status;
  return status;
}
