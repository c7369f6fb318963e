/* Errors as the user sees them. */
#include "shell/failure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* after the four above, which it needs */
#include <cmocka.h>

#include "shell/width.h"

static char *print(const char *file, const char *script, const char *statement, const char *word) {
  char *text = NULL;
  size_t size = 0;
  struct ft_error err;
  (void)ft_fail(&err, FT_UNDEFINED_COLUMN, "column \"%s\" is not in the query", word);
  (void)ft_fail_hint(&err, "Did you mean \"churn\"?");
  size_t offset = (size_t)(strstr(script, statement) - script);
  const char *at = strstr(script + offset, word);
  if (at) err.position = (size_t)(at - script) - offset + 1;
  struct ft_failure failure = { &err, file, ft_span_of(script), offset, true, false, 60 };
  FILE *out = open_memstream(&text, &size);
  ft_failure_print(out, &failure);
  fclose(out);
  return text;
}

static void expect(const char *file, const char *script, const char *statement, const char *word,
                   const char *expected) {
  char *text = print(file, script, statement, word);
  assert_string_equal(text, expected);
  free(text);
}

static void an_error_shows_its_line_with_a_caret(void **state) {
  (void)state;
  expect(NULL, "CREATE MODEL m FROM t\nTARGET chrn FUNCTION f;", "CREATE", "chrn",
         "error 42703: column \"chrn\" is not in the query\n"
         "line 2, column 8:\n"
         "  TARGET chrn FUNCTION f;\n"
         "         ^\n"
         "hint: Did you mean \"churn\"?\n");
}

static void advice_is_broken_at_blanks(void **state) {
  (void)state;
  static const size_t width[] = { 30, 0 };
  static const char *const expected[] = {
    "hint: Leave DISTKEY out: it\n      has no effect here.\n",
    "hint: Leave DISTKEY out: it has no effect here.\n"
  };
  for (size_t i = 0; i < 2; i++) {
    char *text = NULL;
    size_t size = 0;
    struct ft_error err;
    (void)ft_fail(&err, FT_SYNTAX, "syntax error");
    (void)ft_fail_hint(&err, "Leave DISTKEY out: it has no effect here.");
    struct ft_failure failure = { .error = &err, .width = width[i] };
    FILE *out = open_memstream(&text, &size);
    ft_failure_print(out, &failure);
    fclose(out);
    assert_string_equal(strchr(text, '\n') + 1, expected[i]);
    free(text);
  }
}

static void lines_count_from_the_top_of_the_file(void **state) {
  (void)state;
  expect("train.sql", "SELECT 1;\r\n\r\n-- x\r\nSELECT chrn;\r\n", "SELECT chrn", "chrn",
         "error 42703: column \"chrn\" is not in the query\n"
         "train.sql, line 4, column 8:\n"
         "  SELECT chrn;\n"
         "         ^\n"
         "hint: Did you mean \"churn\"?\n");
}

static void tabs_and_wide_characters_keep_the_caret_in_place(void **state) {
  (void)state;
  expect(NULL, "SELECT '東京',\tchrn", "SELECT", "chrn",
         "error 42703: column \"chrn\" is not in the query\n"
         "line 1, column 14:\n"
         "  SELECT '東京',    chrn\n"
         "                    ^\n"
         "hint: Did you mean \"churn\"?\n");
}

static void a_long_line_is_shown_around_its_place(void **state) {
  (void)state;
  char script[4000] = "SELECT ";
  while (strlen(script) < 1800)
    strcat(script, "column_ä, ");
  strcat(script, "chrn, ");
  while (strlen(script) < 3600)
    strcat(script, "column_b, ");
  char *text = print(NULL, script, "SELECT", "chrn");
  char *line = strstr(text, ":\n  ") + 2, *caret = strchr(line, '\n') + 1;
  size_t before = strspn(caret, " ");
  size_t bytes = strcspn(line, "\n"), cells;
  assert_true(ft_width_of((struct ft_span){ line, bytes }) <= 60);
  size_t at = ft_width_fit((struct ft_span){ line, bytes }, before, &cells);
  assert_memory_equal(line + at, "chrn", 4);
  free(text);
}

static void an_error_without_a_place_names_the_statement_of_a_file(void **state) {
  (void)state;
  char *text = print("a.sql", "SELECT 1;\nSELECT 2", "SELECT 2", "nowhere");
  assert_non_null(strstr(text, "\na.sql, line 2\nhint:"));
  free(text);
  text = print(NULL, "SELECT 1;\nSELECT 2", "SELECT 2", "nowhere");
  assert_non_null(strstr(text, "\nline 2\nhint:"));
  free(text);
  text = print(NULL, "SELECT 2", "SELECT 2", "nowhere");
  assert_null(strstr(text, "line"));
  free(text);
}

static void a_place_at_the_very_end_is_shown(void **state) {
  (void)state;
  struct ft_error err;
  char *text = NULL;
  size_t size;
  (void)ft_fail(&err, FT_SYNTAX, "TARGET is missing");
  err.position = 1000;
  struct ft_failure failure = { &err, NULL, FT_SPAN("CREATE MODEL m\n"), 0, true, false, 0 };
  FILE *out = open_memstream(&text, &size);
  ft_failure_print(out, &failure);
  fclose(out);
  assert_string_equal(text, "error 42601: TARGET is missing\nline 2, column 1:\n  \n  ^\n");
  free(text);
}

static void control_characters_do_not_reach_the_terminal(void **state) {
  (void)state;
  char *text = print(NULL, "SELECT \033[2J chrn", "SELECT", "chrn");
  assert_null(strchr(text, '\033'));
  free(text);
  text = print(NULL, "SELECT 1", "SELECT", "\033[2J");
  assert_null(strchr(text, '\033'));
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_error_shows_its_line_with_a_caret),
    cmocka_unit_test(advice_is_broken_at_blanks),
    cmocka_unit_test(lines_count_from_the_top_of_the_file),
    cmocka_unit_test(tabs_and_wide_characters_keep_the_caret_in_place),
    cmocka_unit_test(a_long_line_is_shown_around_its_place),
    cmocka_unit_test(an_error_without_a_place_names_the_statement_of_a_file),
    cmocka_unit_test(a_place_at_the_very_end_is_shown),
    cmocka_unit_test(control_characters_do_not_reach_the_terminal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
