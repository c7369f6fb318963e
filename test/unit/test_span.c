#include "foretell/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ft_span of(const char *text) {
  return ft_span_of(text);
}

static void equality_is_of_bytes(void **state) {
  (void)state;
  assert_true(ft_span_equal(of("plan"), FT_SPAN("plan")));
  assert_false(ft_span_equal(of("plan"), of("Plan")));
  assert_false(ft_span_equal(of("plan"), of("plans")));
  assert_true(ft_span_equal(of(NULL), of("")));
  assert_true(ft_span_equal((struct ft_span){ "a\0b", 3 }, (struct ft_span){ "a\0b", 3 }));
  assert_false(ft_span_equal((struct ft_span){ "a\0b", 3 }, (struct ft_span){ "a\0c", 3 }));
}

static void case_is_ignored_in_ascii_only(void **state) {
  (void)state;
  assert_true(ft_span_equal_nocase(of("CREATE"), of("create")));
  assert_false(ft_span_equal_nocase(of("É"), of("é")));
  assert_false(ft_span_equal_nocase(of("@"), of("`")));
  assert_true(ft_span_equal_nocase(of(NULL), of("")));
}

static void a_word_is_found_where_it_first_is(void **state) {
  (void)state;
  struct ft_span text = of("a plan and a plan");
  assert_ptr_equal(ft_span_find(text, of("plan")), text.data + 2);
  assert_null(ft_span_find(text, of("plans")));
  assert_null(ft_span_find(of("pla"), of("plan")));
  assert_null(ft_span_find(text, of("")));
  assert_null(ft_span_find(of(NULL), of("plan")));
}

static void order_is_bytes_then_length(void **state) {
  (void)state;
  assert_int_equal(ft_span_compare(of("a"), of("a")), 0);
  assert_int_equal(ft_span_compare(of("a"), of("b")), -1);
  assert_int_equal(ft_span_compare(of("b"), of("a")), 1);
  assert_int_equal(ft_span_compare(of("a"), of("ab")), -1);
  assert_int_equal(ft_span_compare(of("\xff"), of("a")), 1);
  assert_int_equal(ft_span_compare(of(NULL), of("")), 0);
  assert_int_equal(ft_span_compare(of(NULL), of("a")), -1);
}

static void trim_takes_white_space_off_both_ends(void **state) {
  (void)state;
  assert_true(ft_span_equal(ft_span_trim(of(" \t\r\n a b \v\f")), of("a b")));
  assert_int_equal(ft_span_trim(of(" \n ")).size, 0);
  assert_int_equal(ft_span_trim(of(NULL)).size, 0);
}

static void utf8_takes_every_well_formed_character(void **state) {
  (void)state;
  static const char *const good[] = { "",
                                      "abc",
                                      "\xc2\x80",
                                      "\xdf\xbf",
                                      "\xe0\xa0\x80",
                                      "\xed\x9f\xbf",
                                      "\xee\x80\x80",
                                      "\xef\xbf\xbf",
                                      "\xf0\x90\x80\x80",
                                      "\xf4\x8f\xbf\xbf",
                                      "Zoë 東京 😀" };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    assert_true(ft_span_is_utf8(of(good[i])));
  assert_true(ft_span_is_utf8((struct ft_span){ "a\0b", 3 }));
}

static void utf8_refuses_overlong_surrogate_and_cut_characters(void **state) {
  (void)state;
  static const char *const bad[] = { "\x80",
                                     "\xbf",
                                     "\xc0\x80",
                                     "\xc1\xbf",
                                     "\xc2",
                                     "\xc2 ",
                                     "\xe0\x9f\xbf",
                                     "\xed\xa0\x80",
                                     "\xed\xbf\xbf",
                                     "\xe2\x82",
                                     "\xe2\x82 ",
                                     "\xf0\x8f\xbf\xbf",
                                     "\xf4\x90\x80\x80",
                                     "\xf5\x80\x80\x80",
                                     "\xf0\x9f\x98",
                                     "\xf0\x9f\x98 ",
                                     "\xff",
                                     "abc\xe2(\xa1" };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    assert_false(ft_span_is_utf8(of(bad[i])));
}

/* At the end of its memory, so that a sanitizer sees a byte too many. */
static void utf8_reads_no_byte_behind_a_cut_character(void **state) {
  (void)state;
  char *end = malloc(1);
  assert_non_null(end);
  *end = (char)0xf0;
  assert_false(ft_span_is_utf8((struct ft_span){ end, 1 }));
  free(end);
}

static void distance_counts_edits(void **state) {
  (void)state;
  assert_int_equal(ft_span_distance(of("eta"), of("ETA"), 2), 0);
  assert_int_equal(ft_span_distance(of("kitten"), of("sitting"), 9), 3);
  assert_int_equal(ft_span_distance(of("max_dept"), of("max_depth"), 2), 1);
  assert_int_equal(ft_span_distance(of(""), of("abc"), 9), 3);
  assert_int_equal(ft_span_distance(of(NULL), of(NULL), 0), 0);
}

static void distance_stops_at_its_limit(void **state) {
  (void)state;
  assert_int_equal(ft_span_distance(of("kitten"), of("sitting"), 2), 3);
  assert_int_equal(ft_span_distance(of("a"), of("abcdef"), 2), 3);
  assert_int_equal(ft_span_distance(of("a"), of("b"), 0), 1);
}

static void distance_of_long_words_is_beyond_the_limit(void **state) {
  (void)state;
  char a[301], b[301];
  memset(a, 'a', sizeof a - 1);
  memset(b, 'b', sizeof b - 1);
  a[300] = b[300] = '\0';
  assert_int_equal(ft_span_distance(of(a), of(b), 400), 401);
  assert_int_equal(ft_span_distance(of(a), of(a), 2), 0);
  a[255] = b[255] = '\0';
  assert_int_equal(ft_span_distance(of(a), of(b), 400), 255);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(equality_is_of_bytes),
    cmocka_unit_test(case_is_ignored_in_ascii_only),
    cmocka_unit_test(a_word_is_found_where_it_first_is),
    cmocka_unit_test(order_is_bytes_then_length),
    cmocka_unit_test(trim_takes_white_space_off_both_ends),
    cmocka_unit_test(utf8_takes_every_well_formed_character),
    cmocka_unit_test(utf8_refuses_overlong_surrogate_and_cut_characters),
    cmocka_unit_test(utf8_reads_no_byte_behind_a_cut_character),
    cmocka_unit_test(distance_counts_edits),
    cmocka_unit_test(distance_stops_at_its_limit),
    cmocka_unit_test(distance_of_long_words_is_beyond_the_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
