/* Work in pieces: each is done once, on any number of threads. */
#include "core/learn/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define PIECES 300

static void count_piece(void *self, size_t piece) {
  atomic_fetch_add((atomic_int *)self + piece, 1);
}

static void each_piece_is_done_once(void **state) {
  (void)state;
  for (uint32_t threads = 0; threads < 70; threads += 3)
    for (size_t pieces = 0; pieces <= PIECES; pieces += PIECES / 3) {
      atomic_int done[PIECES + 1] = { 0 };
      ft_parallel_run(threads, pieces, count_piece, done);
      for (size_t i = 0; i <= PIECES; i++)
        assert_int_equal(done[i], i < pieces);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = { cmocka_unit_test(each_piece_is_done_once) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
