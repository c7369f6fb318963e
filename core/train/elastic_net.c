#include "core/train/elastic_net.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "foretell/maths.h"

#define MOST_COVARIANCE 1000  /* columns; beyond, the rows themselves are the metric */
#define COVARIANCE_WORK 4e9   /* products, at most; fewer rows then */
#define MOST_PARABOLAS  60    /* of a penalty */
#define MOST_RAISES     60    /* of a parabola's curvature: it was off by rounding then */
#define MOST_SWEEPS     100   /* of a parabola */
#define TOLERANCE       1e-7  /* of the loss without any weight: less is no progress */
#define SWEEP_SHARE     1e-3  /* of the first sweep's progress: a later one with less is the last */
#define LEAST_VARIANCE  1e-12 /* a column of less is constant */
#define ROUNDING        0.01  /* of the metric */
#define SLACK           1e-13 /* rounding of a loss */

struct ft_elastic_net {
  struct ft_elastic_net_task task;
  size_t rows;
  uint32_t columns;
  double *mean;       /* columns */
  double *variance;   /* columns */
  double *covariance; /* columns × columns, or NULL */
  double *curvature;  /* outputs: of the loss over the margin, where all weights are 0 */
  bool *frozen;       /* outputs: intercepts that stay */
  double factor;      /* of the curvatures */
  double least_loss;  /* progress that counts */
  double loss;
  double *weight;    /* outputs × columns */
  double *intercept; /* outputs */
  double *residual;  /* outputs × rows: the loss's slope over each margin */
  double *gradient;  /* outputs × columns: of the mean loss */
  double *level;     /* outputs: the mean residual, an intercept's gradient */
  double *next_weight;
  double *next_intercept;
  double *next_residual;
  double *moved;  /* of one output: covariance × step, or columns × step a row */
  double *change; /* columns */
  double offset;  /* of `moved` a row: what centring takes off */
};

static bool is_late(const struct ft_elastic_net *net) {
  return net->task.end && ft_fit_is_late(net->task.end);
}

static double soften(double value, double by) {
  return value > by ? value - by : value < -by ? value + by : 0;
}

/* Loss of a row, and its slopes into margin itself. */
static double slope_row(const struct ft_elastic_net *net, double *margin, double target) {
  size_t rows = net->rows;
  if (net->task.problem == FT_REGRESSION) {
    *margin -= target;
    return 0.5 * *margin * *margin;
  }
  if (net->task.problem == FT_BINARY) {
    double small = ft_exp(-fabs(*margin)), against = target > 0.5 ? -*margin : *margin;
    double loss = (against > 0 ? against : 0) + ft_log(1 + small);
    double likely = 1 / (1 + small);
    *margin = (*margin > 0 ? likely : 1 - likely) - (target > 0.5);
    return loss;
  }
  double largest = margin[0], sum = 0, own = margin[(size_t)target * rows];
  for (uint32_t k = 1; k < net->task.outputs; k++)
    largest = fmax(largest, margin[k * rows]);
  for (uint32_t k = 0; k < net->task.outputs; k++) {
    margin[k * rows] = ft_exp(margin[k * rows] - largest);
    sum += margin[k * rows];
  }
  for (uint32_t k = 0; k < net->task.outputs; k++)
    margin[k * rows] = margin[k * rows] / sum - (k == (uint32_t)target);
  return largest + ft_log(sum) - own;
}

static double start_of(const struct ft_elastic_net *net, const double *weight, double intercept) {
  for (uint32_t j = 0; j < net->columns; j++)
    intercept -= weight[j] * net->mean[j];
  return intercept;
}

/* Mean loss at the weights; the residuals are filled. */
static double evaluate(const struct ft_elastic_net *net, double *residual, const double *weight,
                       const double *intercept) {
  for (uint32_t k = 0; k < net->task.outputs; k++) {
    const double *of_output = weight + (size_t)k * net->columns;
    double *margin = residual + k * net->rows, start = start_of(net, of_output, intercept[k]);
    for (size_t i = 0; i < net->rows; i++)
      margin[i] = start;
    ft_design_add(margin, net->task.design, of_output);
  }
  double sum = 0;
  for (size_t i = 0; i < net->rows; i++)
    sum += slope_row(net, residual + i, net->task.target[i]);
  return sum / (double)net->rows;
}

