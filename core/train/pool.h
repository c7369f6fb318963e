/* Tasks over threads: task i of n is run once, by any of them, while the caller looks on.
 *
 * Threads  `run` is called from several threads at once, `tick` from the caller's own, about ten
 *          times a second. Where no thread can be started the caller runs the tasks itself. */
#ifndef FORETELL_TRAIN_POOL_H
#define FORETELL_TRAIN_POOL_H

#include <stddef.h>
#include <stdint.h>

struct ft_pool_work {
  void *self;
  size_t tasks;
  void (*run)(void *self, size_t task);
  void (*tick)(void *self); /* may be NULL */
};

void ft_pool_run(const struct ft_pool_work *work, uint32_t threads);

#endif
