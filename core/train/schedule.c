#include "core/train/schedule.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#define MAX_THREADS 64
#define TICK_NS     100000000

/* Invariants, whenever the lock is free: below <= next <= tasks <= work.max_tasks; tasks below `next` were
 * begun, those below `below` are done. All fields but `work` and `thread` are guarded by the lock. */
struct ft_schedule {
  struct ft_schedule_work work;
  pthread_mutex_t lock;
  pthread_cond_t added;
  pthread_cond_t finished;
  size_t tasks; /* added so far */
  size_t next;  /* to be begun */
  size_t below; /* all tasks below it are done */
  bool *done;
  bool ended;
  pthread_t thread[MAX_THREADS];
  uint32_t threads;
};

/* Takes the next task, runs it, marks it. The lock is held before and after. */
static void run_next(struct ft_schedule *schedule) {
  assert(schedule->next < schedule->tasks);
  size_t task = schedule->next++;
  pthread_mutex_unlock(&schedule->lock);
  schedule->work.run(schedule->work.self, task);
  pthread_mutex_lock(&schedule->lock);
  schedule->done[task] = true;
  /* Tasks end in any order; `below` moves past the longest run of done ones. */
  while (schedule->below < schedule->tasks && schedule->done[schedule->below])
    schedule->below++;
  pthread_cond_signal(&schedule->finished);
}

static void *work(void *argument) {
  struct ft_schedule *schedule = argument;
  pthread_mutex_lock(&schedule->lock);
  while (!schedule->ended) {
    if (schedule->next < schedule->tasks)
      run_next(schedule);
    else
      pthread_cond_wait(&schedule->added, &schedule->lock);
  }
  pthread_mutex_unlock(&schedule->lock);
  return NULL;
}

enum ft_status ft_schedule_make(struct ft_schedule **out, const struct ft_schedule_work *work_to_do,
                                uint32_t threads, struct ft_error *err) {
  struct ft_schedule *schedule = calloc(1, sizeof *schedule);
  bool *done = calloc(work_to_do->max_tasks + 1, sizeof *done);
  if (!schedule || !done) {
    free(schedule);
    free(done);
    return ft_fail(err, FT_NOMEM, "out of memory to train");
  }
  schedule->work = *work_to_do;
  schedule->done = done;
  pthread_mutex_init(&schedule->lock, NULL);
  pthread_cond_init(&schedule->added, NULL);
  pthread_cond_init(&schedule->finished, NULL);
  /* Fewer threads than asked for are no error; with none at all ft_schedule_wait runs the tasks
   * itself. */
  while (schedule->threads < threads && schedule->threads < MAX_THREADS &&
         pthread_create(&schedule->thread[schedule->threads], NULL, work, schedule) == 0)
    schedule->threads++;
  *out = schedule;
  return FT_OK;
}

void ft_schedule_add(struct ft_schedule *schedule, size_t tasks) {
  pthread_mutex_lock(&schedule->lock);
  schedule->tasks += tasks;
  /* Several tasks may be for several threads: wake all. */
  assert(schedule->tasks <= schedule->work.max_tasks);
  pthread_cond_broadcast(&schedule->added);
  pthread_mutex_unlock(&schedule->lock);
}

static struct timespec a_tick_from_now(void) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += TICK_NS;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  return until;
}

void ft_schedule_wait(struct ft_schedule *schedule, size_t below) {
  pthread_mutex_lock(&schedule->lock);
  while (schedule->below < below) {
    if (schedule->threads == 0) {
      run_next(schedule);
    } else {
      /* Bounded, so that progress and a request to stop are looked at while a long fit runs. */
      struct timespec until = a_tick_from_now();
      pthread_cond_timedwait(&schedule->finished, &schedule->lock, &until);
    }
    pthread_mutex_unlock(&schedule->lock);
    if (schedule->work.tick) schedule->work.tick(schedule->work.self);
    pthread_mutex_lock(&schedule->lock);
  }
  pthread_mutex_unlock(&schedule->lock);
}

void ft_schedule_free(struct ft_schedule *schedule) {
  if (!schedule) return;
  pthread_mutex_lock(&schedule->lock);
  schedule->ended = true;
  pthread_cond_broadcast(&schedule->added);
  pthread_mutex_unlock(&schedule->lock);
  for (uint32_t t = 0; t < schedule->threads; t++)
    pthread_join(schedule->thread[t], NULL);
  pthread_cond_destroy(&schedule->finished);
  pthread_cond_destroy(&schedule->added);
  pthread_mutex_destroy(&schedule->lock);
  free(schedule->done);
  free(schedule);
}
