/* What a training run tells while it runs. */
#ifndef FORETELL_TRAIN_EVENTS_H
#define FORETELL_TRAIN_EVENTS_H

#include <stdbool.h>

#include "foretell/job.h"

struct ft_train_events {
  void *self;
  /* Called from one thread, at most as often as the work ticks; may be NULL, as may notice. */
  void (*progress)(void *self, const struct ft_progress *progress);
  void (*notice)(void *self, const char *text);
  /* Is the training to end now, with the best that there is? May be NULL; asked at any time, from the thread
   * that trains. Once true it stays true. */
  bool (*stopped)(void *self);
};

static inline bool ft_train_is_stopped(const struct ft_train_events *events) {
  return events && events->stopped && events->stopped(events->self);
}

#endif
