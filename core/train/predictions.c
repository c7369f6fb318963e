#include "core/train/predictions.h"

#include <assert.h>
#include <stdlib.h>

#include "core/learn/loss.h"
#include "foretell/maths.h"

void ft_predictions_release(struct ft_scored_predictions *p) {
  free(p->value);
  free(p->target);
  free(p->probability);
  free(p->label);
}

static double follow_link(enum ft_link link, double margin) {
  switch (link) {
  case FT_LINK_LOGISTIC: return ft_logistic(margin);
  case FT_LINK_EXP: return ft_exp(margin);
  case FT_LINK_HINGE: return margin > 0;
  default: return margin;
  }
}

static void choose_label(struct ft_scored_predictions *p, size_t row, double threshold) {
  const double *probability = p->probability + row * p->labels;
  if (p->labels == 2 && threshold > 0) {
    p->label[row] = probability[1] >= threshold;
    return;
  }
  /* Several labels: the most probable one; the first of equals. */
  assert(p->labels > 0);
  uint32_t best = 0;
  for (uint32_t l = 1; l < p->labels; l++)
    if (probability[l] > probability[best]) best = l;
  p->label[row] = best;
}

enum ft_status ft_predictions_make(struct ft_scored_predictions *p, const struct ft_scored *scored,
                                   double threshold, struct ft_error *err) {
  *p = (struct ft_scored_predictions){ .labels =
                                           scored->problem == FT_BINARY ? 2 : scored->outputs };
  size_t rows = scored->rows;
  p->value = calloc(rows + 1, sizeof *p->value);
  p->target = calloc(rows + 1, sizeof *p->target);
  p->probability = calloc(rows * p->labels + 1, sizeof *p->probability);
  p->label = calloc(rows + 1, sizeof *p->label);
  if (!p->value || !p->target || !p->probability || !p->label) {
    ft_predictions_release(p);
    return ft_fail(err, FT_NOMEM, "out of memory to score %zu rows", rows);
  }
  for (size_t r = 0; r < rows; r++) {
    const double *margin = scored->margin + r * scored->outputs;
    p->target[r] = scored->target[r];
    if (scored->problem == FT_REGRESSION) {
      p->value[r] = follow_link(scored->link, scored->centre + scored->scale * margin[0]);
      p->target[r] = scored->centre + scored->scale * scored->target[r];
      continue;
    }
    double *probability = p->probability + r * p->labels;
    ft_loss_probabilities(probability, scored->problem, scored->outputs, margin);
    /* The hinge's margin says which side a row is on, and no probability. */
    if (scored->link == FT_LINK_HINGE) {
      probability[1] = follow_link(scored->link, margin[0]);
      probability[0] = 1 - probability[1];
    }
    p->value[r] = probability[1];
    choose_label(p, r, scored->problem == FT_BINARY ? threshold : 0);
  }
  return FT_OK;
}
