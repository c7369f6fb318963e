/* A host in memory for tests: a catalogue with transactions, a few queries known by their text, and
 * a log of what it was asked to write. */
#ifndef FORETELL_TEST_FAKE_HOST_H
#define FORETELL_TEST_FAKE_HOST_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fake_trainer.h"
#include "foretell/artifact.h"
#include "foretell/host.h"

#define FAKE_MODELS    8
#define FAKE_FUNCTIONS 16
#define FAKE_NAME      64
#define FAKE_TEXT      4096

struct fake_model {
  struct ft_model_record record; /* texts point into `text` */
  char text[8][FAKE_TEXT];
  char artifact[FAKE_TEXT * 4];
  size_t artifact_bytes;
};

struct fake_function {
  char schema[FAKE_NAME], name[FAKE_NAME], model[FAKE_NAME];
};

struct fake_catalogue {
  size_t models;
  struct fake_model model[FAKE_MODELS];
  size_t functions;
  struct fake_function function[FAKE_FUNCTIONS];
};

struct fake_query {
  const char *text;
  size_t fields;
  struct ft_field field[6];
  const char *type_name[6];
};

static const struct fake_query fake_queries[] = {
  { "SELECT * FROM customers",
    4,
    { { "state", FT_TEXT, 0, 0 },
      { "Minutes", FT_FLOAT64, 0, 0 },
      { "calls", FT_INT32, 0, 0 },
      { "churn", FT_BOOL, 0, 0 } },
    { "VARCHAR", "DOUBLE", "INTEGER", "BOOLEAN" } },
  { "SELECT one", 1, { { "churn", FT_BOOL, 0, 0 } }, { "BOOLEAN" } },
  { "SELECT twice",
    3,
    { { "state", FT_TEXT, 0, 0 }, { "STATE", FT_TEXT, 0, 0 }, { "churn", FT_BOOL, 0, 0 } },
    { "VARCHAR", "VARCHAR", "BOOLEAN" } },
  { "SELECT tags",
    3,
    { { "state", FT_TEXT, 0, 0 }, { "tags", FT_TYPE_NONE, 0, 0 }, { "churn", FT_BOOL, 0, 0 } },
    { "VARCHAR", "INTEGER[]", "BOOLEAN" } },
  { "SELECT day",
    2,
    { { "minutes", FT_FLOAT64, 0, 0 }, { "day", FT_DATE, 0, 0 } },
    { "DOUBLE", "DATE" } },
};

struct fake_host {
  struct ft_host host;
  struct fake_catalogue now, saved;
  bool own;            /* a command's transaction */
  bool users;          /* the user's */
  const char *fail_at; /* the call that fails, or NULL */
  bool cancel;         /* once rows were streamed */
  bool streamed;
  char log[FAKE_TEXT];     /* of writes */
  char notices[FAKE_TEXT]; /* a line each */
};

static inline void fake_append(char *text, const char *format, ...) {
  size_t used = strlen(text);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + used, FAKE_TEXT - used, format, arguments);
  va_end(arguments);
}

/* Log a write, and fail when it is its turn to. */
static inline enum ft_status fake_write(struct fake_host *fake, const char *call,
                                        const char *detail, struct ft_error *err) {
  fake_append(fake->log, "%s%s%s%s ", call, detail[0] ? "(" : "", detail, detail[0] ? ")" : "");
  if (fake->fail_at && strcmp(fake->fail_at, call) == 0)
    return ft_fail(err, FT_IO, "%s failed", call);
  return FT_OK;
}

static inline enum ft_status fake_describe(void *self, struct ft_arena *arena, struct ft_span query,
                                           size_t position, struct ft_field **field,
                                           const char *const **type_name, size_t *fields,
                                           struct ft_error *err) {
  (void)self;
  for (size_t i = 0; i < sizeof(fake_queries) / sizeof(fake_queries[0]); i++) {
    const struct fake_query *known = &fake_queries[i];
    if (!ft_span_equal(query, ft_span_of(known->text))) continue;
    *field = FT_ARENA_NEW(arena, struct ft_field, 6);
    if (!*field) return ft_arena_fail(err, "the fields");
    memcpy(*field, known->field, sizeof(known->field));
    *type_name = known->type_name;
    *fields = known->fields;
    return FT_OK;
  }
  ft_fail(err, FT_UNDEFINED_COLUMN, "the engine does not know this column");
  return ft_fail_at(err, position + 7);
}

static inline enum ft_status fake_stream(void *self, struct ft_span query,
                                         const struct ft_field *field, size_t fields,
                                         const struct ft_sink *sink, struct ft_error *err) {
  static const uint64_t zeros[8];
  static const struct ft_span texts[4];
  struct fake_host *fake = self;
  struct ft_column column[6];
  (void)query;
  for (size_t i = 0; i < fields; i++)
    column[i] = (struct ft_column){ field[i].type,
                                    field[i].type == FT_TEXT ? (const void *)texts : zeros, NULL };
  struct ft_batch batch = { 4, fields, column };
  if (fake->fail_at && strcmp(fake->fail_at, "stream") == 0)
    return ft_fail(err, FT_CONVERSION, "could not convert \"x\" to INTEGER");
  enum ft_status status = sink->take(sink->self, &batch, err);
  fake->streamed = true;
  return status;
}

