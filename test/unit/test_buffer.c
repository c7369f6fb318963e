#include "foretell/buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void numbers_are_little_endian(void **state) {
  (void)state;
  static const uint8_t expected[] = { 1,  3,  2, 7, 6,    5, 4,    15,   14, 13,  12,
                                      11, 10, 9, 8, 0,    0, 0x80, 0xbf, 0,  0,   0,
                                      0,  0,  0, 0, 0x40, 2, 0,    0,    0,  'a', 'b' };
  struct ft_buffer buffer;
  ft_buffer_init(&buffer, 1000);
  ft_buffer_u8(&buffer, 1);
  ft_buffer_u16(&buffer, 0x0203);
  ft_buffer_u32(&buffer, 0x04050607);
  ft_buffer_u64(&buffer, 0x08090a0b0c0d0e0f);
  ft_buffer_f32(&buffer, -1.0f);
  ft_buffer_f64(&buffer, 2.0);
  ft_buffer_string(&buffer, FT_SPAN("ab"));
  assert_int_equal(buffer.size, sizeof expected);
  assert_memory_equal(buffer.data, expected, sizeof expected);
  ft_buffer_release(&buffer);
}

static void what_is_written_is_read(void **state) {
  (void)state;
  struct ft_buffer buffer;
  struct ft_error err;
  ft_buffer_init(&buffer, 1000);
  ft_buffer_u8(&buffer, 255);
  ft_buffer_u16(&buffer, 65535);
  ft_buffer_u32(&buffer, UINT32_MAX);
  ft_buffer_u64(&buffer, UINT64_MAX);
  ft_buffer_f32(&buffer, 0.1f);
  ft_buffer_f64(&buffer, -0.1);
  ft_buffer_string(&buffer, FT_SPAN("Zoë"));
  ft_buffer_print(&buffer, "%d%%", 99);
  struct ft_reader reader = ft_reader_of(ft_buffer_view(&buffer));
  assert_int_equal(ft_reader_u8(&reader), 255);
  assert_int_equal(ft_reader_u16(&reader), 65535);
  assert_int_equal(ft_reader_u32(&reader), UINT32_MAX);
  assert_true(ft_reader_u64(&reader) == UINT64_MAX);
  assert_true(ft_reader_f32(&reader) == 0.1f);
  assert_true(ft_reader_f64(&reader) == -0.1);
  assert_true(ft_span_equal(ft_reader_string(&reader), FT_SPAN("Zoë")));
  assert_true(ft_span_equal(ft_reader_bytes(&reader, 3), FT_SPAN("99%")));
  assert_int_equal(ft_reader_check(&reader, true, "the text", &err), FT_OK);
  ft_buffer_release(&buffer);
}

static void the_maximum_is_reached_but_not_passed(void **state) {
  (void)state;
  struct ft_buffer buffer;
  struct ft_error err;
  ft_buffer_init(&buffer, 1000);
  for (int i = 0; i < 100; i++)
    ft_buffer_append(&buffer, "0123456789", 10);
  assert_int_equal(ft_buffer_check(&buffer, "the text", &err), FT_OK);
  assert_int_equal(buffer.size, 1000);
  ft_buffer_u8(&buffer, 1);
  assert_int_equal(buffer.size, 1000);
  assert_int_equal(ft_buffer_check(&buffer, "the text", &err), FT_NOMEM);
  assert_string_equal(err.message, "the text is larger than 1000 bytes");
  ft_buffer_release(&buffer);
}

static void failure_sticks_until_reset(void **state) {
  (void)state;
  struct ft_buffer buffer;
  ft_buffer_init(&buffer, 10);
  ft_buffer_append(&buffer, "012345", 6);
  ft_buffer_print(&buffer, "%s", "56789");
  assert_true(buffer.failed);
  ft_buffer_u8(&buffer, 1);
  assert_null(ft_buffer_extend(&buffer, 1));
  assert_int_equal(buffer.size, 6);
  ft_buffer_reset(&buffer);
  ft_buffer_print(&buffer, "%s", "0123456789"); /* its NUL has room beyond the maximum */
  assert_false(buffer.failed);
  assert_int_equal(buffer.size, 10);
  ft_buffer_release(&buffer);
}

