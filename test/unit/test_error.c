#include "foretell/error.h"

#include "foretell/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void fail_fills_the_record_and_returns_its_status(void **state) {
  (void)state;
  struct ft_error err;
  memset(&err, 0x55, sizeof err);
  assert_int_equal(ft_fail(&err, FT_DATA, "column \"%s\" is empty", "plan"), FT_DATA);
  assert_int_equal(err.status, FT_DATA);
  assert_string_equal(err.message, "column \"plan\" is empty");
  assert_string_equal(err.hint, "");
  assert_int_equal(err.position, 0);
}

static void hint_and_place_follow_a_failure(void **state) {
  (void)state;
  struct ft_error err;
  (void)ft_fail(&err, FT_SYNTAX, "syntax error");
  assert_int_equal(ft_fail_hint(&err, "Say %s.", "TARGET"), FT_SYNTAX);
  assert_int_equal(ft_fail_at(&err, 12), FT_SYNTAX);
  assert_string_equal(err.hint, "Say TARGET.");
  assert_int_equal(err.position, 12);
}

static void a_failure_may_quote_the_one_before_it(void **state) {
  (void)state;
  struct ft_error err;
  (void)ft_fail(&err, FT_IO, "disk is full");
  (void)ft_fail(&err, FT_TRAINER, "training failed: %s", err.message);
  assert_string_equal(err.message, "training failed: disk is full");
}

static void fail_allows_no_record(void **state) {
  (void)state;
  assert_int_equal(ft_fail(NULL, FT_NOMEM, "out"), FT_NOMEM);
  assert_int_not_equal(ft_fail_hint(NULL, "more"), FT_OK);
  assert_int_not_equal(ft_fail_at(NULL, 1), FT_OK);
}

/* Characters of 1 to 4 bytes, shifted so that the end falls on each of their bytes. */
static void a_long_message_is_cut_between_characters(void **state) {
  (void)state;
  static const char *const character[] = { "a", "é", "€", "😀" };
  for (size_t bytes = 1; bytes <= 4; bytes++)
    for (size_t shift = 0; shift < 4; shift++) {
      char text[2048] = "";
      memset(text, 'x', shift);
      for (size_t at = shift; at + bytes < sizeof text; at += bytes)
        memcpy(text + at, character[bytes - 1], bytes + 1);
      struct ft_error err;
      (void)ft_fail(&err, FT_DATA, "%s", text);
      size_t length = strlen(err.message);
      assert_true(ft_span_is_utf8(ft_span_of(err.message)));
      assert_true(length < sizeof err.message && length + bytes >= sizeof err.message);
      assert_memory_equal(err.message, text, length);
    }
}

static void a_message_of_stray_bytes_is_kept(void **state) {
  (void)state;
  char text[2048];
  memset(text, 0x80, sizeof text - 1);
  text[sizeof text - 1] = '\0';
  struct ft_error err;
  (void)ft_fail(&err, FT_DATA, "%s", text);
  assert_int_equal(strlen(err.message), sizeof err.message - 1);
}

static void every_status_has_a_name_that_finds_it(void **state) {
  (void)state;
  for (int status = 0; status < FT_STATUS_COUNT; status++) {
    const char *name = ft_status_name((enum ft_status)status);
    assert_int_equal(ft_status_by_name(name), status);
    assert_int_equal(strlen(ft_status_sqlstate((enum ft_status)status)), 5);
    assert_true(strlen(ft_status_text((enum ft_status)status)) > 0);
  }
  assert_string_equal(ft_status_sqlstate(FT_UNSUPPORTED), "0A000");
}

static void an_unknown_status_is_internal(void **state) {
  (void)state;
  assert_int_equal(ft_status_by_name("invalid"), FT_INTERNAL);
  assert_int_equal(ft_status_by_name(""), FT_INTERNAL);
  assert_int_equal(ft_status_by_name(NULL), FT_INTERNAL);
  assert_string_equal(ft_status_name((enum ft_status)999), "INTERNAL");
  assert_string_equal(ft_status_name((enum ft_status) - 1), "INTERNAL");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fail_fills_the_record_and_returns_its_status),
    cmocka_unit_test(hint_and_place_follow_a_failure),
    cmocka_unit_test(a_failure_may_quote_the_one_before_it),
    cmocka_unit_test(fail_allows_no_record),
    cmocka_unit_test(a_long_message_is_cut_between_characters),
    cmocka_unit_test(a_message_of_stray_bytes_is_kept),
    cmocka_unit_test(every_status_has_a_name_that_finds_it),
    cmocka_unit_test(an_unknown_status_is_internal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
