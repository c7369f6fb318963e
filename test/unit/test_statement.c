/* Statements to trees: every case of statement_cases.txt is parsed and its tree printed.
 *
 * A case is a statement, a line "----", and what is expected: the tree, one fact a line, or the
 * error with its SQLSTATE, place and hint. A line "====" ends it. */
#include "foretell/statement.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/sql/clause.h"
#include "core/sql/option.h"
#include "foretell/buffer.h"
#include "foretell/objective.h"

static const char *const kinds[] = { "engine",     "create model",   "create external model",
                                     "show model", "show model all", "drop model",
                                     "grant",      "revoke" };
static const char *const forms[] = { "simple",   "guided", "xgboost", "kmeans",
                                     "forecast", "import", "remote",  "external" };
static const char *const model_types[] = { "auto",           "xgboost", "mlp",
                                           "linear_learner", "kmeans",  "forecast" };
static const char *const problems[] = { "auto", "regression", "binary", "multiclass" };

static void print_text(struct ft_buffer *out, const char *key, struct ft_span text) {
  if (text.size) ft_buffer_print(out, "%s %.*s\n", key, FT_SPAN_ARG(text));
}

static void print_name(struct ft_buffer *out, const char *key, const struct ft_name *name) {
  if (!name->name.size) return;
  ft_buffer_print(out, "%s ", key);
  if (name->database.size) ft_buffer_print(out, "%.*s.", FT_SPAN_ARG(name->database));
  if (name->schema.size) ft_buffer_print(out, "%.*s.", FT_SPAN_ARG(name->schema));
  ft_buffer_print(out, "%.*s @%zu\n", FT_SPAN_ARG(name->name), name->position);
}

static void print_options(struct ft_buffer *out, const char *key, const struct ft_option *option,
                          uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    ft_buffer_print(out, "%s %s = %.*s (%lld)\n", key, option[i].name, FT_SPAN_ARG(option[i].text),
                    (long long)option[i].integer);
}

static void print_create(struct ft_buffer *out, const struct ft_create_model *create) {
  ft_buffer_print(
      out, "form %s%s%s%s\n", forms[create->form], create->or_replace ? " or replace" : "",
      create->if_not_exists ? " if not exists" : "", create->automatic ? "" : " auto off");
  print_name(out, "model", &create->model);
  print_name(out, "table", &create->table);
  print_text(out, create->source == FT_SOURCE_TEXT ? "source" : "query", create->query);
  print_text(out, "target", create->target);
  print_name(out, "function", &create->function);
  for (uint32_t i = 0; i < create->arguments; i++)
    print_text(out, "argument", create->argument[i].text);
  print_text(out, "returns", create->returns.text);
  print_text(out, "endpoint", create->endpoint);
  print_text(out, "endpoint model", create->endpoint_model);
  print_text(out, "role", create->iam_role);
  if (create->model_type) ft_buffer_print(out, "model type %s\n", model_types[create->model_type]);
  if (create->problem) ft_buffer_print(out, "problem %s\n", problems[create->problem]);
  if (create->objective) ft_buffer_print(out, "objective %s\n", create->objective);
  print_text(out, "preprocessors", create->preprocessors);
  print_options(out, "hyperparameter", create->hyperparameter, create->hyperparameters);
  print_options(out, "setting", create->setting, create->settings);
}

static void print_statement(struct ft_buffer *out, const struct ft_statement *statement) {
  ft_buffer_print(out, "%s%s\n", kinds[statement->kind], statement->if_exists ? " if exists" : "");
  if (statement->create.model.name.size) print_create(out, &statement->create);
  print_name(out, "model", &statement->model);
  for (uint32_t i = 0; i < statement->models; i++)
    print_name(out, "granted", &statement->granted[i]);
  for (uint32_t i = 0; i < statement->notices; i++)
    ft_buffer_print(out, "notice %s\n", statement->notice[i]);
}

/* The place is shown by the text that stands there. */
static void print_failure(struct ft_buffer *out, const struct ft_error *err, struct ft_span text) {
  ft_buffer_print(out, "error %s %s\n", ft_status_sqlstate(err->status), err->message);
  size_t at = err->position ? err->position - 1 : text.size;
  assert_true(err->position > 0 && at <= text.size);
  size_t size = 0;
  while (size < text.size - at && size < 16 && text.data[at + size] != '\n')
    size++;
  ft_buffer_print(out, "at %zu |%.*s\n", err->position, (int)size, text.data + at);
  if (err->hint[0]) ft_buffer_print(out, "hint %s\n", err->hint);
}

