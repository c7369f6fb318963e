/* One split of a node by chance: of each of some features one threshold (or set of codes) is drawn, and
 * the best of these taken.
 *
 * Score    the sum over both sides of sum² / rows, which is greatest where squared error is least; of
 *          classes it is of 0 and 1 for each class together: Gini's.
 * NULLs    go to the side where the score is better; where the node has none, to the larger side.
 * Codes    of a category are ordered by the node's mean (of several classes: the share of one that is
 *          drawn), and the order is cut somewhere. Codes that the node has not go left, as the larger
 *          side does.
 * Valid    of a splitter `set` and its split from a find that answered true until the next; all other arrays
 *          are working memory. Of `number` and `label` of the data one is NULL.
 * Owner    arrays are the arena's; data are borrowed.
 * Numbers  sums of whole numbers: the order of the rows decides nothing.
 * Source   Geurts, Ernst, Wehenkel, "Extremely randomized trees", Machine Learning 63 (2006). */
#ifndef FORETELL_LEARN_EXTRA_SPLIT_H
#define FORETELL_LEARN_EXTRA_SPLIT_H

#include <stdbool.h>

#include "core/learn/matrix.h"
#include "foretell/arena.h"
#include "foretell/random.h"

/* What the trees of a fit are grown on. */
struct ft_extra_data {
  const struct ft_features *features;
  const bool *whole;     /* a feature's values are whole numbers: it is cut between them */
  const int64_t *number; /* one a row of the features; NULL: classes. No sum may reach 2^63 */
  const uint16_t *label; /* one a row of the features; NULL: numbers */
  uint32_t classes;      /* of labels */
};

struct ft_extra_split_options {
  uint32_t features; /* tried, of those that are not the same in all rows; at least 1 */
  uint32_t draws;    /* thresholds for each; at least 1 */
  uint32_t min_rows; /* of a side; at least 1 */
};

/* The rows of a node. */
struct ft_extra_node {
  const uint32_t *row; /* borrowed */
  uint32_t rows;       /* at least 1, and no more than the splitter has room for */
};

struct ft_extra_split {
  uint32_t feature;
  float threshold; /* of a number; a value below it goes left; infinity: all that are no NULLs do */
  bool missing_left; /* NULLs go left */
  bool is_set;       /* of a category: by the splitter's set */
  double score;      /* at least 0 of a split that was found */
};

/* Room for a search; one a thread. */
struct ft_extra_splitter {
  const struct ft_extra_data *data;
  struct ft_extra_split_options options;
  uint32_t *set; /* of the best split: codes that go right; as many words as the category needs */
  uint32_t *trial_set; /* of the one in hand */
  uint32_t words;      /* of the largest category */
  float *value;        /* of the node's rows */
  uint8_t *side;       /* of the node's rows */
  uint32_t *label;     /* of the node's rows */
  int64_t *number;     /* of the node's rows */
  uint32_t *count;     /* three sides × classes */
  uint32_t *feature;   /* in the order of the trying */
  struct ft_extra_code *code;
};

/* `rows`: most of a node. Errors: FT_NOMEM */
enum ft_status ft_extra_splitter_make(struct ft_extra_splitter *out, struct ft_arena *arena,
                                      const struct ft_extra_data *data,
                                      const struct ft_extra_split_options *options, size_t rows,
                                      struct ft_error *err) FT_MUST_CHECK;

/* False when no split is any good. */
bool ft_extra_split_find(struct ft_extra_split *out, struct ft_extra_splitter *splitter,
                         const struct ft_extra_node *node, struct ft_random *random);

/* Where a row goes by the split that was found last: 0 left, 1 right. */
uint32_t ft_extra_split_side(const struct ft_extra_splitter *splitter,
                             const struct ft_extra_split *split, uint32_t row);

#endif
