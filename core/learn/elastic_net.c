#include "core/learn/elastic_net.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/learn/penalty.h"
#include "core/learn/regression_state.h"
#include "foretell/maths.h"

#define MAX_COVARIANCE 1000 /* columns; beyond, the rows themselves are the metric */
#define MAX_METRICS    4e6  /* numbers in the outputs' covariances; beyond, all share one */
#define FIRST_WORK     4e9  /* products of a covariance, at most; fewer rows then */
#define LATER_WORK     2e8  /* of all outputs' weighted ones */
#define MIN_ROWS       1000
#define SLOW           10    /* parabolas of a penalty that ask for a new metric */
#define MAX_PARABOLAS  60    /* of a penalty */
#define MAX_RAISES     60    /* of a parabola's steepness: it was off by rounding then */
#define MAX_SWEEPS     2000  /* of a parabola */
#define SWEEP_SHARE    0.01  /* of the first sweep's progress: a later one with less is the last */
#define EXACT_SHARE    1e-5  /* the same where the loss is a parabola itself: rows cost more */
#define MIN_VARIANCE   1e-12 /* a column of less is constant */
#define MIN_WEIGHT     1e-5  /* of a row in a metric */
#define ROUNDING       0.01  /* of a metric of some rows */
#define SLACK          1e-13 /* rounding of a loss */

/* One output's quadratic bound of the loss: its Hessian where the metric was made, as the covariance of
 * the columns, each row weighted by the loss's second derivative over its margin. */
struct metric {
  double *covariance; /* columns × columns, or NULL: the rows themselves */
  double *variance;   /* columns */
  double *shift;      /* columns: weighted less plain mean */
  double level;       /* an intercept's curvature */
  double scale;       /* of covariance and variance */
};

/* Invariants  `here` is evaluated at its own weights between calls; `next` and all below it are working
 *             memory of one step. Either all outputs have a covariance or none has.
 *             Column j has mean[j] taken off wherever it is multiplied, so intercepts are means of margins. */
struct ft_elastic_net {
  struct ft_elastic_net_task task;
  size_t rows;
  uint32_t columns;
  double *mean;           /* columns */
  double *variance;       /* columns */
  double *covariance;     /* of all outputs; columns × columns, or NULL */
  struct metric *metric;  /* outputs */
  double *shared;         /* columns: variances of `covariance` */
  double *own_covariance; /* outputs × columns × columns, or NULL: no metric of its own */
  double *own_variance;   /* outputs × columns */
  double *row_weight;     /* rows */
  bool *frozen;           /* outputs: intercepts that stay */
  double factor;          /* of the metrics */
  uint32_t parabolas;     /* that the last penalty took */
  double min_loss;        /* progress that counts */
  struct ft_regression of;
  struct ft_regression_state here;
  struct ft_regression_state next; /* where the next step leads */
  double *sloped; /* columns: of one output, the gradient where the intercept follows */
  double *across; /* outputs: a column's weights */
  double *moved;  /* of one output: covariance × step, or columns × step a row */
  double *change; /* columns */
  double offset;  /* of `moved` a row: what centring takes off */
};

static bool is_late(const struct ft_elastic_net *net) {
  return net->task.end && ft_fit_is_late(net->task.end);
}

/* One output's part of the parabola, and its penalty. */
struct parabola {
  const struct metric *metric;
  double curvature; /* a column's is this times its variance */
  double absolute;  /* penalty of |w| */
  double square;    /* penalty of w^2 / 2 */
  double *weight;
  const double *gradient; /* at the parabola's middle */
};