static void find_gradient(struct ft_elastic_net *net) {
  double share = 1 / (double)net->rows;
  for (uint32_t k = 0; k < net->task.outputs; k++) {
    const double *residual = net->residual + k * net->rows;
    double *gradient = net->gradient + (size_t)k * net->columns, sum = 0;
    for (size_t i = 0; i < net->rows; i++)
      sum += residual[i];
    net->level[k] = sum * share;
    ft_design_project(gradient, net->task.design, residual);
    for (uint32_t j = 0; j < net->columns; j++)
      gradient[j] = (gradient[j] - net->mean[j] * sum) * share;
  }
}

/* One output's part of the parabola, and its penalty. */
struct parabola {
  double curvature; /* a column's is this times its variance */
  double absolute;  /* penalty of |w| */
  double square;    /* penalty of w^2 / 2 */
  double *weight;
  const double *gradient; /* at the parabola's middle */
};

/* The best step of one weight; `slope` is the covariance with the steps so far. */
static double step_weight(const struct ft_elastic_net *net, const struct parabola *parabola,
                          uint32_t j, double slope, double *progress) {
  double curvature = parabola->curvature * net->variance[j], old = parabola->weight[j];
  double pull = curvature * old - (parabola->gradient[j] + parabola->curvature * slope);
  double step = soften(pull, parabola->absolute) / (curvature + parabola->square) - old;
  parabola->weight[j] = old + step;
  *progress += (curvature + parabola->square) * step * step;
  return step;
}

static double sweep_covariance(struct ft_elastic_net *net, const struct parabola *parabola) {
  double progress = 0;
  for (uint32_t j = 0; j < net->columns; j++) {
    if (net->variance[j] < LEAST_VARIANCE) continue;
    double step = step_weight(net, parabola, j, net->moved[j], &progress);
    if (step == 0) continue;
    const double *line = net->covariance + (size_t)j * net->columns;
    for (uint32_t i = 0; i < net->columns; i++)
      net->moved[i] += step * line[i];
  }
  return progress;
}

/* The codes of a feature have no row in common: one pass serves all of them. */
static double sweep_codes(struct ft_elastic_net *net, const struct parabola *parabola,
                          uint32_t lookup) {
  const struct ft_design *design = net->task.design;
  const struct ft_lookup *of = &design->basis->lookup[lookup];
  const uint16_t *code = design->code + lookup * net->rows;
  double *change = net->change, progress = 0;
  memset(change, 0, of->rows * sizeof *change);
  for (size_t i = 0; i < net->rows; i++)
    change[code[i]] += net->moved[i];
  for (uint32_t c = 0; c < of->rows; c++) {
    uint32_t j = of->first + c;
    double slope = change[c] / (double)net->rows + net->offset * net->mean[j];
    change[c] = 0;
    if (net->variance[j] < LEAST_VARIANCE) continue;
    change[c] = step_weight(net, parabola, j, slope, &progress);
    net->offset -= change[c] * net->mean[j];
  }
  for (size_t i = 0; i < net->rows; i++)
    net->moved[i] += change[code[i]];
  return progress;
}

static double sweep_rows(struct ft_elastic_net *net, const struct parabola *parabola) {
  const struct ft_design *design = net->task.design;
  double progress = 0;
  for (uint32_t t = 0; t < design->basis->terms; t++) {
    if (net->variance[t] < LEAST_VARIANCE) continue;
    const float *column = design->term + t * net->rows;
    double slope = ft_design_dot(column, net->moved, net->rows) / (double)net->rows +
                   net->offset * net->mean[t];
    double step = step_weight(net, parabola, t, slope, &progress);
    if (step == 0) continue;
    ft_design_axpy(net->moved, column, step, net->rows);
    net->offset -= step * net->mean[t];
  }
  for (uint32_t l = 0; l < design->basis->lookups; l++)
    progress += sweep_codes(net, parabola, l);
  return progress;
}

/* The step's length in the metric, squared; one output's. */
static double length_of(const struct ft_elastic_net *net, const double *weight,
                        const double *next) {
  double sum = 0;
  if (net->covariance) {
    for (uint32_t j = 0; j < net->columns; j++)
      sum += (next[j] - weight[j]) * net->moved[j];
    return sum;
  }
  for (size_t i = 0; i < net->rows; i++)
    sum += (net->moved[i] + net->offset) * (net->moved[i] + net->offset);
  return sum / (double)net->rows;
}

