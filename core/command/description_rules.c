/* Redshift's part of SHOW MODEL: its keys and values, in its order. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/command/description.h"
#include "core/command/query_lines.h"

#define STANDARD_RUNTIME_S 5400

static bool is_ready(const struct ft_description *description) {
  return description->record->state == FT_MODEL_READY;
}

static bool is_automatic(const struct ft_description *description) {
  const json_t *automatic = ft_description_member(description, "automatic");
  if (json_is_boolean(automatic)) return json_is_true(automatic);
  return !description->create || description->create->automatic;
}

static void add_text(struct ft_description *description, const char *key, const char *text) {
  if (text) ft_description_add(description, key, ft_span_of(text));
}

/* A key from the manifest, which does not live as long as the rows. */
static const char *copy_key(struct ft_description *description, const char *key) {
  const char *copy = ft_arena_text(description->arena, ft_span_of(key));
  if (!copy) description->failed = true;
  return copy ? copy : "";
}

static void add_blank(struct ft_description *description, const char *key) {
  (void)key;
  ft_description_add(description, "", (struct ft_span){ "", 0 });
}

static void add_heading(struct ft_description *description, const char *key) {
  ft_description_add(description, key, (struct ft_span){ "", 0 });
}

static void add_name(struct ft_description *description, const char *key) {
  add_text(description, key, description->record->name);
}

static void add_schema(struct ft_description *description, const char *key) {
  add_text(description, key, description->record->schema);
}

static void add_owner(struct ft_description *description, const char *key) {
  add_text(description, key, description->record->owner);
}

static struct tm creation_time(const struct ft_description *description) {
  int64_t us = description->record->created_us;
  time_t seconds = (time_t)(us / 1000000 - (us % 1000000 < 0));
  struct tm parts = { 0 };
  gmtime_r(&seconds, &parts);
  return parts;
}

static void add_created(struct ft_description *description, const char *key) {
  static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
  struct tm at = creation_time(description);
  ft_description_print(description, key, "%s, %02d.%02d.%04d %02d:%02d:%02d", days[at.tm_wday % 7],
                       at.tm_mday, at.tm_mon + 1, at.tm_year + 1900, at.tm_hour, at.tm_min,
                       at.tm_sec);
}

static void add_state(struct ft_description *description, const char *key) {
  static const char *const words[] = { [FT_MODEL_READY] = "READY",
                                       [FT_MODEL_TRAINING] = "TRAINING",
                                       [FT_MODEL_FAILED] = "FAILED" };
  add_text(description, key, words[description->record->state]);
}

static void add_reason(struct ft_description *description, const char *key) {
  if (description->record->state == FT_MODEL_FAILED)
    add_text(description, key, description->record->reason);
}

static void add_status(struct ft_description *description, const char *key) {
  const char *status = ft_description_text(description, "training_status");
  if (!status && description->record->state == FT_MODEL_FAILED) status = "Failed";
  add_text(description, key, status);
}

/* The metric that the model was judged by; the others come with the scores. */
static void add_metric(struct ft_description *description, const char *key) {
  (void)key;
  const json_t *metric = ft_description_main_metric(description);
  const char *name = json_string_value(json_object_get(metric, "name"));
  const json_t *value = json_object_get(metric, "value");
  if (name && json_is_number(value))
    ft_description_real(description, copy_key(description, name), json_number_value(value), 6);
}

static void add_cost(struct ft_description *description, const char *key) {
  if (is_ready(description)) add_text(description, key, "0.000000 (nothing is billed)");
}

/* A line a row; the key stands before the first. */
static void add_lines(struct ft_description *description, const char *key, struct ft_span lines) {
  while (lines.size) {
    const char *end = memchr(lines.data, '\n', lines.size);
    size_t size = end ? (size_t)(end - lines.data) : lines.size;
    ft_description_add(description, key, (struct ft_span){ lines.data, size });
    key = "";
    size_t past = end ? size + 1 : size;
    lines = (struct ft_span){ lines.data + past, lines.size - past };
  }
}