/* The best step of one weight; `slope` is the covariance with the steps so far. */
static double step_weight(const struct parabola *parabola, uint32_t j, double slope,
                          double *progress) {
  /* Friedman, Hastie, Tibshirani (2010), equation 5: the coordinate's least point is the
   * soft-thresholded pull over the curvature, both penalties included. */
  double curvature = parabola->curvature * parabola->metric->variance[j], old = parabola->weight[j];
  double pull = curvature * old - (parabola->gradient[j] + parabola->curvature * slope);
  double step = ft_penalty_soften(pull, parabola->absolute) / (curvature + parabola->square) - old;
  parabola->weight[j] = old + step;
  /* At most twice what this step lowers the parabola by. */
  *progress += (curvature + parabola->square) * step * step;
  return step;
}

static double sweep_covariance(struct ft_elastic_net *net, const struct parabola *parabola) {
  double progress = 0;
  for (uint32_t j = 0; j < net->columns; j++) {
    if (net->variance[j] < MIN_VARIANCE) continue;
    double step = step_weight(parabola, j, net->moved[j], &progress);
    /* Most weights stay 0 under a strong penalty: only steps cost a pass over the columns
     * ("covariance updates", section 2.2 there). */
    if (step == 0) continue;
    ft_design_axpy_double(net->moved, parabola->metric->covariance + (size_t)j * net->columns, step,
                          net->columns);
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
    /* The column is an indicator less its mean; `moved` has steps of uncentred columns, and
     * `offset` takes off what centring them would. */
    double slope = change[c] / (double)net->rows + net->offset * net->mean[j];
    change[c] = 0;
    /* A code of no row, or of all rows, says nothing beside the intercept. */
    if (net->variance[j] < MIN_VARIANCE) continue;
    change[c] = step_weight(parabola, j, slope, &progress);
    net->offset -= change[c] * net->mean[j];
  }
  for (size_t i = 0; i < net->rows; i++)
    net->moved[i] += change[code[i]];
  return progress;
}

