/* A queue of tasks over threads: numbered as they are added, begun in that order, awaited in any.
 *
 * While the caller judges the first results the threads are busy with what was added after them. Which
 * thread runs a task, and when it ends, decides nothing: a caller takes results by number.
 *
 * Memory   what a task wrote is seen by the caller once ft_schedule_wait has returned for its number; what
 *          the caller wrote before ft_schedule_add is seen by the task.
 * Threads  `run` is called from several threads at once, `tick` from the caller's own while it waits,
 *          about ten times a second. Where no thread can be started the caller runs the tasks. */
#ifndef FORETELL_TRAIN_SCHEDULE_H
#define FORETELL_TRAIN_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/error.h"

struct ft_schedule;

struct ft_schedule_work {
  void *self;
  size_t max_tasks; /* that are ever added, at most */
  void (*run)(void *self, size_t task);
  void (*tick)(void *self); /* may be NULL */
};

/* Errors: FT_NOMEM */
enum ft_status ft_schedule_make(struct ft_schedule **out, const struct ft_schedule_work *work,
                                uint32_t threads, struct ft_error *err) FT_MUST_CHECK;
/* The next `tasks` numbers may be run. What they need is ready before the call. */
void ft_schedule_add(struct ft_schedule *schedule, size_t tasks);
/* Until all tasks below that number, which were added, are done. */
void ft_schedule_wait(struct ft_schedule *schedule, size_t below);
/* Tasks that have not begun never will; those that have are waited for. NULL is allowed. */
void ft_schedule_free(struct ft_schedule *schedule);

#endif
