/* Inside a plan: shared by what makes it, what predicts and what probes it.
 *
 * Shapes   blocks are FT_BLOCK_ROWS rows wide (kernel.h). */
#ifndef FORETELL_PREDICT_PLAN_PARTS_H
#define FORETELL_PREDICT_PLAN_PARTS_H

#include "core/predict/encode.h"
#include "core/predict/kernel.h"
#include "core/predict/linear_forest.h"
#include "foretell/plan.h"

/* A view of a block: what points is here, what predicts is there. */
struct ft_plan {
  struct ft_arena arena; /* owns the view; the block too, unless that was attached */
  const struct ft_plan_block *block;
  const struct ft_kernel *kernel;
  enum ft_problem problem;
  enum ft_link link;
  double threshold;
  struct ft_field target;
  struct ft_encoding encoding;
  const struct ft_feature_block *feature; /* in the block; one a feature */
  uint32_t labels;
  const struct ft_span *label;
  uint32_t outputs;
  uint32_t sums; /* at least `outputs` */
  uint32_t members;
  const struct ft_member_block *member; /* in the block */
  const struct ft_forest_block *forest; /* in the block */
  uint32_t nets;
  const struct ft_net *net;             /* its numbers are in the block */
  const struct ft_linear_block *linear; /* in the block */
};

struct ft_scratch {
  struct ft_arena arena;      /* owns everything, the scratch too */
  struct ft_source *source;   /* one a feature */
  float *block;               /* features × FT_FEATURE_STRIDE; at least one feature */
  int64_t *sum;               /* most outputs of a member × FT_BLOCK_ROWS */
  double *margin;             /* max(sums, labels) × FT_BLOCK_ROWS: sums, the first of which become
                             * margins, then probabilities */
  struct ft_kernel_work work; /* borrows the above, and has its own */
  uint32_t **city;            /* as ft_city_make has it */
  struct ft_net_work net;     /* where the plan has nets */
  struct ft_linear_work linear;
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
