/* Models in ONNX predict what ONNX Runtime predicts: test/fixtures/onnx, made by
 * test/reference/onnx_models.py. `test_onnx FOLDER` checks another folder of the kind.
 *
 * A case is name.onnx and name.csv. The first line of the csv: the fields' types, the type of RETURNS,
 * how many numbers are expected; then a row each: the fields (empty: NULL), the label (or -), the
 * numbers. */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/import/import.h"
#include "foretell/batch.h"
#include "foretell/plan.h"

#include <cmocka.h>

#define TOLERANCE 1e-5
#define MOST      64

static const char *folder = "test/fixtures/onnx";

static char *read_file(const char *name, const char *end, size_t *size) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s%s", folder, name, end);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("no file %s", path);
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char *bytes = malloc(*size + 1);
  assert_int_equal(fread(bytes, 1, *size, file), *size);
  bytes[*size] = 0;
  fclose(file);
  return bytes;
}

struct table {
  char *text;
  size_t fields, numbers, rows;
  struct ft_field field[MOST], target;
  struct ft_column column[MOST];
  struct ft_span *label;
  double *expected; /* row-major */
};

static struct ft_span next(char **at, char end) {
  char *from = *at, *to = strchr(from, end);
  assert_non_null(to);
  *at = to + 1;
  return (struct ft_span){ from, (size_t)(to - from) };
}

static void read_types(struct table *table, char **at) {
  char *list = *at;
  struct ft_span line = next(at, ';');
  while (list < line.data + line.size) {
    size_t size = strcspn(list, ",;");
    struct ft_field *field = &table->field[table->fields++];
    *field = (struct ft_field){ .name = "x",
                                .type = ft_type_by_internal((struct ft_span){ list, size }) };
    assert_int_not_equal(field->type, FT_TYPE_NONE);
    list += size + 1;
  }
  table->target = (struct ft_field){ .name = "y", .type = ft_type_by_internal(next(at, ';')) };
  table->numbers = (size_t)atoi(next(at, '\n').data);
}

static void set_value(struct ft_column *column, enum ft_type type, size_t row,
                      struct ft_span text) {
  void *values = (void *)(uintptr_t)column->values;
  uint64_t *validity = (uint64_t *)(uintptr_t)column->validity;
  validity[row / 64] |= (uint64_t)(text.size > 0) << (row % 64);
  if (type == FT_TEXT) ((struct ft_span *)values)[row] = text;
  if (type == FT_FLOAT32) ((float *)values)[row] = strtof(text.data, NULL);
  if (type == FT_FLOAT64) ((double *)values)[row] = strtod(text.data, NULL);
  if (type == FT_INT64) ((int64_t *)values)[row] = strtoll(text.data, NULL, 10);
  if (type == FT_INT32) ((int32_t *)values)[row] = (int32_t)strtol(text.data, NULL, 10);
}

static void read_table(struct table *table, const char *name) {
  size_t size, lines = 0;
  *table = (struct table){ .text = read_file(name, ".csv", &size) };
  char *at = table->text;
  for (size_t i = 0; i < size; i++)
    lines += table->text[i] == '\n';
  read_types(table, &at);
  table->rows = lines - 1;
  table->label = calloc(table->rows, sizeof *table->label);
  table->expected = calloc(table->rows * table->numbers, sizeof *table->expected);
  for (size_t f = 0; f < table->fields; f++) {
    table->column[f].type = table->field[f].type;
    table->column[f].values = calloc(table->rows, ft_type_bytes(table->field[f].type));
    table->column[f].validity = calloc(table->rows / 64 + 1, sizeof(uint64_t));
  }
  for (size_t r = 0; r < table->rows; r++) {
    for (size_t f = 0; f < table->fields; f++)
      set_value(&table->column[f], table->field[f].type, r, next(&at, ','));
    table->label[r] = next(&at, ',');
    for (size_t n = 0; n < table->numbers; n++)
      table->expected[r * table->numbers + n] =
          strtod(next(&at, n + 1 < table->numbers ? ',' : '\n').data, NULL);
  }
}

