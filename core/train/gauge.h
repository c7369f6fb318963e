/* How far a training is: one measure over all its phases, which never goes back.
 *
 * The rest of the way is spread over the time that is thought to be left. When that turns out to be longer,
 * the measure goes on more slowly from where it is; when shorter, faster.
 * Units    seconds of ft_clock_seconds; fractions of the whole, below 1 while anything is left.
 * Unknown  before anything is known of the time, no fraction is told; of the time left only what a limit
 *          says, "at most".
 * Threads  pure functions; one gauge a training. */
#ifndef FORETELL_TRAIN_GAUGE_H
#define FORETELL_TRAIN_GAUGE_H

#include <stdbool.h>

#include "foretell/job.h"

struct ft_gauge {
  double begin; /* of the whole */
  double end;   /* when it will be over at the latest; INFINITY: no limit */
  double read;  /* when it was last read, and anything was known */
  double done;  /* fraction then … */
  double left;  /* … and seconds thought to be left */
  bool known;   /* read, done and left are valid */
};

/* Fill fraction, seconds_left and at_most of `out`; `left`: seconds thought to be left of all phases,
 * negative when nothing is known, or no more than before. */
void ft_gauge_read(struct ft_progress *out, struct ft_gauge *gauge, double now, double left);

#endif
