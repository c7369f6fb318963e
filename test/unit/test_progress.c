/* The text of the progress line. */
#include "shell/progress.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* after the four above, which it needs */
#include <cmocka.h>

static void expect(struct ft_progress progress, double elapsed, const char *expected) {
  char text[256];
  ft_progress_text(text, sizeof text, &progress, elapsed);
  assert_string_equal(text, expected);
}

static void all_that_is_known_is_shown(void **state) {
  (void)state;
  expect((struct ft_progress){ .phase = "trying models",
                               .fraction = 0.439,
                               .seconds_left = 12.2,
                               .metric = "F1",
                               .score = 0.9118 },
         20, "trying models  43%  ~12 s left  best F1 0.912");
}

static void what_is_unknown_is_left_out(void **state) {
  (void)state;
  expect((struct ft_progress){ .phase = "running", .fraction = -1, .seconds_left = -1 }, 7.2,
         "running  7 s");
  expect((struct ft_progress){ .phase = "reading rows",
                               .fraction = -1,
                               .seconds_left = -1,
                               .rows = 1200000 },
         3, "reading rows  1,200,000 rows  3 s");
  expect((struct ft_progress){ .phase = "x", .fraction = 1, .metric = "AUC", .score = NAN }, 3,
         "x  100%  ~1 s left");
  expect((struct ft_progress){ .phase = "trying models",
                               .fraction = -1,
                               .seconds_left = 58.7,
                               .at_most = true },
         3, "trying models  at most 59 s left");
}

static void long_times_are_in_minutes_and_hours(void **state) {
  (void)state;
  expect((struct ft_progress){ .phase = "x", .fraction = -1, .seconds_left = 600 }, 0,
         "x  ~10 min left");
  expect((struct ft_progress){ .phase = "x", .fraction = -1, .seconds_left = 36000 }, 0,
         "x  ~10 h left");
  expect((struct ft_progress){ .phase = "x", .fraction = 7, .seconds_left = 1e300 }, 0,
         "x  ~277778 h left");
}

static void a_line_is_drawn_late_and_taken_away(void **state) {
  (void)state;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  struct ft_progress_line line = { .out = out };
  ft_progress_line_begin(&line);
  ft_progress_line_tick(&line, 0.5);
  ft_progress_line_hide(&line);
  fflush(out);
  assert_int_equal(size, 0); /* too early */
  line.begun_us -= 4000000;
  ft_progress_line_tick(&line, 0.5);
  ft_progress_line_tick(&line, 0.6); /* too soon after the first */
  ft_progress_line_hide(&line);
  ft_progress_line_hide(&line);
  fclose(out);
  assert_string_equal(text, "\rrunning  50%  ~4 s left\033[K\r\033[K");
  free(text);
}

static void a_report_does_not_reach_the_terminal_raw(void **state) {
  (void)state;
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  struct ft_progress_line line = { .out = out };
  ft_progress_line_begin(&line);
  line.begun_us -= 1000000;
  struct ft_progress report = { .phase = "\033]0;x\a", .fraction = -1, .seconds_left = -1 };
  ft_progress_line_report(&line, &report);
  fclose(out);
  assert_string_equal(text, "\r\\x1b]0;x\\x07  1 s\033[K");
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_that_is_known_is_shown),
    cmocka_unit_test(what_is_unknown_is_left_out),
    cmocka_unit_test(long_times_are_in_minutes_and_hours),
    cmocka_unit_test(a_line_is_drawn_late_and_taken_away),
    cmocka_unit_test(a_report_does_not_reach_the_terminal_raw),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
