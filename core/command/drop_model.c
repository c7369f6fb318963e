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

/* A model whose schema is gone may be in the catalogue still: an engine's DROP SCHEMA that nobody
 * told us of. `status` is what resolving its name failed with. */
static enum ft_status find_orphan(struct ft_model_record *out, const struct ft_command *command,
                                  enum ft_status status) {
  const struct ft_host *host = command->host;
  const struct ft_name *name = &command->statement->model;
  if (status != FT_UNDEFINED_SCHEMA || !name->schema.size) return status;
  const char *schema = ft_arena_text(command->arena, name->schema);
  const char *model = ft_arena_text(command->arena, name->name);
  if (!schema || !model) return status;
  bool found = host->get(host->self, command->arena, schema, model, out, NULL) == FT_OK;
  return found ? FT_OK : status;
}

static enum ft_status find_model(struct ft_model_record *out, const struct ft_command *command,
                                 struct ft_error *err) {
  struct ft_model_name name;
  enum ft_status status = ft_model_name_resolve(&name, command, &command->statement->model, err);
  if (status != FT_OK) return find_orphan(out, command, status);
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
