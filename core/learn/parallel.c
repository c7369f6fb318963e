#include "core/learn/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

#define MAX_THREADS 64

struct sharing {
  size_t pieces;
  atomic_size_t next;
  void (*work)(void *self, size_t piece);
  void *self;
};

static void *take_pieces(void *argument) {
  struct sharing *sharing = argument;
  /* The next free piece: threads that are slow take fewer. */
  for (size_t piece; (piece = atomic_fetch_add(&sharing->next, 1)) < sharing->pieces;)
    sharing->work(sharing->self, piece);
  return NULL;
}

void ft_parallel_run(uint32_t threads, size_t pieces, void (*work)(void *self, size_t piece),
                     void *self) {
  struct sharing sharing = { .pieces = pieces, .work = work, .self = self };
  pthread_t other[MAX_THREADS];
  uint32_t others = 0;
  while (others + 1 < threads && others + 1 < pieces && others < MAX_THREADS &&
         pthread_create(&other[others], NULL, take_pieces, &sharing) == 0)
    others++;
  /* The caller works too: without any further thread all is done all the same. */
  take_pieces(&sharing);
  for (uint32_t i = 0; i < others; i++)
    pthread_join(other[i], NULL);
}
