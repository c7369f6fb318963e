#include "core/command/creation.h"

#include <time.h>

#include "core/command/model_name.h"
#include "core/command/summary.h"
#include "foretell/plan.h"

/* What goes wrong with the attempt, rather than with the statement or its rows: the model is then
 * kept as FAILED with the reason. Bad input leaves nothing behind. */
static const enum ft_status attempt_failures[] = { FT_TRAINER, FT_NOMEM,   FT_CANCELLED, FT_LIMIT,
                                                   FT_IO,      FT_CORRUPT, FT_INTERNAL };

static bool is_attempt_failure(enum ft_status status) {
  for (size_t i = 0; i < sizeof(attempt_failures) / sizeof(attempt_failures[0]); i++)
    if (attempt_failures[i] == status) return true;
  return false;
}

/* Is there a version that works? An attempt that failed is in nobody's way. */
static bool is_taken(const struct ft_creation *creation) {
  return creation->exists && creation->old.state != FT_MODEL_FAILED;
}

/* PostgreSQL cuts a name behind 63 bytes; the longest that goes with a function adds "_probabilities".
 * The limits are the same on every host, so that a script runs on each. */
#define MODEL_NAME_BYTES    63
#define FUNCTION_NAME_BYTES 49

static enum ft_status check_length(const char *kind, const struct ft_name *name, size_t limit,
                                   struct ft_error *err) {
  if (name->name.size <= limit) return FT_OK;
  ft_fail(err, FT_NAME_TOO_LONG, "the %s's name has %zu bytes, and may have %zu", kind,
          name->name.size, limit);
  ft_fail_hint(err, "Give it a shorter name; a letter outside of a to z counts two bytes or more.");
  return ft_fail_at(err, name->position);
}

/* Look for a model of that name; `skip`: it is there and IF NOT EXISTS was said. */
static enum ft_status check_name(struct ft_creation *creation, bool *skip, struct ft_error *err) {
  const struct ft_command *command = creation->command;
  const struct ft_host *host = command->host;
  FT_TRY(ft_model_name_resolve(&creation->name, command, &creation->create->model, err));
  const char *schema = creation->name.schema, *name = creation->name.name;
  enum ft_status status = host->get(host->self, command->arena, schema, name, &creation->old, err);
  if (status == FT_UNDEFINED_OBJECT)
    return check_length("model", &creation->create->model, MODEL_NAME_BYTES, err);
  FT_TRY(status);
  creation->exists = true;
  if (creation->create->or_replace || !is_taken(creation)) return FT_OK;
  if (creation->create->if_not_exists) {
    *skip = true;
    ft_command_notice(host, "model \"%s\" already exists, nothing was done", name);
    return FT_OK;
  }
  ft_fail(err, FT_DUPLICATE_OBJECT, "model \"%s\" already exists", name);
  ft_fail_hint(err, "Use CREATE OR REPLACE MODEL, or DROP MODEL first.");
  return ft_fail_at(err, creation->name.position);
}

/* The host looks at the names of the probability functions, too. */
static enum ft_status check_function_names(const struct ft_creation *creation,
                                           struct ft_error *err) {
  const struct ft_host *host = creation->command->host;
  enum ft_status status = host->check_function(host->self, creation->name.schema,
                                               creation->function, creation->name.name, err);
  if (status == FT_OK || !err) return status;
  if (status == FT_DUPLICATE_FUNCTION && !err->hint[0])
    ft_fail_hint(err, "Choose another name after FUNCTION.");
  if (!err->position) ft_fail_at(err, creation->create->function.position);
  return status;
}

static enum ft_status check_functions(struct ft_creation *creation, struct ft_error *err) {
  const struct ft_name *function = &creation->create->function;
  FT_TRY(ft_model_name_check_database(creation->command->host, function, err));
  FT_TRY(check_length("function", function, FUNCTION_NAME_BYTES, err));
  if (function->schema.size &&
      !ft_span_equal_nocase(function->schema, ft_span_of(creation->name.schema))) {
    ft_fail(err, FT_INVALID, "the function must be in the model's schema, \"%s\"",
            creation->name.schema);
    ft_fail_hint(err, "Leave the schema out after FUNCTION.");
    return ft_fail_at(err, function->position);
  }
  creation->function = ft_arena_text(creation->command->arena, function->name);
  if (!creation->function) return ft_arena_fail(err, "the statement");
  return check_function_names(creation, err);
}

enum ft_status ft_creation_begin(struct ft_creation *out, bool *skip,
                                 const struct ft_command *command, struct ft_error *err) {
  *out = (struct ft_creation){ .command = command, .create = &command->statement->create };
  *skip = false;
  FT_TRY(check_name(out, skip, err));
  return *skip ? FT_OK : check_functions(out, err);
}

enum ft_status ft_creation_check_writable(const struct ft_creation *creation,
                                          struct ft_error *err) {
  const struct ft_host *host = creation->command->host;
  return host->check_writable ? host->check_writable(host->self, err) : FT_OK;
}

static void say_notices(const struct ft_creation *creation) {
  const struct ft_statement *statement = creation->command->statement;
  const struct ft_host *host = creation->command->host;
  for (uint32_t i = 0; i < statement->notices; i++)
    ft_command_notice(host, "%s", statement->notice[i]);
}

