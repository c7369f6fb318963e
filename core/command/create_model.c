/* CREATE MODEL: check the statement, train, check what came back. */
#include "core/command/columns.h"
#include "core/command/create_job.h"
#include "core/command/creation.h"
#include "core/command/import_model.h"
#include "core/command/preprocessors.h"
#include "core/command/remote_model.h"
#include "core/command/statements.h"
#include "core/command/supported.h"
#include "core/command/training.h"

struct trained {
  struct ft_columns columns;
  struct ft_job job;
};

/* What stands in the way of replacing a model is said before hours of training. */
static enum ft_status check_replace(const struct ft_creation *creation,
                                    const struct ft_columns *columns, struct ft_error *err) {
  const struct ft_host *host = creation->command->host;
  if (!creation->exists || !host->check_replace) return FT_OK;
  return host->check_replace(host->self, &creation->old, creation->function, columns->field,
                             columns->fields, columns->target, err);
}

static enum ft_status prepare(struct trained *trained, struct ft_creation *creation,
                              struct ft_error *err) {
  const struct ft_command *command = creation->command;
  FT_TRY(ft_columns_describe(&trained->columns, command, err));
  FT_TRY(ft_preprocessors_check(command, &trained->columns, err));
  FT_TRY(ft_creation_check_writable(creation, err));
  FT_TRY(check_replace(creation, &trained->columns, err));
  creation->target_type = ft_columns_type_name(&trained->columns, trained->columns.target);
  return ft_create_job_fill(&trained->job, command, creation->name.name, &trained->columns, err);
}

static enum ft_status train(struct ft_creation *creation, void *self, struct ft_error *err) {
  struct trained *trained = self;
  const struct ft_command *command = creation->command;
  struct ft_training_options options = ft_training_options_of(&trained->job);
  FT_TRY(ft_training_run(&creation->artifact, command->host, &trained->job, trained->columns.query,
                         &options, err));
  return ft_trained_model_check(&creation->trained, command->arena,
                                ft_buffer_view(&creation->artifact), &trained->job, err);
}

enum ft_status ft_create_model_run(const struct ft_command *command, struct ft_error *err) {
  struct ft_creation creation;
  struct trained trained;
  bool skip = false;
  FT_TRY(ft_supported_check(&command->statement->create, err));
  FT_TRY(ft_creation_begin(&creation, &skip, command, err));
  if (skip) return FT_OK;
  if (creation.create->form == FT_FORM_IMPORT) return ft_import_model_run(&creation, err);
  if (creation.create->form == FT_FORM_REMOTE) return ft_remote_model_run(&creation, err);
  FT_TRY(prepare(&trained, &creation, err));
  return ft_creation_run(&creation, train, &trained, err);
}
