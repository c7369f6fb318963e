#include "core/train/predictions.h"

#include <stdlib.h>

#include "core/learn/loss.h"

void ft_predictions_release(struct ft_predictions *p) {
  free(p->value);
  free(p->target);
  free(p->probability);
  free(p->label);
}

static void choose_label(struct ft_predictions *p, size_t row, double threshold) {
  const double *probability = p->probability + row * p->labels;
  if (p->labels == 2 && threshold > 0) {
    p->label[row] = probability[1] >= threshold;
    return;
  }
  uint32_t best = 0;
  for (uint32_t l = 1; l < p->labels; l++)
    if (probability[l] > probability[best]) best = l;
  p->label[row] = best;
}

enum ft_status ft_predictions_make(struct ft_predictions *p, const struct ft_scored *scored,
                                   double threshold, struct ft_error *err) {
  *p = (struct ft_predictions){ .labels = scored->problem == FT_BINARY ? 2 : scored->outputs };
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
      p->value[r] = scored->centre + scored->scale * margin[0];
      p->target[r] = scored->centre + scored->scale * scored->target[r];
      continue;
    }
    ft_loss_probabilities(p->probability + r * p->labels, scored->problem, scored->outputs, margin);
    p->value[r] = p->probability[r * p->labels + 1];
    choose_label(p, r, scored->problem == FT_BINARY ? threshold : 0);
  }
  return FT_OK;
}
