/* Commands in the words of other programs. */
#include "shell/synonym.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* after the four above, which it needs */
#include <cmocka.h>

static void expect(const char *line, const char *command) {
  struct ft_buffer out;
  ft_buffer_init(&out, 1 << 16);
  bool found = ft_synonym_find(&out, ft_span_of(line));
  ft_buffer_u8(&out, 0);
  assert_int_equal(found, command != NULL);
  assert_string_equal((const char *)out.data, command ? command : "");
  ft_buffer_release(&out);
}

static void the_words_of_other_shells_are_dot_commands(void **state) {
  (void)state;
  expect("help", ".help\n");
  expect(" HELP ; ", ".help\n");
  expect("quit;", ".quit\n");
  expect("exit", ".quit\n");
  expect("?", ".help\n");
  expect("\\q", ".quit\n");
  expect("\\?", ".help\n");
  expect("\\d", ".tables\n");
  expect("\\d customers", ".schema customers\n");
  expect("\\dt", ".tables\n");
  expect("\\i load.sql", ".read load.sql\n");
  expect("\\timing on", ".timer on\n");
}

static void other_lines_are_none(void **state) {
  (void)state;
  static const char *const line[] = {
    "", "helper", "help me", "SELECT help", "quit FROM t", "exit\nSELECT 1", "? + 1", ".help"
  };
  for (size_t i = 0; i < sizeof line / sizeof line[0]; i++) {
    expect(line[i], NULL);
    assert_false(ft_synonym_is_one(ft_span_of(line[i])));
  }
}

static void a_backslash_begins_no_statement(void **state) {
  (void)state;
  assert_true(ft_synonym_is_one(FT_SPAN(" \\nothing here")));
  expect("\\nothing here", NULL);
  expect("\\q now", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_words_of_other_shells_are_dot_commands),
    cmocka_unit_test(other_lines_are_none),
    cmocka_unit_test(a_backslash_begins_no_statement),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
