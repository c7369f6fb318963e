#include "core/command/columns.h"

#include <stdio.h>
#include <string.h>

#include "foretell/model.h"

#define NEAR_ENOUGH 3   /* edits between a wrong name and the one we propose */
#define LIST_BYTES  200 /* of the columns named in a hint */
#define MAX_COLUMNS (FT_MODEL_MAX_FIELDS + 1)

const char *ft_columns_type_name(const struct ft_columns *columns, size_t index) {
  const char *name = columns->type_name ? columns->type_name[index] : NULL;
  return name ? name : ft_type_sql(columns->field[index].type);
}

static size_t source_position(const struct ft_create_model *create) {
  return create->source == FT_SOURCE_TABLE ? create->table.position : create->query_position;
}

/* "na""me" */
static void print_quoted(struct ft_buffer *out, struct ft_span name) {
  ft_buffer_u8(out, '"');
  for (size_t i = 0; i < name.size; i++) {
    if (name.data[i] == '"') ft_buffer_u8(out, '"');
    ft_buffer_u8(out, (uint8_t)name.data[i]);
  }
  ft_buffer_u8(out, '"');
}

/* A table of another attached database: the host's table_query knows schemas only. */
static enum ft_status query_full_name(const char **out, struct ft_arena *arena,
                                      const struct ft_name *table, struct ft_error *err) {
  struct ft_buffer text;
  ft_buffer_init(&text, 1 << 16);
  ft_buffer_print(&text, "SELECT * FROM ");
  print_quoted(&text, table->database);
  ft_buffer_u8(&text, '.');
  print_quoted(&text, table->schema);
  ft_buffer_u8(&text, '.');
  print_quoted(&text, table->name);
  enum ft_status status = ft_buffer_check(&text, "the table's name", err);
  char *query = status == FT_OK ? ft_arena_text(arena, ft_buffer_view(&text)) : NULL;
  ft_buffer_release(&text);
  FT_TRY(status);
  if (!query) return ft_arena_fail(err, "the statement");
  *out = query;
  return FT_OK;
}

static enum ft_status find_query(struct ft_span *out, const struct ft_command *command,
                                 struct ft_error *err) {
  const struct ft_create_model *create = &command->statement->create;
  if (create->source == FT_SOURCE_QUERY) {
    *out = create->query;
    return FT_OK;
  }
  const struct ft_host *host = command->host;
  const struct ft_name *table = &create->table;
  const char *query = NULL;
  if (table->database.size)
    FT_TRY(query_full_name(&query, command->arena, table, err));
  else
    FT_TRY(host->table_query(host->self, command->arena, table->schema, table->name,
                             table->position, &query, err));
  *out = ft_span_of(query);
  return FT_OK;
}

/* A table's query is our text: an error's place within it would point anywhere. */
static enum ft_status describe(struct ft_columns *columns, const struct ft_command *command,
                               struct ft_error *err) {
  const struct ft_create_model *create = &command->statement->create;
  const struct ft_host *host = command->host;
  size_t position = source_position(create);
  enum ft_status status =
      host->describe(host->self, command->arena, columns->query, position, &columns->field,
                     &columns->type_name, &columns->fields, err);
  if (status != FT_OK && create->source == FT_SOURCE_TABLE) ft_fail_at(err, position);
  return status;
}

static enum ft_status check_count(const struct ft_columns *columns, struct ft_error *err) {
  if (columns->fields < 2) {
    ft_fail(err, FT_DATA, "the query has %zu column%s, and a model needs two or more",
            columns->fields, columns->fields == 1 ? "" : "s");
    return ft_fail_hint(err, "Select the TARGET and at least one column to predict it from.");
  }
  if (columns->fields > MAX_COLUMNS) {
    ft_fail(err, FT_LIMIT, "the query has %zu columns, and a model takes at most %d",
            columns->fields, MAX_COLUMNS);
    return ft_fail_hint(err, "Select fewer columns.");
  }
  return FT_OK;
}

static struct ft_span name_of(const struct ft_columns *columns, size_t index) {
  return ft_span_of(columns->field[index].name);
}

/* Names are bound without regard to case, so two may not differ by case alone. */
static enum ft_status check_names(const struct ft_columns *columns, struct ft_error *err) {
  for (size_t i = 1; i < columns->fields; i++) {
    for (size_t j = 0; j < i; j++) {
      if (!ft_span_equal_nocase(name_of(columns, i), name_of(columns, j))) continue;
      ft_fail(err, FT_DUPLICATE_COLUMN, "the query has two columns named \"%s\"",
              columns->field[i].name);
      return ft_fail_hint(err, "Give one of them another name with AS, or leave it out.");
    }
  }
  return FT_OK;
}

