/* Seconds on a clock that only goes forward. It decides when a search ends, nothing else. */
#ifndef FORETELL_LEARN_CLOCK_H
#define FORETELL_LEARN_CLOCK_H

#include <time.h>

static inline double ft_clock_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

#endif
