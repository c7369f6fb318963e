/* Rows in every format. */
#include "shell/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* after the four above, which it needs */
#include <cmocka.h>

static const struct ft_heading headings[] = { { "name", false }, { "n", true } };
static const struct ft_render_limits no_limits = { .footer = true };

/* Render `rows` rows of `columns` cells (NULL: SQL's NULL); the text is the caller's to free. */
static char *render(const char *format, const struct ft_heading *heading, size_t columns,
                    const char *const *cell, size_t rows, const struct ft_render_limits *limits) {
  char *text = NULL;
  size_t size = 0;
  struct ft_render out;
  struct ft_error err;
  struct ft_span row[32];
  FILE *file = open_memstream(&text, &size);
  assert_int_equal(ft_render_begin(&out, ft_format_by_name(ft_span_of(format)), file, heading,
                                   columns, limits, &err),
                   FT_OK);
  for (size_t r = 0; r < rows; r++) {
    for (size_t c = 0; c < columns; c++) {
      const char *value = cell[r * columns + c];
      row[c] = value ? ft_span_of(value) : (struct ft_span){ NULL, 0 };
    }
    assert_int_equal(ft_render_row(&out, row, &err), FT_OK);
  }
  assert_int_equal(ft_render_end(&out, &err), FT_OK);
  ft_render_release(&out);
  fclose(file);
  return text;
}

static void expect(const char *format, const char *const *cell, size_t rows,
                   const struct ft_render_limits *limits, const char *expected) {
  char *text = render(format, headings, 2, cell, rows, limits);
  assert_string_equal(text, expected);
  free(text);
}

static void csv_quotes_what_needs_it_and_tells_null_from_empty(void **state) {
  (void)state;
  const char *cell[] = { "a,b", "1", "say \"hi\"", NULL, "", "2", "two\nlines", "3", NULL, "4" };
  expect("csv", cell, 5, &no_limits,
         "name,n\n\"a,b\",1\n\"say \"\"hi\"\"\",\n\"\",2\n\"two\nlines\",3\n,4\n");
}

static void json_is_an_array_of_objects(void **state) {
  (void)state;
  const char *cell[] = { "\"a\"", "1", NULL, "9007199254740993" };
  expect("json", cell, 2, &no_limits,
         "[{\"name\":\"a\",\"n\":1},\n {\"name\":null,\"n\":9007199254740993}]\n");
  expect("json", NULL, 0, &no_limits, "[]\n");
}

static void jsonlines_is_an_object_a_line(void **state) {
  (void)state;
  const char *cell[] = { "\"a\"", "1", "\"b\"", NULL };
  expect("jsonlines", cell, 2, &no_limits,
         "{\"name\":\"a\",\"n\":1}\n{\"name\":\"b\",\"n\":null}\n");
  expect("jsonlines", NULL, 0, &no_limits, "");
}

static void json_keys_are_unique(void **state) {
  (void)state;
  const struct ft_heading twice[] = { { "x", false }, { "x", false }, { "x_1", false } };
  const char *cell[] = { "1", "2", "3" };
  char *text = render("jsonlines", twice, 3, cell, 1, &no_limits);
  assert_string_equal(text, "{\"x\":1,\"x_1\":2,\"x_1_1\":3}\n");
  free(text);
}

static void json_strings_are_escaped(void **state) {
  (void)state;
  struct ft_buffer out;
  ft_buffer_init(&out, 1000);
  ft_json_quote(&out, FT_SPAN("a\"\\\n\t\x01\x7F\xFFü"));
  ft_buffer_u8(&out, 0);
  assert_string_equal((char *)out.data, "\"a\\\"\\\\\\n\\t\\u0001\\u007f\xEF\xBF\xBDü\"");
  ft_buffer_release(&out);
}

static void markdown_escapes_what_ends_a_cell(void **state) {
  (void)state;
  const char *cell[] = { "a|b", "1", "two\r\nlines", NULL };
  expect("markdown", cell, 2, &no_limits,
         "| name | n |\n| --- | ---: |\n| a\\|b | 1 |\n| two<br>lines | NULL |\n");
}

static void table_aligns_wide_characters_and_numbers(void **state) {
  (void)state;
  const char *cell[] = { "東京", "7", "Zürich", "1200", NULL, NULL };
  expect("table", cell, 3, &no_limits,
         "┌────────┬──────┐\n"
         "│ name   │    n │\n"
         "├────────┼──────┤\n"
         "│ 東京   │    7 │\n"
         "│ Zürich │ 1200 │\n"
         "│ NULL   │ NULL │\n"
         "└────────┴──────┘\n"
         "3 rows\n");
}

static void table_shows_first_and_last_rows_of_a_long_result(void **state) {
  (void)state;
  const char *cell[] = { "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6", "g", "7" };
  struct ft_render_limits limits = { .rows = 3, .ascii = true };
  expect("table", cell, 7, &limits,
         "+------+---+\n| name | n |\n+------+---+\n| a    | 1 |\n| b    | 2 |\n| :    | : |\n"
         "| g    | 7 |\n+------+---+\n7 rows, 4 not shown (.rows to change)\n");
  limits.rows = 7;
  char *text = render("table", headings, 2, cell, 7, &limits);
  assert_null(strstr(text, ":"));
  assert_non_null(strstr(text, "| d    | 4 |\n| e    | 5 |"));
  free(text);
}

