/* A fit that must succeed. After cmocka.h. */
#ifndef FORETELL_TEST_FIT_ONCE_H
#define FORETELL_TEST_FIT_ONCE_H

#include "core/learn/fit.h"

/* What it holds lives in the arena, which is made here. */
static inline struct ft_fit fit_once(struct ft_arena *arena, const struct ft_fit_task *task) {
  struct ft_fit fit;
  struct ft_error err;
  ft_arena_init(arena, FT_ARENA_DEFAULT_LIMIT);
  assert_int_equal(ft_fit_run(&fit, arena, task, &err), FT_OK);
  assert_true(fit.done);
  return fit;
}

#endif