static void write_upper(struct ft_buffer *out, struct ft_span text) {
  for (size_t i = 0; i < text.size; i++) {
    char byte = text.data[i];
    ft_buffer_u8(out, (uint8_t)(byte >= 'a' && byte <= 'z' ? byte - ('a' - 'A') : byte));
  }
}

static void write_table_query(struct ft_buffer *out, const struct ft_name *table) {
  struct ft_span part[] = { table->database, table->schema, table->name };
  ft_buffer_print(out, "SELECT *\nFROM ");
  for (size_t i = 0; i < 3; i++) {
    if (!part[i].size) continue;
    ft_buffer_u8(out, '"');
    write_upper(out, part[i]);
    ft_buffer_print(out, "\"%s", i < 2 ? "." : "");
  }
}

static void add_query(struct ft_description *description, const char *key) {
  const struct ft_create_model *create = description->create;
  if (!create) return;
  struct ft_buffer *text = &description->text;
  ft_buffer_reset(text);
  if (create->source == FT_SOURCE_TABLE)
    write_table_query(text, &create->table);
  else
    ft_query_lines_write(text, create->query);
  description->failed |= text->failed;
  add_lines(description, key, ft_buffer_view(text));
}

static void add_target(struct ft_description *description, const char *key) {
  if (!description->create || !description->create->target.size) return;
  ft_buffer_reset(&description->text);
  write_upper(&description->text, description->create->target);
  ft_description_add(description, key, ft_buffer_view(&description->text));
}

static void add_model_type(struct ft_description *description, const char *key) {
  const char *type = ft_description_text(description, "model_type");
  add_text(description, key, type ? type : is_automatic(description) ? "auto" : "xgboost");
}

static void add_problem(struct ft_description *description, const char *key) {
  if (!is_automatic(description)) return;
  const char *problem = ft_description_text(description, "problem");
  add_text(description, key, problem ? problem : "");
}

static void add_objective(struct ft_description *description, const char *key) {
  if (is_automatic(description))
    add_text(description, key, ft_description_text(description, "objective"));
}

/* A name in the form of the original's, always the same for the same model version. */
static void add_function(struct ft_description *description, const char *key) {
  const char *function = description->record->function;
  if (!function || !function[0]) return;
  add_text(description, key, function);
  if (description->artifact && description->artifact->model.labels)
    ft_description_print(description, "", "%s_prob, %s_probability", function, function);
}

static bool is_plain_name(const char *name) {
  if (!name[0] || isdigit((unsigned char)name[0])) return false;
  for (; *name; name++)
    if ((unsigned char)*name < 0x80 && !isalnum((unsigned char)*name) && *name != '_') return false;
  return true;
}

static void write_parameter(struct ft_buffer *out, const char *name) {
  if (!is_plain_name(name)) {
    ft_buffer_print(out, "\"%s\"", name);
    return;
  }
  for (; *name; name++)
    ft_buffer_u8(out, (uint8_t)(*name >= 'A' && *name <= 'Z' ? *name + ('a' - 'A') : *name));
}

static void add_parameters(struct ft_description *description, const char *key) {
  if (!description->artifact) return;
  const struct ft_model *model = &description->artifact->model;
  ft_buffer_reset(&description->text);
  for (uint32_t i = 0; i < model->fields; i++) {
    if (i) ft_buffer_u8(&description->text, ' ');
    write_parameter(&description->text, model->field[i].name);
  }
  ft_description_add(description, key, ft_buffer_view(&description->text));
}

static void add_parameter_types(struct ft_description *description, const char *key) {
  if (!description->artifact) return;
  const struct ft_model *model = &description->artifact->model;
  ft_buffer_reset(&description->text);
  for (uint32_t i = 0; i < model->fields; i++)
    ft_buffer_print(&description->text, "%s%s", i ? " " : "",
                    ft_type_internal(model->field[i].type));
  ft_description_add(description, key, ft_buffer_view(&description->text));
}

/* What scripts written for AWS give, and nothing here reads. */
static void add_unused(struct ft_description *description, const char *key, struct ft_span given) {
  ft_description_print(description, key, "%.*s (no effect here)", FT_SPAN_ARG(given));
}

