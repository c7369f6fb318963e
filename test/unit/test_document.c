/* JSON, UBJSON and decimal numbers: what is read, and what is refused. */
#include "core/import/document/document.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/import/document/decimal.h"
#include "foretell/random.h"

static struct ft_arena arena;
static struct ft_error err;

static int open_arena(void **state) {
  (void)state;
  ft_arena_init(&arena, (size_t)1 << 26);
  return 0;
}

static int close_arena(void **state) {
  (void)state;
  ft_arena_release(&arena);
  return 0;
}

static struct ft_element json(const char *text) {
  struct ft_element element;
  assert_int_equal(ft_json_read(&element, &arena, ft_span_of(text), &err), FT_OK);
  return element;
}

static void decimals_are_those_of_strtod(void **state) {
  (void)state;
  struct ft_random random = ft_random_seeded(5);
  char text[64];
  for (int i = 0; i < 200000; i++) {
    uint64_t bits = ft_random_next(&random);
    double value, got = 0;
    float narrow;
    memcpy(&value, &bits, sizeof value);
    uint32_t half = (uint32_t)bits;
    memcpy(&narrow, &half, sizeof narrow);
    if (isnan(value) || isnan(narrow)) continue;
    if (i % 2)
      snprintf(text, sizeof text, "%.17g", value);
    else
      snprintf(text, sizeof text, "%.*G", i % 9 + 1, (double)narrow);
    assert_true(ft_decimal_whole(&got, ft_span_of(text)));
    double expected = strtod(text, NULL);
    assert_memory_equal(&got, &expected, sizeof got);
  }
}

static void words_that_are_no_decimals_are_refused(void **state) {
  (void)state;
  static const char *const texts[] = {
    "", "-", ".", "e5", "1e", "0x10", "1 2", "--1", "nanx", "1,5"
  };
  double got;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    assert_false(ft_decimal_whole(&got, ft_span_of(texts[i])));
  assert_true(ft_decimal_whole(&got, FT_SPAN(" -Infinity ")));
  assert_true(got == -INFINITY);
  assert_true(ft_decimal_whole(&got, FT_SPAN("nan")) && isnan(got));
}

static void a_list_of_numbers_is_packed(void **state) {
  (void)state;
  struct ft_element list = json("[1, -2.5e3, true, false, NaN]");
  assert_int_equal(list.kind, FT_ELEMENT_NUMBERS);
  assert_int_equal(ft_element_count(&list), 5);
  assert_true(ft_element_number(&list, 1) == -2500);
  assert_true(ft_element_number(&list, 2) == 1);
  assert_true(isnan(ft_element_number(&list, 4)) && isnan(ft_element_number(&list, 5)));
  assert_int_equal(ft_element_index(&list, 0), 1);
  assert_true(ft_element_index(&list, 1) == SIZE_MAX);
}

static void a_mixed_list_keeps_its_numbers(void **state) {
  (void)state;
  struct ft_element list = json("[1, 2, \"x\", null, [3], 4]");
  assert_int_equal(list.kind, FT_ELEMENT_LIST);
  assert_true(ft_element_number(&list, 1) == 2 && ft_element_number(&list, 5) == 4);
  assert_true(isnan(ft_element_number(&list, 2)));
  assert_true(ft_span_equal(ft_element_text(ft_element_item(&list, 2)), FT_SPAN("x")));
  assert_true(ft_element_number(ft_element_item(&list, 4), 0) == 3);
}

static void members_are_found_along_a_path(void **state) {
  (void)state;
  struct ft_element whole = json("{\"a\": {\"b\": {\"c\": \"7\"}, \"\\u00e9\\ud83d\\ude00\": 1}}");
  assert_true(ft_element_real(ft_element_find(&whole, "a.b.c"), 0) == 7);
  assert_null(ft_element_find(&whole, "a.c.b"));
  assert_non_null(ft_element_find(&whole, "a.é😀"));
}

