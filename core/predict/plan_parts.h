/* Inside a plan: shared by what makes it, what predicts and what probes it.
 *
 * Shapes   blocks are FT_BLOCK_ROWS rows wide (kernel.h). */
#ifndef FORETELL_PREDICT_PLAN_PARTS_H
#define FORETELL_PREDICT_PLAN_PARTS_H

#include "core/predict/encode.h"
#include "core/predict/kernel.h"
#include "foretell/plan.h"

struct ft_member_plan {
  double weight;
  double unit;        /* 2^-exponent */
  const double *base; /* one an output */
  struct ft_forest_plan forest;
};

struct ft_plan {
  struct ft_arena arena; /* owns everything, the plan too */
  const struct ft_kernel *kernel;
  enum ft_problem problem;
  enum ft_link link;
  double threshold;
  struct ft_field target;
  struct ft_encoding encoding;
  uint32_t labels;
  const struct ft_span *label;
  uint32_t outputs;
  uint32_t members;
  const struct ft_member_plan *member;
};

struct ft_scratch {
  struct ft_arena arena; /* owns everything, the scratch too */
  float *block;          /* features × FT_BLOCK_ROWS; at least one feature */
  int64_t *sum;          /* outputs × FT_BLOCK_ROWS */
  double *margin;        /* max(outputs, labels) × FT_BLOCK_ROWS: margins, then probabilities */
};

/* Where predictions go; each may be NULL. As ft_plan_predict says. */
struct ft_predictions {
  double *value;
  uint32_t *label;
  double *probability;
};

/* ft_plan_predict without its checks. */
void ft_plan_run(const struct ft_plan *plan, struct ft_scratch *scratch,
                 const struct ft_encode_input *input, size_t rows, struct ft_predictions out);

#endif