static double sweep_rows(struct ft_elastic_net *net, const struct parabola *parabola) {
  const struct ft_design *design = net->task.design;
  double progress = 0;
  /* Too many columns for a covariance: the products are taken over the rows at every step
   * ("naive updates"). */
  for (uint32_t t = 0; t < design->basis->terms; t++) {
    if (net->variance[t] < MIN_VARIANCE) continue;
    const float *column = design->term + t * net->rows;
    double slope = ft_design_dot(column, net->moved, net->rows) / (double)net->rows +
                   net->offset * net->mean[t];
    double step = step_weight(parabola, t, slope, &progress);
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
  /* Step' × covariance × step, of which `moved` is the product of the last two. */
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
  /* A regression's loss is this very parabola: descending it further is exact progress. Of other
   * losses it is a bound that the next one replaces. */
  double share = net->task.problem == FT_REGRESSION ? EXACT_SHARE : SWEEP_SHARE, first = 0;
  for (uint32_t sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    double progress = net->covariance ? sweep_covariance(net, parabola) : sweep_rows(net, parabola);
    if (sweep == 0) first = progress;
    /* Also where the progress is far below what counts for the loss. */
    if (progress <= share * first || progress <= 0.01 * net->min_loss) break;
    if (is_late(net)) break;
  }
}

/* One output to the least point of its parabola; what that promises: linear and square part. The
 * intercept is where it is best for the weights. */
static void step_output(struct ft_elastic_net *net, uint32_t k, double penalty, double *linear,
                        double *square) {
  size_t first = (size_t)k * net->columns;
  const struct metric *metric = &net->metric[k];
  const double *weight = net->here.weight + first, *gradient = net->here.gradient + first;
  double level = net->frozen[k] ? 0 : net->here.level[k], across = 0;
  for (uint32_t j = 0; j < net->columns; j++)
    net->sloped[j] = gradient[j] - level * metric->shift[j];
  /* The intercept is minimised out: it follows every step of the weights, so the gradient is
   * that along this valley (Schur complement of the Hessian). */
  struct parabola parabola = { .metric = metric,
                               .curvature = net->factor * metric->scale,
                               .absolute = penalty * net->task.share,
                               .square = penalty * (1 - net->task.share),
                               .weight = net->next.weight + first,
                               .gradient = net->sloped };
  memcpy(parabola.weight, weight, net->columns * sizeof *weight);
  descend(net, &parabola);
  for (uint32_t j = 0; j < net->columns; j++) {
    double step = parabola.weight[j] - weight[j];
    *linear += gradient[j] * step;
    across += metric->shift[j] * step;
  }
  /* What the parabola promises is kept in two sums: linear and square part, which improve()
   * compares with the loss. */
  *square += parabola.curvature * length_of(net, weight, parabola.weight);
  double curvature = net->factor * metric->level, rise = -level / curvature;
  net->next.intercept[k] = net->here.intercept[k] + (net->frozen[k] ? 0 : rise - across);
  *linear += level * (rise - across);
  *square += curvature * rise * rise;
}

/* The penalty at the weights, divided by its strength. */
static double size_of(const struct ft_elastic_net *net) {
  return ft_penalty_size(net->here.weight, (size_t)net->columns * net->task.outputs,
                         net->task.share);
}

/* A column's weights may all be moved alike under softmax: no probability changes, but the penalty. */
static void balance(struct ft_elastic_net *net) {
  uint32_t outputs = net->task.outputs;
  for (uint32_t j = 0; outputs > 1 && j < net->columns; j++) {
    for (uint32_t k = 0; k < outputs; k++)
      net->across[k] = net->here.weight[(size_t)k * net->columns + j];
    double by = ft_penalty_balance(net->across, outputs, net->task.share);
    for (uint32_t k = 0; k < outputs && by != 0; k++)
      net->here.weight[(size_t)k * net->columns + j] -= by;
  }
}

/* One parabola; the progress made, or a negative number when the deadline came. */
static double improve(struct ft_elastic_net *net, double penalty) {
  double linear, square;
  struct ft_regression_state *here = &net->here, *next = &net->next;
  for (uint32_t i = 0; i < MAX_RAISES; i++) {
    linear = square = 0;
    for (uint32_t k = 0; k < net->task.outputs; k++)
      step_output(net, k, penalty, &linear, &square);
    ft_regression_state_evaluate(next, &net->of);
    if (is_late(net)) return -1;
    double slack = SLACK * (1 + fabs(here->loss));
    /* The parabola must bound the loss where it leads (majorisation); else it was too flat
     * there, and is made twice as steep. */
    if (!(next->loss > here->loss + linear + 0.5 * square + slack)) break;
    net->factor *= 2;
  }
  double before = here->loss + penalty * size_of(net);
  /* Follow the curvature that the loss showed, twice as steep for safety: a parabola too steep
   * makes steps too short. Falling by a factor of five at most, so that one odd step does not
   * undo it. */
  if (square > net->min_loss) /* the curvature as it was on the way */
    net->factor *= fmin(1, fmax(0.2, 2 * (next->loss - here->loss - linear) / square));
  /* Swap: the arrays of the old state are the room for the next one. */
  struct ft_regression_state kept = *here;
  *here = *next;
  *next = kept;
  /* After the gradient was taken: moving all weights of a column alike changes no softmax, and
   * so no gradient. */
  balance(net);
  return fmax(0, before - here->loss - penalty * size_of(net));
}

/* A covariance of some rows only may be flat where the loss is not: it is made a little rounder. */
static void round_metric(const struct ft_elastic_net *net, struct metric *metric, bool some) {
  for (uint32_t j = 0; j < net->columns; j++) {
    /* A ridge of 1 % of the diagonal, where the covariance is of a sample of the rows. */
    double *own = &metric->covariance[(size_t)j * net->columns + j];
    if (some) *own += ROUNDING * metric->level * net->variance[j];
    metric->variance[j] = *own;
  }
}

static size_t max_rows(const struct ft_elastic_net *net, double work) {
  /* A covariance takes rows × columns² products. */
  double columns = (double)net->columns + 1, max = work / (columns * columns);
  return max < MIN_ROWS ? MIN_ROWS : max > 1e9 ? (size_t)1e9 : (size_t)max;
}

/* The metric where all weights are 0: all rows bend alike. */
static bool find_metrics(struct ft_elastic_net *net) {
  size_t max = max_rows(net, FIRST_WORK);
  double share;
  struct metric whole = { .covariance = net->covariance, .variance = net->shared, .level = 1 };
  if (net->covariance) {
    if (!ft_design_covariance(net->covariance, net->sloped, &share, net->task.design, NULL, max,
                              net->task.end))
      return false;
    round_metric(net, &whole, max < net->rows);
  } else {
    memcpy(net->shared, net->variance, net->columns * sizeof *net->shared);
  }
  for (uint32_t k = 0; k < net->task.outputs; k++) {
    struct metric *metric = &net->metric[k];
    /* One covariance for all outputs, times each one's curvature p (1 - p) at its share of the
     * rows. */
    metric->covariance = net->covariance;
    metric->variance = net->shared;
    metric->scale = metric->level;
  }
  return true;
}

/* A row's share in an output's bend, where the network stands. */
static double weigh(const struct ft_elastic_net *net, uint32_t k, size_t row) {
  double residual = net->here.residual[k * net->rows + row], target = net->task.target[row];
  /* The residual is p - [target is k], so p is had without an exponential. */
  double own = net->task.outputs == 1 ? target : target == k;
  double likely = residual + own;
  /* p (1 - p), the second derivative of the log loss over the margin; kept away from 0, where
   * rows would have no say at all. */
  return fmax(likely * (1 - likely), MIN_WEIGHT);
}

/* Metrics anew where the network stands; false when the end came. */
static bool renew_metrics(struct ft_elastic_net *net) {
  if (!net->own_covariance) return true;
  size_t columns = net->columns, max = max_rows(net, LATER_WORK / net->task.outputs);
  for (uint32_t k = 0; k < net->task.outputs; k++) {
    struct metric *metric = &net->metric[k];
    for (size_t i = 0; i < net->rows; i++)
      net->row_weight[i] = weigh(net, k, i);
    metric->covariance = net->own_covariance + k * columns * columns;
    metric->variance = net->own_variance + k * columns;
    if (!ft_design_covariance(metric->covariance, metric->shift, &metric->level, net->task.design,
                              net->row_weight, max, net->task.end))
      return false;
    /* The covariance is around the weighted means, while columns are centred by the plain ones: the
     * intercept makes up for the difference. */
    for (uint32_t j = 0; j < net->columns; j++)
      metric->shift[j] -= net->mean[j];
    round_metric(net, metric, max < net->rows);
    metric->scale = 1;
  }
  net->factor = 1;
  return true;
}

bool ft_elastic_net_solve(struct ft_elastic_net *net, double penalty) {
  /* The last penalty was slow: the Hessian has moved away from the metric since. */
  if (net->parabolas >= SLOW && !renew_metrics(net)) return false;
  assert(penalty >= 0 && net->factor > 0);
  net->parabolas = 0;
  while (net->parabolas < MAX_PARABOLAS) {
    double progress = improve(net, penalty);
    if (progress < 0) return false;
    if (progress < net->min_loss) break;
    if (++net->parabolas % (2 * SLOW) == 0 && !renew_metrics(net)) return false;
  }
  return true;
}

static void find_moments(struct ft_elastic_net *net, double *ones) {
  const struct ft_design *design = net->task.design;
  for (size_t i = 0; i < net->rows; i++)
    ones[i] = 1;
  ft_design_project(net->mean, design, (struct ft_design_rows){ 0, net->rows }, ones);
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
  /* An indicator that is 1 in a share s of the rows has the variance s (1 - s). */
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
    /* With one label only the best intercept would be infinite: it stays at half a row's worth
     * of the other. */
    net->frozen[0] = !regression && (sum == 0 || sum == rows);
    double share = net->frozen[0] ? (sum + 0.5) / (rows + 1) : sum / rows;
    net->here.intercept[0] = regression ? share : ft_log(share / (1 - share));
    net->metric[0].level = regression ? 1 : share * (1 - share);
    return;
  }
  for (size_t i = 0; i < net->rows; i++)
    net->here.intercept[(uint32_t)net->task.target[i]] += 1;
  for (uint32_t k = 0; k < net->task.outputs; k++) {
    net->frozen[k] = net->here.intercept[k] == 0;
    double share = (net->here.intercept[k] + 0.5) / (rows + 0.5 * net->task.outputs);
    net->here.intercept[k] = ft_log(share);
    net->metric[k].level = share * (1 - share);
  }
}