static void sizes_beyond_all_memory_fail(void **state) {
  (void)state;
  struct ft_buffer buffer;
  ft_buffer_init(&buffer, SIZE_MAX);
  ft_buffer_u8(&buffer, 1);
  assert_null(ft_buffer_extend(&buffer, SIZE_MAX));
  ft_buffer_reset(&buffer);
  assert_null(ft_buffer_extend(&buffer, SIZE_MAX / 2 + 1));
  ft_buffer_reset(&buffer);
  /* nothing is read of a text that is too long for its length field */
  ft_buffer_string(&buffer, (struct ft_span){ "", (size_t)UINT32_MAX + 1 });
  assert_true(buffer.failed);
  ft_buffer_release(&buffer);
}

static void empty_appends_are_fine_everywhere(void **state) {
  (void)state;
  struct ft_buffer buffer;
  ft_buffer_init(&buffer, 0);
  ft_buffer_append(&buffer, NULL, 0);
  ft_buffer_append_text(&buffer, ft_span_of(NULL));
  ft_buffer_print(&buffer, "%s", "");
  assert_non_null(ft_buffer_extend(&buffer, 0));
  assert_false(buffer.failed);
  assert_int_equal(ft_buffer_view(&buffer).size, 0);
  ft_buffer_release(&buffer);
}

static void extended_memory_is_zero_after_a_reset(void **state) {
  (void)state;
  struct ft_buffer buffer;
  ft_buffer_init(&buffer, 100);
  ft_buffer_append(&buffer, "junk", 4);
  ft_buffer_reset(&buffer);
  assert_memory_equal(ft_buffer_extend(&buffer, 4), "\0\0\0\0", 4);
  ft_buffer_release(&buffer);
}

static void reading_past_the_end_sticks(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_reader reader = ft_reader_of((struct ft_span){ "\1\2\3", 3 });
  assert_int_equal(ft_reader_u32(&reader), 0);
  assert_int_equal(ft_reader_u8(&reader), 0);
  assert_int_equal(ft_reader_bytes(&reader, 0).size, 0);
  assert_true(ft_reader_f64(&reader) == 0);
  assert_int_equal(ft_reader_check(&reader, false, "the model", &err), FT_CORRUPT);
  assert_string_equal(err.message, "the model is cut short");
}

static void left_over_bytes_are_told_when_the_whole_is_wanted(void **state) {
  (void)state;
  struct ft_error err;
  struct ft_reader reader = ft_reader_of((struct ft_span){ "\1\2\3", 3 });
  assert_int_equal(ft_reader_u8(&reader), 1);
  assert_int_equal(ft_reader_check(&reader, false, "the model", &err), FT_OK);
  assert_int_equal(ft_reader_check(&reader, true, "the model", &err), FT_CORRUPT);
}

static void a_string_longer_than_what_is_left_fails(void **state) {
  (void)state;
  struct ft_reader reader = ft_reader_of((struct ft_span){ "\xff\xff\xff\xff"
                                                           "abc",
                                                           7 });
  assert_int_equal(ft_reader_string(&reader).size, 0);
  assert_true(reader.failed);
}

static void a_count_must_fit_what_is_left(void **state) {
  (void)state;
  struct ft_reader reader = ft_reader_of((struct ft_span){ "\2\0\0\0"
                                                           "12345678",
                                                           12 });
  assert_int_equal(ft_reader_count(&reader, 4), 2);
  reader = ft_reader_of((struct ft_span){ "\2\0\0\0"
                                          "12345678",
                                          12 });
  assert_int_equal(ft_reader_count(&reader, 5), 0);
  assert_true(reader.failed);
  reader = ft_reader_of((struct ft_span){ "\1\0\0\x40" /* four times that is 4 in 32 bits */
                                          "1234",
                                          8 });
  assert_int_equal(ft_reader_count(&reader, 4), 0);
  assert_true(reader.failed);
  reader = ft_reader_of((struct ft_span){ "\xff\xff\xff\xff", 4 });
  assert_int_equal(ft_reader_count(&reader, SIZE_MAX), 0);
  assert_true(reader.failed);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_are_little_endian),
    cmocka_unit_test(what_is_written_is_read),
    cmocka_unit_test(the_maximum_is_reached_but_not_passed),
    cmocka_unit_test(failure_sticks_until_reset),
    cmocka_unit_test(sizes_beyond_all_memory_fail),
    cmocka_unit_test(empty_appends_are_fine_everywhere),
    cmocka_unit_test(extended_memory_is_zero_after_a_reset),
    cmocka_unit_test(reading_past_the_end_sticks),
    cmocka_unit_test(left_over_bytes_are_told_when_the_whole_is_wanted),
    cmocka_unit_test(a_string_longer_than_what_is_left_fails),
    cmocka_unit_test(a_count_must_fit_what_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