static void run_statement(struct ft_buffer *out, struct ft_span text) {
  struct ft_arena arena;
  struct ft_error err = { 0 };
  struct ft_statement statement, untouched;
  memset(&untouched, 0x5a, sizeof untouched);
  statement = untouched;
  ft_arena_init(&arena, (size_t)1 << 24);
  enum ft_status status = ft_statement_parse(&statement, &arena, text, &err);
  if (status == FT_OK) {
    print_statement(out, &statement);
  } else {
    assert_int_equal(status, err.status);
    assert_memory_equal(&statement, &untouched, sizeof statement);
    print_failure(out, &err, text);
  }
  ft_arena_release(&arena);
}

static char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s cannot be opened", path);
  char *text = calloc(1, 1 << 20);
  assert_non_null(text);
  assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
  fclose(file);
  return text;
}

static void every_case_gives_its_tree(void **state) {
  (void)state;
  char *text = read_file("test/unit/statement_cases.txt");
  struct ft_buffer out;
  ft_buffer_init(&out, 1 << 20);
  unsigned wrong = 0, count = 0;
  for (char *at = text, *end; (end = strstr(at, "\n====\n")); at = end + 6, count++) {
    char *bar = strstr(at, "\n----\n");
    assert_true(bar && bar < end);
    struct ft_span expected = { bar + 6, (size_t)(end + 1 - (bar + 6)) };
    ft_buffer_reset(&out);
    run_statement(&out, (struct ft_span){ at, (size_t)(bar - at) });
    if (ft_span_equal(ft_buffer_view(&out), expected)) continue;
    wrong++;
    print_message("%.*s\n---- expected\n%.*s---- got\n%.*s====\n", (int)(bar - at), at,
                  FT_SPAN_ARG(expected), FT_SPAN_ARG(ft_buffer_view(&out)));
  }
  ft_buffer_release(&out);
  free(text);
  assert_int_equal(wrong, 0);
  assert_true(count > 100);
}

static const char long_statement[] =
    "CREATE OR REPLACE MODEL \"S\"\"x\".m FROM (SELECT a, b FROM t) TARGET y FUNCTION f "
    "IAM_ROLE default AUTO OFF MODEL_TYPE XGBOOST OBJECTIVE 'multi:softmax' PREPROCESSORS E'n\\157ne' "
    "HYPERPARAMETERS DEFAULT EXCEPT (num_class '3', eta '0.01', gamma '9', max_depth '12', "
    "lambda '1', alpha '0') SETTINGS (S3_BUCKET 'b', MAX_CELLS 5, SEED 3)";

/* Allow 0, 1, 2 … allocations until the outcome is another than no memory. */
static size_t count_allocations(struct ft_span text) {
  for (size_t allowed = 0;; allowed++) {
    struct ft_arena arena;
    struct ft_error err = { 0 };
    struct ft_statement statement;
    ft_arena_init(&arena, (size_t)1 << 24);
    ft_arena_allow(allowed);
    enum ft_status status = ft_statement_parse(&statement, &arena, text, &err);
    ft_arena_allow(SIZE_MAX);
    ft_arena_release(&arena);
    if (status != FT_NOMEM) return allowed;
    assert_int_equal(err.status, FT_NOMEM);
    assert_true(allowed < 200);
  }
}

static void no_memory_is_an_error_and_nothing_else(void **state) {
  (void)state;
  char *text = read_file("test/unit/statement_cases.txt");
  for (char *at = text, *end; (end = strstr(at, "\n====\n")); at = end + 6)
    count_allocations((struct ft_span){ at, (size_t)(strstr(at, "\n----\n") - at) });
  free(text);
  assert_true(count_allocations(FT_SPAN(long_statement)) > 10);
}

static void every_beginning_of_a_statement_parses_or_fails(void **state) {
  (void)state;
  struct ft_buffer out;
  ft_buffer_init(&out, 1 << 16);
  for (size_t size = 0; size < sizeof long_statement - 1; size++) {
    char *exact = malloc(size ? size : 1);
    assert_non_null(exact);
    memcpy(exact, long_statement, size);
    ft_buffer_reset(&out);
    run_statement(&out, (struct ft_span){ exact, size });
    free(exact);
  }
  ft_buffer_release(&out);
}

static bool has_word(const char *word) {
  for (const char *const *at = ft_statement_words(); *at; at++)
    if (strcmp(*at, word) == 0) return true;
  return false;
}

static void words_for_completion_hold_every_clause_and_setting(void **state) {
  (void)state;
  assert_true(has_word("CREATE") && has_word("MODEL_TYPE") && has_word("MAX_RUNTIME"));
  assert_true(has_word("SETTINGS") && has_word("LINEAR_LEARNER") && has_word("RESPONSE_TYPE"));
}