static void free_table(struct table *table) {
  for (size_t f = 0; f < table->fields; f++) {
    free((void *)(uintptr_t)table->column[f].values);
    free((void *)(uintptr_t)table->column[f].validity);
  }
  free(table->label);
  free(table->expected);
  free(table->text);
}

static double tolerance(double expected) {
  return TOLERANCE * (fabs(expected) > 1 ? fabs(expected) : 1);
}

/* Labels may differ where the two highest probabilities are as good as equal. */
static bool is_near_tie(const double *p, size_t count) {
  double first = -1, second = -1;
  for (size_t i = 0; i < count; i++) {
    if (p[i] > first) {
      second = first;
      first = p[i];
    } else if (p[i] > second)
      second = p[i];
  }
  return first - second < 2 * TOLERANCE;
}

static void compare(const char *name, const struct table *table, const struct ft_plan *plan) {
  size_t labels = ft_plan_labels(plan), wrong = 0;
  struct ft_scratch *scratch;
  double worst = 0;
  double *value = calloc(table->rows, sizeof *value);
  double *p = calloc(table->rows * (labels + 1), sizeof *p);
  uint32_t *label = calloc(table->rows, sizeof *label);
  const struct ft_batch batch = { .columns = table->fields,
                                  .column = table->column,
                                  .rows = table->rows };
  assert_int_equal(ft_scratch_make(&scratch, plan, NULL), FT_OK);
  assert_int_equal(ft_plan_predict(plan, scratch, &batch, value, label, p, NULL), FT_OK);
  if (labels) assert_int_equal(table->numbers, labels);
  for (size_t r = 0; r < table->rows; r++) {
    const double *expected = table->expected + r * table->numbers;
    for (size_t n = 0; n < table->numbers; n++) {
      double is = labels ? p[n * table->rows + r] : value[r];
      double off = fabs(is - expected[n]) / tolerance(expected[n]);
      if (!(off <= worst)) worst = off;
      if (!(off <= 1) && wrong++ < 3)
        print_message("%s, row %zu, number %zu: %.9g for %.9g\n", name, r, n, is, expected[n]);
    }
    if (labels && !is_near_tie(expected, labels) &&
        !ft_span_equal(ft_plan_label(plan, label[r]), table->label[r]) && wrong++ < 3)
      print_message("%s, row %zu: another label\n", name, r);
  }
  print_message("%s: %zu rows, off by %.2e of what may be\n", name, table->rows, worst);
  if (wrong) fail_msg("%s: %zu wrong", name, wrong);
  free(value);
  free(p);
  free(label);
  ft_scratch_free(scratch);
}

static void check_case(const char *name) {
  struct table table;
  struct ft_arena arena;
  struct ft_import import;
  struct ft_error err = { 0 };
  struct ft_plan *plan;
  size_t size;
  char *bytes = read_file(name, ".onnx", &size);
  read_table(&table, name);
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  const struct ft_import_request request = { (uint32_t)table.fields, table.field, table.target };
  if (ft_import_read(&import, &arena, &request, (struct ft_span){ bytes, size }, &err) != FT_OK)
    fail_msg("%s: %s (%s)", name, err.message, err.hint);
  assert_string_equal(import.format, "ONNX");
  if (ft_plan_make(&plan, &import.model, &err) != FT_OK) fail_msg("%s: %s", name, err.message);
  compare(name, &table, plan);
  ft_plan_close(plan);
  ft_arena_release(&arena);
  free_table(&table);
  free(bytes);
}

static void predicts_what_onnx_runtime_predicts(void **state) {
  (void)state;
  struct dirent **entry;
  int entries = scandir(folder, &entry, NULL, alphasort), cases = 0;
  for (int i = 0; i < entries; i++) {
    char *end = strstr(entry[i]->d_name, ".csv");
    if (end) {
      *end = 0;
      check_case(entry[i]->d_name);
      cases++;
    }
    free(entry[i]);
  }
  free(entry);
  assert_true(cases > 0);
}

int main(int count, char **argument) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(predicts_what_onnx_runtime_predicts),
  };
  if (count > 1) folder = argument[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}
