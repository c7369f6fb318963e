#include "core/command/import_model.h"

#include <string.h>

#include "core/command/declared.h"
#include "core/command/import_source.h"
#include "core/command/training.h"
#include "core/sql/label_list.h"

#define SOURCE_MAX_BYTES ((size_t)1 << 29)

struct imported {
  struct ft_declared declared;
  struct ft_job job;
  struct ft_buffer file;
};

static enum ft_status read_missing(struct ft_job *job, const struct ft_command *command,
                                   struct ft_error *err) {
  const struct ft_option *setting = ft_create_model_setting(&command->statement->create, "missing");
  if (!setting) return FT_OK;
  job->missing = ft_arena_text(command->arena, setting->text);
  return job->missing ? FT_OK : ft_arena_fail(err, "the statement");
}

static enum ft_status read_labels(struct ft_job *job, const struct ft_command *command,
                                  struct ft_error *err) {
  const struct ft_option *setting = ft_create_model_setting(&command->statement->create, "labels");
  const struct ft_span *text;
  if (!setting) return FT_OK;
  FT_TRY(ft_label_list_read(&text, &job->labels, command->arena, setting->text, err));
  struct ft_job_label *label = FT_ARENA_NEW(command->arena, struct ft_job_label, job->labels);
  if (!label) return ft_arena_fail(err, "the statement");
  for (uint32_t i = 0; i < job->labels; i++) {
    label[i].text = ft_arena_text(command->arena, text[i]);
    if (!label[i].text) return ft_arena_fail(err, "the statement");
  }
  job->label = label;
  return FT_OK;
}

static enum ft_status prepare(struct imported *out, struct ft_creation *creation,
                              struct ft_error *err) {
  const struct ft_command *command = creation->command;
  *out = (struct imported){ .job = { .model = creation->name.name, .import = true } };
  FT_TRY(ft_declared_read(&out->declared, command, err));
  out->job.fields = out->declared.fields;
  out->job.field = out->declared.field;
  out->job.target = creation->create->arguments;
  FT_TRY(read_missing(&out->job, command, err));
  FT_TRY(read_labels(&out->job, command, err));
  const char *const *names = out->declared.type_name;
  creation->target_type = names ? names[creation->create->arguments] : NULL;
  return ft_creation_check_writable(creation, err);
}

static enum ft_status import(struct ft_creation *creation, void *self, struct ft_error *err) {
  const struct imported *imported = self;
  const struct ft_command *command = creation->command;
  enum ft_status status = ft_training_import(&creation->artifact, command->host, &imported->job,
                                             ft_buffer_view(&imported->file), err);
  creation->input_failed = status == FT_CORRUPT || status == FT_LIMIT;
  if (status == FT_CORRUPT) { /* the file is, not the warehouse */
    status = FT_DATA;
    if (err) err->status = status;
  }
  FT_TRY(status);
  return ft_trained_model_check(&creation->trained, command->arena,
                                ft_buffer_view(&creation->artifact), &imported->job, err);
}

enum ft_status ft_import_model_run(struct ft_creation *creation, struct ft_error *err) {
  struct imported imported;
  FT_TRY(prepare(&imported, creation, err));
  ft_buffer_init(&imported.file, SOURCE_MAX_BYTES);
  enum ft_status status = ft_import_source_read(&imported.file, creation->command, err);
  if (status == FT_OK) status = ft_creation_run(creation, import, &imported, err);
  ft_buffer_release(&imported.file);
  return status;
}