static bool take_metrics(struct ft_elastic_net *net, struct ft_arena *arena) {
  size_t outputs = net->task.outputs, columns = net->columns;
  bool covariance = columns <= MAX_COVARIANCE;
  net->metric = FT_ARENA_NEW(arena, struct metric, outputs);
  net->shared = FT_ARENA_NEW(arena, double, columns + 1);
  double *shift = FT_ARENA_NEW(arena, double, outputs *columns + 1);
  if (!net->metric || !net->shared || !shift) return false;
  for (size_t k = 0; k < outputs; k++)
    net->metric[k].shift = shift + k * columns;
  if (!covariance) return true;
  net->covariance = FT_ARENA_NEW(arena, double, columns *columns + 1);
  if (net->task.problem == FT_REGRESSION ||
      (double)outputs * (double)columns * (double)columns > MAX_METRICS)
    return net->covariance != NULL;
  net->own_covariance = FT_ARENA_NEW(arena, double, outputs *columns *columns + 1);
  net->own_variance = FT_ARENA_NEW(arena, double, outputs *columns + 1);
  net->row_weight = FT_ARENA_NEW(arena, double, net->rows);
  return net->covariance && net->own_covariance && net->own_variance && net->row_weight;
}

static bool take_room(struct ft_elastic_net *net, struct ft_arena *arena) {
  size_t columns = net->columns;
  net->mean = FT_ARENA_NEW(arena, double, columns + 1);
  net->variance = FT_ARENA_NEW(arena, double, columns + 1);
  net->change = FT_ARENA_NEW(arena, double, columns + 1);
  net->sloped = FT_ARENA_NEW(arena, double, columns + 1);
  net->across = FT_ARENA_NEW(arena, double, net->task.outputs);
  net->frozen = FT_ARENA_NEW(arena, bool, net->task.outputs);
  net->moved = FT_ARENA_NEW(arena, double, (columns <= MAX_COVARIANCE ? columns : net->rows) + 1);
  return net->mean && net->variance && net->change && net->sloped && net->across && net->frozen &&
         net->moved && take_metrics(net, arena);
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
  net->of = (struct ft_regression){ .problem = task->problem,
                                    .outputs = task->outputs,
                                    .design = task->design,
                                    .target = task->target,
                                    .mean = net->mean };
  FT_TRY(ft_regression_state_make(&net->here, arena, &net->of, err));
  FT_TRY(ft_regression_state_make(&net->next, arena, &net->of, err));
  /* The residuals' room serves as a column of ones: they are computed after it. */
  find_moments(net, net->here.residual);
  find_start(net);
  *out = NULL;
  if (!find_metrics(net)) return FT_OK;
  ft_regression_state_evaluate(&net->here, &net->of);
  net->min_loss = task->tolerance * net->here.loss + DBL_MIN;
  *out = net;
  return FT_OK;
}

const double *ft_elastic_net_weights(const struct ft_elastic_net *net) {
  return net->here.weight;
}

void ft_elastic_net_origin(double *out, const struct ft_elastic_net *net) {
  for (uint32_t k = 0; k < net->task.outputs; k++)
    out[k] = net->here.origin[k];
}

double ft_elastic_net_objective(const struct ft_elastic_net *net, double penalty) {
  return net->here.loss + penalty * size_of(net);
}