static inline enum ft_status fake_table_query(void *self, struct ft_arena *arena,
                                              struct ft_span schema, struct ft_span table,
                                              size_t position, const char **query,
                                              struct ft_error *err) {
  (void)self;
  (void)arena;
  (void)schema;
  *query = "SELECT * FROM customers";
  if (ft_span_equal(table, FT_SPAN("customers"))) return FT_OK;
  ft_fail(err, FT_UNDEFINED_TABLE, "table \"%.*s\" does not exist", FT_SPAN_ARG(table));
  return ft_fail_at(err, position);
}

static inline enum ft_status fake_resolve_schema(void *self, struct ft_arena *arena,
                                                 struct ft_span schema, size_t position,
                                                 const char **out, struct ft_error *err) {
  (void)self;
  if (!schema.size || ft_span_equal(schema, FT_SPAN("main")) ||
      ft_span_equal(schema, FT_SPAN("sales"))) {
    *out = schema.size ? ft_arena_text(arena, schema) : "main";
    return *out ? FT_OK : ft_arena_fail(err, "the schema");
  }
  ft_fail(err, FT_UNDEFINED_SCHEMA, "schema \"%.*s\" does not exist", FT_SPAN_ARG(schema));
  return ft_fail_at(err, position);
}

static inline bool fake_in_transaction(void *self) {
  return ((struct fake_host *)self)->users;
}

static inline enum ft_status fake_begin(void *self, struct ft_error *err) {
  struct fake_host *fake = self;
  FT_TRY(fake_write(fake, "begin", "", err));
  fake->saved = fake->now;
  fake->own = true;
  return FT_OK;
}

static inline enum ft_status fake_commit(void *self, struct ft_error *err) {
  struct fake_host *fake = self;
  FT_TRY(fake_write(fake, "commit", "", err));
  fake->own = false;
  return FT_OK;
}

/* Records point into their own model, wherever the catalogue was copied to. */
static inline void fake_point(struct fake_model *model) {
  const char **text[] = { &model->record.schema,       &model->record.name,
                          &model->record.owner,        &model->record.function,
                          &model->record.statement,    &model->record.manifest,
                          &model->record.model_sha256, &model->record.reason };
  for (size_t i = 0; i < 8; i++)
    *text[i] = model->text[i];
}

static inline enum ft_status fake_rollback(void *self, struct ft_error *err) {
  struct fake_host *fake = self;
  FT_TRY(fake_write(fake, "rollback", "", err));
  fake->now = fake->saved;
  for (size_t i = 0; i < fake->now.models; i++)
    fake_point(&fake->now.model[i]);
  fake->own = false;
  return FT_OK;
}

static inline struct fake_model *fake_find(struct fake_host *fake, const char *schema,
                                           const char *name) {
  for (size_t i = 0; i < fake->now.models; i++)
    if (strcmp(fake->now.model[i].text[0], schema) == 0 &&
        strcmp(fake->now.model[i].text[1], name) == 0)
      return &fake->now.model[i];
  return NULL;
}

static inline enum ft_status fake_get(void *self, struct ft_arena *arena, const char *schema,
                                      const char *name, struct ft_model_record *out,
                                      struct ft_error *err) {
  (void)arena;
  struct fake_model *model = fake_find(self, schema, name);
  if (!model) return ft_fail(err, FT_UNDEFINED_OBJECT, "no model");
  *out = model->record;
  return FT_OK;
}

static inline enum ft_status fake_list(void *self, struct ft_arena *arena,
                                       struct ft_model_record **out, size_t *count,
                                       struct ft_error *err) {
  struct fake_host *fake = self;
  *out = FT_ARENA_NEW(arena, struct ft_model_record, fake->now.models);
  if (!*out) return ft_arena_fail(err, "the list");
  *count = fake->now.models;
  for (size_t i = 0; i < *count; i++)
    (*out)[i] = fake->now.model[i].record;
  return FT_OK;
}

static inline enum ft_status fake_artifact(void *self, struct ft_buffer *out, const char *schema,
                                           const char *name, struct ft_error *err) {
  struct fake_model *model = fake_find(self, schema, name);
  if (!model) return ft_fail(err, FT_UNDEFINED_OBJECT, "no model");
  ft_buffer_append(out, model->artifact, model->artifact_bytes);
  return FT_OK;
}

