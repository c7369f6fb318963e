#include "core/learn/regression_state.h"

#include <math.h>
#include <string.h>

#include "foretell/maths.h"

enum ft_status ft_regression_state_make(struct ft_regression_state *out, struct ft_arena *arena,
                                        const struct ft_regression *of, struct ft_error *err) {
  size_t outputs = of->outputs, columns = of->design->basis->columns, rows = of->design->rows;
  struct ft_regression_state state = { .weight = FT_ARENA_NEW(arena, double, outputs *columns),
                                       .intercept = FT_ARENA_NEW(arena, double, outputs),
                                       .gradient = FT_ARENA_NEW(arena, double, outputs *columns),
                                       .level = FT_ARENA_NEW(arena, double, outputs),
                                       .origin = FT_ARENA_NEW(arena, double, outputs),
                                       .residual = FT_ARENA_NEW(arena, double, outputs *rows) };
  if (!state.weight || !state.intercept || !state.gradient || !state.level || !state.origin ||
      !state.residual)
    return ft_arena_fail(err, "the learner");
  *out = state;
  return FT_OK;
}

static double origin_of(const struct ft_regression_state *state, const struct ft_regression *of,
                        uint32_t output) {
  size_t columns = of->design->basis->columns;
  double origin = state->intercept[output];
  for (size_t j = 0; j < columns; j++)
    origin -= state->weight[output * columns + j] * of->mean[j];
  return origin;
}

/* Loss of a row, and its slopes into margin itself. */
static double slope_row(const struct ft_regression *of, double *margin, double target) {
  size_t rows = of->design->rows;
  /* Of half the squared error the slope is the residual. */
  if (of->problem == FT_REGRESSION) {
    *margin -= target;
    return 0.5 * *margin * *margin;
  }
  if (of->problem == FT_BINARY) {
    /* log(1 + exp(against)) with an exponential of at most 1; p - t is the slope. */
    double small = ft_exp(-fabs(*margin)), against = target > 0.5 ? -*margin : *margin;
    double loss = (against > 0 ? against : 0) + ft_log(1 + small);
    double likely = 1 / (1 + small);
    *margin = (*margin > 0 ? likely : 1 - likely) - (target > 0.5);
    return loss;
  }
  /* Softmax and its log loss, the largest margin taken off. */
  double largest = margin[0], sum = 0, own = margin[(size_t)target * rows];
  for (uint32_t k = 1; k < of->outputs; k++)
    largest = fmax(largest, margin[k * rows]);
  for (uint32_t k = 0; k < of->outputs; k++) {
    margin[k * rows] = ft_exp(margin[k * rows] - largest);
    sum += margin[k * rows];
  }
  for (uint32_t k = 0; k < of->outputs; k++)
    margin[k * rows] = margin[k * rows] / sum - (k == (uint32_t)target);
  return largest + ft_log(sum) - own;
}

/* Of a block of rows, while its columns are near: margins, residuals, their part of the slopes. */
static double evaluate_block(struct ft_regression_state *state, const struct ft_regression *of,
                             struct ft_design_rows rows) {
  size_t columns = of->design->basis->columns, stride = of->design->rows;
  double *residual = state->residual + rows.first, loss = 0;
  for (uint32_t k = 0; k < of->outputs; k++) {
    for (size_t i = 0; i < rows.rows; i++)
      residual[k * stride + i] = state->origin[k];
    ft_design_add(residual + k * stride, of->design, rows, state->weight + k * columns);
  }
  for (size_t i = 0; i < rows.rows; i++)
    loss += slope_row(of, residual + i, of->target[rows.first + i]);
  for (uint32_t k = 0; k < of->outputs; k++) {
    for (size_t i = 0; i < rows.rows; i++)
      state->level[k] += residual[k * stride + i];
    ft_design_project(state->gradient + k * columns, of->design, rows, residual + k * stride);
  }
  return loss;
}

void ft_regression_state_evaluate(struct ft_regression_state *state,
                                  const struct ft_regression *of) {
  size_t columns = of->design->basis->columns, rows = of->design->rows;
  double share = 1 / (double)rows, sum = 0;
  memset(state->gradient, 0, of->outputs * columns * sizeof *state->gradient);
  memset(state->level, 0, of->outputs * sizeof *state->level);
  for (uint32_t k = 0; k < of->outputs; k++)
    state->origin[k] = origin_of(state, of, k);
  for (size_t first = 0; first < rows; first += FT_DESIGN_BLOCK) {
    size_t left = rows - first;
    struct ft_design_rows block = { first, left < FT_DESIGN_BLOCK ? left : FT_DESIGN_BLOCK };
    sum += evaluate_block(state, of, block);
  }
  for (uint32_t k = 0; k < of->outputs; k++) {
    double *gradient = state->gradient + k * columns;
    /* Of centred columns: sum of r (x - mean) = sum of r x - mean × sum of r. */
    for (size_t j = 0; j < columns; j++)
      gradient[j] = (gradient[j] - of->mean[j] * state->level[k]) * share;
    state->level[k] *= share;
  }
  state->loss = sum * share;
}
