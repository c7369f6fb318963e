#include "hosts/duckdb/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hosts/duckdb/binding.h"
#include "hosts/duckdb/catalogue.h"

static uint32_t count_words(struct ft_span text) {
  uint32_t words = text.size > 0;
  for (size_t i = 0; i < text.size; i++)
    words += text.data[i] == ' ';
  return words;
}

/* The reverse of ft_function_types; false for an unknown word or no memory. */
static bool read_types(struct ft_signature *out, struct ft_span text) {
  out->fields = count_words(text);
  out->field = calloc(out->fields ? out->fields : 1, sizeof *out->field);
  size_t start = 0;
  for (uint32_t i = 0; out->field && i < out->fields; i++) {
    size_t end = start;
    while (end < text.size && text.data[end] != ' ')
      end++;
    out->field[i] = ft_type_by_internal((struct ft_span){ text.data + start, end - start });
    if (out->field[i] == FT_TYPE_NONE) return false;
    start = end + 1;
  }
  return out->field;
}

static void free_function(struct ft_function *function) {
  ft_plan_close(function->plan);
  free(function->model);
  free(function->signature.field);
  ft_arena_release(&function->arena);
  free(function);
}

static enum ft_status open_plan(const struct ft_plan **out, struct ft_function *function,
                                struct ft_error *err);

static struct ft_function *make_function(struct ft_engine *engine, struct ft_span schema,
                                         struct ft_span model, struct ft_span sha256) {
  struct ft_function *function = calloc(1, sizeof *function);
  if (!function) return NULL;
  function->engine = engine;
  function->open_plan = open_plan;
  ft_arena_init(&function->arena, FT_ARENA_DEFAULT_LIMIT);
  snprintf(function->sha256, sizeof function->sha256, "%.*s", FT_SPAN_ARG(sha256));
  snprintf(function->name, sizeof function->name, "ft_%.16s", function->sha256);
  size_t size = schema.size + model.size + 2;
  function->model = malloc(size);
  if (!function->model) {
    free(function);
    return NULL;
  }
  snprintf(function->model, size, "%.*s.%.*s", FT_SPAN_ARG(schema), FT_SPAN_ARG(model));
  return function;
}

static struct ft_function *find(const struct ft_engine *engine, const char *name) {
  struct ft_function *function = engine->function;
  while (function && strcmp(function->name, name) != 0)
    function = function->next;
  return function;
}

static void link_function(struct ft_engine *engine, struct ft_function *function) {
  function->next = engine->function;
  engine->function = function;
}

/* A remote model's description makes the function's signature. */
static enum ft_status describe_remote(struct ft_function *function, struct ft_span description,
                                      struct ft_error *err) {
  struct ft_remote *remote = FT_ARENA_NEW(&function->arena, struct ft_remote, 1);
  if (!remote) return ft_arena_fail(err, "the model's function");
  FT_TRY(ft_remote_read(remote, &function->arena, description, err));
  struct ft_signature *signature = &function->signature;
  signature->field = calloc(remote->fields, sizeof *signature->field);
  if (!signature->field) return ft_arena_fail(err, "the model's function");
  memcpy(signature->field, remote->field, remote->fields * sizeof *signature->field);
  signature->fields = remote->fields;
  signature->target = remote->returns;
  function->remote = remote;
  return FT_OK;
}

static enum ft_status register_function(struct ft_function *function, struct ft_error *err) {
  duckdb_connection connection = function->engine->connection;
  return function->remote ? ft_remote_function_register(function, connection, err)
                          : ft_function_register(function, connection, err);
}

static bool read_trained(struct ft_signature *signature, const struct ft_rows *rows, size_t row) {
  struct ft_span problem = ft_rows_text(rows, 3, row);
  for (int p = FT_REGRESSION; p < FT_PROBLEM_COUNT; p++) {
    if (ft_span_equal(problem, ft_span_of(ft_problem_shown((enum ft_problem)p)))) {
      signature->problem = (enum ft_problem)p;
    }
  }
  signature->target = ft_type_by_internal(ft_rows_text(rows, 4, row));
  return signature->problem != FT_PROBLEM_AUTO && signature->target != FT_TYPE_NONE &&
         read_types(signature, ft_rows_text(rows, 5, row));
}

/* One row of the catalogue: hash, schema, name, problem, target's type, fields' types, a remote
 * model's description. A row that makes no sense is left out: its model then has no function, and everything else works. */
