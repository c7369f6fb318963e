/* The queue of tasks: all that were added and awaited ran once, whatever the threads. */
#include "core/train/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define TASKS 300

struct counted {
  atomic_uint runs[TASKS];
  atomic_uint total;
  unsigned ticks;
};

static void count_run(void *self, size_t task) {
  struct counted *counted = self;
  atomic_fetch_add(&counted->runs[task], 1);
  atomic_fetch_add(&counted->total, 1);
}

static void count_tick(void *self) {
  ((struct counted *)self)->ticks++;
}

static struct ft_schedule *make(struct counted *counted, uint32_t threads) {
  struct ft_schedule_work work = { .self = counted,
                                   .max_tasks = TASKS,
                                   .run = count_run,
                                   .tick = count_tick };
  struct ft_schedule *schedule = NULL;
  struct ft_error err;
  assert_int_equal(ft_schedule_make(&schedule, &work, threads, &err), FT_OK);
  return schedule;
}

static void every_task_runs_once_on_any_number_of_threads(void **state) {
  (void)state;
  for (uint32_t threads = 0; threads < 6; threads++) {
    struct counted counted = { .total = 0 };
    struct ft_schedule *schedule = make(&counted, threads);
    for (size_t added = 0; added < TASKS; added += 50)
      ft_schedule_add(schedule, 50);
    ft_schedule_wait(schedule, TASKS);
    for (size_t t = 0; t < TASKS; t++)
      assert_int_equal(atomic_load(&counted.runs[t]), 1);
    if (threads == 0) assert_int_equal(counted.ticks, TASKS);
    ft_schedule_free(schedule);
  }
}

static void tasks_are_awaited_by_number_while_later_ones_are_added(void **state) {
  (void)state;
  struct counted counted = { .total = 0 };
  struct ft_schedule *schedule = make(&counted, 2);
  ft_schedule_add(schedule, 10);
  for (size_t awaited = 10; awaited <= TASKS; awaited += 10) {
    if (awaited < TASKS) ft_schedule_add(schedule, 10);
    ft_schedule_wait(schedule, awaited);
    for (size_t t = 0; t < awaited; t++)
      assert_int_equal(atomic_load(&counted.runs[t]), 1);
  }
  ft_schedule_free(schedule);
}

static void an_end_waits_for_no_task_that_has_not_begun(void **state) {
  (void)state;
  struct counted counted = { .total = 0 };
  struct ft_schedule *schedule = make(&counted, 0); /* nobody runs what is not awaited */
  ft_schedule_add(schedule, TASKS);
  ft_schedule_wait(schedule, 7);
  ft_schedule_free(schedule);
  assert_int_equal(atomic_load(&counted.total), 7);
  ft_schedule_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_task_runs_once_on_any_number_of_threads),
    cmocka_unit_test(tasks_are_awaited_by_number_while_later_ones_are_added),
    cmocka_unit_test(an_end_waits_for_no_task_that_has_not_begun),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
