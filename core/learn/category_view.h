/* What a learner of trees sees of the features, and its trees said of the features themselves.
 *
 * A category of more codes than a learner's bins hold is seen with its most frequent ones, the
 * others as "other". Or a category is seen as numbers: the mean of the target by code (of each
 * class, where they are few) and how frequent the code is; or the place of the code in an order. A split
 * of such a number sends a set of codes to the right: so the forest becomes one over the category, and a
 * model knows no means.
 *
 * Leakage  means and frequencies are of the training rows alone; a training row is seen with means
 *          that its own target is not in (target_encoding.h).
 * Valid    `column` is NULL where the view is the features themselves; then restore changes nothing.
 * Owner    a view's columns are its arena's, or the run's features where seen as they are; so the run's
 *          features outlive it. Restored sets are the arena's that ft_view_restore is given.
 * Numbers  the same view for the same rows in the same order.
 * Threads  a view belongs to one fit. */
#ifndef FORETELL_LEARN_CATEGORY_VIEW_H
#define FORETELL_LEARN_CATEGORY_VIEW_H

#include <stdbool.h>

#include "core/learn/booster.h"

#define FT_VIEW_MAX_CODES         254 /* of a category seen as codes; and "other" */
#define FT_VIEW_MIN_CODES         33  /* a category of so many is always seen as means, */
#define FT_VIEW_MIN_CODES_ENCODED 9   /* and of so many with "encode" = "target" */
#define FT_VIEW_MAX_CLASSES       5   /* so many of the most frequent classes have means */

struct ft_view_rows {
  const struct ft_features *features; /* the run's; borrowed */
  const uint32_t *row;                /* that the fit trains on; in their order */
  size_t rows;
};

/* What means are of; as of struct ft_fit_data. */
struct ft_view_target {
  const double *value; /* of all rows: labels' indices, or numbers */
  enum ft_problem problem;
  uint32_t outputs;
  uint32_t min_codes; /* a category of fewer stays codes … */
  const float *const
      *place; /* … or is seen as its codes' places: of each feature, of each code; NULL,
                              * as the list may be: it stays codes */
};

struct ft_view_column {
  uint32_t feature;     /* of the run */
  const float *of_code; /* what each of its codes is seen as, whole numbers; NULL: seen as it is */
};

struct ft_view {
  struct ft_features features; /* for the booster, instead of the run's */
  const struct ft_features *of;
  struct ft_view_column *column; /* one a feature of the view */
  struct ft_arena arena;
};

/* `target` NULL: categories stay codes. To be released, also after a failure. */
enum ft_status ft_view_make(struct ft_view *out, const struct ft_view_rows *rows,
                            const struct ft_view_target *target,
                            struct ft_error *err) FT_MUST_CHECK;
void ft_view_release(struct ft_view *view);

/* Make a forest over the view one over the run's features; its nodes are changed in place.
 * Errors: FT_NOMEM; the forest is of no use then */
enum ft_status ft_view_restore(struct ft_forest *forest, struct ft_arena *arena,
                               const struct ft_view *view, struct ft_error *err) FT_MUST_CHECK;

#endif
