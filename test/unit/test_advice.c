/* What to type instead of another database's words. */
#include "core/sql/advice.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* after the four above, which it needs */
#include <cmocka.h>

static struct ft_error err;

/* The failure of a statement at the first occurrence of a word (NULL: no place), made better. */
static void advise(enum ft_dialect dialect, enum ft_status status, const char *text,
                   const char *place) {
  (void)ft_fail(&err, status, "as the engine says");
  (void)ft_fail_hint(&err, "Did you mean something else?");
  size_t position = place ? (size_t)(strstr(text, place) - text) + 1 : 0;
  (void)ft_fail_at(&err, position);
  enum ft_status given = ft_advice_give(&err, dialect, ft_span_of(text), position);
  assert_int_equal(given, err.status);
  assert_int_equal(err.position, position);
}

static void expect(enum ft_status status, const char *text, const char *place, const char *hint) {
  advise(FT_DIALECT_DUCKDB, status, text, place);
  assert_string_equal(err.hint, hint);
}

#define KEPT "Did you mean something else?"

static void rows_are_complete(void **state) {
  (void)state;
  for (const struct ft_advice *row = ft_advice_table; row->words; row++) {
    assert_true(row->hint[FT_DIALECT_DUCKDB] || row->hint[FT_DIALECT_POSTGRESQL]);
    for (size_t d = 0; d < FT_DIALECTS; d++) {
      size_t size = row->hint[d] ? strlen(row->hint[d]) : 0;
      if (size == 0) continue;
      assert_true(size < sizeof err.hint);
      assert_true(row->hint[d][size - 1] == '.' || row->hint[d][size - 1] == '?');
    }
    for (const char *c = row->words; row->place != FT_ADVICE_MESSAGE && *c; c++)
      assert_false(islower((unsigned char)*c));
    assert_true(!row->message || !isupper((unsigned char)row->message[0]) ||
                isupper((unsigned char)row->message[1]));
  }
}

static void a_function_is_found_at_its_place(void **state) {
  (void)state;
  expect(FT_UNDEFINED_FUNCTION, "SELECT 'NVL(', nvl (a, 0) FROM t", "nvl",
         "Write coalesce(a, b) instead.");
  expect(FT_UNDEFINED_FUNCTION, "SELECT nvl(1, 2), other(3)", "other", KEPT);
  expect(FT_UNDEFINED_FUNCTION, "SELECT nvl FROM t", "nvl", KEPT);
  expect(FT_UNDEFINED_COLUMN, "SELECT nvl(a, 0) FROM t", "a,", KEPT);
  expect(FT_UNDEFINED_FUNCTION, "SELECT \"nvl\"(a, 0)", "\"nvl\"", KEPT);
}

static void a_bare_unit_is_found_as_a_column(void **state) {
  (void)state;
  expect(FT_UNDEFINED_COLUMN, "SELECT dateadd(day, 1, d)", "day",
         "Write d + interval '1 day' instead.");
  expect(FT_UNDEFINED_COLUMN, "SELECT dateadd('day', missing, d)", "missing", KEPT);
}

static void what_comes_later_says_so(void **state) {
  (void)state;
  advise(FT_DIALECT_POSTGRESQL, FT_UNDEFINED_COLUMN, "SELECT forecast(m)", "m)");
  assert_int_equal(err.status, FT_UNSUPPORTED);
  assert_string_equal(err.message, "FORECAST is not there yet");
  advise(FT_DIALECT_DUCKDB, FT_UNDEFINED_FUNCTION, "SELECT EXPLAIN_MODEL('m')", "EXPLAIN");
  assert_int_equal(err.status, FT_UNSUPPORTED);
}

static void a_syntax_error_looks_two_tokens_back(void **state) {
  (void)state;
  const char *limit = "Write LIMIT n at the end of the query instead.";
  expect(FT_SYNTAX, "SELECT TOP 5 * FROM t", "5", limit);
  expect(FT_SYNTAX, "SELECT top, a, b c d FROM t", "d", KEPT);
  expect(FT_UNDEFINED_TABLE, "SELECT top FROM missing", "missing", KEPT);
}

static void a_statement_is_known_by_its_begin(void **state) {
  (void)state;
  advise(FT_DIALECT_DUCKDB, FT_UNDEFINED_TABLE, "/* all */ show Models", "Models");
  assert_int_equal(err.status, FT_SYNTAX);
  assert_string_equal(err.message, "there is no statement SHOW MODELS");
  expect(FT_UNDEFINED_TABLE, "SELECT * FROM show, models", "show", KEPT);
  expect(FT_CANCELLED, "CALL p()", NULL, KEPT);
}

static void dialects_differ(void **state) {
  (void)state;
  advise(FT_DIALECT_POSTGRESQL, FT_UNDEFINED_FUNCTION, "SELECT to_char(1)", "to_char");
  assert_string_equal(err.hint, KEPT);
  advise(FT_DIALECT_POSTGRESQL, FT_UNDEFINED_OBJECT, "CREATE TABLE x (a super)", "super");
  assert_string_equal(err.hint, "Write jsonb instead.");
}

static void a_check_finds_what_comes_later(void **state) {
  (void)state;
  struct ft_error found = { 0 };
  assert_int_equal(ft_advice_check(FT_SPAN("SELECT 'FORECAST(m)', forecast, f(x)"), &found), FT_OK);
  assert_int_equal(ft_advice_check(FT_SPAN("SELECT 1, Explain_Model('m')"), &found),
                   FT_UNSUPPORTED);
  assert_int_equal(found.position, 11);
  assert_int_equal(ft_advice_check(FT_SPAN(""), &found), FT_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(rows_are_complete),
    cmocka_unit_test(a_function_is_found_at_its_place),
    cmocka_unit_test(a_bare_unit_is_found_as_a_column),
    cmocka_unit_test(what_comes_later_says_so),
    cmocka_unit_test(a_syntax_error_looks_two_tokens_back),
    cmocka_unit_test(a_statement_is_known_by_its_begin),
    cmocka_unit_test(dialects_differ),
    cmocka_unit_test(a_check_finds_what_comes_later),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
