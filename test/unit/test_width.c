/* Display widths, against Unicode's own tables (test/reference/width.py). */
#include "shell/width.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* after the four above, which it needs */
#include <cmocka.h>

static size_t width_of(const char *text) {
  return ft_width_of(ft_span_of(text));
}

static void codes_have_the_width_that_unicode_says(void **state) {
  (void)state;
  FILE *file = fopen("test/reference/width.csv", "r");
  char line[64];
  unsigned code, width, count = 0;
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  while (fgets(line, sizeof line, file)) {
    assert_int_equal(sscanf(line, "%u,%u", &code, &width), 2);
    if (ft_width_of_code(code) != width) fail_msg("U+%04X is %u wide", code, width);
    count++;
  }
  fclose(file);
  assert_in_range(count, 2000, 3000);
}

static void texts_add_up_their_characters(void **state) {
  (void)state;
  assert_int_equal(width_of(""), 0);
  assert_int_equal(width_of("Zürich"), 6);
  assert_int_equal(width_of("Zu\xCC\x88rich"), 6); /* u and a combining diaeresis */
  assert_int_equal(width_of("東京都"), 6);
  assert_int_equal(width_of("한국"), 4);
  assert_int_equal(width_of("ｆｕｌｌ"), 8);
}

static void a_picture_of_several_characters_is_two_cells(void **state) {
  (void)state;
  assert_int_equal(width_of("😀"), 2);
  assert_int_equal(width_of("👍🏽"), 2);           /* a skin tone */
  assert_int_equal(width_of("👨‍👩‍👧"), 2); /* joined */
  assert_int_equal(width_of("🇩🇪"), 2);                 /* a flag */
  assert_int_equal(width_of("🇩🇪🇫🇷"), 4);               /* two flags */
  assert_int_equal(width_of("❤️"), 2);             /* a heart in colour */
  assert_int_equal(width_of("1️⃣"), 2);            /* a key */
}

static void a_byte_that_is_not_utf8_is_one_cell(void **state) {
  (void)state;
  assert_int_equal(width_of("\xFF\xFE"), 2);
  assert_int_equal(width_of("\xC0\xAF"), 2);         /* an overlong slash */
  assert_int_equal(width_of("\xED\xA0\x80"), 3);     /* half a surrogate pair */
  assert_int_equal(width_of("a\xE2\x82"), 3);        /* cut short */
  assert_int_equal(width_of("\xF4\x90\x80\x80"), 4); /* beyond U+10FFFF */
}

static void fit_stops_before_the_character_that_does_not_fit(void **state) {
  (void)state;
  size_t width;
  assert_int_equal(ft_width_fit(ft_span_of("東京都"), 5, &width), 6);
  assert_int_equal(width, 4);
  assert_int_equal(ft_width_fit(ft_span_of("abc"), 0, &width), 0);
  assert_int_equal(width, 0);
  assert_int_equal(ft_width_fit(ft_span_of("e\xCC\x81x"), 1, &width), 3);
  assert_int_equal(width, 1);
}

static void characters_are_counted_not_bytes(void **state) {
  (void)state;
  assert_int_equal(ft_width_characters(ft_span_of("äöü x"), 6), 3);
  assert_int_equal(ft_width_characters(ft_span_of("abc"), 99), 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(codes_have_the_width_that_unicode_says),
    cmocka_unit_test(texts_add_up_their_characters),
    cmocka_unit_test(a_picture_of_several_characters_is_two_cells),
    cmocka_unit_test(a_byte_that_is_not_utf8_is_one_cell),
    cmocka_unit_test(fit_stops_before_the_character_that_does_not_fit),
    cmocka_unit_test(characters_are_counted_not_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