static enum ft_status check_types(const struct ft_columns *columns, struct ft_error *err) {
  for (size_t i = 0; i < columns->fields; i++) {
    if (columns->field[i].type != FT_TYPE_NONE) continue;
    const char *type = columns->type_name ? columns->type_name[i] : NULL;
    ft_fail(err, FT_WRONG_TYPE, "column \"%s\" has type %s, which a model cannot learn from",
            columns->field[i].name, type ? type : "unknown");
    return ft_fail_hint(err, "Cast it to a number or to text in the query, or leave it out.");
  }
  return FT_OK;
}

static const char *nearest_column(const struct ft_columns *columns, struct ft_span wanted) {
  const char *nearest = NULL;
  size_t min = NEAR_ENOUGH + 1;
  for (size_t i = 0; i < columns->fields; i++) {
    size_t distance = ft_span_distance(wanted, name_of(columns, i), NEAR_ENOUGH);
    if (distance >= min || distance >= wanted.size) continue;
    min = distance;
    nearest = columns->field[i].name;
  }
  return nearest;
}

/* "a, b, c …" */
static void list_columns(char list[LIST_BYTES], const struct ft_columns *columns) {
  size_t used = 0;
  list[0] = '\0';
  for (size_t i = 0; i < columns->fields; i++) {
    const char *name = columns->field[i].name;
    size_t left = LIST_BYTES - used;
    if (strlen(name) + sizeof(", , …") > left) {
      snprintf(list + used, left, ", …");
      return;
    }
    used += (size_t)snprintf(list + used, left, "%s%s", i ? ", " : "", name);
  }
}

static enum ft_status fail_no_target(const struct ft_columns *columns,
                                     const struct ft_create_model *create, struct ft_error *err) {
  ft_fail(err, FT_UNDEFINED_COLUMN, "TARGET \"%.*s\" is not a column of the query",
          FT_SPAN_ARG(create->target));
  const char *nearest = nearest_column(columns, create->target);
  char list[LIST_BYTES];
  list_columns(list, columns);
  if (nearest)
    ft_fail_hint(err, "Did you mean \"%s\"? The columns are %s.", nearest, list);
  else
    ft_fail_hint(err, "The columns are %s.", list);
  return ft_fail_at(err, create->target_position);
}

static enum ft_status find_target(struct ft_columns *columns, const struct ft_create_model *create,
                                  struct ft_error *err) {
  for (size_t i = 0; i < columns->fields; i++) {
    if (!ft_span_equal_nocase(create->target, name_of(columns, i))) continue;
    columns->target = i;
    return FT_OK;
  }
  return fail_no_target(columns, create, err);
}

static enum ft_status check_target(const struct ft_columns *columns,
                                   const struct ft_create_model *create, struct ft_error *err) {
  const struct ft_field *target = &columns->field[columns->target];
  if (!ft_type_is_temporal(target->type)) return FT_OK;
  ft_fail(err, FT_WRONG_TYPE, "TARGET \"%s\" is a date or time (%s), which cannot be predicted",
          target->name, ft_columns_type_name(columns, columns->target));
  ft_fail_hint(err,
               "Predict a number instead, computed in the query: the days from a fixed date, the "
               "hour, the year.");
  return ft_fail_at(err, create->target_position);
}

/* What is wrong with the query as a whole points at the query. */
static enum ft_status check_query(const struct ft_columns *columns, size_t position,
                                  struct ft_error *err) {
  enum ft_status status = check_count(columns, err);
  if (status == FT_OK) status = check_names(columns, err);
  if (status == FT_OK) status = check_types(columns, err);
  if (status != FT_OK) ft_fail_at(err, position);
  return status;
}

enum ft_status ft_columns_describe(struct ft_columns *out, const struct ft_command *command,
                                   struct ft_error *err) {
  const struct ft_create_model *create = &command->statement->create;
  struct ft_columns columns = { 0 };
  FT_TRY(find_query(&columns.query, command, err));
  FT_TRY(describe(&columns, command, err));
  FT_TRY(check_query(&columns, source_position(create), err));
  FT_TRY(find_target(&columns, create, err));
  FT_TRY(check_target(&columns, create, err));
  *out = columns;
  return FT_OK;
}
