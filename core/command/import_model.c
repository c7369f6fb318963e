#include "core/command/import_model.h"

#include <string.h>

#include "core/command/import_source.h"
#include "core/command/training.h"

#define QUERY_MAX_BYTES  ((size_t)1 << 22)
#define SOURCE_MAX_BYTES ((size_t)1 << 29)

struct imported {
  const char *const *type_name; /* the engine's, the result's last */
  struct ft_job job;
  struct ft_buffer file;
};

/* A query of the types alone: the engine says what they are. */
static void write_query(struct ft_buffer *out, const struct ft_create_model *create) {
  ft_buffer_print(out, "SELECT ");
  for (uint32_t i = 0; i < create->arguments; i++)
    ft_buffer_print(out, "CAST(NULL AS %.*s) AS x%u, ", FT_SPAN_ARG(create->argument[i].text),
                    (unsigned)i + 1);
  ft_buffer_print(out, "CAST(NULL AS %.*s) AS prediction", FT_SPAN_ARG(create->returns.text));
}

static enum ft_status check_types(const struct ft_create_model *create,
                                  const struct ft_field *field, struct ft_error *err) {
  for (uint32_t i = 0; i <= create->arguments; i++) {
    if (field[i].type != FT_TYPE_NONE) continue;
    bool result = i == create->arguments;
    const struct ft_type_name *type = result ? &create->returns : &create->argument[i];
    ft_fail(err, FT_WRONG_TYPE, "a model cannot %s %.*s", result ? "return" : "be given",
            FT_SPAN_ARG(type->text));
    return ft_fail_at(err, type->position);
  }
  return FT_OK;
}

static enum ft_status describe(struct imported *out, const struct ft_command *command,
                               const char *query, struct ft_error *err) {
  const struct ft_create_model *create = &command->statement->create;
  const struct ft_host *host = command->host;
  struct ft_field *field = NULL;
  size_t fields = 0;
  /* A place within our own query would point anywhere. */
  enum ft_status status = host->describe(host->self, command->arena, ft_span_of(query), 0, &field,
                                         &out->type_name, &fields, err);
  if (status != FT_OK) return ft_fail_at(err, create->function.position), status;
  if (fields != (size_t)create->arguments + 1)
    return ft_fail(err, FT_INTERNAL, "the types of FUNCTION were not understood");
  FT_TRY(check_types(create, field, err));
  out->job.fields = create->arguments + 1;
  out->job.field = field;
  out->job.target = create->arguments;
  return FT_OK;
}

static enum ft_status prepare(struct imported *out, struct ft_creation *creation,
                              struct ft_error *err) {
  const struct ft_command *command = creation->command;
  *out = (struct imported){ .job = { .model = creation->name.name, .import = true } };
  struct ft_buffer query;
  ft_buffer_init(&query, QUERY_MAX_BYTES);
  write_query(&query, creation->create);
  enum ft_status status = ft_buffer_check(&query, "the statement", err);
  const char *text = status == FT_OK ? ft_arena_text(command->arena, ft_buffer_view(&query)) : NULL;
  ft_buffer_release(&query);
  FT_TRY(status);
  if (!text) return ft_arena_fail(err, "the statement");
  FT_TRY(describe(out, command, text, err));
  const char *const *names = out->type_name;
  creation->target_type = names ? names[creation->create->arguments] : NULL;
  return ft_creation_check_writable(creation, err);
}

static enum ft_status import(struct ft_creation *creation, void *self, struct ft_error *err) {
  const struct imported *imported = self;
  const struct ft_command *command = creation->command;
  enum ft_status status = ft_training_import(&creation->artifact, command->host, &imported->job,
                                             ft_buffer_view(&imported->file), err);
  if (status == FT_CORRUPT) { /* the file is, not the warehouse */
    status = FT_DATA;
    if (err) err->status = status;
  }
  FT_TRY(status);
  return ft_candidate_check(&creation->candidate, command->arena,
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
