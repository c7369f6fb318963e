/* The command line. */
#include "shell/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* after the four above, which it needs */
#include <cmocka.h>

#include "foretell/memory.h"

static struct ft_arena arena;
static struct ft_error err;

static enum ft_status read_words(struct ft_shell_options *out, const char *const *word) {
  int count = 0;
  while (word[count])
    count++;
  return ft_options_read(out, &arena, count, (char *const *)word, &err);
}

#define READ(out, ...) read_words((out), (const char *const[]){ "foretell", __VA_ARGS__, NULL })

static void inputs_keep_their_order(void **state) {
  (void)state;
  struct ft_shell_options options;
  assert_int_equal(
      READ(&options, "-c", "SELECT 1", "-f", "a.sql", "--command=SELECT 2", "-cX", "shop.duckdb"),
      FT_OK);
  assert_int_equal(options.inputs, 4);
  assert_false(options.input[0].file);
  assert_string_equal(options.input[0].text, "SELECT 1");
  assert_true(options.input[1].file);
  assert_string_equal(options.input[1].text, "a.sql");
  assert_string_equal(options.input[2].text, "SELECT 2");
  assert_string_equal(options.input[3].text, "X");
  assert_string_equal(options.database, "shop.duckdb");
}

static void switches_may_stand_together(void **state) {
  (void)state;
  struct ft_shell_options options;
  assert_int_equal(READ(&options, "-qrf", "-", "--", "-odd.duckdb"), FT_OK);
  assert_true(options.quiet);
  assert_true(options.read_only);
  assert_string_equal(options.input[0].text, "-");
  assert_string_equal(options.database, "-odd.duckdb");
}

static void values_are_checked(void **state) {
  (void)state;
  struct ft_shell_options options;
  assert_int_equal(READ(&options, "--format", "CSV", "--threads", "3", "--trainer-memory=512MB"),
                   FT_OK);
  assert_string_equal(options.format->name, "csv");
  assert_int_equal(options.threads, 3);
  assert_int_equal(options.trainer_memory_bytes, 512 << 20);
  assert_int_equal(READ(&options, "--trainer-memory", "None"), FT_OK);
  assert_int_equal(options.trainer_memory_bytes, 0);
  assert_int_equal(READ(&options, "-q"), FT_OK);
  assert_int_equal(options.trainer_memory_bytes, ft_memory_trainer_bytes());
  assert_int_equal(READ(&options, "--format", "xml"), FT_INVALID);
  assert_int_equal(READ(&options, "--threads", "0"), FT_INVALID);
  assert_int_equal(READ(&options, "--threads", "-1"), FT_INVALID);
  assert_int_equal(READ(&options, "--threads", "2x"), FT_INVALID);
  assert_int_equal(READ(&options, "--trainer-memory", "99999999999T"), FT_INVALID);
  assert_int_equal(READ(&options, "--trainer-memory", "lots"), FT_INVALID);
}

static void a_wrong_option_gets_the_nearest_word(void **state) {
  (void)state;
  struct ft_shell_options options;
  assert_int_equal(READ(&options, "--fromat", "csv"), FT_INVALID);
  assert_string_equal(err.message, "there is no option \"--fromat\"");
  assert_string_equal(err.hint, "Did you mean --format?");
  assert_int_equal(READ(&options, "--xylophone"), FT_INVALID);
  assert_string_equal(err.hint, "foretell --help lists them.");
  assert_int_equal(READ(&options, "-z"), FT_INVALID);
}

static void what_does_not_fit_is_refused(void **state) {
  (void)state;
  struct ft_shell_options options;
  assert_int_equal(READ(&options, "-c"), FT_INVALID);
  assert_int_equal(READ(&options, "--quiet=yes"), FT_INVALID);
  assert_int_equal(READ(&options, "a.duckdb", "b.duckdb"), FT_INVALID);
  assert_int_equal(READ(&options, "--readonly"), FT_INVALID);
  assert_int_equal(READ(&options, "--readonly", ":memory:"), FT_INVALID);
}

static void bytes_have_units(void **state) {
  (void)state;
  uint64_t bytes = 0;
  assert_int_equal(ft_bytes_read(&bytes, "1000", &err), FT_OK);
  assert_int_equal(bytes, 1000);
  assert_int_equal(ft_bytes_read(&bytes, "2 GiB", &err), FT_OK);
  assert_int_equal(bytes, (uint64_t)2 << 30);
  assert_int_equal(ft_bytes_read(&bytes, "4k", &err), FT_OK);
  assert_int_equal(bytes, 4096);
  assert_int_equal(ft_bytes_read(&bytes, "0", &err), FT_INVALID);
  assert_int_equal(ft_bytes_read(&bytes, "", &err), FT_INVALID);
  assert_int_equal(bytes, 4096);
}

static int set_up(void **state) {
  (void)state;
  ft_arena_init(&arena, 1 << 20);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  ft_arena_release(&arena);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(inputs_keep_their_order),
    cmocka_unit_test(switches_may_stand_together),
    cmocka_unit_test(values_are_checked),
    cmocka_unit_test(a_wrong_option_gets_the_nearest_word),
    cmocka_unit_test(what_does_not_fit_is_refused),
    cmocka_unit_test(bytes_have_units),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
