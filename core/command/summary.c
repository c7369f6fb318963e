#include "core/command/summary.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "core/model/wordlist.h"

#define LINE_BYTES 900
#define MAX_NAMES  12  /* parameters in a signature */
#define MAX_QUERY  200 /* bytes of a query that is said again */

/* What PostgreSQL or DuckDB takes for something else where a name is meant. */
static const char reserved[] =
    "all analyse analyze and anti any array as asc asof asymmetric authorization between binary both "
    "case cast check collate collation column concurrently constraint create cross current_catalog "
    "current_date current_role current_schema current_time current_timestamp current_user default "
    "deferrable desc describe distinct do else end except exists false fetch for foreign freeze from "
    "full glob grant group having ilike in initially inner intersect into is isnull join lambda lateral "
    "leading left like limit localtime localtimestamp map natural not notnull null offset on only or "
    "order outer overlaps pivot pivot_longer pivot_wider placing positional primary qualify references "
    "returning right row select semi session_user show similar some struct summarize symmetric table "
    "tablesample then to trailing true try_cast union unique unpivot user using variadic verbose when "
    "where window with";

static bool is_plain(struct ft_span name) {
  bool plain = name.size > 0 && !(name.data[0] >= '0' && name.data[0] <= '9') &&
               !ft_wordlist_has(reserved, name);
  for (size_t i = 0; i < name.size; i++) {
    char byte = name.data[i];
    plain &= (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
  }
  return plain;
}

/* A name as it must be typed. */
static void write_name(struct ft_buffer *out, struct ft_span name) {
  if (is_plain(name)) {
    ft_buffer_append(out, name.data, name.size);
    return;
  }
  ft_buffer_u8(out, '"');
  for (size_t i = 0; i < name.size; i++) {
    if (name.data[i] == '"') ft_buffer_u8(out, '"');
    ft_buffer_u8(out, (uint8_t)name.data[i]);
  }
  ft_buffer_u8(out, '"');
}

/* With its schema, where the statement names one. */
static void write_in_schema(struct ft_buffer *out, const struct ft_creation *creation,
                            const char *name, const char *ending) {
  char whole[256];
  int size = snprintf(whole, sizeof(whole), "%s%s", name, ending);
  if (size < 0 || (size_t)size >= sizeof(whole)) size = 0;
  if (creation->create->model.schema.size) {
    write_name(out, ft_span_of(creation->name.schema));
    ft_buffer_u8(out, '.');
  }
  write_name(out, (struct ft_span){ whole, (size_t)size });
}

static void say(const struct ft_creation *creation, struct ft_buffer *line) {
  if (!line->failed && line->size)
    ft_command_notice(creation->command->host, "%.*s", (int)line->size, (const char *)line->data);
  ft_buffer_reset(line);
}

static const char *name_of(const json_t *metric) {
  const char *name = json_string_value(json_object_get(metric, "name"));
  return name && strchr(name, ':') ? name : NULL;
}

/* The metric that the model is judged by, of rows that it had not seen where there are such: AUTO OFF has it
 * of the rows trained on first. */
static const json_t *main_metric(const json_t *manifest) {
  size_t i;
  const json_t *metric, *main = NULL, *metrics = json_object_get(manifest, "metrics");
  json_array_foreach(metrics, i, metric) {
    if (json_is_true(json_object_get(metric, "main"))) main = metric;
  }
  const char *wanted = name_of(main);
  if (!wanted) return NULL;
  json_array_foreach(metrics, i, metric) {
    const char *name = name_of(metric);
    if (name && strncmp(name, "validation:", 11) == 0 &&
        strcmp(strchr(name, ':'), strchr(wanted, ':')) == 0)
      return metric;
  }
  return main;
}

/* model "m" is ready: f1_binary 0.846, on other rows 0.79 to 0.89 (95 % sure), without a model 0.25 */
static void tell_score(const struct ft_creation *creation, const json_t *manifest,
                       struct ft_buffer *line) {
  const json_t *metric = main_metric(manifest);
  const json_t *value = json_object_get(metric, "value"), *low = json_object_get(metric, "low");
  const json_t *baseline = json_object_get(metric, "baseline");
  const char *name = name_of(metric), *colon = name ? strchr(name, ':') : NULL;
  ft_buffer_print(line, "model \"%s\" is ready", creation->name.name);
  if (colon && json_is_number(value))
    ft_buffer_print(line, ": %s %.4g%s", colon + 1, json_number_value(value),
                    strncmp(name, "train:", 6) == 0 ? " on the rows that it was trained on" : "");
  if (colon && json_is_number(low))
    ft_buffer_print(line, ", on other rows %.3g to %.3g (95 %% sure)", json_number_value(low),
                    json_number_value(json_object_get(metric, "high")));
  if (colon && json_is_number(baseline))
    ft_buffer_print(line, ", without a model %.3g", json_number_value(baseline));
  say(creation, line);
}

static void tell_verdict(const struct ft_creation *creation, const json_t *manifest,
                         struct ft_buffer *line) {
  const json_t *verdict = json_object_get(manifest, "verdict");
  const char *text = json_string_value(json_object_get(verdict, "text"));
  bool better = json_is_true(json_object_get(verdict, "better"));
  if (!text) return;
  ft_buffer_print(line, better ? "it is %s" : "warning: it is %s", text);
  say(creation, line);
}

static void tell_warnings(const struct ft_creation *creation, const json_t *manifest,
                          struct ft_buffer *line) {
  size_t warnings = json_array_size(json_object_get(manifest, "warnings"));
  if (warnings)
    ft_buffer_print(line, "%zu warning%s above; SHOW MODEL has %s too", warnings,
                    warnings > 1 ? "s" : "", warnings > 1 ? "them" : "it");
  say(creation, line);
}

/* "state, plan, …", or the types where there are no names. */
static void write_parameters(struct ft_buffer *out, const struct ft_creation *creation) {
  const struct ft_create_model *create = creation->create;
  const struct ft_trained_model *trained = &creation->trained;
  bool named = trained->parameter != NULL;
  uint32_t count = named ? trained->parameters : create->arguments;
  for (uint32_t i = 0; i < count && i < MAX_NAMES; i++) {
    ft_buffer_print(out, "%s", i ? ", " : "");
    if (named)
      write_name(out, ft_span_of(trained->parameter[i]));
    else
      ft_buffer_append(out, create->argument[i].text.data, create->argument[i].text.size);
  }
  if (count > MAX_NAMES) ft_buffer_print(out, ", … %u more", (unsigned)(count - MAX_NAMES));
}

/* The class whose probability is of interest, as a literal: the positive one, or the most frequent of
 * several; NULL: it is not known. */
static const char *class_of(const json_t *manifest) {
  const char *label = json_string_value(json_object_get(manifest, "positive"));
  const json_t *first = json_array_get(json_object_get(manifest, "classes"), 0);
  if (!label) label = json_string_value(json_object_get(first, "label"));
  for (const char *byte = label; byte && *byte; byte++)
    if ((unsigned char)*byte < ' ') return NULL; /* a notice is one line */
  return label;
}

static void write_class(struct ft_buffer *out, const char *label) {
  ft_buffer_u8(out, '\'');
  for (; *label; label++) {
    if (*label == '\'') ft_buffer_u8(out, '\'');
    ft_buffer_u8(out, (uint8_t)*label);
  }
  ft_buffer_u8(out, '\'');
}

static void tell_functions(const struct ft_creation *creation, const json_t *manifest,
                           struct ft_buffer *line) {
  bool classes = creation->trained.labels > 0;
  const char *label = class_of(manifest);
  ft_buffer_print(line, "%s: ", classes ? "functions" : "function");
  write_in_schema(line, creation, creation->function, "");
  ft_buffer_print(line, "(");
  write_parameters(line, creation);
  ft_buffer_print(line, ")");
  if (classes) {
    ft_buffer_print(line, "; ");
    write_in_schema(line, creation, creation->function, "_probability");
    ft_buffer_print(line, "(…, ");
    write_class(line, label ? label : "class");
    ft_buffer_print(line, ") for the probability of a class; ");
    write_in_schema(line, creation, creation->function, "_prob");
    ft_buffer_print(line, "(…) for those of all classes");
  }
  say(creation, line);
}

static void write_table(struct ft_buffer *out, const struct ft_name *table) {
  const struct ft_span part[] = { table->database, table->schema, table->name };
  for (size_t i = 0; i < 3; i++) {
    if (!part[i].size) continue;
    write_name(out, part[i]);
    ft_buffer_print(out, "%s", i < 2 ? "." : "");
  }
}

/* Can the query be said again on one line? */
static bool is_short(struct ft_span query) {
  bool quiet = query.size > 0 && query.size <= MAX_QUERY;
  for (size_t i = 0; i < query.size; i++)
    quiet &= query.data[i] != '\n' && query.data[i] != '\r' && query.data[i] != '\t';
  for (size_t i = 1; i < query.size; i++)
    quiet &= query.data[i - 1] != '-' || query.data[i] != '-';
  return quiet;
}

static bool is_parameter(const struct ft_creation *creation, const char *name) {
  const struct ft_trained_model *trained = &creation->trained;
  for (uint32_t i = 0; trained->parameter && i < trained->parameters; i++)
    if (ft_span_equal_nocase(ft_span_of(trained->parameter[i]), ft_span_of(name))) return true;
  return ft_span_equal_nocase(creation->create->target, ft_span_of(name));
}

/* A name for the row that hides none of its columns. */
static const char *row_name(const struct ft_creation *creation) {
  static const char *const names[] = { "t", "r", "one_row", "row_of_all_columns" };
  size_t i = 0;
  while (i + 1 < sizeof(names) / sizeof(names[0]) && is_parameter(creation, names[i]))
    i++;
  return names[i];
}

/* As every client of the host can say it. */
static void write_show(struct ft_buffer *out, const struct ft_creation *creation) {
  bool server = strcmp(creation->command->host->name, "postgresql") == 0;
  ft_buffer_print(out, server ? "SELECT * FROM foretell.show_model('" : "SHOW MODEL ");
  write_in_schema(out, creation, creation->name.name, "");
  ft_buffer_print(out, server ? "');" : ";");
}

/* A row by name: the function takes of it what it needs. */
static void tell_next(const struct ft_creation *creation, const json_t *manifest,
                      struct ft_buffer *line) {
  const struct ft_create_model *create = creation->create;
  bool table = create->source == FT_SOURCE_TABLE;
  bool query = create->source == FT_SOURCE_QUERY && is_short(create->query);
  const char *label = creation->trained.labels > 0 ? class_of(manifest) : NULL;
  const char *row = row_name(creation);
  ft_buffer_print(line, "try: ");
  if (table || query) {
    ft_buffer_print(line, "SELECT ");
    write_in_schema(line, creation, creation->function, "");
    ft_buffer_print(line, "(%s)", row);
    if (label) {
      ft_buffer_print(line, ", ");
      write_in_schema(line, creation, creation->function, "_probability");
      ft_buffer_print(line, "(%s, ", row);
      write_class(line, label);
      ft_buffer_print(line, ")");
    }
    ft_buffer_print(line, " FROM ");
    if (table)
      write_table(line, &create->table);
    else
      ft_buffer_print(line, "(%.*s)", FT_SPAN_ARG(create->query));
    ft_buffer_print(line, " %s LIMIT 5;  ", row);
  }
  write_show(line, creation);
  say(creation, line);
}

void ft_summary_tell(const struct ft_creation *creation) {
  const char *text = creation->trained.manifest;
  json_t *manifest = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
  struct ft_buffer line;
  ft_buffer_init(&line, LINE_BYTES);
  tell_score(creation, manifest, &line);
  tell_verdict(creation, manifest, &line);
  tell_warnings(creation, manifest, &line);
  tell_functions(creation, manifest, &line);
  tell_next(creation, manifest, &line);
  ft_buffer_release(&line);
  json_decref(manifest);
}
