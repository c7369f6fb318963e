#include "foretell/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_zero(const unsigned char *byte, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (byte[i]) return false;
  return true;
}

/* Sizes around every edge inside, each memory overwritten so that an overlap would show. */
static void memory_is_zeroed_aligned_and_its_own(void **state) {
  (void)state;
  static const size_t size[] = { 0,    1,    15,   16,    17,     63,     64,     65,      100,
                                 4031, 4032, 4033, 65536, 262143, 262144, 262145, 1000000, 3 };
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  for (int round = 0; round < 20; round++)
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
      unsigned char *memory = ft_arena_take(&arena, size[i], 1);
      assert_non_null(memory);
      assert_int_equal((uintptr_t)memory % (size[i] >= 64 ? 64 : 16), 0);
      assert_true(is_zero(memory, size[i]));
      memset(memory, 0xee, size[i]);
    }
  ft_arena_release(&arena);
  assert_int_equal(arena.used, 0);
}

static void allocations_keep_their_bytes(void **state) {
  (void)state;
  struct ft_arena arena;
  uint32_t *item[500];
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  for (uint32_t i = 0; i < 500; i++) {
    size_t count = 1 + i * 37 % 900;
    item[i] = FT_ARENA_NEW(&arena, uint32_t, count);
    assert_non_null(item[i]);
    for (size_t j = 0; j < count; j++)
      item[i][j] = i;
  }
  for (uint32_t i = 0; i < 500; i++)
    for (size_t j = 0; j < 1 + i * 37 % 900; j++)
      assert_int_equal(item[i][j], i);
  ft_arena_release(&arena);
}

static void a_large_allocation_leaves_the_rest_of_the_block_in_use(void **state) {
  (void)state;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_non_null(ft_arena_take(&arena, 16, 1));
  assert_non_null(ft_arena_take(&arena, 1 << 20, 1));
  size_t used = arena.used;
  assert_non_null(ft_arena_take(&arena, 16, 1));
  assert_int_equal(arena.used, used);
  ft_arena_release(&arena);
}

static void the_limit_holds_and_the_arena_stays_usable(void **state) {
  (void)state;
  struct ft_arena arena;
  ft_arena_init(&arena, 100000);
  assert_null(ft_arena_take(&arena, 100000, 1)); /* no room for the block's header */
  assert_null(ft_arena_take(&arena, 1000000, 1));
  assert_non_null(ft_arena_take(&arena, 50000, 1));
  size_t taken = 0;
  while (ft_arena_take(&arena, 1000, 1))
    taken += 1000;
  assert_true(taken > 30000);
  assert_true(arena.used <= arena.limit);
  ft_arena_release(&arena);
  assert_non_null(ft_arena_take(&arena, 90000, 1));
  ft_arena_release(&arena);
}

static void the_limit_counts_the_blocks_header(void **state) {
  (void)state;
  struct ft_arena arena;
  ft_arena_init(&arena, 6400);
  assert_null(ft_arena_take(&arena, 6400, 1));
  assert_non_null(ft_arena_take(&arena, 6336, 1));
  assert_true(arena.used <= arena.limit);
  ft_arena_release(&arena);
}

static void a_limit_of_nothing_gives_nothing(void **state) {
  (void)state;
  struct ft_arena arena;
  ft_arena_init(&arena, 0);
  assert_null(ft_arena_take(&arena, 0, 0));
  ft_arena_release(&arena);
}

static void products_that_overflow_are_refused(void **state) {
  (void)state;
  struct ft_arena arena;
  ft_arena_init(&arena, SIZE_MAX);
  assert_null(ft_arena_take(&arena, SIZE_MAX, 2));
  assert_null(ft_arena_take(&arena, SIZE_MAX / 2 + 1, 2));
  assert_null(ft_arena_take(&arena, SIZE_MAX, 1));
  assert_null(ft_arena_take(&arena, SIZE_MAX - 63, 1));
  assert_non_null(ft_arena_take(&arena, 0, SIZE_MAX));
  ft_arena_release(&arena);
}

static void text_is_copied_and_ended(void **state) {
  (void)state;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  assert_string_equal(ft_arena_text(&arena, (struct ft_span){ "planet", 4 }), "plan");
  assert_string_equal(ft_arena_text(&arena, ft_span_of(NULL)), "");
  assert_null(ft_arena_text(&arena, (struct ft_span){ "", SIZE_MAX }));
  assert_string_equal(ft_arena_print(&arena, "%s-%d", "a", 7), "a-7");
  assert_int_equal(strlen(ft_arena_print(&arena, "%5000d", 1)), 5000);
  ft_arena_release(&arena);
}

static void the_test_hook_counts_down_and_turns_off(void **state) {
  (void)state;
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_arena_allow(2);
  assert_non_null(ft_arena_take(&arena, 1, 1));
  assert_non_null(ft_arena_text(&arena, FT_SPAN("a")));
  assert_null(ft_arena_take(&arena, 1, 1));
  assert_null(ft_arena_print(&arena, "%d", 1));
  ft_arena_allow(SIZE_MAX);
  assert_non_null(ft_arena_take(&arena, 1, 1));
  ft_arena_release(&arena);
}

static void failing_says_what_for(void **state) {
  (void)state;
  struct ft_error err;
  assert_int_equal(ft_arena_fail(&err, "the model"), FT_NOMEM);
  assert_string_equal(err.message, "out of memory for the model");
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(memory_is_zeroed_aligned_and_its_own),
    cmocka_unit_test(allocations_keep_their_bytes),
    cmocka_unit_test(a_large_allocation_leaves_the_rest_of_the_block_in_use),
    cmocka_unit_test(the_limit_holds_and_the_arena_stays_usable),
    cmocka_unit_test(the_limit_counts_the_blocks_header),
    cmocka_unit_test(a_limit_of_nothing_gives_nothing),
    cmocka_unit_test(products_that_overflow_are_refused),
    cmocka_unit_test(text_is_copied_and_ended),
    cmocka_unit_test(the_test_hook_counts_down_and_turns_off),
    cmocka_unit_test(failing_says_what_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