static void table_cuts_long_texts_to_the_terminal(void **state) {
  (void)state;
  const char *cell[] = { "the quick brown fox jumps", "12345678" };
  struct ft_render_limits limits = { .width = 30 };
  expect("table", cell, 1, &limits,
         "┌─────────────────┬──────────┐\n"
         "│ name            │        n │\n"
         "├─────────────────┼──────────┤\n"
         "│ the quick brow… │ 12345678 │\n"
         "└─────────────────┴──────────┘\n");
}

static void table_hides_columns_from_the_middle(void **state) {
  (void)state;
  struct ft_heading wide[12];
  const char *cell[12];
  for (size_t c = 0; c < 12; c++) {
    wide[c] = (struct ft_heading){ c == 0 ? "first" : c == 11 ? "last" : "middle", false };
    cell[c] = "0123456789";
  }
  struct ft_render_limits limits = { .width = 50 };
  char *text = render("table", wide, 12, cell, 1, &limits);
  assert_non_null(strstr(text, "first"));
  assert_non_null(strstr(text, "last"));
  assert_non_null(strstr(text, "│ … │"));
  assert_non_null(strstr(text, "of 12 columns not shown (.mode lines shows all)"));
  free(text);
}

static void table_keeps_lines_of_a_value_in_its_column(void **state) {
  (void)state;
  const char *cell[] = { "SELECT *\n  FROM t\n", "1" };
  struct ft_render_limits limits = { .ascii = true };
  expect("table", cell, 1, &limits,
         "+----------+---+\n| name     | n |\n+----------+---+\n| SELECT * | 1 |\n"
         "|   FROM t |   |\n+----------+---+\n");
}

static void lines_have_a_column_each(void **state) {
  (void)state;
  struct ft_render_limits few = { .rows = 1, .footer = true };
  const char *cell[] = { "two\nlines", "1", NULL, "\033[2J" };
  expect("lines", cell, 2, &no_limits,
         "name = two\n       lines\n   n = 1\n\nname = NULL\n   n = \\x1b[2J\n\n2 rows\n");
  expect("lines", cell, 2, &few,
         "name = two\n       lines\n   n = 1\n\n2 rows, 1 not shown (.rows to change)\n");
  expect("lines", NULL, 0, &no_limits, "0 rows\n");
}

static void table_lets_no_escape_sequence_through(void **state) {
  (void)state;
  const char *cell[] = { "\033[2Jx\x9B\xE2\x80\xAEy", "1\r" };
  char *text = render("table", headings, 2, cell, 1, &no_limits);
  assert_null(strchr(text, '\033'));
  assert_null(strchr(text, '\r'));
  assert_non_null(strstr(text, "\\x1b[2Jx\xEF\xBF\xBD\\u202ey"));
  free(text);
}

static void expect_wrapped(const char *text, size_t width, const char *expected) {
  struct ft_buffer out;
  ft_buffer_init(&out, 1000);
  ft_text_wrap(&out, ft_span_of(text), width);
  ft_buffer_u8(&out, 0);
  assert_string_equal((char *)out.data, expected);
  ft_buffer_release(&out);
}

static void long_texts_are_wrapped_at_blanks(void **state) {
  (void)state;
  expect_wrapped("one two three", 7, "one two\nthree");
  expect_wrapped("one  two", 5, "one\ntwo");
  expect_wrapped("  a b\n  c", 10, "  a b\n  c");
  expect_wrapped("0123456789 a", 4, "0123456789\na");
  expect_wrapped("東京 東京", 8, "東京\n東京");
  expect_wrapped("", 8, "");
}

static void a_full_disk_is_an_error(void **state) {
  (void)state;
  struct ft_render out;
  struct ft_error err;
  struct ft_span row[2] = { FT_SPAN("a"), FT_SPAN("1") };
  FILE *full = fopen("/dev/full", "w");
  if (!full) skip();
  setvbuf(full, NULL, _IONBF, 0);
  enum ft_status status =
      ft_render_begin(&out, ft_format_by_name(FT_SPAN("csv")), full, headings, 2, &no_limits, &err);
  if (status == FT_OK) status = ft_render_row(&out, row, &err);
  assert_int_equal(status, FT_IO);
  ft_render_release(&out);
  fclose(full);
}

static void counts_have_thousands_parted(void **state) {
  (void)state;
  char text[32];
  assert_string_equal(ft_count_text(0, text), "0");
  assert_string_equal(ft_count_text(999, text), "999");
  assert_string_equal(ft_count_text(1234567, text), "1,234,567");
  assert_string_equal(ft_count_text(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(csv_quotes_what_needs_it_and_tells_null_from_empty),
    cmocka_unit_test(json_is_an_array_of_objects),
    cmocka_unit_test(jsonlines_is_an_object_a_line),
    cmocka_unit_test(json_keys_are_unique),
    cmocka_unit_test(json_strings_are_escaped),
    cmocka_unit_test(markdown_escapes_what_ends_a_cell),
    cmocka_unit_test(table_aligns_wide_characters_and_numbers),
    cmocka_unit_test(table_shows_first_and_last_rows_of_a_long_result),
    cmocka_unit_test(table_cuts_long_texts_to_the_terminal),
    cmocka_unit_test(table_hides_columns_from_the_middle),
    cmocka_unit_test(table_keeps_lines_of_a_value_in_its_column),
    cmocka_unit_test(lines_have_a_column_each),
    cmocka_unit_test(table_lets_no_escape_sequence_through),
    cmocka_unit_test(long_texts_are_wrapped_at_blanks),
    cmocka_unit_test(a_full_disk_is_an_error),
    cmocka_unit_test(counts_have_thousands_parted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