/* As host.h: a failed attempt leaves a READY version in place, with the reason. */
static inline enum ft_status fake_put(void *self, const struct ft_model_record *record,
                                      struct ft_span artifact, struct ft_error *err) {
  struct fake_host *fake = self;
  bool failed = record->state == FT_MODEL_FAILED;
  FT_TRY(fake_write(fake, "put", failed ? "FAILED" : "READY", err));
  struct fake_model *model = fake_find(fake, record->schema, record->name);
  if (model && failed && model->record.state == FT_MODEL_READY) {
    snprintf(model->text[7], FAKE_TEXT, "%s", record->reason);
    return FT_OK;
  }
  if (!model) model = &fake->now.model[fake->now.models++];
  const char *text[] = { record->schema,       record->name,      record->owner,
                         record->function,     record->statement, record->manifest,
                         record->model_sha256, record->reason };
  for (size_t i = 0; i < 8; i++)
    snprintf(model->text[i], FAKE_TEXT, "%s", text[i]);
  model->record = *record;
  fake_point(model);
  model->artifact_bytes = artifact.size;
  if (artifact.size) memcpy(model->artifact, artifact.data, artifact.size);
  return FT_OK;
}

static inline enum ft_status fake_drop(void *self, const char *schema, const char *name,
                                       struct ft_error *err) {
  struct fake_host *fake = self;
  FT_TRY(fake_write(fake, "drop", name, err));
  struct fake_model *model = fake_find(fake, schema, name);
  size_t at = (size_t)(model - fake->now.model);
  for (size_t i = at; i + 1 < fake->now.models; i++) {
    fake->now.model[i] = fake->now.model[i + 1];
    fake_point(&fake->now.model[i]);
  }
  fake->now.models--;
  return FT_OK;
}

static inline enum ft_status fake_check_function(void *self, const char *schema,
                                                 const char *function, const char *model,
                                                 struct ft_error *err) {
  static const char *const suffixes[] = { "", "_prob", "_probabilities" };
  struct fake_host *fake = self;
  for (size_t i = 0; i < fake->now.functions * 3; i++) {
    const struct fake_function *known = &fake->now.function[i / 3];
    char name[FAKE_NAME * 2];
    snprintf(name, sizeof(name), "%s%s", function, suffixes[i % 3]);
    if (strcmp(known->schema, schema) == 0 && strcmp(known->name, name) == 0 &&
        strcmp(known->model, model) != 0)
      return ft_fail(err, FT_DUPLICATE_FUNCTION, "function \"%s\" already exists", name);
  }
  return FT_OK;
}

static inline void fake_add_function(struct fake_host *fake, const struct ft_model_record *record,
                                     const char *suffix) {
  struct fake_function *function = &fake->now.function[fake->now.functions++];
  snprintf(function->schema, FAKE_NAME, "%s", record->schema);
  snprintf(function->name, FAKE_NAME, "%s%s", record->function, suffix);
  snprintf(function->model, FAKE_NAME, "%s", record->name);
}

static inline enum ft_status fake_make_functions(void *self, const struct ft_model_record *record,
                                                 struct ft_span artifact, const char *target_type,
                                                 struct ft_error *err) {
  struct fake_host *fake = self;
  char detail[FAKE_NAME * 2];
  snprintf(detail, sizeof(detail), "%s: %s", record->function, target_type);
  (void)artifact;
  fake_add_function(fake, record, "");
  FT_TRY(fake_write(fake, "make_functions", detail, err));
  fake_add_function(fake, record, "_prob");
  return FT_OK;
}

static inline enum ft_status fake_drop_functions(void *self, const struct ft_model_record *record,
                                                 struct ft_error *err) {
  struct fake_host *fake = self;
  FT_TRY(fake_write(fake, "drop_functions", record->function, err));
  size_t kept = 0;
  for (size_t i = 0; i < fake->now.functions; i++)
    if (strcmp(fake->now.function[i].model, record->name) != 0)
      fake->now.function[kept++] = fake->now.function[i];
  fake->now.functions = kept;
  return FT_OK;
}

static inline void fake_take_notice(void *self, const char *text) {
  fake_append(((struct fake_host *)self)->notices, "%s\n", text);
}

static inline bool fake_cancelled(void *self) {
  const struct fake_host *fake = self;
  return fake->cancel && fake->streamed;
}

static inline const char *fake_user(void *self) {
  (void)self;
  return "ada";
}

static inline const char *fake_database(void *self) {
  (void)self;
  return "shop";
}

static inline void fake_host_init(struct fake_host *fake) {
  memset(fake, 0, sizeof(*fake));
  fake->host = (struct ft_host){ .self = fake,
                                 .name = "fake",
                                 .describe = fake_describe,
                                 .stream = fake_stream,
                                 .table_query = fake_table_query,
                                 .resolve_schema = fake_resolve_schema,
                                 .in_transaction = fake_in_transaction,
                                 .begin = fake_begin,
                                 .commit = fake_commit,
                                 .rollback = fake_rollback,
                                 .get = fake_get,
                                 .list = fake_list,
                                 .artifact = fake_artifact,
                                 .put = fake_put,
                                 .drop = fake_drop,
                                 .check_function = fake_check_function,
                                 .make_functions = fake_make_functions,
                                 .drop_functions = fake_drop_functions,
                                 .notice = fake_take_notice,
                                 .cancelled = fake_cancelled,
                                 .user = fake_user,
                                 .database = fake_database,
                                 .trainer_path = fake_trainer_path() };
}

#endif
