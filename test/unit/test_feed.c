/* Scripts as statements and dot commands, whole or bit by bit. */
#include "shell/feed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
/* after the four above, which it needs */
#include <cmocka.h>

static struct ft_error err;

static void expect(struct ft_feed *feed, enum ft_feed_kind kind, const char *text, size_t offset) {
  enum ft_feed_kind got;
  struct ft_piece piece;
  assert_int_equal(ft_feed_next(&got, &piece, feed, &err), FT_OK);
  assert_int_equal(got, kind);
  if (kind == FT_FEED_END) return;
  assert_int_equal(piece.text.size, strlen(text));
  assert_memory_equal(piece.text.data, text, piece.text.size);
  assert_int_equal(piece.offset, offset);
}

static struct ft_feed feed_of(const char *text) {
  struct ft_feed feed;
  assert_int_equal(ft_feed_text(&feed, ft_span_of(text), &err), FT_OK);
  return feed;
}

static void statements_and_dot_commands_come_in_order(void **state) {
  (void)state;
  struct ft_feed feed =
      feed_of("SELECT 1;\n  .tables \n-- it's\nSELECT '.x;';.read it's.sql\nSELECT 2");
  expect(&feed, FT_FEED_STATEMENT, "SELECT 1", 0);
  expect(&feed, FT_FEED_DOT, ".tables", 12);
  expect(&feed, FT_FEED_STATEMENT, "SELECT '.x;'", 29);
  expect(&feed, FT_FEED_DOT, ".read it's.sql", 42);
  expect(&feed, FT_FEED_STATEMENT, "SELECT 2", 57);
  expect(&feed, FT_FEED_END, "", 0);
  expect(&feed, FT_FEED_END, "", 0);
  ft_feed_close(&feed);
}

static void nothing_is_in_an_empty_script(void **state) {
  (void)state;
  static const char *const empty[] = { "", " \n", "-- x", "/* y */ ; ;\n", "\xEF\xBB\xBF" };
  for (size_t i = 0; i < sizeof empty / sizeof empty[0]; i++) {
    struct ft_feed feed = feed_of(empty[i]);
    expect(&feed, FT_FEED_END, "", 0);
    ft_feed_close(&feed);
  }
}

static void a_pipe_is_read_no_further_than_a_statement_needs(void **state) {
  (void)state;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  struct ft_feed feed = { .descriptor = ends[0] };
  ft_buffer_init(&feed.text, FT_FEED_MAX_BYTES);
  assert_int_equal(write(ends[1], "SELECT\n1;", 9), 9);
  expect(&feed, FT_FEED_STATEMENT, "SELECT\n1", 0);
  assert_int_equal(write(ends[1], "\n.timer on\n", 11), 11);
  expect(&feed, FT_FEED_DOT, ".timer on", 10);
  assert_int_equal(write(ends[1], "SELECT 2", 8), 8);
  close(ends[1]);
  expect(&feed, FT_FEED_STATEMENT, "SELECT 2", 20);
  expect(&feed, FT_FEED_END, "", 0);
  ft_feed_close(&feed);
}

static void a_silent_writer_is_not_waited_for(void **state) {
  (void)state;
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  struct ft_feed feed = { .descriptor = ends[0] };
  ft_buffer_init(&feed.text, FT_FEED_MAX_BYTES);
  assert_int_equal(write(ends[1], "SELECT 1; SELECT 2; SEL", 23), 23);
  expect(&feed, FT_FEED_STATEMENT, "SELECT 1", 0);
  assert_false(ft_feed_waits(&feed));
  expect(&feed, FT_FEED_STATEMENT, "SELECT 2", 10);
  assert_true(ft_feed_waits(&feed));
  close(ends[1]);
  assert_false(ft_feed_waits(&feed));
  expect(&feed, FT_FEED_STATEMENT, "SEL", 20);
  assert_false(ft_feed_waits(&feed));
  ft_feed_close(&feed);
}

static void a_file_that_is_none_is_an_error(void **state) {
  (void)state;
  struct ft_feed feed;
  assert_int_equal(ft_feed_open(&feed, "no/such/file.sql", &err), FT_IO);
  assert_non_null(strstr(err.message, "\"no/such/file.sql\""));
  assert_int_equal(ft_feed_open(&feed, "test", &err), FT_IO);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(statements_and_dot_commands_come_in_order),
    cmocka_unit_test(nothing_is_in_an_empty_script),
    cmocka_unit_test(a_pipe_is_read_no_further_than_a_statement_needs),
    cmocka_unit_test(a_silent_writer_is_not_waited_for),
    cmocka_unit_test(a_file_that_is_none_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
