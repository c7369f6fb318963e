#include "core/train/search_plan.h"

#include <math.h>

#include "core/train/limits.h"

/* One row of so many is judged. */
static uint32_t part_of(size_t rows, size_t scored) {
  double parts = ceil((double)rows / (double)scored);
  return parts < 5 ? 5 : (uint32_t)parts;
}

struct ft_search_plan ft_search_plan_for(const struct ft_search_plan_size *size) {
  struct ft_search_plan plan = { .max_rounds = 4000,
                                 .learning_rate_factor = 1,
                                 .search_fraction = 1 };
  /* Scores of many classes cost time in proportion to the classes. */
  plan.max_scored = size->outputs > FT_LIMIT_SMALL_OUTPUTS
                        ? FT_LIMIT_MAX_SCORED * FT_LIMIT_SMALL_OUTPUTS / size->outputs
                        : FT_LIMIT_MAX_SCORED;
  plan.holdout_folds =
      size->rows < FT_LIMIT_HOLDOUT_ROWS ? 0 : part_of(size->rows, plan.max_scored);
  double unit = size->fit_seconds;
  /* all that is tried, and the refits, within the time: a fit may take this share of it */
  double max = fmin(FT_LIMIT_MAX_FIT_SECONDS, size->limit / 8);
  /* First remedy: larger steps and fewer rounds. They cost accuracy, so they have an upper
   * bound. */
  if (unit > max) {
    plan.learning_rate_factor = fmin(unit / max, FT_LIMIT_MAX_LEARNING_RATE_FACTOR);
    plan.max_rounds = (uint32_t)fmax(1000 / plan.learning_rate_factor, 100);
    unit /= plan.learning_rate_factor;
  }
  /* Second: order candidates on a sample before the best are tried on all rows; or, where the
   * rows are too few for that, let the search see a part of them. */
  if (unit > fmin(max, FT_LIMIT_UNSAMPLED_SECONDS) &&
      size->rows > FT_LIMIT_MIN_OVER_SAMPLE * FT_LIMIT_SAMPLE_ROWS) {
    plan.sample = FT_LIMIT_SAMPLE_ROWS; /* which shows how many rows there is time for */
  } else if (unit > FT_LIMIT_MAX_OVER * max) {
    plan.search_fraction = FT_LIMIT_MAX_OVER * max / unit;
    unit = FT_LIMIT_MAX_OVER * max;
  }
  /* One fit a candidate where a fit takes long: five folds would cost five times as much. */
  plan.hold_out = unit > fmin(FT_LIMIT_FOLDED_SECONDS, FT_LIMIT_FOLDED_SHARE * size->limit);
  plan.folds = plan.hold_out                      ? part_of(size->rows, plan.max_scored)
               : size->rows < FT_LIMIT_SMALL_ROWS ? 8
                                                  : 5;
  plan.max_work = fmax(FT_LIMIT_SEARCH_SECONDS, 3 * unit);
  /* A tree's level is worth several threads only when it takes long; else fits side by side use
   * them better. */
  bool alone = plan.hold_out && size->tree_seconds > FT_LIMIT_SHARED_SECONDS &&
               unit > fmin(FT_LIMIT_ALONE_SECONDS, FT_LIMIT_ALONE_SHARE * size->limit);
  plan.threads = alone ? 1 : size->threads;
  plan.fit_threads = alone ? size->threads : 1;
  return plan;
}
