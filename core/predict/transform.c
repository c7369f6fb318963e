#include "core/predict/transform.h"

#include <string.h>

static double *sum_at(double *sum, uint32_t index) {
  return sum + (size_t)index * FT_BLOCK_ROWS;
}

/* The highest of each row. */
static void find_highest(double *highest, double *x, uint32_t count, size_t rows) {
  memcpy(highest, x, rows * sizeof *highest);
  for (uint32_t i = 1; i < count; i++) {
    const double *own = sum_at(x, i);
    for (size_t r = 0; r < rows; r++)
      highest[r] = own[r] > highest[r] ? own[r] : highest[r];
  }
}

static void divide(double *x, uint32_t count, const double *by, size_t rows) {
  for (uint32_t i = 0; i < count; i++)
    for (size_t r = 0; r < rows; r++)
      sum_at(x, i)[r] /= by[r];
}

void ft_softmax(double *x, uint32_t count, const struct ft_kernel *kernel, size_t rows) {
  double highest[FT_BLOCK_ROWS], total[FT_BLOCK_ROWS] = { 0 };
  find_highest(highest, x, count, rows);
  for (uint32_t i = 0; i < count; i++) {
    double *own = sum_at(x, i);
    for (size_t r = 0; r < rows; r++)
      own[r] -= highest[r];
    kernel->exp_each(own, rows);
    for (size_t r = 0; r < rows; r++)
      total[r] += own[r];
  }
  divide(x, count, total, rows);
}

static void normalize(double *x, uint32_t count, size_t rows) {
  double total[FT_BLOCK_ROWS] = { 0 };
  for (uint32_t i = 0; i < count; i++)
    for (size_t r = 0; r < rows; r++)
      total[r] += sum_at(x, i)[r];
  for (size_t r = 0; r < rows; r++)
    total[r] = total[r] == 0.0 ? 1.0 : total[r];
  divide(x, count, total, rows);
}

static void mark_highest(double *x, uint32_t count, size_t rows) {
  double highest[FT_BLOCK_ROWS];
  uint32_t place[FT_BLOCK_ROWS] = { 0 };
  memcpy(highest, x, rows * sizeof *highest);
  for (uint32_t i = 1; i < count; i++)
    for (size_t r = 0; r < rows; r++)
      if (sum_at(x, i)[r] > highest[r]) {
        highest[r] = sum_at(x, i)[r];
        place[r] = i;
      }
  for (uint32_t i = 0; i < count; i++)
    for (size_t r = 0; r < rows; r++)
      sum_at(x, i)[r] = place[r] == i ? 1.0 : 0.0;
}

static void mark_above(double *x, size_t rows) {
  for (size_t r = 0; r < rows; r++)
    x[r] = x[r] > 0.0 ? 1.0 : 0.0;
}

static void add_linear(double *sum, const struct ft_transform_block *transform,
                       const double *number, size_t rows) {
  const uint32_t outputs = transform->outputs;
  for (uint32_t o = 0; o < outputs; o++) {
    double *to = sum_at(sum, transform->to + o);
    for (size_t r = 0; r < rows; r++)
      to[r] += number[o];
    for (uint32_t s = 0; s < transform->count; s++) {
      const double weight = number[(size_t)(s + 1) * outputs + o];
      const double *from = sum_at(sum, transform->first + s);
      for (size_t r = 0; r < rows; r++)
        to[r] += weight * from[r];
    }
  }
}

static void transform_one(double *sum, const struct ft_transform_block *transform,
                          const struct ft_plan_block *plan, const struct ft_kernel *kernel,
                          size_t rows) {
  double *x = sum_at(sum, transform->first);
  const uint32_t count = transform->count;
  switch ((enum ft_transform_kind)transform->kind) {
  case FT_TRANSFORM_LOGISTIC:
    for (uint32_t i = 0; i < count; i++)
      kernel->logistic_each(sum_at(x, i), rows);
    break;
  case FT_TRANSFORM_EXP:
    for (uint32_t i = 0; i < count; i++)
      kernel->exp_each(sum_at(x, i), rows);
    break;
  case FT_TRANSFORM_ABOVE:
    for (uint32_t i = 0; i < count; i++)
      mark_above(sum_at(x, i), rows);
    break;
  case FT_TRANSFORM_SOFTMAX: ft_softmax(x, count, kernel, rows); break;
  case FT_TRANSFORM_NORMALIZE: normalize(x, count, rows); break;
  case FT_TRANSFORM_HIGHEST: mark_highest(x, count, rows); break;
  default: /* FT_TRANSFORM_LINEAR */
    add_linear(sum, transform, FT_PART(plan, double, transform->number), rows);
  }
}

void ft_transform_sums(double *sum, const struct ft_plan_block *plan,
                       const struct ft_kernel *kernel, size_t rows) {
  const struct ft_transform_block *transform =
      FT_PART(plan, struct ft_transform_block, plan->transform);
  for (uint64_t i = 0; i < plan->transform.count; i++)
    transform_one(sum, &transform[i], plan, kernel, rows);
}
