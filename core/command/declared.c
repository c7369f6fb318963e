#include "core/command/declared.h"

#define QUERY_MAX_BYTES ((size_t)1 << 22)

/* A query of the types alone: the engine says what they are. */
static void write_query(struct ft_buffer *out, const struct ft_create_model *create) {
  ft_buffer_print(out, "SELECT ");
  for (uint32_t i = 0; i < create->arguments; i++)
    ft_buffer_print(out, "CAST(NULL AS %.*s) AS x%u, ", FT_SPAN_ARG(create->argument[i].text),
                    (unsigned)i + 1);
  ft_buffer_print(out, "CAST(NULL AS %.*s) AS prediction", FT_SPAN_ARG(create->returns.text));
}

static enum ft_status make_query(const char **out, const struct ft_command *command,
                                 struct ft_error *err) {
  struct ft_buffer query;
  ft_buffer_init(&query, QUERY_MAX_BYTES);
  write_query(&query, &command->statement->create);
  enum ft_status status = ft_buffer_check(&query, "the statement", err);
  *out = status == FT_OK ? ft_arena_text(command->arena, ft_buffer_view(&query)) : NULL;
  ft_buffer_release(&query);
  FT_TRY(status);
  return *out ? FT_OK : ft_arena_fail(err, "the statement");
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

enum ft_status ft_declared_read(struct ft_declared *out, const struct ft_command *command,
                                struct ft_error *err) {
  const struct ft_create_model *create = &command->statement->create;
  const struct ft_host *host = command->host;
  struct ft_field *field = NULL;
  const char *const *type_name = NULL;
  const char *query = NULL;
  size_t fields = 0;
  FT_TRY(make_query(&query, command, err));
  /* A place within our own query would point anywhere. */
  enum ft_status status = host->describe(host->self, command->arena, ft_span_of(query), 0, &field,
                                         &type_name, &fields, err);
  if (status != FT_OK) return ft_fail_at(err, create->function.position), status;
  if (fields != (size_t)create->arguments + 1)
    return ft_fail(err, FT_INTERNAL, "the types of FUNCTION were not understood");
  FT_TRY(check_types(create, field, err));
  *out = (struct ft_declared){ (uint32_t)fields, field, type_name };
  return FT_OK;
}
