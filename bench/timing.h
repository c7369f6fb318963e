/* A clock, a median, and the end of a program that cannot go on: what every benchmark needs. */
#ifndef FORETELL_BENCH_TIMING_H
#define FORETELL_BENCH_TIMING_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "foretell/error.h"

static inline double seconds_now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline void must(enum ft_status status, const struct ft_error *err) {
  if (status == FT_OK) return;
  fprintf(stderr, "bench: %s\n", err->message);
  exit(1);
}

static inline int compare_seconds(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Sorts them. */
static inline double median_of(double *seconds, size_t count) {
  qsort(seconds, count, sizeof *seconds, compare_seconds);
  return seconds[count / 2];
}

#endif
