#include "core/train/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

#define MOST_THREADS 64
#define TICK_NS      100000000

struct pool {
  const struct ft_pool_work *work;
  atomic_size_t next;
  size_t done;
  pthread_mutex_t lock;
  pthread_cond_t changed;
};

static bool run_one(struct pool *pool) {
  size_t task = atomic_fetch_add(&pool->next, 1);
  if (task >= pool->work->tasks) return false;
  pool->work->run(pool->work->self, task);
  pthread_mutex_lock(&pool->lock);
  pool->done++;
  pthread_cond_signal(&pool->changed);
  pthread_mutex_unlock(&pool->lock);
  return true;
}

static void *run_all(void *argument) {
  while (run_one(argument))
    continue;
  return NULL;
}

static bool wait_a_tick(struct pool *pool) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_nsec += TICK_NS;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  pthread_mutex_lock(&pool->lock);
  if (pool->done < pool->work->tasks) pthread_cond_timedwait(&pool->changed, &pool->lock, &until);
  bool all = pool->done >= pool->work->tasks;
  pthread_mutex_unlock(&pool->lock);
  return !all;
}

void ft_pool_run(const struct ft_pool_work *work, uint32_t threads) {
  struct pool pool = { .work = work };
  pthread_mutex_init(&pool.lock, NULL);
  pthread_cond_init(&pool.changed, NULL);
  pthread_t thread[MOST_THREADS];
  uint32_t started = 0;
  while (started < threads && started < MOST_THREADS && started < work->tasks &&
         pthread_create(&thread[started], NULL, run_all, &pool) == 0)
    started++;
  if (started == 0) run_all(&pool);
  while (wait_a_tick(&pool))
    if (work->tick) work->tick(work->self);
  for (uint32_t t = 0; t < started; t++)
    pthread_join(thread[t], NULL);
  pthread_cond_destroy(&pool.changed);
  pthread_mutex_destroy(&pool.lock);
}
