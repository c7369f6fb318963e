/* Progress, notices and failures: what the trainer says on its way. */
#include "foretell/job.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct ft_progress progress_round_trip(const struct ft_progress *progress) {
  struct ft_buffer json;
  struct ft_error err;
  struct ft_progress read;
  ft_buffer_init(&json, 10000);
  assert_int_equal(ft_progress_write(&json, progress, &err), FT_OK);
  assert_int_equal(ft_progress_read(&read, ft_buffer_view(&json), &err), FT_OK);
  ft_buffer_release(&json);
  return read;
}

static void progress_reads_back_as_written(void **state) {
  (void)state;
  struct ft_progress progress = { .phase = "trying models",
                                  .fraction = 0.1,
                                  .seconds_left = 12.5,
                                  .at_most = true,
                                  .metric = "AUC",
                                  .score = 0.91234567890123456,
                                  .rows = UINT64_MAX };
  struct ft_progress read = progress_round_trip(&progress);
  assert_string_equal(read.phase, progress.phase);
  assert_true(read.fraction == progress.fraction && read.seconds_left == progress.seconds_left);
  assert_true(read.at_most);
  assert_string_equal(read.metric, "AUC");
  assert_true(read.score == progress.score && read.rows == progress.rows);
}

static void progress_that_is_unknown_stays_unknown(void **state) {
  (void)state;
  struct ft_progress progress = { .phase = "reading rows",
                                  .fraction = -1,
                                  .seconds_left = -1,
                                  .score = NAN };
  struct ft_progress read = progress_round_trip(&progress);
  assert_true(read.fraction < 0 && read.seconds_left < 0 && isnan(read.score));
  progress.fraction = NAN;
  progress.seconds_left = INFINITY;
  progress.score = -INFINITY;
  read = progress_round_trip(&progress);
  assert_true(read.fraction < 0 && read.seconds_left < 0 && isnan(read.score));
}

static void progress_a_rounding_error_beyond_its_end_is_at_its_end(void **state) {
  (void)state;
  struct ft_progress progress = { .phase = "evaluating", .fraction = 1 + 1e-15 };
  assert_true(progress_round_trip(&progress).fraction == 1);
}

static enum ft_status read_progress(const char *json, struct ft_progress *progress) {
  struct ft_error err;
  return ft_progress_read(progress, ft_span_of(json), &err);
}

static void hostile_progress_is_refused(void **state) {
  (void)state;
  struct ft_progress progress = { .rows = 77 };
  static const char *const hostile[] = {
    "",
    "[]",
    "{}",
    "{\"phase\":\"a\"}",
    "{\"phase\":\"a\",\"fraction\":1,\"seconds_left\":1,\"at_most\":1,\"metric\":\"\",\"score\":0,\"rows\":\"1\"}",
    "{\"phase\":\"a\",\"fraction\":1.5,\"seconds_left\":1,\"at_most\":false,\"metric\":\"\",\"score\":0,\"rows\":\"1\"}",
    "{\"phase\":\"a\",\"fraction\":\"1\",\"seconds_left\":1,\"at_most\":false,\"metric\":\"\",\"score\":0,\"rows\":\"1\"}",
    "{\"phase\":null,\"fraction\":1,\"seconds_left\":1,\"at_most\":false,\"metric\":\"\",\"score\":0,\"rows\":\"1\"}",
    "{\"phase\":\"a\",\"fraction\":1,\"seconds_left\":1,\"at_most\":false,\"metric\":\"\",\"score\":1e999,\"rows\":\"1\"}",
    "{\"phase\":\"a\",\"fraction\":1,\"seconds_left\":1,\"at_most\":false,\"metric\":\"\",\"score\":0,\"rows\":1}",
  };
  for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
    assert_int_equal(read_progress(hostile[i], &progress), FT_CORRUPT);
  assert_int_equal(progress.rows, 77);
}

static void long_words_are_cut_between_characters(void **state) {
  (void)state;
  struct ft_progress progress;
  char json[400];
  snprintf(json, sizeof json,
           "{\"phase\":\"%s\",\"fraction\":1,\"seconds_left\":2,\"at_most\":false,\"metric\":\"\","
           "\"score\":0,\"rows\":\"1\"}",
           "€€€€€€€€€€€€€€€€€€€€");
  assert_int_equal(read_progress(json, &progress), FT_OK);
  assert_string_equal(progress.phase, "€€€€€€€€€€€€€€€");
}

/* A trainer that was taken over must not write to the user's terminal what it likes. */
static void control_characters_become_spaces(void **state) {
  (void)state;
  struct ft_error err;
  char text[100];
  static const char json[] = "{\"text\":\"a\\u001b[2Jb\\r\\nc\\u007fd\\u009be\\u00a0f\"}";
  assert_int_equal(ft_notice_read(text, sizeof text, FT_SPAN(json), &err), FT_OK);
  assert_string_equal(text, "a [2Jb  c d  e\u00a0f");
}

static void a_notice_reads_back_cut_to_its_room(void **state) {
  (void)state;
  struct ft_buffer json;
  struct ft_error err;
  char text[64], small[10];
  ft_buffer_init(&json, 10000);
  assert_int_equal(ft_notice_write(&json, "column \"Zoë\" is constant", &err), FT_OK);
  assert_int_equal(ft_notice_read(text, sizeof text, ft_buffer_view(&json), &err), FT_OK);
  assert_string_equal(text, "column \"Zoë\" is constant");
  assert_int_equal(ft_notice_read(small, sizeof small, ft_buffer_view(&json), &err), FT_OK);
  assert_string_equal(small, "column \"Z");
  assert_int_equal(ft_notice_read(NULL, 0, ft_buffer_view(&json), &err), FT_OK);
  ft_buffer_release(&json);
}