/* A name of a table stands in the page in back quotes. */
static void need_in_page(const char *page, const char *name) {
  char quoted[128];
  snprintf(quoted, sizeof quoted, "`%s`", name);
  if (!strstr(page, quoted)) fail_msg("docs/create-model.md does not speak of %s", quoted);
}

static void need_list_in_page(const char *page, const char *list) {
  char word[64];
  for (int size; sscanf(list, "%63s%n", word, &size) == 1; list += size)
    need_in_page(page, word);
}

/* The row of a hyperparameter gives its default behind its name. */
static void need_default_in_page(const char *page, const struct ft_hyperparameter_rule *rule) {
  char start[64], cell[64];
  snprintf(start, sizeof start, "\n| `%s`", rule->name);
  snprintf(cell, sizeof cell, " | %s | ", rule->standard ? rule->standard : "–");
  const char *row = strstr(page, start);
  const char *found = row ? strstr(row, cell) : NULL;
  if (!found || found > strchr(row + 1, '\n'))
    fail_msg("docs/create-model.md does not give the default of %s", rule->name);
}

static void page_speaks_of_every_name_in_the_tables(void **state) {
  (void)state;
  char *page = read_file("docs/create-model.md");
  need_list_in_page(page, ft_clause_words);
  need_list_in_page(page, ft_setting_words);
  for (const struct ft_objective *row = ft_objective_table(); row->name; row++)
    need_in_page(page, row->shown);
  for (const struct ft_hyperparameter_rule *row = ft_hyperparameter_table(); row->name; row++)
    need_default_in_page(page, row);
  free(page);
}

static void examples_of_the_page_parse(void **state) {
  (void)state;
  char *page = read_file("docs/create-model.md");
  unsigned ours = 0;
  for (char *at = page, *end; (at = strstr(at, "```sql\n")); at = end) {
    struct ft_piece piece;
    size_t offset = 0;
    at += 7;
    end = strstr(at, "```");
    assert_non_null(end);
    while (ft_script_next((struct ft_span){ at, (size_t)(end - at) }, &offset, &piece)) {
      struct ft_arena arena;
      struct ft_statement statement;
      ft_arena_init(&arena, 1 << 20);
      assert_int_equal(ft_statement_parse(&statement, &arena, piece.text, NULL), FT_OK);
      ours += statement.kind != FT_STATEMENT_ENGINE;
      ft_arena_release(&arena);
    }
  }
  free(page);
  assert_true(ours >= 5);
}

static void many_arguments_and_models_are_kept_in_order(void **state) {
  (void)state;
  enum { NAMES = 1000 };
  struct ft_buffer text;
  struct ft_arena arena;
  struct ft_statement statement;
  ft_buffer_init(&text, 1 << 20);
  ft_buffer_print(&text, "GRANT EXECUTE ON MODEL m0");
  for (int i = 1; i < NAMES; i++)
    ft_buffer_print(&text, ", s.m%d", i);
  ft_buffer_print(&text, " TO bob");
  ft_arena_init(&arena, 1 << 20);
  assert_int_equal(ft_statement_parse(&statement, &arena, ft_buffer_view(&text), NULL), FT_OK);
  assert_int_equal(statement.models, NAMES);
  for (int i = 0; i < NAMES; i++) {
    char name[16];
    snprintf(name, sizeof name, "m%d", i);
    assert_true(ft_span_equal(statement.granted[i].name, ft_span_of(name)));
  }
  ft_arena_release(&arena);
  ft_buffer_release(&text);
}

static void functions_have_a_maximum_of_arguments(void **state) {
  (void)state;
  struct ft_buffer text;
  struct ft_arena arena;
  struct ft_statement statement;
  struct ft_error err = { 0 };
  ft_buffer_init(&text, 1 << 20);
  ft_buffer_print(&text, "CREATE MODEL m FROM 'job' FUNCTION f (int");
  for (int i = 0; i < FT_MODEL_MAX_FIELDS; i++)
    ft_buffer_print(&text, ", int");
  ft_buffer_print(&text, ") RETURNS int");
  ft_arena_init(&arena, 1 << 20);
  assert_int_equal(ft_statement_parse(&statement, &arena, ft_buffer_view(&text), &err), FT_LIMIT);
  ft_arena_release(&arena);
  ft_buffer_release(&text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_case_gives_its_tree),
    cmocka_unit_test(no_memory_is_an_error_and_nothing_else),
    cmocka_unit_test(every_beginning_of_a_statement_parses_or_fails),
    cmocka_unit_test(words_for_completion_hold_every_clause_and_setting),
    cmocka_unit_test(page_speaks_of_every_name_in_the_tables),
    cmocka_unit_test(examples_of_the_page_parse),
    cmocka_unit_test(many_arguments_and_models_are_kept_in_order),
    cmocka_unit_test(functions_have_a_maximum_of_arguments),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
