#include "core/command/model_name.h"

#include <string.h>

#include "core/command/statements.h"

#define NEAR_ENOUGH 3 /* edits between a wrong name and the one we propose */

enum ft_status ft_model_name_check_database(const struct ft_host *host, const struct ft_name *name,
                                            struct ft_error *err) {
  struct ft_span own = ft_span_of(host->database(host->self));
  if (!name->database.size || ft_span_equal_nocase(name->database, own)) return FT_OK;
  ft_fail(err, FT_UNSUPPORTED, "the name is of database \"%.*s\", and this is database \"%.*s\"",
          FT_SPAN_ARG(name->database), FT_SPAN_ARG(own));
  ft_fail_hint(err, "Leave the database out, or work in that database.");
  return ft_fail_at(err, name->position);
}

enum ft_status ft_model_name_resolve(struct ft_model_name *out, const struct ft_command *command,
                                     const struct ft_name *name, struct ft_error *err) {
  const struct ft_host *host = command->host;
  struct ft_model_name result = { .position = name->position, .unqualified = !name->schema.size };
  FT_TRY(ft_model_name_check_database(host, name, err));
  FT_TRY(host->resolve_schema(host->self, command->arena, name->schema, name->position,
                              &result.schema, err));
  result.name = ft_arena_text(command->arena, name->name);
  if (!result.name) return ft_arena_fail(err, "the statement");
  *out = result;
  return FT_OK;
}

/* The schema's model whose name is the least wrong, or NULL. */
static const char *nearest_model(const struct ft_command *command,
                                 const struct ft_model_name *name) {
  struct ft_model_record *record = NULL;
  size_t count = 0;
  const struct ft_host *host = command->host;
  if (host->list(host->self, command->arena, &record, &count, NULL) != FT_OK) return NULL;
  const char *nearest = NULL;
  size_t min = NEAR_ENOUGH + 1;
  for (size_t i = 0; i < count; i++) {
    if (strcmp(record[i].schema, name->schema) != 0) continue;
    size_t distance =
        ft_span_distance(ft_span_of(name->name), ft_span_of(record[i].name), NEAR_ENOUGH);
    if (distance >= min) continue;
    min = distance;
    nearest = record[i].name;
  }
  return nearest;
}

enum ft_status ft_model_name_get(struct ft_model_record *out, const struct ft_command *command,
                                 const struct ft_model_name *name, struct ft_error *err) {
  const struct ft_host *host = command->host;
  struct ft_arena *arena = command->arena;
  enum ft_status status = host->get(host->self, arena, name->schema, name->name, out, err);
  if (status == FT_UNDEFINED_OBJECT && name->unqualified)
    status = host->get(host->self, arena, "public", name->name, out, err);
  if (status != FT_UNDEFINED_OBJECT) return status;
  ft_fail(err, FT_UNDEFINED_OBJECT, "model \"%s\" does not exist", name->name);
  const char *nearest = nearest_model(command, name);
  if (nearest)
    ft_fail_hint(err, "Did you mean \"%s\"?", nearest);
  else
    ft_fail_hint(err, "SHOW MODEL ALL lists the models.");
  ft_fail_at(err, name->position);
  return FT_UNDEFINED_OBJECT;
}
