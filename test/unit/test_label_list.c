/* Labels in one text, as SETTINGS (LABELS …) has them. */
#include "core/sql/label_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "foretell/model.h"

/* The labels with | behind each; of an error its message. */
static const char *read_list(const char *text) {
  static char out[1024];
  struct ft_arena arena;
  struct ft_error err = { 0 };
  const struct ft_span *label = NULL;
  uint32_t count = 77;
  size_t used = 0;
  ft_arena_init(&arena, (size_t)1 << 24);
  if (ft_label_list_read(&label, &count, &arena, ft_span_of(text), &err) != FT_OK) {
    assert_true(label == NULL && count == 77);
    snprintf(out, sizeof out, "%s", err.message);
    count = 0;
  }
  for (uint32_t i = 0; i < count; i++)
    used += (size_t)snprintf(out + used, sizeof out - used, "%.*s|", FT_SPAN_ARG(label[i]));
  ft_arena_release(&arena);
  return out;
}

static void labels_stand_between_commas(void **state) {
  (void)state;
  assert_string_equal(read_list("no,yes"), "no|yes|");
  assert_string_equal(read_list(" no , not sure,yes "), "no|not sure|yes|");
  assert_string_equal(read_list("0"), "0|");
  assert_string_equal(read_list("it's,gr\xc3\xbcn"), "it's|gr\xc3\xbcn|");
}

static void double_quotes_keep_what_is_within(void **state) {
  (void)state;
  assert_string_equal(read_list("\"no, never\",yes"), "no, never|yes|");
  assert_string_equal(read_list(" \" a \" , \"\" "), " a ||");
  assert_string_equal(read_list("\"say \"\"no\"\"\",b"), "say \"no\"|b|");
  assert_string_equal(read_list("5\",6\""), "5\"|6\"|"); /* not at its beginning */
  assert_string_equal(read_list("\"\"\"\",b"), "\"|b|");
}

static void what_is_no_list_is_refused(void **state) {
  (void)state;
  assert_string_equal(read_list(""), "LABELS has a label of nothing");
  assert_string_equal(read_list("a,"), "LABELS has a label of nothing");
  assert_string_equal(read_list(",a"), "LABELS has a label of nothing");
  assert_string_equal(read_list("a, ,b"), "LABELS has a label of nothing");
  assert_string_equal(read_list("a,b,a"), "LABELS has a label twice");
  assert_string_equal(read_list("a,\"a\""), "LABELS has a label twice");
  assert_string_equal(read_list("\"a"), "LABELS has a double quote without its end");
  assert_string_equal(read_list("\"a\"\""), "LABELS has a double quote without its end");
  assert_string_equal(read_list("\"a\"b,c"),
                      "LABELS has something between a double quote and the comma");
}

static void more_labels_than_a_model_has_are_refused(void **state) {
  (void)state;
  static char text[(FT_MODEL_MAX_LABELS + 1) * 6 + 1];
  for (size_t i = 0; i <= FT_MODEL_MAX_LABELS; i++)
    snprintf(text + i * 6, 7, "%05zu,", i);
  text[sizeof text - 2] = 0;
  assert_string_equal(read_list(text), "LABELS has more than 10000 labels");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(labels_stand_between_commas),
    cmocka_unit_test(double_quotes_keep_what_is_within),
    cmocka_unit_test(what_is_no_list_is_refused),
    cmocka_unit_test(more_labels_than_a_model_has_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
