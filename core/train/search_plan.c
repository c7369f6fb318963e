#include "core/train/search_plan.h"

#include <math.h>

#define ASIDE_ROWS     500  /* from here on a part is held out */
#define SMALL_ROWS     1500 /* fewer are assigned to more folds */
#define MAX_SCORED     50000 /* rows that are enough to compare candidates, and to show a score, … */
#define SMALL_OUTPUTS  4     /* … of so many outputs */
#define SEARCH_SECONDS 100.0 /* one core's, of a search that nothing ends before */
#define FOLDED_SECONDS 2.5   /* a fit that takes longer is not done once a fold … */
#define FOLDED_SHARE   0.05  /* … nor one that takes more of the time */
#define ALONE_SECONDS  20.0  /* a fit that takes longer is given all threads … */
#define ALONE_SHARE    0.1   /* … and one that takes more of the time: few are tried */
#define SHARED_SECONDS \
  0.01 /* … if a tree takes as long: threads wait for each other in every level */
#define MAX_FIT_SECONDS          40.0 /* then rounds are fewer, and steps larger */
#define MAX_LEARNING_RATE_FACTOR 5.0
#define MAX_OVER                 3.0 /* then rows are fewer too */
#define SAMPLE_ROWS              20000
#define MIN_OVER_SAMPLE          4 /* times as many rows: fewer are not worth a search of their own */
#define UNSAMPLED_SECONDS        8.0 /* a fit that takes longer is worth a look at a sample first */

/* One row of so many is judged. */
static uint32_t part_of(size_t rows, size_t scored) {
  double parts = ceil((double)rows / (double)scored);
  return parts < 5 ? 5 : (uint32_t)parts;
}

struct ft_search_plan ft_search_plan_for(const struct ft_search_plan_size *size) {
  struct ft_search_plan plan = { .max_rounds = 4000,
                                 .learning_rate_factor = 1,
                                 .search_fraction = 1 };
  plan.max_scored =
      size->outputs > SMALL_OUTPUTS ? MAX_SCORED * SMALL_OUTPUTS / size->outputs : MAX_SCORED;
  plan.holdout_folds = size->rows < ASIDE_ROWS ? 0 : part_of(size->rows, plan.max_scored);
  double unit = size->fit_seconds;
  /* all that is tried, and the refits, within the time: a fit may take this share of it */
  double max = fmin(MAX_FIT_SECONDS, size->limit / 8);
  if (unit > max) {
    plan.learning_rate_factor = fmin(unit / max, MAX_LEARNING_RATE_FACTOR);
    plan.max_rounds = (uint32_t)fmax(1000 / plan.learning_rate_factor, 100);
    unit /= plan.learning_rate_factor;
  }
  if (unit > fmin(max, UNSAMPLED_SECONDS) && size->rows > MIN_OVER_SAMPLE * SAMPLE_ROWS) {
    plan.sample = SAMPLE_ROWS; /* which shows how many rows there is time for */
  } else if (unit > MAX_OVER * max) {
    plan.search_fraction = MAX_OVER * max / unit;
    unit = MAX_OVER * max;
  }
  plan.hold_out = unit > fmin(FOLDED_SECONDS, FOLDED_SHARE * size->limit);
  plan.folds = plan.hold_out             ? part_of(size->rows, plan.max_scored)
               : size->rows < SMALL_ROWS ? 8
                                         : 5;
  plan.max_work = fmax(SEARCH_SECONDS, 3 * unit);
  bool alone = plan.hold_out && size->tree_seconds > SHARED_SECONDS &&
               unit > fmin(ALONE_SECONDS, ALONE_SHARE * size->limit);
  plan.threads = alone ? 1 : size->threads;
  plan.fit_threads = alone ? size->threads : 1;
  return plan;
}
