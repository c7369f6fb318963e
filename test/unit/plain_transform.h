/* A model's transforms of one row's sums, by plain loops. */
#ifndef FORETELL_TEST_UNIT_PLAIN_TRANSFORM_H
#define FORETELL_TEST_UNIT_PLAIN_TRANSFORM_H

#include "foretell/maths.h"
#include "foretell/model.h"

#define PLAIN_MAX_SUMS 64

static inline uint32_t plain_highest(const double *x, uint32_t count) {
  uint32_t highest = 0;
  for (uint32_t i = 1; i < count; i++)
    if (x[i] > x[highest]) highest = i;
  return highest;
}

static inline void plain_softmax(double *x, uint32_t count) {
  double total = 0, max = x[plain_highest(x, count)];
  for (uint32_t i = 0; i < count; i++)
    total += x[i] = ft_exp(x[i] - max);
  for (uint32_t i = 0; i < count; i++)
    x[i] /= total;
}

static inline void plain_linear(double *sum, const struct ft_transform *t) {
  for (uint32_t o = 0; o < t->outputs; o++) {
    sum[t->to + o] += t->number[o];
    for (uint32_t s = 0; s < t->count; s++)
      sum[t->to + o] += t->number[(s + 1) * t->outputs + o] * sum[t->first + s];
  }
}

static inline void plain_together(double *x, const struct ft_transform *t) {
  double total = 0;
  const uint32_t highest = plain_highest(x, t->count);
  for (uint32_t i = 0; i < t->count; i++)
    total += x[i];
  for (uint32_t i = 0; i < t->count; i++)
    if (t->kind == FT_TRANSFORM_HIGHEST)
      x[i] = i == highest;
    else if (total != 0)
      x[i] /= total;
}

static inline void plain_transforms(double *sum, const struct ft_model *model) {
  for (uint32_t n = 0; n < model->transforms; n++) {
    const struct ft_transform *t = &model->transform[n];
    double *x = sum + t->first;
    switch (t->kind) {
    case FT_TRANSFORM_LINEAR: plain_linear(sum, t); break;
    case FT_TRANSFORM_SOFTMAX: plain_softmax(x, t->count); break;
    case FT_TRANSFORM_NORMALIZE:
    case FT_TRANSFORM_HIGHEST: plain_together(x, t); break;
    default:
      for (uint32_t i = 0; i < t->count; i++)
        x[i] = t->kind == FT_TRANSFORM_LOGISTIC ? ft_logistic(x[i])
               : t->kind == FT_TRANSFORM_EXP    ? ft_exp(x[i])
                                                : x[i] > 0;
    }
  }
}

#endif
