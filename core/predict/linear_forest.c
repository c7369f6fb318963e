#include "core/predict/linear_forest.h"

#include <string.h>

#include "core/predict/kernel.h"

enum ft_status ft_linear_work_make(struct ft_linear_work *out, struct ft_arena *arena,
                                   const struct ft_plan_block *plan, struct ft_error *err) {
  const struct ft_linear_block *linear = FT_PART(plan, struct ft_linear_block, plan->linear);
  size_t slots = 0, outputs = plan->linear.count ? plan->max_outputs : 0;
  for (uint64_t i = 0; i < plan->linear.count; i++)
    slots = linear[i].number.count > slots ? linear[i].number.count : slots;
  struct ft_linear_work work = { .number = FT_ARENA_NEW(arena, double, slots *FT_BLOCK_ROWS),
                                 .sum = FT_ARENA_NEW(arena, double, outputs *FT_BLOCK_ROWS) };
  if (!work.number || !work.sum) return ft_arena_fail(err, "the prediction");
  *out = work;
  return FT_OK;
}

#define CONVERT_EACH(type)                                    \
  do {                                                        \
    const type *value = (const type *)column->values + first; \
    for (size_t r = 0; r < rows; r++)                         \
      out[r] = (double)value[r];                              \
  } while (0)

static void read_numbers(double *out, const struct ft_column *column, size_t first, size_t rows) {
  switch (column->type) {
  case FT_BOOL:
    for (size_t r = 0; r < rows; r++)
      out[r] = ((const uint8_t *)column->values)[first + r] ? 1.0 : 0.0;
    break;
  case FT_INT16: CONVERT_EACH(int16_t); break;
  case FT_INT32: CONVERT_EACH(int32_t); break;
  case FT_INT64: CONVERT_EACH(int64_t); break;
  case FT_FLOAT32: CONVERT_EACH(float); break;
  default: CONVERT_EACH(double); break; /* FT_FLOAT64, FT_DECIMAL */
  }
}

/* What is missing is the encoder's to say. */
static void fill_slot(double *out, const struct ft_column *column, const float *encoded,
                      size_t first, size_t rows) {
  read_numbers(out, column, first, rows);
  for (size_t r = 0; r < rows; r++)
    if (encoded[r] != encoded[r]) out[r] = (double)encoded[r];
}

static double leaf_value(const struct ft_linear_leaf *leaf, const struct ft_term_block *term,
                         const double *number) {
  double sum = leaf->constant;
  for (uint32_t i = 0; i < leaf->terms; i++) {
    const double x = number[(size_t)term[i].slot * FT_BLOCK_ROWS];
    if (x != x) return leaf->missing;
    sum += term[i].slope * x;
  }
  return sum;
}

static void fill_sums(double *sum, const struct ft_plan_block *plan,
                      const struct ft_linear_block *linear) {
  const double *base = FT_PART(plan, double, linear->splits.base);
  for (uint64_t g = 0; g < linear->splits.base.count; g++)
    for (size_t r = 0; r < FT_BLOCK_ROWS; r++)
      sum[g * FT_BLOCK_ROWS + r] = base[g];
}

void ft_linear_run(const struct ft_linear_work *work, const struct ft_plan_block *plan,
                   const struct ft_linear_block *linear, const struct ft_encoding *encoding,
                   const struct ft_column *column, const float *block, size_t first, size_t rows) {
  const struct ft_walk_tree *tree = FT_PART(plan, struct ft_walk_tree, linear->splits.walk_tree);
  const struct ft_linear_leaf *leaf = FT_PART(plan, struct ft_linear_leaf, linear->leaf);
  const struct ft_term_block *term = FT_PART(plan, struct ft_term_block, linear->term);
  const uint32_t *feature = FT_PART(plan, uint32_t, linear->number);
  for (uint64_t s = 0; s < linear->number.count; s++)
    fill_slot(work->number + s * FT_BLOCK_ROWS, &column[encoding->feature[feature[s]].field],
              block + (size_t)feature[s] * FT_FEATURE_STRIDE, first, rows);
  fill_sums(work->sum, plan, linear);
  for (uint64_t t = 0; t < linear->splits.walk_tree.count; t++) {
    double *sum = work->sum + (size_t)tree[t].output * FT_BLOCK_ROWS;
    int64_t place[FT_BLOCK_ROWS] = { 0 };
    ft_walk_tree(plan, &linear->splits, &tree[t], block, 0, rows, place);
    for (size_t r = 0; r < rows; r++)
      sum[r] += leaf_value(&leaf[place[r]], term + leaf[place[r]].first, work->number + r);
  }
}