static void add_role(struct ft_description *description, const char *key) {
  if (description->create && description->create->iam_role.size)
    add_unused(description, key, description->create->iam_role);
}

static void add_setting(struct ft_description *description, const char *key, const char *name) {
  if (!description->create) return;
  const struct ft_option *setting = ft_create_model_setting(description->create, name);
  if (setting) add_unused(description, key, setting->text);
}

static void add_bucket(struct ft_description *description, const char *key) {
  add_setting(description, key, "s3_bucket");
}

static void add_kms_key(struct ft_description *description, const char *key) {
  add_setting(description, key, "kms_key_id");
}

static void add_runtime(struct ft_description *description, const char *key) {
  const struct ft_option *setting =
      description->create ? ft_create_model_setting(description->create, "max_runtime") : NULL;
  ft_description_print(description, key, "%lld",
                       setting ? (long long)setting->integer : STANDARD_RUNTIME_S);
}

/* AUTO OFF: those that were used, from the manifest; of a failed model, those that were given. */
static void add_hyperparameters(struct ft_description *description, const char *key) {
  if (is_automatic(description)) return;
  add_blank(description, key);
  add_heading(description, key);
  json_t *used = json_object_get(description->manifest, "hyperparameters");
  const char *name;
  json_t *value;
  json_object_foreach(used, name, value) {
    if (json_is_string(value))
      add_text(description, copy_key(description, name), json_string_value(value));
  }
  if (used || !description->create) return;
  add_text(description, "objective", description->create->objective);
  for (uint32_t i = 0; i < description->create->hyperparameters; i++)
    ft_description_add(description, description->create->hyperparameter[i].name,
                       description->create->hyperparameter[i].text);
}

static void add_endpoint(struct ft_description *description, const char *key) {
  const char *endpoint = ft_description_text(description, "endpoint");
  const char *model = ft_description_text(description, "model");
  if (!endpoint) return;
  ft_description_print(description, key, model && model[0] ? "%s : %s" : "%s", endpoint, model);
}

static void add_inference(struct ft_description *description, const char *key) {
  add_text(description, key, "Remote");
}

static bool is_super(const struct ft_description *description) {
  const char *form = ft_description_text(description, "form");
  return form && strcmp(form, "json") == 0;
}

static void add_remote_types(struct ft_description *description, const char *key) {
  size_t i;
  json_t *type;
  struct ft_buffer *text = &description->text;
  if (is_super(description)) {
    add_text(description, key, "super");
    return;
  }
  ft_buffer_reset(text);
  json_array_foreach(ft_description_member(description, "types"), i, type) {
    const char *name = json_string_value(type);
    if (name) ft_buffer_print(text, "%s%s", text->size ? " " : "", name);
  }
  ft_description_add(description, key, ft_buffer_view(text));
}

static void add_return_type(struct ft_description *description, const char *key) {
  add_text(description, key,
           is_super(description) ? "super" : ft_description_text(description, "returns"));
}

static void add_batch_rows(struct ft_description *description, const char *key) {
  double rows = ft_description_number(description, "max_batch_rows", 0);
  if (rows > 0) ft_description_real(description, key, rows, 0);
}

const struct ft_description_rule ft_description_remote_rules[] = {
  { "Model Name", add_name },
  { "Schema Name", add_schema },
  { "Owner", add_owner },
  { "Creation Time", add_created },
  { "Model State", add_state },
  { "", add_blank },
  { "PARAMETERS:", add_heading },
  { "Endpoint", add_endpoint },
  { "Function Name", add_function },
  { "Inference Type", add_inference },
  { "Function Parameter Types", add_remote_types },
  { "Return Type", add_return_type },
  { "IAM Role", add_role },
  { "Max Batch Rows", add_batch_rows },
  { NULL, NULL },
};