static enum ft_status open_row(struct ft_engine *engine, const struct ft_rows *rows, size_t row,
                               struct ft_error *err) {
  struct ft_sha256 hash;
  struct ft_span sha256 = ft_rows_text(rows, 0, row);
  if (ft_sha256_parse(&hash, sha256, NULL) != FT_OK) return FT_OK;
  struct ft_function *function =
      make_function(engine, ft_rows_text(rows, 1, row), ft_rows_text(rows, 2, row), sha256);
  if (!function) return ft_fail(err, FT_NOMEM, "out of memory for the models' functions");
  bool remote = ft_span_equal(ft_rows_text(rows, 3, row), FT_SPAN(FT_REMOTE_PROBLEM));
  bool sound = remote ? describe_remote(function, ft_rows_text(rows, 6, row), NULL) == FT_OK
                      : read_trained(&function->signature, rows, row);
  if (!sound || find(engine, function->name)) {
    free_function(function);
    return FT_OK;
  }
  link_function(engine, function);
  return register_function(function, err);
}

enum ft_status ft_registry_open(struct ft_engine *engine, struct ft_error *err) {
  ft_catalogue_look(engine);
  struct ft_rows rows = { 0 };
  FT_TRY(ft_binding_register(engine, err));
  FT_TRY(ft_catalogue_signatures(&rows, engine, err));
  enum ft_status status = FT_OK;
  while (status == FT_OK && rows.open && ft_rows_next(&rows)) {
    for (size_t r = 0; status == FT_OK && r < rows.count; r++) {
      status = open_row(engine, &rows, r, err);
    }
  }
  ft_rows_close(&rows);
  return status;
}

void ft_registry_close(struct ft_engine *engine) {
  while (engine->function) {
    struct ft_function *function = engine->function;
    engine->function = function->next;
    free_function(function);
  }
}

/* An artifact's plan, if it is the model of that hash. */
static enum ft_status make_plan(struct ft_plan **out, const char *sha256, struct ft_span bytes,
                                struct ft_error *err) {
  struct ft_arena arena;
  struct ft_artifact artifact;
  char text[FT_SHA256_TEXT];
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = ft_artifact_read(&artifact, &arena, bytes, err);
  if (status == FT_OK) {
    ft_sha256_text(text, &artifact.model_sha256);
    if (strcmp(text, sha256) != 0) {
      status = ft_fail(err, FT_CORRUPT, "the artifact is another model's");
    }
  }
  if (status == FT_OK) status = ft_plan_of_artifact(out, &artifact, err);
  ft_arena_release(&arena);
  return status;
}

static bool fits(const struct ft_signature *signature, const struct ft_plan *plan) {
  if (signature->problem != ft_plan_problem(plan) ||
      signature->target != ft_plan_target(plan)->type ||
      signature->fields != ft_plan_fields(plan)) {
    return false;
  }
  for (uint32_t i = 0; i < signature->fields; i++) {
    if (signature->field[i] != ft_plan_field(plan, i)->type) return false;
  }
  return true;
}

static enum ft_status take_signature(struct ft_signature *out, const struct ft_plan *plan,
                                     struct ft_error *err) {
  out->problem = ft_plan_problem(plan);
  out->target = ft_plan_target(plan)->type;
  out->fields = (uint32_t)ft_plan_fields(plan);
  out->field = calloc(out->fields ? out->fields : 1, sizeof *out->field);
  if (!out->field) return ft_fail(err, FT_NOMEM, "out of memory for the model's function");
  for (uint32_t i = 0; i < out->fields; i++)
    out->field[i] = ft_plan_field(plan, i)->type;
  return FT_OK;
}

/* Registered in the session's view of the database? A rollback takes a registration with it. */
static enum ft_status is_registered(bool *out, const struct ft_function *function,
                                    struct ft_error *err) {
  struct ft_rows rows;
  struct ft_bind bind = FT_BIND(function->name);
  FT_TRY(ft_rows_open(&rows, function->engine, function->engine->connection,
                      "SELECT 1 FROM duckdb_functions() WHERE function_name = $1", &bind, 1, err));
  *out = ft_rows_next(&rows);
  ft_rows_close(&rows);
  return FT_OK;
}

static enum ft_status ensure_registered(struct ft_function *function, struct ft_error *err) {
  bool registered = false;
  FT_TRY(is_registered(&registered, function, err));
  return registered ? FT_OK : register_function(function, err);
}

