#include "core/command/statements.h"

struct dropping {
  const struct ft_host *host;
  struct ft_model_record record;
};

static enum ft_status drop_all(void *self, struct ft_error *err) {
  struct dropping *dropping = self;
  const struct ft_host *host = dropping->host;
  if (dropping->record.function && dropping->record.function[0])
    FT_TRY(host->drop_functions(host->self, &dropping->record, err));
  return host->drop(host->self, dropping->record.schema, dropping->record.name, err);
}

static enum ft_status find_model(struct ft_model_record *out, const struct ft_command *command,
                                 struct ft_error *err) {
  struct ft_model_name name;
  FT_TRY(ft_model_name_resolve(&name, command, &command->statement->model, err));
  return ft_model_name_get(out, command, &name, err);
}

enum ft_status ft_drop_model_run(const struct ft_command *command, struct ft_error *err) {
  struct dropping dropping = { .host = command->host };
  enum ft_status status = find_model(&dropping.record, command, err);
  bool missing = status == FT_UNDEFINED_OBJECT || status == FT_UNDEFINED_SCHEMA;
  if (missing && command->statement->if_exists) {
    ft_command_notice(command->host, "model \"%.*s\" does not exist, nothing was dropped",
                      FT_SPAN_ARG(command->statement->model.name));
    return FT_OK;
  }
  FT_TRY(status);
  return ft_command_transact(command->host, drop_all, &dropping, err);
}
