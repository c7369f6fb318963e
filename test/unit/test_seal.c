/* Sealed bytes open with their key, where they belong, and unchanged; else not. */
#include "foretell/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct ft_seal_key key = { { 1, 2, 3 } }, other_key = { { 1, 2, 4 } };

static void seal(struct ft_buffer *out, struct ft_span bytes) {
  struct ft_error err;
  ft_buffer_init(out, 1 << 20);
  assert_int_equal(ft_seal_write(out, &key, FT_SPAN("here"), bytes, &err), FT_OK);
  assert_int_equal(out->size, bytes.size + FT_SEAL_HEAD_BYTES + FT_SEAL_TAG_BYTES);
  assert_true(ft_seal_is_sealed(ft_buffer_view(out)));
}

static enum ft_status open_with(const struct ft_seal_key *with, struct ft_span about,
                                struct ft_span sealed, struct ft_span wanted) {
  struct ft_error err;
  struct ft_buffer out;
  ft_buffer_init(&out, 1 << 20);
  ft_buffer_append_text(&out, FT_SPAN("before"));
  enum ft_status status = ft_seal_open(&out, with, about, sealed, &err);
  size_t size = status == FT_OK ? 6 + wanted.size : 6;
  assert_int_equal(out.size, size);
  if (status == FT_OK && wanted.size) assert_memory_equal(out.data + 6, wanted.data, wanted.size);
  ft_buffer_release(&out);
  return status;
}

static void sealed_bytes_open(void **state) {
  (void)state;
  struct ft_span all[] = { FT_SPAN("a model"), { NULL, 0 } };
  for (size_t i = 0; i < 2; i++) {
    struct ft_buffer sealed;
    seal(&sealed, all[i]);
    assert_int_equal(open_with(&key, FT_SPAN("here"), ft_buffer_view(&sealed), all[i]), FT_OK);
    ft_buffer_release(&sealed);
  }
}

static void another_key_or_place_does_not_open(void **state) {
  (void)state;
  struct ft_span bytes = FT_SPAN("a model");
  struct ft_buffer sealed;
  seal(&sealed, bytes);
  struct ft_span view = ft_buffer_view(&sealed);
  assert_int_equal(open_with(&other_key, FT_SPAN("here"), view, bytes), FT_CORRUPT);
  assert_int_equal(open_with(&key, FT_SPAN("there"), view, bytes), FT_CORRUPT);
  assert_int_equal(open_with(&key, (struct ft_span){ NULL, 0 }, view, bytes), FT_CORRUPT);
  ft_buffer_release(&sealed);
}

static void a_changed_or_missing_byte_shows(void **state) {
  (void)state;
  struct ft_span bytes = FT_SPAN("a model");
  struct ft_buffer sealed;
  seal(&sealed, bytes);
  for (size_t i = 0; i < sealed.size; i++) {
    sealed.data[i] ^= 1;
    assert_int_equal(open_with(&key, FT_SPAN("here"), ft_buffer_view(&sealed), bytes), FT_CORRUPT);
    sealed.data[i] ^= 1;
    struct ft_span cut = { (const char *)sealed.data, i };
    assert_int_equal(open_with(&key, FT_SPAN("here"), cut, bytes), FT_CORRUPT);
  }
  ft_buffer_release(&sealed);
}

static void equal_bytes_are_sealed_differently(void **state) {
  (void)state;
  struct ft_buffer one, two;
  seal(&one, FT_SPAN("a model"));
  seal(&two, FT_SPAN("a model"));
  assert_memory_not_equal(one.data, two.data, one.size);
  ft_buffer_release(&one);
  ft_buffer_release(&two);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sealed_bytes_open),
    cmocka_unit_test(another_key_or_place_does_not_open),
    cmocka_unit_test(a_changed_or_missing_byte_shows),
    cmocka_unit_test(equal_bytes_are_sealed_differently),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
