/* SHOW MODEL: the description of one model, made of its record, its stored statement, its manifest
 * and its artifact's signature; and the list of all. What of it is damaged is said, and the rest
 * shown. */
#include <string.h>

#include "core/command/description.h"
#include "core/command/statements.h"

#define TEXT_MAX_BYTES ((size_t)1 << 24)

struct showing {
  struct ft_model_record record;
  struct ft_statement statement;
  struct ft_artifact artifact;
  struct ft_arena scratch; /* of the artifact */
  struct ft_description description;
};

static void note_damage(struct showing *showing, const char *what, const char *why) {
  if (showing->description.damage) return;
  showing->description.damage =
      ft_arena_print(showing->description.arena, "%s cannot be read: %s", what, why);
}

static void read_statement(struct showing *showing) {
  struct ft_error why;
  const char *text = showing->record.statement;
  if (ft_statement_parse(&showing->statement, showing->description.arena, ft_span_of(text), &why) ==
          FT_OK &&
      showing->statement.kind == FT_STATEMENT_CREATE_MODEL)
    showing->description.create = &showing->statement.create;
  else
    note_damage(showing, "the stored statement", "it is not a CREATE MODEL");
}

static void read_manifest(struct showing *showing) {
  const char *text = showing->record.manifest;
  if (!text || !text[0]) return;
  json_error_t why;
  json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &why);
  if (json_is_object(root)) {
    showing->description.manifest = root;
    return;
  }
  json_decref(root);
  note_damage(showing, "the stored manifest", "it is not a JSON object");
}

static enum ft_status load_artifact(struct showing *showing, const struct ft_host *host,
                                    struct ft_buffer *bytes, struct ft_error *err) {
  FT_TRY(host->artifact(host->self, bytes, showing->record.schema, showing->record.name, err));
  FT_TRY(ft_buffer_check(bytes, "the artifact", err));
  FT_TRY(ft_artifact_read(&showing->artifact, &showing->scratch, ft_buffer_view(bytes), err));
  char hash[FT_SHA256_TEXT];
  ft_sha256_text(hash, &showing->artifact.model_sha256);
  if (strcmp(hash, showing->record.model_sha256) != 0)
    return ft_fail(err, FT_CORRUPT, "it is another model than the catalogue says");
  return FT_OK;
}

static bool is_remote(const struct showing *showing) {
  return json_object_get(showing->description.manifest, "remote");
}

static void read_artifact(struct showing *showing, const struct ft_host *host) {
  if (showing->record.state != FT_MODEL_READY || is_remote(showing)) return;
  struct ft_error why;
  struct ft_buffer bytes;
  ft_buffer_init(&bytes, FT_FRAME_MAX_BYTES);
  if (load_artifact(showing, host, &bytes, &why) == FT_OK)
    showing->description.artifact = &showing->artifact;
  else
    note_damage(showing, "the stored model", why.message);
  ft_buffer_release(&bytes);
}

static void apply(struct ft_description *description, const struct ft_description_rule *rule) {
  for (; rule->describe; rule++)
    rule->describe(description, rule->key);
}

static const struct ft_description_rule *rules_of(const struct showing *showing) {
  const struct ft_create_model *create = showing->description.create;
  if (is_remote(showing)) return ft_description_remote_rules;
  bool import = create && create->form == FT_FORM_IMPORT;
  return import ? ft_description_import_rules : ft_description_rules;
}

static enum ft_status describe(struct ft_grid *grid, struct showing *showing,
                               const struct ft_host *host, struct ft_error *err) {
  ft_buffer_init(&showing->description.text, TEXT_MAX_BYTES);
  ft_arena_init(&showing->scratch, FT_ARENA_DEFAULT_LIMIT);
  read_statement(showing);
  read_manifest(showing);
  read_artifact(showing, host);
  apply(&showing->description, rules_of(showing));
  apply(&showing->description, ft_description_score_rules);
  apply(&showing->description, ft_description_own_rules);
  enum ft_status status = ft_description_grid(grid, &showing->description, err);
  json_decref(showing->description.manifest);
  ft_arena_release(&showing->scratch);
  ft_buffer_release(&showing->description.text);
  return status;
}

enum ft_status ft_show_model_run(const struct ft_command *command, struct ft_error *err) {
  struct ft_model_name name;
  struct showing *showing = FT_ARENA_NEW(command->arena, struct showing, 1);
  if (!showing) return ft_arena_fail(err, "the model's description");
  FT_TRY(ft_model_name_resolve(&name, command, &command->statement->model, err));
  FT_TRY(ft_model_name_get(&showing->record, command, &name, err));
  showing->description.arena = command->arena;
  showing->description.record = &showing->record;
  return describe(command->grid, showing, command->host, err);
}

enum ft_status ft_show_model_all_run(const struct ft_command *command, struct ft_error *err) {
  static const char *const names[] = { "Schema Name", "Model Name" };
  const struct ft_host *host = command->host;
  struct ft_model_record *record = NULL;
  size_t count = 0;
  FT_TRY(host->list(host->self, command->arena, &record, &count, err));
  struct ft_span *cell = FT_ARENA_NEW(command->arena, struct ft_span, count * 2);
  if (!cell) return ft_arena_fail(err, "the list of models");
  for (size_t i = 0; i < count; i++) {
    cell[i * 2] = ft_span_of(record[i].schema);
    cell[i * 2 + 1] = ft_span_of(record[i].name);
  }
  *command->grid = (struct ft_grid){ .columns = 2, .rows = count, .name = names, .cell = cell };
  return FT_OK;
}
