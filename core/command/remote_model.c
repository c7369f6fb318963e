#include "core/command/remote_model.h"

#include "core/command/declared.h"
#include "foretell/hash.h"

#define DESCRIPTION_MAX_BYTES ((size_t)1 << 20)
#define SUPER_NAME            "JSON" /* what the hosts make of Redshift's SUPER */

/* The parser has seen to it that SUPER comes alone: one argument and the result. */
static bool is_super(const struct ft_create_model *create) {
  return ft_span_equal_nocase(create->returns.text, FT_SPAN("SUPER"));
}

static enum ft_status read_types(struct ft_remote *out, struct ft_creation *creation,
                                 struct ft_error *err) {
  static const enum ft_type text = FT_TEXT;
  struct ft_declared declared;
  if (is_super(creation->create)) {
    out->json = true;
    out->fields = 1;
    out->field = &text;
    out->returns = FT_TEXT;
    creation->target_type = SUPER_NAME;
    return FT_OK;
  }
  FT_TRY(ft_declared_read(&declared, creation->command, err));
  uint32_t arguments = creation->create->arguments;
  enum ft_type *field = FT_ARENA_NEW(creation->command->arena, enum ft_type, arguments);
  if (!field) return ft_arena_fail(err, "the statement");
  for (uint32_t i = 0; i < arguments; i++)
    field[i] = declared.field[i].type;
  out->fields = arguments;
  out->field = field;
  out->returns = declared.field[arguments].type;
  creation->target_type = declared.type_name ? declared.type_name[arguments] : NULL;
  return FT_OK;
}

static enum ft_status fill(struct ft_remote *out, struct ft_creation *creation,
                           struct ft_error *err) {
  const struct ft_create_model *create = creation->create;
  struct ft_arena *arena = creation->command->arena;
  const struct ft_option *rows = ft_create_model_setting(create, "max_batch_rows");
  *out = (struct ft_remote){
    .endpoint = ft_arena_text(arena, create->endpoint),
    .model = ft_arena_text(arena, create->endpoint_model),
    .max_batch_rows = rows ? (uint32_t)rows->integer : INT32_MAX,
  };
  if (!out->endpoint || !out->model) return ft_arena_fail(err, "the statement");
  FT_TRY(ft_remote_check(out, &creation->command->host->remote_rules, err));
  FT_TRY(read_types(out, creation, err));
  if (out->fields <= FT_REMOTE_MAX_FIELDS) return FT_OK;
  return ft_fail(err, FT_LIMIT, "a remote model has at most %d arguments", FT_REMOTE_MAX_FIELDS);
}

/* The description stands where a trained model has its manifest. */
static enum ft_status describe(struct ft_creation *creation, void *self, struct ft_error *err) {
  struct ft_trained_model *trained = &creation->trained;
  struct ft_buffer text;
  struct ft_sha256 hash;
  ft_buffer_init(&text, DESCRIPTION_MAX_BYTES);
  enum ft_status status = ft_remote_write(&text, self, err);
  struct ft_span view = ft_buffer_view(&text);
  if (status == FT_OK) status = ft_sha256_of(&hash, &view, 1, err);
  if (status == FT_OK) {
    ft_sha256_text(trained->model_sha256, &hash);
    trained->manifest = ft_arena_text(creation->command->arena, view);
    if (!trained->manifest) status = ft_arena_fail(err, "the model's description");
  }
  ft_buffer_release(&text);
  return status;
}

enum ft_status ft_remote_model_run(struct ft_creation *creation, struct ft_error *err) {
  struct ft_remote remote;
  FT_TRY(fill(&remote, creation, err));
  FT_TRY(ft_creation_check_writable(creation, err));
  creation->remote = &remote;
  return ft_creation_run(creation, describe, &remote, err);
}
