#include <stdlib.h>
#include <string.h>

#include "core/command/model_file.h"
#include "hosts/duckdb/catalogue.h"
#include "hosts/duckdb/engine.h"
#include "hosts/duckdb/macro.h"
#include "hosts/duckdb/query.h"
#include "hosts/duckdb/registry.h"
#include "hosts/duckdb/session.h"

/* The file has one user, and the shell runs as that user. */
static enum ft_status read_file(void *self, struct ft_buffer *out, const char *path,
                                struct ft_error *err) {
  (void)self;
  return ft_model_file_read(out, path, err);
}

static bool in_transaction(void *self) {
  return ft_engine_in_transaction(self);
}

static enum ft_status begin(void *self, struct ft_error *err) {
  return ft_engine_transact(self, "BEGIN TRANSACTION", err);
}

static enum ft_status commit(void *self, struct ft_error *err) {
  struct ft_engine *engine = self;
  FT_TRY(ft_file_check_present(&engine->file, err));
  enum ft_status status = ft_engine_transact(self, "COMMIT", err);
  if (status != FT_OK) ft_catalogue_look(self);
  return status;
}

static enum ft_status rollback(void *self, struct ft_error *err) {
  enum ft_status status = ft_engine_transact(self, "ROLLBACK", err);
  ft_catalogue_look(self);
  return status;
}

static void notice(void *self, const char *text) {
  struct ft_engine *engine = self;
  if (engine->watch.notice) engine->watch.notice(engine->watch.self, text);
}

static void progress(void *self, const struct ft_progress *report) {
  struct ft_engine *engine = self;
  if (engine->watch.progress) engine->watch.progress(engine->watch.self, report);
}

static bool cancelled(void *self) {
  return ft_engine_interrupted(self);
}

static enum ft_wish wish(void *self, const struct ft_progress *best) {
  struct ft_engine *engine = self;
  return engine->watch.wish(engine->watch.self, best);
}

static const char *user(void *self) {
  struct ft_engine *engine = self;
  return engine->user;
}

static const char *database(void *self) {
  struct ft_engine *engine = self;
  return engine->catalogue_name;
}

/* The function first: the catalogue keeps its signature. */
static enum ft_status put(void *self, const struct ft_model_record *record, struct ft_span artifact,
                          struct ft_error *err) {
  struct ft_function *function = NULL;
  FT_TRY(ft_catalogue_make(self, err));
  if (record->state == FT_MODEL_READY)
    FT_TRY(ft_registry_add(&function, self, record, artifact, err));
  return ft_catalogue_put(self, record, artifact, function ? &function->signature : NULL, err);
}

void ft_duckdb_host(struct ft_host *out, struct ft_engine *engine) {
  *out = (struct ft_host){
    .self = engine,
    .name = "duckdb",
    .describe = ft_query_describe,
    .stream = ft_query_stream,
    .table_query = ft_query_of_table,
    .resolve_schema = ft_query_schema,
    .read_file = read_file,
    .in_transaction = in_transaction,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .get = ft_catalogue_get,
    .list = ft_catalogue_list,
    .artifact = ft_catalogue_artifact,
    .put = put,
    .drop = ft_catalogue_drop,
    .check_function = ft_macro_check,
    .make_functions = ft_macro_make,
    .drop_functions = ft_macro_drop,
    .check_writable = ft_catalogue_check_writable,
    .notice = notice,
    .progress = progress,
    .cancelled = cancelled,
    .wish = engine->watch.wish ? wish : NULL,
    .user = user,
    .database = database,
    .remote_rules = ft_remote_rules_of_environment(NULL),
    .artifacts = getenv("FORETELL_ARTIFACTS"),
  };
}