static void descend(struct ft_elastic_net *net, const struct parabola *parabola) {
  size_t moved = net->covariance ? net->columns : net->rows;
  memset(net->moved, 0, moved * sizeof *net->moved);
  net->offset = 0;
  double first = 0;
  for (uint32_t sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    double progress = net->covariance ? sweep_covariance(net, parabola) : sweep_rows(net, parabola);
    if (sweep == 0) first = progress;
    if (progress <= SWEEP_SHARE * first || progress <= 0.01 * net->least_loss) break;
    if (is_late(net)) break;
  }
}

/* To the parabola's least point; what it promises beyond the loss here: linear and square part. */
static void step_to_least(struct ft_elastic_net *net, double penalty, double *linear,
                          double *square) {
  *linear = *square = 0;
  for (uint32_t k = 0; k < net->task.outputs; k++) {
    size_t first = (size_t)k * net->columns;
    struct parabola parabola = { .curvature = net->factor * net->curvature[k],
                                 .absolute = penalty * net->task.share,
                                 .square = penalty * (1 - net->task.share),
                                 .weight = net->next_weight + first,
                                 .gradient = net->gradient + first };
    memcpy(parabola.weight, net->weight + first, net->columns * sizeof *parabola.weight);
    descend(net, &parabola);
    for (uint32_t j = 0; j < net->columns; j++)
      *linear += net->gradient[first + j] * (parabola.weight[j] - net->weight[first + j]);
    *square += parabola.curvature * length_of(net, net->weight + first, parabola.weight);
    double rise = net->frozen[k] ? 0 : -net->level[k] / parabola.curvature;
    net->next_intercept[k] = net->intercept[k] + rise;
    *linear += net->level[k] * rise;
    *square += parabola.curvature * rise * rise;
  }
}

static double penalty_of(const struct ft_elastic_net *net, const double *weight, double penalty) {
  double absolute = 0, square = 0;
  for (size_t j = 0; j < (size_t)net->columns * net->task.outputs; j++) {
    absolute += fabs(weight[j]);
    square += weight[j] * weight[j];
  }
  return penalty * (net->task.share * absolute + 0.5 * (1 - net->task.share) * square);
}

static void swap(double **a, double **b) {
  double *keep = *a;
  *a = *b;
  *b = keep;
}

/* One parabola; the progress made, or a negative number when the deadline came. */
static double improve(struct ft_elastic_net *net, double penalty) {
  double linear, square, next;
  find_gradient(net);
  for (uint32_t i = 0; i < MOST_RAISES; i++) {
    step_to_least(net, penalty, &linear, &square);
    next = evaluate(net, net->next_residual, net->next_weight, net->next_intercept);
    if (is_late(net)) return -1;
    double slack = SLACK * (1 + fabs(net->loss));
    if (!(next > net->loss + linear + 0.5 * square + slack)) break;
    net->factor *= 2;
  }
  double before = net->loss + penalty_of(net, net->weight, penalty);
  if (square > net->least_loss) /* the curvature as it was on the way */
    net->factor *= fmin(1, fmax(0.2, 2 * (next - net->loss - linear) / square));
  net->loss = next;
  swap(&net->weight, &net->next_weight);
  swap(&net->intercept, &net->next_intercept);
  swap(&net->residual, &net->next_residual);
  return fmax(0, before - net->loss - penalty_of(net, net->weight, penalty));
}

bool ft_elastic_net_solve(struct ft_elastic_net *net, double penalty) {
  for (uint32_t i = 0; i < MOST_PARABOLAS; i++) {
    double progress = improve(net, penalty);
    if (progress < 0) return false;
    if (progress < net->least_loss) break;
  }
  return true;
}

static void find_moments(struct ft_elastic_net *net, double *ones) {
  const struct ft_design *design = net->task.design;
  for (size_t i = 0; i < net->rows; i++)
    ones[i] = 1;
  ft_design_project(net->mean, design, ones);
  for (uint32_t j = 0; j < net->columns; j++)
    net->mean[j] /= (double)net->rows;
  for (uint32_t t = 0; t < design->basis->terms; t++) {
    double sum = 0;
    for (size_t i = 0; i < net->rows; i++) {
      double difference = design->term[t * net->rows + i] - net->mean[t];
      sum += difference * difference;
    }
    net->variance[t] = sum / (double)net->rows;
  }
  for (uint32_t j = design->basis->terms; j < net->columns; j++)
    net->variance[j] = net->mean[j] * (1 - net->mean[j]);
}