static void words_that_are_not_utf8_still_arrive(void **state) {
  (void)state;
  struct ft_buffer json;
  struct ft_error err;
  char text[100];
  ft_buffer_init(&json, 10000);
  assert_int_equal(ft_notice_write(&json, "column \"caf\xe9\" is constant", &err), FT_OK);
  assert_int_equal(ft_notice_read(text, sizeof text, ft_buffer_view(&json), &err), FT_OK);
  assert_string_equal(text, "column \"caf?\" is constant");
  ft_buffer_release(&json);
}

static void the_longest_notice_is_cut_and_arrives(void **state) {
  (void)state;
  struct ft_buffer json;
  struct ft_error err;
  static char text[20000], read[20000];
  memset(text, 'x', sizeof text - 1);
  ft_buffer_init(&json, 100000);
  assert_int_equal(ft_notice_write(&json, text, &err), FT_OK);
  assert_int_equal(ft_notice_read(read, sizeof read, ft_buffer_view(&json), &err), FT_OK);
  assert_in_range(strlen(read), 4000, sizeof read);
  ft_buffer_release(&json);
}

static void a_failure_reads_back_as_written(void **state) {
  (void)state;
  struct ft_buffer json;
  struct ft_error err, failure, read;
  (void)ft_fail(&failure, FT_DATA, "column \"%s\" has one class only", "churn");
  (void)ft_fail_hint(&failure, "Choose another TARGET.");
  ft_buffer_init(&json, 10000);
  assert_int_equal(ft_failure_write(&json, &failure, &err), FT_OK);
  assert_int_equal(ft_failure_read(&read, ft_buffer_view(&json), &err), FT_OK);
  assert_int_equal(read.status, FT_DATA);
  assert_string_equal(read.message, failure.message);
  assert_string_equal(read.hint, "Choose another TARGET.");
  ft_buffer_release(&json);
}

static void the_longest_failure_reads_back(void **state) {
  (void)state;
  struct ft_buffer json;
  struct ft_error err, failure, read;
  (void)ft_fail(&failure, FT_DATA, "%2000d", 1);
  (void)ft_fail_hint(&failure, "%2000d", 1);
  memset(failure.message, '%', sizeof failure.message - 1);
  memset(failure.hint, '"', sizeof failure.hint - 1);
  ft_buffer_init(&json, 10000);
  assert_int_equal(ft_failure_write(&json, &failure, &err), FT_OK);
  assert_int_equal(ft_failure_read(&read, ft_buffer_view(&json), &err), FT_OK);
  assert_string_equal(read.message, failure.message);
  assert_string_equal(read.hint, failure.hint);
  ft_buffer_release(&json);
}

static enum ft_status failure_status(const char *json) {
  struct ft_error err, failure = { .status = FT_OK };
  assert_int_equal(ft_failure_read(&failure, ft_span_of(json), &err), FT_OK);
  return failure.status;
}

static void a_failure_is_never_a_success(void **state) {
  (void)state;
  assert_int_equal(failure_status("{\"status\":\"OK\",\"message\":\"m\",\"hint\":\"\"}"),
                   FT_INTERNAL);
  assert_int_equal(failure_status("{\"status\":\"\",\"message\":\"m\",\"hint\":\"\"}"),
                   FT_INTERNAL);
  assert_int_equal(failure_status("{\"status\":\"NOMEM\",\"message\":\"m\",\"hint\":\"\"}"),
                   FT_NOMEM);
}

static void hostile_notices_and_failures_are_refused(void **state) {
  (void)state;
  struct ft_error err, failure = { .status = FT_OK };
  char text[100] = "before";
  static const char *const hostile[] = {
    "",
    "{}",
    "{\"text\":1}",
    "{\"text\":\"a\",\"more\":1}",
    "{\"text\":\"a\",\"text\":\"b\"}",
    "{\"status\":\"DATA\",\"message\":\"m\"}",
    "{\"status\":1,\"message\":\"m\",\"hint\":\"\"}",
    "{\"text\":\"a\\u0000\"}",
  };
  for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
    struct ft_span json = ft_span_of(hostile[i]);
    assert_int_equal(ft_notice_read(text, sizeof text, json, &err), FT_CORRUPT);
    assert_int_equal(ft_failure_read(&failure, json, &err), FT_CORRUPT);
  }
  assert_string_equal(text, "before");
  assert_int_equal(failure.status, FT_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(progress_reads_back_as_written),
    cmocka_unit_test(progress_that_is_unknown_stays_unknown),
    cmocka_unit_test(progress_a_rounding_error_beyond_its_end_is_at_its_end),
    cmocka_unit_test(hostile_progress_is_refused),
    cmocka_unit_test(long_words_are_cut_between_characters),
    cmocka_unit_test(control_characters_become_spaces),
    cmocka_unit_test(a_notice_reads_back_cut_to_its_room),
    cmocka_unit_test(words_that_are_not_utf8_still_arrive),
    cmocka_unit_test(the_longest_notice_is_cut_and_arrives),
    cmocka_unit_test(a_failure_reads_back_as_written),
    cmocka_unit_test(the_longest_failure_reads_back),
    cmocka_unit_test(a_failure_is_never_a_success),
    cmocka_unit_test(hostile_notices_and_failures_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
