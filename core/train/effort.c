#include "core/train/effort.h"

#include <math.h>

#define ASIDE_ROWS     500  /* from here on a part is kept aside */
#define FEW_ROWS       1500 /* fewer are dealt to more folds */
#define MOST_SCORED    50000 /* rows that are enough to compare candidates, and to show a score, … */
#define FEW_OUTPUTS    4     /* … of so many outputs */
#define SEARCH_SECONDS 100.0 /* one core's, of a search that nothing ends before */
#define FOLDED_SECONDS 2.5   /* a fit that takes longer is not done once a fold … */
#define FOLDED_SHARE   0.05  /* … nor one that takes more of the time */
#define ALONE_SECONDS  20.0  /* a fit that takes longer is given all threads … */
#define ALONE_SHARE    0.1   /* … and one that takes more of the time: few are tried */
#define SHARED_SECONDS \
  0.01 /* … if a tree takes as long: threads wait for each other in every level */
#define MOST_FIT_SECONDS  40.0 /* then rounds are fewer, and steps larger */
#define MOST_HASTE        5.0
#define MOST_OVER         3.0 /* then rows are fewer too */
#define SAMPLE_ROWS       20000
#define LEAST_OVER_SAMPLE 4   /* times as many rows: fewer are not worth a search of their own */
#define UNSAMPLED_SECONDS 8.0 /* a fit that takes longer is worth a look at a sample first */

/* One row of so many is judged. */
static uint32_t part_of(size_t rows, size_t scored) {
  double parts = ceil((double)rows / (double)scored);
  return parts < 5 ? 5 : (uint32_t)parts;
}

struct ft_effort ft_effort_for(const struct ft_effort_size *size) {
  struct ft_effort effort = { .most_rounds = 4000, .haste = 1, .share = 1 };
  effort.scored =
      size->outputs > FEW_OUTPUTS ? MOST_SCORED * FEW_OUTPUTS / size->outputs : MOST_SCORED;
  effort.aside = size->rows < ASIDE_ROWS ? 0 : part_of(size->rows, effort.scored);
  double unit = size->unit;
  /* all that is tried, and the final fits, within the time: a fit may take this share of it */
  double most = fmin(MOST_FIT_SECONDS, size->limit / 8);
  if (unit > most) {
    effort.haste = fmin(unit / most, MOST_HASTE);
    effort.most_rounds = (uint32_t)fmax(1000 / effort.haste, 100);
    unit /= effort.haste;
  }
  if (unit > fmin(most, UNSAMPLED_SECONDS) && size->rows > LEAST_OVER_SAMPLE * SAMPLE_ROWS) {
    effort.sample = SAMPLE_ROWS; /* which shows how many rows there is time for */
  } else if (unit > MOST_OVER * most) {
    effort.share = MOST_OVER * most / unit;
    unit = MOST_OVER * most;
  }
  effort.hold_out = unit > fmin(FOLDED_SECONDS, FOLDED_SHARE * size->limit);
  effort.folds = effort.hold_out         ? part_of(size->rows, effort.scored)
                 : size->rows < FEW_ROWS ? 8
                                         : 5;
  effort.most_work = fmax(SEARCH_SECONDS, 3 * unit);
  bool alone = effort.hold_out && size->tree > SHARED_SECONDS &&
               unit > fmin(ALONE_SECONDS, ALONE_SHARE * size->limit);
  effort.threads = alone ? 1 : size->threads;
  effort.fit_threads = alone ? size->threads : 1;
  return effort;
}