const struct ft_description_rule ft_description_rules[] = {
  { "Model Name", add_name },
  { "Schema Name", add_schema },
  { "Owner", add_owner },
  { "Creation Time", add_created },
  { "Model State", add_state },
  { "Failure Reason", add_reason },
  { "Training Job Status", add_status },
  { "", add_metric },
  { "Estimated Cost", add_cost },
  { "", add_blank },
  { "TRAINING DATA:", add_heading },
  { "Query", add_query },
  { "Target Column", add_target },
  { "", add_blank },
  { "PARAMETERS:", add_heading },
  { "Model Type", add_model_type },
  { "Problem Type", add_problem },
  { "Objective", add_objective },
  { "Function Name", add_function },
  { "Function Parameters", add_parameters },
  { "Function Parameter Types", add_parameter_types },
  { "IAM Role", add_role },
  { "S3 Bucket", add_bucket },
  { "KMS Key", add_kms_key },
  { "Max Runtime", add_runtime },
  { "HYPERPARAMETERS:", add_hyperparameters },
  { NULL, NULL },
};

/* "XGBoost 3.2.0 (binary:logistic)" */
static void add_origin(struct ft_description *description, const char *key) {
  const char *format = ft_description_text(description, "imported_from.format");
  const char *version = ft_description_text(description, "imported_from.version");
  const char *objective = ft_description_text(description, "imported_from.objective");
  if (!format) return;
  ft_description_print(description, key, objective ? "%s%s%s (%s)" : "%s%s%s", format,
                       version ? " " : "", version ? version : "", objective);
}

static void add_source(struct ft_description *description, const char *key) {
  if (description->create) ft_description_add(description, key, description->create->query);
}

static void add_imported_problem(struct ft_description *description, const char *key) {
  add_text(description, key, ft_description_text(description, "problem"));
}

static void add_local(struct ft_description *description, const char *key) {
  add_text(description, key, "Local");
}

static void add_returns(struct ft_description *description, const char *key) {
  if (description->artifact)
    add_text(description, key, ft_type_internal(description->artifact->model.target.type));
}

static bool needs_quotes(struct ft_span label) {
  if (!label.size || ft_span_trim(label).size < label.size) return true;
  return memchr(label.data, ',', label.size) || memchr(label.data, '"', label.size);
}

/* As SETTINGS (LABELS …) has it. */
static void write_label(struct ft_buffer *out, struct ft_span label) {
  const bool quotes = needs_quotes(label);
  if (quotes) ft_buffer_u8(out, '"');
  for (size_t i = 0; i < label.size; i++)
    for (int times = label.data[i] == '"' ? 2 : 1; times > 0; times--)
      ft_buffer_u8(out, (uint8_t)label.data[i]);
  if (quotes) ft_buffer_u8(out, '"');
}

/* "no, yes" */
static void add_labels(struct ft_description *description, const char *key) {
  const struct ft_model *model = description->artifact ? &description->artifact->model : NULL;
  struct ft_buffer *text = &description->text;
  if (!model || !model->labels) return;
  ft_buffer_reset(text);
  for (uint32_t i = 0; i < model->labels; i++) {
    ft_buffer_print(text, "%s", i ? ", " : "");
    write_label(text, model->label[i]);
  }
  description->failed |= text->failed;
  ft_description_add(description, key, ft_buffer_view(text));
}

static void add_missing(struct ft_description *description, const char *key) {
  add_text(description, key, ft_description_text(description, "imported_from.missing"));
}

const struct ft_description_rule ft_description_import_rules[] = {
  { "Model Name", add_name },
  { "Schema Name", add_schema },
  { "Owner", add_owner },
  { "Creation Time", add_created },
  { "Model State", add_state },
  { "Failure Reason", add_reason },
  { "", add_blank },
  { "PARAMETERS:", add_heading },
  { "Model Type", add_model_type },
  { "Problem Type", add_imported_problem },
  { "Imported From", add_source },
  { "Format", add_origin },
  { "Function Name", add_function },
  { "Inference Type", add_local },
  { "Function Parameters", add_parameters },
  { "Function Parameter Types", add_parameter_types },
  { "Return Type", add_returns },
  { "Labels", add_labels },
  { "Missing Value", add_missing },
  { "IAM Role", add_role },
  { "S3 Bucket", add_bucket },
  { NULL, NULL },
};