static int64_t now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* What READY and FAILED versions have in common. */
static enum ft_status fill_record(struct ft_model_record *out, const struct ft_creation *creation,
                                  struct ft_error *err) {
  const struct ft_command *command = creation->command;
  const char *owner = command->host->user(command->host->self);
  *out = (struct ft_model_record){
    .schema = creation->name.schema,
    .name = creation->name.name,
    .owner = owner ? owner : "",
    .function = "",
    .statement = ft_arena_text(command->arena, command->statement->text),
    .manifest = "",
    .model_sha256 = "",
    .reason = "",
    .version = creation->exists ? creation->old.version + 1 : 1,
    .created_us = now_us(),
  };
  return out->statement ? FT_OK : ft_arena_fail(err, "the statement");
}

/* Training took its time: another session may have made or dropped the model meanwhile. */
static enum ft_status look_again(struct ft_creation *creation, struct ft_error *err) {
  const struct ft_host *host = creation->command->host;
  enum ft_status status = host->get(host->self, creation->command->arena, creation->name.schema,
                                    creation->name.name, &creation->old, err);
  if (status != FT_OK && status != FT_UNDEFINED_OBJECT) return status;
  creation->exists = status == FT_OK;
  if (!is_taken(creation) || creation->create->or_replace) return FT_OK;
  return ft_fail(err, FT_DUPLICATE_OBJECT, "model \"%s\" was made by another session meanwhile",
                 creation->name.name);
}

static enum ft_status drop_old_functions(const struct ft_creation *creation, struct ft_error *err) {
  const struct ft_host *host = creation->command->host;
  const struct ft_model_record *old = &creation->old;
  bool has = creation->exists && old->state == FT_MODEL_READY && old->function && old->function[0];
  return has ? host->drop_functions(host->self, old, err) : FT_OK;
}

static enum ft_status store_ready(void *self, struct ft_error *err) {
  struct ft_creation *creation = self;
  const struct ft_host *host = creation->command->host;
  struct ft_span artifact = ft_buffer_view(&creation->artifact);
  struct ft_model_record record;
  FT_TRY(look_again(creation, err));
  FT_TRY(fill_record(&record, creation, err));
  record.state = FT_MODEL_READY;
  record.function = creation->function;
  record.manifest = creation->trained.manifest;
  record.model_sha256 = creation->trained.model_sha256;
  record.artifact_bytes = artifact.size;
  record.remote = creation->remote;
  record.plan = &creation->trained.plan;
  FT_TRY(drop_old_functions(creation, err));
  FT_TRY(host->put(host->self, &record, artifact, err));
  return host->make_functions(host->self, &record, artifact, creation->target_type, err);
}

struct failed_attempt {
  struct ft_creation *creation;
  const char *reason;
};

static enum ft_status store_failed(void *self, struct ft_error *err) {
  const struct failed_attempt *attempt = self;
  const struct ft_host *host = attempt->creation->command->host;
  struct ft_model_record record;
  FT_TRY(look_again(attempt->creation, err));
  FT_TRY(fill_record(&record, attempt->creation, err));
  record.state = FT_MODEL_FAILED;
  record.reason = attempt->reason;
  return host->put(host->self, &record, (struct ft_span){ NULL, 0 }, err);
}

/* Keep the reason of an attempt that failed. Within the user's transaction nothing is written: it
 * is theirs to end, and after an error of the engine it takes no writes. */
static void record_failure(struct ft_creation *creation, struct ft_error *failure) {
  const struct ft_host *host = creation->command->host;
  if (host->in_transaction(host->self)) {
    if (!failure->hint[0])
      ft_fail_hint(failure, "You are in a transaction; if this has aborted it, ROLLBACK ends it.");
    return;
  }
  if (!is_attempt_failure(failure->status) || creation->input_failed) return;
  bool cancelled = failure->status == FT_CANCELLED;
  struct failed_attempt attempt = { creation, cancelled ? "cancelled" : failure->message };
  struct ft_error second;
  if (ft_command_transact(host, store_failed, &attempt, &second) != FT_OK)
    ft_command_notice(host, "the failure could not be recorded: %s", second.message);
}

struct making {
  enum ft_status (*make)(struct ft_creation *creation, void *self, struct ft_error *err);
  void *self;
};

static enum ft_status make_and_store(struct ft_creation *creation, const struct making *making,
                                     struct ft_error *err) {
  FT_TRY(making->make(creation, making->self, err));
  return ft_command_transact(creation->command->host, store_ready, creation, err);
}

enum ft_status ft_creation_run(struct ft_creation *creation,
                               enum ft_status (*make)(struct ft_creation *creation, void *self,
                                                      struct ft_error *err),
                               void *self, struct ft_error *err) {
  struct ft_error own = { .status = FT_OK };
  struct making making = { make, self };
  say_notices(creation);
  ft_buffer_init(&creation->artifact, FT_FRAME_MAX_BYTES);
  enum ft_status status = make_and_store(creation, &making, &own);
  ft_buffer_release(&creation->artifact);
  ft_plan_close(creation->trained.plan); /* unless the host has taken it */
  creation->trained.plan = NULL;
  if (status == FT_OK) {
    ft_summary_tell(creation);
    return FT_OK;
  }
  record_failure(creation, &own);
  if (err) *err = own;
  return status;
}
