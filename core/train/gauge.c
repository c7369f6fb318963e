#include "core/train/gauge.h"

#include <math.h>

#define MAX_DONE   0.99  /* before the end */
#define MIN_PASSED 0.001 /* seconds */

/* Of the rest as it was at the last reading, the share that has passed since. */
static void move_on(struct ft_gauge *gauge, double now, double left) {
  double since = fmax(now - (gauge->known ? gauge->read : gauge->begin), 0);
  double share = since / (since + left + MIN_PASSED);
  gauge->done = fmin(gauge->done + (1 - gauge->done) * share, MAX_DONE);
  gauge->read = now;
  gauge->left = left;
  gauge->known = true;
}

void ft_gauge_read(struct ft_progress *out, struct ft_gauge *gauge, double now, double left) {
  double max = fmax(gauge->end - now, 0);
  if (left < 0 && gauge->known) left = fmax(gauge->left - (now - gauge->read), 0);
  bool known = left >= 0;
  if (known) move_on(gauge, now, fmin(left, max));
  out->fraction = gauge->known ? gauge->done : -1;
  out->seconds_left = known ? fmin(left, max) : isfinite(max) ? max : -1;
  out->at_most = !known && isfinite(max);
}
