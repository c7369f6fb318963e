#include "core/learn/threshold.h"

#include <math.h>
#include <stdlib.h>

#include "core/learn/parallel.h"

/* A numeric split, to be sorted by feature and threshold. */
struct cut {
  uint32_t feature;
  float threshold;
  float below; /* largest training value below; -infinity: none */
  float above; /* least training value not below; infinity: none */
  uint32_t node;
};

static int compare_cuts(const void *a, const void *b) {
  const struct cut *one = a, *other = b;
  if (one->feature != other->feature) return one->feature < other->feature ? -1 : 1;
  if (one->threshold != other->threshold) return one->threshold < other->threshold ? -1 : 1;
  return 0;
}

static size_t collect(struct cut *out, const struct ft_node *node, uint32_t nodes) {
  size_t cuts = 0;
  for (uint32_t i = 0; i < nodes; i++) {
    if (node[i].feature == FT_NODE_LEAF || node[i].set != FT_NODE_NO_SET) continue;
    out[cuts++] = (struct cut){ node[i].feature, node[i].threshold, -INFINITY, INFINITY, i };
  }
  qsort(out, cuts, sizeof *out, compare_cuts);
  return cuts;
}

#define LANES 16

/* How many of the sorted thresholds each value reaches: those that it goes right of; NaN none. Without a
 * branch that depends on a value: of millions of rows half would be guessed wrong. And several values at a
 * time, since the steps of one wait for each other. */
static void reach(uint32_t *at, const float *threshold, uint32_t cuts, const float *value) {
  for (size_t l = 0; l < LANES; l++)
    at[l] = 0;
  for (uint32_t left = cuts; left > 1; left -= left / 2) {
    const float *middle = threshold + left / 2 - 1;
    for (size_t l = 0; l < LANES; l++)
      at[l] += middle[at[l]] <= value[l] ? left / 2 : 0;
  }
  for (size_t l = 0; l < LANES; l++)
    at[l] += threshold[at[l]] <= value[l];
}

/* Some rows' values of a feature: at most LANES. */
static void meet_values(struct cut *cut, uint32_t cuts, const float *threshold, const float *value,
                        size_t count) {
  uint32_t at[LANES];
  reach(at, threshold, cuts, value);
  for (size_t l = 0; l < count; l++) {
    float x = value[l];
    if (isnan(x)) continue;
    if (at[l] < cuts && x > cut[at[l]].below) cut[at[l]].below = x;
    if (at[l] > 0 && x < cut[at[l] - 1].above) cut[at[l] - 1].above = x;
  }
}

/* The neighbours of one feature's cuts among the training values. */
static void find_neighbours(struct cut *cut, uint32_t cuts, float *threshold, const float *value,
                            const uint32_t *row, size_t rows) {
  float some[LANES] = { 0 };
  for (size_t i = 0; i < cuts; i++)
    threshold[i] = cut[i].threshold;
  for (size_t first = 0; first < rows; first += LANES) {
    size_t count = rows - first < LANES ? rows - first : LANES;
    for (size_t l = 0; l < count; l++)
      some[l] = value[row[first + l]];
    meet_values(cut, cuts, threshold, some, count);
  }
  for (size_t i = 1; i < cuts; i++)
    if (cut[i - 1].below > cut[i].below) cut[i].below = cut[i - 1].below;
  for (size_t i = cuts; i-- > 1;)
    if (cut[i].above < cut[i - 1].above) cut[i - 1].above = cut[i].above;
}

static float centre_of(const struct cut *cut) {
  if (!isfinite(cut->below) || !isfinite(cut->above)) return cut->threshold;
  double middle = (double)cut->below + ((double)cut->above - cut->below) / 2;
  float centre = (float)middle;
  return centre > cut->below ? centre : cut->above; /* never above it: rounding keeps the order */
}

/* Cuts by features; a feature is one thread's. */
struct centring {
  const struct ft_grown_on *grown_on;
  struct cut *cut;
  float *threshold; /* one a cut */
  uint32_t *first;  /* of each feature that has cuts, and behind the last */
};

static void centre_feature(void *self, size_t feature) {
  const struct centring *centring = self;
  const struct ft_grown_on *of = centring->grown_on;
  uint32_t first = centring->first[feature], cuts = centring->first[feature + 1] - first;
  struct cut *cut = centring->cut + first;
  find_neighbours(cut, cuts, centring->threshold + first,
                  ft_features_column(of->features, cut->feature), of->row, of->rows);
}

/* Where each feature's cuts begin; how many features have some. */
static size_t part_by_feature(uint32_t *first, const struct cut *cut, size_t cuts) {
  size_t features = 0;
  for (size_t i = 0; i < cuts; i++)
    if (i == 0 || cut[i].feature != cut[i - 1].feature) first[features++] = (uint32_t)i;
  first[features] = (uint32_t)cuts;
  return features;
}

enum ft_status ft_threshold_centre(struct ft_node *node, uint32_t nodes,
                                   const struct ft_grown_on *grown_on, struct ft_error *err) {
  struct centring centring = { .grown_on = grown_on };
  centring.cut = malloc((size_t)nodes * sizeof *centring.cut + 1);
  centring.threshold = malloc((size_t)nodes * sizeof *centring.threshold + 1);
  centring.first = malloc(((size_t)nodes + 1) * sizeof *centring.first);
  enum ft_status status = FT_OK;
  if (!centring.cut || !centring.threshold || !centring.first) {
    status = ft_fail(err, FT_NOMEM, "out of memory for the thresholds");
  } else {
    size_t cuts = collect(centring.cut, node, nodes);
    size_t features = part_by_feature(centring.first, centring.cut, cuts);
    ft_parallel_run(grown_on->threads, features, centre_feature, &centring);
    for (size_t i = 0; i < cuts; i++)
      node[centring.cut[i].node].threshold = centre_of(&centring.cut[i]);
  }
  free(centring.cut);
  free(centring.threshold);
  free(centring.first);
  return status;
}
