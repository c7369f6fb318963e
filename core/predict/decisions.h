/* The different decisions that a forest's trees take: (feature, threshold, default direction),
 * or (feature, set, default direction). Trees share them, since a learner draws its thresholds from few cuts.
 *
 * Shapes   distinct decisions are in the order of their keys: by feature, kind, threshold or set.
 * Memory   everything is in the arena that builds a plan and goes when it is built. */
#ifndef FORETELL_PREDICT_DECISIONS_H
#define FORETELL_PREDICT_DECISIONS_H

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/model.h"

enum ft_decision_kind {
  FT_DECIDE_LEFT = 0, /* a threshold; missing goes left */
  FT_DECIDE_RIGHT,    /* a threshold; missing goes right */
  FT_DECIDE_SET
};

struct ft_decision {
  uint32_t feature;
  enum ft_decision_kind kind;
  float threshold;
  uint32_t node; /* of FT_DECIDE_SET: a node that has it */
};

struct ft_decisions {
  uint32_t count; /* of distinct ones */
  const struct ft_decision *decision;
  const uint32_t *of_node;  /* one a node of the forest: index of its decision, if it is a split */
  const uint32_t *depth_of; /* one a node: its longest path from the root, or FT_DEPTH_NONE */
  const uint32_t *depth;    /* one a tree: of its deepest leaf */
};
#define FT_DEPTH_NONE UINT32_MAX /* no path leads there */

enum ft_status ft_decisions_make(struct ft_decisions *out, struct ft_arena *arena,
                                 const struct ft_forest *forest,
                                 struct ft_error *err) FT_MUST_CHECK;

#endif
