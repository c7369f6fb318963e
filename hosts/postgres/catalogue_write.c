/* Versions put into the catalogue, and taken out. */
#include "hosts/postgres/catalogue.h"

#include <executor/spi.h>
#include <stdio.h>
#include <string.h>

#include "foretell/artifact.h"
#include "hosts/postgres/guard.h"
#include "hosts/postgres/sealing.h"

struct putting {
  struct ft_session *session;
  struct ft_span artifact;
  const struct ft_model_record *record;
  char artifact_sha256[FT_SHA256_TEXT]; /* of what is stored */
  const char *problem;                  /* NULL: none */
  const char *target_type;              /* NULL: none */
};

/* `owner` gets whose it is; it is left as it is when there is no such model. */
static enum ft_status check_owner(char owner[NAMEDATALEN], const char *schema, const char *name,
                                  struct ft_error *err) {
  const char *argument[] = { schema, name };
  ft_catalogue_ask_as_owner("SELECT owner FROM foretell.stored_model "
                            "WHERE is_current AND schema_name = $1 AND model_name = $2",
                            argument, 2);
  if (SPI_processed == 0) return FT_OK;
  strlcpy(owner, ft_catalogue_cell(0, 1), NAMEDATALEN);
  if (ft_catalogue_is_of(owner)) return FT_OK;
  return ft_fail(err, FT_PRIVILEGE, "must be owner of model \"%s\"", name);
}

/* A READY version stays when an attempt to replace it fails; its row says why. */
static bool note_failure(const struct ft_model_record *record) {
  const char *argument[] = { record->schema, record->name, record->reason };
  ft_catalogue_ask_as_owner("UPDATE foretell.stored_model SET reason = $3 WHERE is_current AND "
                            "state = 'READY' AND schema_name = $1 AND model_name = $2",
                            argument, 3);
  return SPI_processed > 0;
}

static void insert_version(const struct putting *putting) {
  const struct ft_model_record *record = putting->record;
  bool ready = record->state == FT_MODEL_READY;
  char created[32], bytes[32];
  snprintf(created, sizeof created, "%lld", (long long)record->created_us);
  snprintf(bytes, sizeof bytes, "%llu", (unsigned long long)record->artifact_bytes);
  const char *argument[] = {
    record->schema,
    record->name,
    ready ? "READY" : "FAILED",
    record->reason,
    record->owner,
    record->function ? record->function : "",
    record->statement,
    created,
    putting->problem,
    putting->target_type,
    ready ? record->model_sha256 : NULL,
    ready ? putting->artifact_sha256 : NULL,
    ready ? record->manifest : NULL,
    ready ? bytes : NULL,
  };
  ft_catalogue_ask_as_owner(
      "INSERT INTO foretell.stored_model SELECT $1, $2, coalesce(max(version), 0) + 1, true, $3, "
      "$4, coalesce(max(owner), $5), $6, $7, "
      "'epoch'::timestamptz + $8::bigint * interval '1 microsecond', $9, $10, "
      "$11, $12, $13, $14::bigint, 1 FROM foretell.stored_model WHERE schema_name = $1 AND "
      "model_name = $2",
      argument, sizeof argument / sizeof argument[0]);
}

/* The bytes as they will be stored, for make_functions too. */
static enum ft_status seal(struct putting *putting, const char *owner, struct ft_error *err) {
  struct ft_buffer *stored = &putting->session->stored;
  struct ft_sha256 hash;
  ft_buffer_reset(stored);
  FT_TRY(ft_sealing_write(stored, putting->record->schema, owner, putting->artifact, err));
  struct ft_span bytes = ft_buffer_view(stored);
  FT_TRY(ft_sha256_of(&hash, &bytes, 1, err));
  ft_sha256_text(putting->artifact_sha256, &hash);
  return FT_OK;
}

static enum ft_status put(void *self, struct ft_error *err) {
  struct putting *putting = self;
  const struct ft_model_record *record = putting->record;
  const char *argument[] = { record->schema, record->name };
  char owner[NAMEDATALEN];
  strlcpy(owner, record->owner, sizeof owner);
  FT_TRY(check_owner(owner, record->schema, record->name, err));
  if (record->state != FT_MODEL_READY && note_failure(record)) return FT_OK;
  if (record->remote)
    snprintf(putting->artifact_sha256, FT_SHA256_TEXT, "%s", record->model_sha256);
  else if (record->state == FT_MODEL_READY)
    FT_TRY(seal(putting, owner, err));
  ft_catalogue_ask_as_owner("UPDATE foretell.stored_model SET is_current = false WHERE is_current "
                            "AND schema_name = $1 AND model_name = $2",
                            argument, 2);
  insert_version(putting);
  return FT_OK;
}

/* What the views show of the model, out of its artifact. */
static enum ft_status read_signature(struct putting *putting, struct ft_arena *arena,
                                     struct ft_span bytes, struct ft_error *err) {
  struct ft_artifact artifact;
  FT_TRY(ft_artifact_read(&artifact, arena, bytes, err));
  putting->problem = ft_problem_shown(artifact.model.problem);
  putting->target_type = ft_type_internal(artifact.model.target.type);
  return FT_OK;
}

enum ft_status ft_catalogue_put(void *self, const struct ft_model_record *record,
                                struct ft_span artifact, struct ft_error *err) {
  struct putting putting = { .session = self, .artifact = artifact, .record = record };
  if (record->remote) {
    putting.problem = "Remote";
    putting.target_type = ft_type_internal(record->remote->returns);
  } else if (record->state == FT_MODEL_READY) {
    struct ft_arena arena;
    ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
    enum ft_status status = read_signature(&putting, &arena, artifact, err);
    ft_arena_release(&arena);
    FT_TRY(status);
  }
  return ft_guard_own(self, put, &putting, err);
}

struct dropping {
  const char *schema;
  const char *name;
};

static enum ft_status drop(void *self, struct ft_error *err) {
  struct dropping *dropping = self;
  const char *argument[] = { dropping->schema, dropping->name };
  char owner[NAMEDATALEN];
  FT_TRY(check_owner(owner, dropping->schema, dropping->name, err));
  ft_catalogue_ask_as_owner(
      "DELETE FROM foretell.stored_model WHERE schema_name = $1 AND model_name = $2", argument, 2);
  return FT_OK;
}

enum ft_status ft_catalogue_drop(void *self, const char *schema, const char *name,
                                 struct ft_error *err) {
  struct dropping dropping = { schema, name };
  return ft_guard_own(self, drop, &dropping, err);
}