/* The margins without any column, and the loss's curvature there. */
static void find_start(struct ft_elastic_net *net) {
  double rows = (double)net->rows, sum = 0;
  if (net->task.problem != FT_MULTICLASS) {
    for (size_t i = 0; i < net->rows; i++)
      sum += net->task.target[i];
    bool regression = net->task.problem == FT_REGRESSION;
    net->frozen[0] = !regression && (sum == 0 || sum == rows);
    double share = net->frozen[0] ? (sum + 0.5) / (rows + 1) : sum / rows;
    net->intercept[0] = regression ? share : ft_log(share / (1 - share));
    net->curvature[0] = regression ? 1 : share * (1 - share);
    return;
  }
  for (size_t i = 0; i < net->rows; i++)
    net->intercept[(uint32_t)net->task.target[i]] += 1;
  for (uint32_t k = 0; k < net->task.outputs; k++) {
    net->frozen[k] = net->intercept[k] == 0;
    double share = (net->intercept[k] + 0.5) / (rows + 0.5 * net->task.outputs);
    net->intercept[k] = ft_log(share);
    net->curvature[k] = share * (1 - share);
  }
}

/* Of some rows only it may be flat where the loss is not: then it is made a little rounder. */
static bool find_metric(struct ft_elastic_net *net) {
  double columns = (double)net->columns + 1;
  size_t most = (size_t)(COVARIANCE_WORK / (columns * columns)) + 1;
  if (!ft_design_covariance(net->covariance, net->task.design, most, net->task.end)) return false;
  for (uint32_t j = 0; j < net->columns; j++) {
    double *own = &net->covariance[(size_t)j * net->columns + j];
    *own = fmax(*own, net->variance[j]) * (most < net->rows ? 1 + ROUNDING : 1);
    net->variance[j] = *own;
  }
  return true;
}

static bool take_room(struct ft_elastic_net *net, struct ft_arena *arena) {
  size_t outputs = net->task.outputs, columns = net->columns, rows = net->rows;
  bool covariance = columns <= MOST_COVARIANCE;
  double **each[] = { &net->weight, &net->next_weight, &net->gradient };
  double **few[] = { &net->curvature, &net->intercept, &net->next_intercept, &net->level };
  double **wide[] = { &net->mean, &net->variance, &net->change };
  bool whole = true;
  for (size_t i = 0; i < sizeof each / sizeof *each; i++)
    whole &= (*each[i] = FT_ARENA_NEW(arena, double, outputs *columns + 1)) != NULL;
  for (size_t i = 0; i < sizeof few / sizeof *few; i++)
    whole &= (*few[i] = FT_ARENA_NEW(arena, double, outputs)) != NULL;
  for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
    whole &= (*wide[i] = FT_ARENA_NEW(arena, double, columns + 1)) != NULL;
  net->residual = FT_ARENA_NEW(arena, double, outputs *rows);
  net->next_residual = FT_ARENA_NEW(arena, double, outputs *rows);
  net->moved = FT_ARENA_NEW(arena, double, (covariance ? columns : rows) + 1);
  net->frozen = FT_ARENA_NEW(arena, bool, outputs);
  if (covariance) net->covariance = FT_ARENA_NEW(arena, double, columns *columns + 1);
  return whole && net->residual && net->next_residual && net->moved && net->frozen &&
         (net->covariance || !covariance);
}

enum ft_status ft_elastic_net_make(struct ft_elastic_net **out, struct ft_arena *arena,
                                   const struct ft_elastic_net_task *task, struct ft_error *err) {
  struct ft_elastic_net *net = FT_ARENA_NEW(arena, struct ft_elastic_net, 1);
  if (!net) return ft_arena_fail(err, "the learner");
  net->task = *task;
  net->rows = task->design->rows;
  net->columns = task->design->basis->columns;
  net->factor = 1;
  if (!take_room(net, arena)) return ft_arena_fail(err, "the learner");
  find_moments(net, net->residual);
  find_start(net);
  *out = NULL;
  if (net->covariance && !find_metric(net)) return FT_OK;
  net->loss = evaluate(net, net->residual, net->weight, net->intercept);
  net->least_loss = TOLERANCE * net->loss + DBL_MIN;
  *out = net;
  return FT_OK;
}

const double *ft_elastic_net_weights(const struct ft_elastic_net *net) {
  return net->weight;
}

void ft_elastic_net_origin(double *out, const struct ft_elastic_net *net) {
  for (uint32_t k = 0; k < net->task.outputs; k++)
    out[k] = start_of(net, net->weight + (size_t)k * net->columns, net->intercept[k]);
}

double ft_elastic_net_objective(const struct ft_elastic_net *net, double penalty) {
  return net->loss + penalty_of(net, net->weight, penalty);
}
