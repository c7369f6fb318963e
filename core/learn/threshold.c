#include "core/learn/threshold.h"

#include <assert.h>
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
    /* Sets of codes have no gap between them. */
    if (node[i].feature == FT_NODE_LEAF || node[i].set != FT_NODE_NO_SET) continue;
    out[cuts++] = (struct cut){ node[i].feature, node[i].threshold, -INFINITY, INFINITY, i };
  }
  qsort(out, cuts, sizeof *out, compare_cuts);
  return cuts;
}

#define BUCKETS 2048

/* One feature's cuts as a table: how many of the sorted thresholds lie in the buckets before each one.
 * Buckets are equal parts of the thresholds' span; a value of a higher bucket is a larger value, so that
 * only the thresholds of a value's own bucket have to be looked at, and mostly there is none. */
struct cut_table {
  const float *threshold;
  float origin, scale; /* bucket of x: (x - origin) * scale */
  uint32_t begin[BUCKETS + 1];
};

/* Larger values have no lower bucket, whatever is rounded. */
static uint32_t bucket_of(const struct cut_table *table, float value) {
  float place = (value - table->origin) * table->scale;
  if (!(place > 0)) return 0; /* also where infinities meet */
  return place < BUCKETS - 1 ? (uint32_t)place : BUCKETS - 1;
}

static void make_table(struct cut_table *out, const float *threshold, uint32_t cuts) {
  const float span = threshold[cuts - 1] - threshold[0];
  out->threshold = threshold;
  out->origin = threshold[0];
  out->scale = span > 0 && isfinite(span) ? (BUCKETS - 1) / span : 0;
  if (!isfinite(out->scale)) out->scale = 0; /* a span of denormal numbers: all in one bucket */
  /* begin[b] is the number of thresholds in buckets below b: thresholds ascend, and so do their
   * buckets. */
  uint32_t bucket = 0;
  for (uint32_t i = 0; i < cuts; i++)
    while (bucket <= bucket_of(out, threshold[i]))
      out->begin[bucket++] = i;
  while (bucket <= BUCKETS)
    out->begin[bucket++] = cuts;
}

/* How many thresholds a value reaches: those that it goes right of. */
static uint32_t reach(const struct cut_table *table, float value) {
  const uint32_t bucket = bucket_of(table, value);
  uint32_t from = table->begin[bucket], to = table->begin[bucket + 1];
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (table->threshold[middle] <= value)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

/* The neighbours of one feature's cuts among the training values. */
static void find_neighbours(struct cut *cut, uint32_t cuts, float *threshold, const float *value,
                            const uint32_t *row, size_t rows) {
  struct cut_table table;
  for (size_t i = 0; i < cuts; i++)
    threshold[i] = cut[i].threshold;
  make_table(&table, threshold, cuts);
  for (size_t r = 0; r < rows; r++) {
    const float x = value[row[r]];
    if (isnan(x)) continue;
    /* x lies between thresholds at - 1 and at: it can be the nearest value of these two only. */
    const uint32_t at = reach(&table, x);
    if (at < cuts && x > cut[at].below) cut[at].below = x;
    if (at > 0 && x < cut[at - 1].above) cut[at - 1].above = x;
  }
  /* Gaps without a value of their own: the nearest value is that of the next gap on that side. */
  for (size_t i = 1; i < cuts; i++)
    if (cut[i - 1].below > cut[i].below) cut[i].below = cut[i - 1].below;
  for (size_t i = cuts; i-- > 1;)
    if (cut[i].above < cut[i - 1].above) cut[i - 1].above = cut[i].above;
}

static float centre_of(const struct cut *cut) {
  if (!isfinite(cut->below) || !isfinite(cut->above)) return cut->threshold;
  assert(cut->below < cut->above);
  /* In double: the sum of two floats may overflow. */
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
    /* A feature is one piece of work: threads share no cut, and need no lock. */
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