/* The plan that the record brings, or one of the artifact. */
static enum ft_status take_plan(struct ft_plan **out, const struct ft_model_record *record,
                                struct ft_span artifact, struct ft_error *err) {
  if (!record->plan || !*record->plan) return make_plan(out, record->model_sha256, artifact, err);
  *out = *record->plan;
  *record->plan = NULL;
  return FT_OK;
}

static enum ft_status describe_trained(struct ft_function *function,
                                       const struct ft_model_record *record,
                                       struct ft_span artifact, struct ft_error *err) {
  FT_TRY(take_plan(&function->plan, record, artifact, err));
  return take_signature(&function->signature, function->plan, err);
}

static enum ft_status add_new(struct ft_function **out, struct ft_engine *engine,
                              const struct ft_model_record *record, struct ft_span artifact,
                              struct ft_error *err) {
  struct ft_function *function =
      make_function(engine, ft_span_of(record->schema), ft_span_of(record->name),
                    ft_span_of(record->model_sha256));
  if (!function) return ft_fail(err, FT_NOMEM, "out of memory for the model's function");
  enum ft_status status = record->remote
                              ? describe_remote(function, ft_span_of(record->manifest), err)
                              : describe_trained(function, record, artifact, err);
  if (status != FT_OK) {
    free_function(function);
    return status;
  }
  link_function(engine, function);
  *out = function;
  return FT_OK;
}

/* A model of that hash is known: after a restart, or under another name. The artifact that is given
 * now makes its plan, so a damaged BLOB is mended by training again. */
static enum ft_status add_known(struct ft_function *function, const struct ft_model_record *record,
                                struct ft_span artifact, struct ft_error *err) {
  if (strcmp(function->sha256, record->model_sha256) != 0 || !function->remote != !record->remote)
    return ft_fail(err, FT_INTERNAL, "two models have hashes that begin alike");
  struct ft_plan *plan = NULL;
  pthread_mutex_lock(&function->engine->loading);
  bool made = function->plan || function->remote;
  pthread_mutex_unlock(&function->engine->loading);
  if (made) return FT_OK;
  FT_TRY(take_plan(&plan, record, artifact, err));
  pthread_mutex_lock(&function->engine->loading);
  function->plan = plan; /* no query runs: nobody else could have made it meanwhile */
  pthread_mutex_unlock(&function->engine->loading);
  return FT_OK;
}

enum ft_status ft_registry_add(struct ft_function **out, struct ft_engine *engine,
                               const struct ft_model_record *record, struct ft_span artifact,
                               struct ft_error *err) {
  struct ft_sha256 hash;
  char name[FT_FUNCTION_NAME_BYTES];
  FT_TRY(ft_sha256_parse(&hash, ft_span_of(record->model_sha256), err));
  snprintf(name, sizeof name, "ft_%.16s", record->model_sha256);
  struct ft_function *function = find(engine, name);
  if (function)
    FT_TRY(add_known(function, record, artifact, err));
  else
    FT_TRY(add_new(&function, engine, record, artifact, err));
  FT_TRY(ensure_registered(function, err));
  *out = function;
  return FT_OK;
}

static enum ft_status load_plan(struct ft_function *function, struct ft_error *err) {
  struct ft_buffer bytes;
  ft_buffer_init(&bytes, FT_ARTIFACT_MAX_BYTES);
  struct ft_plan *plan = NULL;
  enum ft_status status = ft_catalogue_artifact_of(&bytes, function->engine, function->sha256, err);
  if (status == FT_OK) {
    status = make_plan(&plan, function->sha256, ft_buffer_view(&bytes), err);
  }
  if (status == FT_OK && !fits(&function->signature, plan)) {
    ft_plan_close(plan);
    status = ft_fail(err, FT_CORRUPT, "the catalogue's signature is not the artifact's");
  }
  if (status == FT_OK) function->plan = plan;
  ft_buffer_release(&bytes);
  return status;
}

static enum ft_status open_plan(const struct ft_plan **out, struct ft_function *function,
                                struct ft_error *err) {
  struct ft_engine *engine = function->engine;
  struct ft_error cause = { 0 };
  enum ft_status status = FT_OK;
  pthread_mutex_lock(&engine->loading);
  if (!function->plan) status = load_plan(function, &cause);
  if (status == FT_OK) {
    *out = function->plan;
  } else {
    ft_fail(err, status, "model \"%s\" cannot be used: %s", function->model, cause.message);
    ft_fail_hint(err, "Train it again with CREATE OR REPLACE MODEL.");
    engine->failure = *err;
  }
  pthread_mutex_unlock(&engine->loading);
  return status;
}