static void broken_json_is_refused(void **state) {
  (void)state;
  static const char *const texts[] = { "",          "{",           "[1,",        "[1 2]",
                                       "{\"a\" 1}", "{\"a\":1,}",  "{a:1}",      "\"\\x\"",
                                       "\"abc",     "\"\\u12\"",   "tru",        "1 2",
                                       "[1]]",      "\"\\ud800\"", "\"\xff\"",   "\"a\nb\"",
                                       "\"\\",      "{\"a\":}",    "\"\\udc00\"" };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct ft_element element;
    assert_int_equal(ft_json_read(&element, &arena, ft_span_of(texts[i]), &err), FT_CORRUPT);
  }
}

static void nesting_has_an_end(void **state) {
  (void)state;
  char deep[FT_DOCUMENT_MAX_DEPTH + 1];
  struct ft_element element;
  memset(deep, '[', sizeof deep);
  struct ft_span bytes = { deep, sizeof deep };
  assert_int_equal(ft_json_read(&element, &arena, bytes, &err), FT_CORRUPT);
  assert_non_null(strstr(err.message, "nested"));
  assert_int_equal(ft_ubjson_read(&element, &arena, bytes, &err), FT_CORRUPT);
}

static void ubjson_is_read_where_it_stands(void **state) {
  (void)state;
  static const char bytes[] = "{U\x01"
                              "a[$d#U\x02\x3f\x80\x00\x00\xc0\x00\x00\x00U\x01"
                              "bSU\x02hiU\x01"
                              "c[#U\x02TSU\x01xU\x01"
                              "dI\xff\xfe}";
  struct ft_element whole;
  struct ft_span all = { bytes, sizeof bytes - 1 };
  assert_int_equal(ft_ubjson_read(&whole, &arena, all, &err), FT_OK);
  const struct ft_element *list = ft_element_get(&whole, "a");
  assert_ptr_equal(list->of.number, bytes + 10);
  assert_true(ft_element_number(list, 0) == 1 && ft_element_number(list, 1) == -2);
  assert_true(ft_span_equal(ft_element_text(ft_element_get(&whole, "b")), FT_SPAN("hi")));
  assert_true(ft_element_number(ft_element_get(&whole, "c"), 0) == 1);
  assert_true(ft_element_real(ft_element_get(&whole, "d"), 0) == -2);
  for (size_t size = 0; size < all.size; size++)
    assert_int_equal(ft_ubjson_read(&whole, &arena, (struct ft_span){ bytes, size }, &err),
                     FT_CORRUPT);
}

static void claims_of_ubjson_are_checked(void **state) {
  (void)state;
  static const struct ft_span claims[] = {
    { "[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff", 13 },
    { "[#l\x7f\xff\xff\xff", 7 },
    { "SL\x7f\xff\xff\xff\xff\xff\xff\xff", 10 },
    { "[$Z#U\x05", 6 },
    { "[$[#U\x01]", 7 },
    { "[#i\xff", 4 },
    { "[#d\x3f\x80\x00\x00T", 8 },
    { "SU\x01\xff", 4 },
    { "{S", 2 },
    { "TT", 2 },
    { "H", 1 },
  };
  for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
    struct ft_element element;
    assert_int_equal(ft_ubjson_read(&element, &arena, claims[i], &err), FT_CORRUPT);
  }
}

static void reading_survives_every_failed_allocation(void **state) {
  (void)state;
  static const char text[] = "{\"a\":[1,2,\"b\\n\",{\"c\":[]}],\"d\":{}}";
  enum ft_status status = FT_NOMEM;
  for (size_t allowed = 0; status != FT_OK; allowed++) {
    struct ft_element element;
    ft_arena_allow(allowed);
    status = ft_json_read(&element, &arena, ft_span_of(text), &err);
    ft_arena_allow(SIZE_MAX);
    assert_true(status == FT_OK || status == FT_NOMEM);
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
  const struct CMUnitTest tests[] = {
    TEST(decimals_are_those_of_strtod),
    TEST(words_that_are_no_decimals_are_refused),
    TEST(a_list_of_numbers_is_packed),
    TEST(a_mixed_list_keeps_its_numbers),
    TEST(members_are_found_along_a_path),
    TEST(broken_json_is_refused),
    TEST(nesting_has_an_end),
    TEST(ubjson_is_read_where_it_stands),
    TEST(claims_of_ubjson_are_checked),
    TEST(reading_survives_every_failed_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
