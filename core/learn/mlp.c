#include "core/learn/mlp.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "core/learn/loss.h"
#include "core/learn/metric.h"
#include "core/learn/mlp_network.h"
#include "core/learn/mlp_schedule.h"
#include "foretell/maths.h"

#define BATCHES_A_LOOK 8                /* at the clock */
#define MAX_TRAINS     ((size_t)200000) /* rows; a network gains little from more */
#define COARSE_WIDTH   24
#define MAX_SPEED_UP   3

/* Cost, in seconds. */
#define ROW_SECONDS    3.3e-7          /* of an epoch, a row */
#define OUTPUT_SECONDS 2.5e-8          /* … for each output but the first: its exponential */
#define WEIGHT_SECONDS 1.6e-10         /* of an epoch, a row's weight: forward and back */
#define MAX_JUDGES     ((size_t)50000) /* rows that the best epoch is chosen by */
#define LATE           0.6             /* of the course: the rate falls from here on */
#define HOPE           0.2             /* of it, without a better epoch */

/* Rows as the network sees them: all that are given, or as many evenly spread over these. */
struct netted {
  size_t rows;
  float *number;  /* rows × terms */
  uint32_t *slot; /* rows × lookups */
  double *target;
  double *weight; /* NULL: 1 each */
};

/* A fit's working memory: all of it is `arena`'s but for `base`.
 *
 * Valid    `best` and `min` once fit->rounds is above 0. `average` and network.value change places in
 *          `exchange`; outside keep_best the network always has the weights that are trained. */
struct fitting {
  const struct ft_fit_task *task;
  struct ft_mlp_schedule schedule;
  struct ft_arena arena; /* of the working memory */
  struct ft_mlp_terms terms;
  struct ft_mlp_network network;
  struct ft_mlp_network_batch batch;
  struct ft_random random;
  struct netted train, valid;
  uint32_t *order; /* of the training rows, anew every epoch */
  double *base;
  double *usual;       /* the labels' shares of all rows */
  double *probability; /* of one row */
  double *margin;      /* of the valid rows, after this epoch */
  float *best;         /* parameters after the best epoch */
  float *average;      /* of the parameters over the last steps; NULL: none is kept */
  double min;          /* loss of the best epoch */
};

static enum ft_status spread_rows(const uint32_t **out, size_t *count, struct fitting *fitting,
                                  const uint32_t *row, size_t rows, size_t max,
                                  struct ft_error *err) {
  *out = row;
  *count = rows;
  if (rows <= max) return FT_OK;
  uint32_t *some = FT_ARENA_NEW(&fitting->arena, uint32_t, max);
  if (!some) return ft_arena_fail(err, "the net's rows");
  /* Evenly spread rather than drawn: rows are in random order already. */
  for (size_t i = 0; i < max; i++)
    some[i] = row[i * rows / max];
  *out = some;
  *count = max;
  return FT_OK;
}

static enum ft_status take_rows(struct netted *out, struct fitting *fitting, const uint32_t *row,
                                size_t rows, struct ft_error *err) {
  const struct ft_fit_data *data = fitting->task->data;
  out->rows = rows;
  out->number = FT_ARENA_NEW(&fitting->arena, float, rows * fitting->terms.terms);
  out->slot = FT_ARENA_NEW(&fitting->arena, uint32_t, rows * fitting->terms.lookups);
  out->target = FT_ARENA_NEW(&fitting->arena, double, rows);
  if (!out->number || !out->slot || !out->target) return ft_arena_fail(err, "the net's rows");
  ft_mlp_terms_fill(out->number, out->slot, &fitting->terms, data->features, row, rows);
  for (size_t r = 0; r < rows; r++)
    out->target[r] = data->target[row[r]];
  if (!data->weight) return FT_OK;
  out->weight = FT_ARENA_NEW(&fitting->arena, double, rows);
  if (!out->weight) return ft_arena_fail(err, "the net's rows");
  for (size_t r = 0; r < rows; r++)
    out->weight[r] = data->weight[row[r]];
  return FT_OK;
}

static enum ft_status prepare(struct fitting *fitting, struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  struct ft_arena *arena = &fitting->arena;
  const struct ft_mlp_schedule *schedule = &fitting->schedule;
  const uint32_t *train, *judge;
  size_t n_train, judges;
  FT_TRY(spread_rows(&train, &n_train, fitting, task->train, task->n_train, MAX_TRAINS, err));
  FT_TRY(spread_rows(&judge, &judges, fitting, task->valid, task->n_valid, MAX_JUDGES, err));
  /* Scales and slots come from the training rows alone: valid rows stand for those that a
   * prediction will see. */
  FT_TRY(ft_mlp_terms_make(&fitting->terms, arena, task->data->features, train, n_train,
                           &schedule->terms, err));
  FT_TRY(take_rows(&fitting->train, fitting, train, n_train, err));
  FT_TRY(take_rows(&fitting->valid, fitting, judge, judges, err));
  FT_TRY(ft_mlp_network_make(&fitting->network, arena, &fitting->terms, &schedule->shape, err));
  FT_TRY(
      ft_mlp_network_batch_make(&fitting->batch, arena, &fitting->network, schedule->batch, err));
  fitting->order = FT_ARENA_NEW(arena, uint32_t, n_train);
  fitting->margin = FT_ARENA_NEW(arena, double, judges * task->data->outputs);
  fitting->best = FT_ARENA_NEW(arena, float, fitting->network.size);
  if (!fitting->order || !fitting->margin || !fitting->best) return ft_arena_fail(err, "the net");
  if (schedule->ema > 0) {
    fitting->average = FT_ARENA_NEW(arena, float, fitting->network.size);
    if (!fitting->average) return ft_arena_fail(err, "the net");
  }
  for (size_t r = 0; r < n_train; r++)
    fitting->order[r] = (uint32_t)r;
  /* each fold's fit from weights of its own: their mean is better for it */
  uint64_t fold = task->n_valid > 0 ? (uint64_t)task->valid[0] + 1 : 0;
  fitting->random =
      ft_random_seeded(task->data->seed ^ schedule->seed ^ (fold * UINT64_C(0x9e3779b97f4a7c15)));
  ft_mlp_network_begin(&fitting->network, &fitting->random);
  return FT_OK;
}

/* --- an epoch --- */

static void load_batch(struct fitting *fitting, const struct netted *from, const uint32_t *order,
                       size_t first, size_t rows) {
  size_t terms = fitting->terms.terms, lookups = fitting->terms.lookups;
  struct ft_mlp_network_batch *batch = &fitting->batch;
  batch->rows = rows;
  for (size_t r = 0; r < rows; r++) {
    size_t row = order ? order[first + r] : first + r;
    memcpy(batch->number + r * terms, from->number + row * terms, terms * sizeof(float));
    memcpy(batch->slot + r * lookups, from->slot + row * lookups, lookups * sizeof(uint32_t));
  }
}

/* `share` of the gradient of a row's loss by its margins. Labels are smoothed towards the shares
 * that they have of all rows, so that a rare one is not made likely. */
static void differ_row(const struct fitting *fitting, float *delta, const float *h, double target,
                       double share) {
  const struct ft_fit_data *data = fitting->task->data;
  const double *base = fitting->base, *usual = fitting->usual;
  double smooth = fitting->schedule.label_smoothing, *p = fitting->probability;
  if (data->problem == FT_REGRESSION) {
    /* Derivative of the squared error by the margin; softmax and logistic with log loss give p -
     * wanted. */
    delta[0] = (float)(2 * (base[0] + h[0] - target) * share);
  } else if (data->problem == FT_BINARY) {
    double wanted = target * (1 - smooth) + smooth * usual[1];
    delta[0] = (float)((ft_logistic(base[0] + h[0]) - wanted) * share);
  } else {
    for (uint32_t g = 0; g < data->outputs; g++)
      p[g] = base[g] + h[g];
    ft_loss_probabilities(p, data->problem, data->outputs, p);
    for (uint32_t g = 0; g < data->outputs; g++) {
      double wanted = (g == (uint32_t)target ? 1 - smooth : 0) + smooth * usual[g];
      delta[g] = (float)((p[g] - wanted) * share);
    }
  }
}

/* Gradients of the batch's mean loss. */
static void differ(struct fitting *fitting, const uint32_t *order) {
  struct ft_mlp_network_batch *batch = &fitting->batch;
  uint32_t last = fitting->network.layers - 1;
  size_t stride = fitting->network.layer[last].stride;
  /* Columns that fill up the stride must stay 0, or they would get gradients. */
  assert(batch->rows > 0 && fitting->network.layer[last].outputs <= stride);
  memset(batch->delta[0], 0, batch->rows * stride * sizeof(float));
  const struct netted *train = &fitting->train;
  for (size_t r = 0; r < batch->rows; r++) {
    double weight = train->weight ? train->weight[order[r]] : 1;
    differ_row(fitting, batch->delta[0] + r * stride, batch->h[last] + r * stride,
               train->target[order[r]], weight / (double)batch->rows);
  }
}

static void follow(struct fitting *fitting) {
  /* Exponential moving average of the weights. In the first steps it is their plain mean, since
   * 1 / steps is the larger share: no bias towards the first weights. */
  float share = (float)(1 - fitting->schedule.ema);
  /* young averages follow fast */
  float young = 1.0F / (float)(fitting->network.steps);
  if (young > share) share = young;
  const float *value = fitting->network.value;
  for (size_t i = 0; i < fitting->network.size; i++)
    fitting->average[i] += share * (value[i] - fitting->average[i]);
}

/* Returns false at the deadline. */
static bool run_epoch(struct fitting *fitting, uint32_t epoch) {
  const struct ft_mlp_schedule *schedule = &fitting->schedule;
  /* The rows that do not fill a batch are left out of this epoch; the shuffle leaves out others
   * in the next. */
  size_t batches = fitting->train.rows / schedule->batch;
  ft_random_shuffle(&fitting->random, fitting->order, fitting->train.rows);
  for (size_t b = 0; b < batches; b++) {
    if (b % BATCHES_A_LOOK == 0 && ft_fit_is_late(fitting->task)) return false;
    const uint32_t *order = fitting->order + b * schedule->batch;
    /* The schedule is a function of the share of the whole course, so that a refit of fewer
     * epochs goes the same way. */
    double done = (epoch + (double)b / (double)batches) / schedule->epochs;
    struct ft_mlp_network_rates rates = ft_mlp_schedule_rates(schedule, done);
    load_batch(fitting, &fitting->train, order, 0, schedule->batch);
    ft_mlp_network_forward(&fitting->network, &fitting->batch, schedule->dropout, &fitting->random);
    differ(fitting, order);
    ft_mlp_network_backward(&fitting->network, &fitting->batch);
    ft_mlp_network_step(&fitting->network, &rates);
    if (fitting->average) follow(fitting);
  }
  return true;
}

/* --- judging --- */

/* The margins of the batch's rows. */
static void predict_batch(double *margin, struct fitting *fitting) {
  uint32_t outputs = fitting->task->data->outputs, last = fitting->network.layers - 1;
  size_t stride = fitting->network.layer[last].stride;
  ft_mlp_network_forward(&fitting->network, &fitting->batch, 0, NULL);
  for (size_t r = 0; r < fitting->batch.rows; r++)
    for (uint32_t g = 0; g < outputs; g++)
      margin[r * outputs + g] = fitting->base[g] + fitting->batch.h[last][r * stride + g];
}

static size_t part_of(const struct fitting *fitting, size_t rows, size_t first) {
  return rows - first < fitting->batch.max ? rows - first : fitting->batch.max;
}

static void predict_judges(struct fitting *fitting) {
  size_t rows = fitting->valid.rows, outputs = fitting->task->data->outputs;
  for (size_t first = 0; first < rows; first += fitting->batch.max) {
    load_batch(fitting, &fitting->valid, NULL, first, part_of(fitting, rows, first));
    predict_batch(fitting->margin + first * outputs, fitting);
  }
}

static void predict_valid(double *margin, struct fitting *fitting) {
  const struct ft_fit_task *task = fitting->task;
  struct ft_mlp_network_batch *batch = &fitting->batch;
  for (size_t first = 0; first < task->n_valid; first += batch->max) {
    batch->rows = part_of(fitting, task->n_valid, first);
    ft_mlp_terms_fill(batch->number, batch->slot, &fitting->terms, task->data->features,
                      task->valid + first, batch->rows);
    predict_batch(margin + first * task->data->outputs, fitting);
  }
}

static void exchange(struct fitting *fitting) {
  if (!fitting->average) return;
  float *value = fitting->network.value;
  fitting->network.value = fitting->average;
  fitting->average = value;
  ft_mlp_network_refresh(&fitting->network);
}

static enum ft_status judge(double *loss, struct fitting *fitting, struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  predict_judges(fitting);
  if (task->stop_on_auc) {
    FT_TRY(ft_metric_auc(loss, fitting->margin, fitting->valid.target, fitting->valid.rows, err));
    *loss = -*loss;
  } else {
    struct ft_loss own = { task->data->problem, task->data->outputs, fitting->base };
    *loss = ft_loss_weighted(&own, fitting->margin, fitting->valid.target, fitting->valid.weight,
                             fitting->valid.rows);
  }
  return FT_OK;
}

static enum ft_status keep_best(struct ft_fit *fit, struct fitting *fitting, uint32_t epoch,
                                struct ft_error *err) {
  double loss = -(double)epoch;
  exchange(fitting);
  if (fitting->task->n_valid > 0) FT_TRY(judge(&loss, fitting, err));
  /* A network that has diverged gives NaN, which is never the best. */
  if (loss == loss && (fit->rounds == 0 || loss < fitting->min)) {
    fitting->min = loss;
    fit->rounds = epoch + 1;
    memcpy(fitting->best, fitting->network.value, fitting->network.size * sizeof(float));
  }
  exchange(fitting);
  return FT_OK;
}

/* With a falling rate a network that gets no better has begun to learn its rows by heart. */
static bool is_hopeless(const struct ft_fit *fit, const struct fitting *fitting, uint32_t epochs) {
  double all = fitting->schedule.epochs;
  return epochs > LATE * all && epochs - fit->rounds > HOPE * all;
}

static enum ft_status run_epochs(struct ft_fit *fit, struct fitting *fitting,
                                 struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  uint32_t max = fitting->schedule.epochs;
  if (task->n_valid == 0 && task->rounds < max) max = task->rounds;
  for (uint32_t epoch = 0; epoch < max; epoch++) {
    if (!run_epoch(fitting, epoch)) {
      fit->cut = true;
      return FT_OK;
    }
    FT_TRY(keep_best(fit, fitting, epoch, err));
    if (task->progress) atomic_fetch_add(task->progress, 1);
    if (task->n_valid > 0 && is_hopeless(fit, fitting, epoch + 1)) break;
  }
  return FT_OK;
}

/* --- the fit --- */

static enum ft_status make_member(struct ft_fit *fit, struct ft_arena *arena,
                                  struct fitting *fitting, struct ft_error *err) {
  const struct ft_fit_data *data = fitting->task->data;
  assert(fit->rounds > 0);
  memcpy(fitting->network.value, fitting->best, fitting->network.size * sizeof(float));
  ft_mlp_network_refresh(&fitting->network);
  /* All valid rows, by the best epoch's weights; the epochs were judged on some of them. */
  predict_valid(fit->margin, fitting);
  FT_TRY(ft_mlp_network_export(&fit->member.net, arena, &fitting->network, data->scale, err));
  double *base = FT_ARENA_NEW(arena, double, data->outputs);
  if (!base) return ft_arena_fail(err, "the net");
  for (uint32_t g = 0; g < data->outputs; g++)
    base[g] = data->centre + data->scale * fitting->base[g];
  fit->member.net.base = base;
  fit->member.kind = FT_LEARNER_NET;
  fit->member.weight = 1;
  fit->done = true;
  return FT_OK;
}

static enum ft_status run(struct ft_fit *fit, struct ft_arena *arena, struct fitting *fitting,
                          struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  const struct ft_fit_data *data = task->data;
  ft_mlp_schedule_read(&fitting->schedule, task);
  fitting->base = FT_ARENA_NEW(arena, double, data->outputs);
  fit->margin = FT_ARENA_NEW(arena, double, task->n_valid * data->outputs);
  fitting->usual = FT_ARENA_NEW(&fitting->arena, double, (size_t)data->outputs + 1);
  fitting->probability = FT_ARENA_NEW(&fitting->arena, double, data->outputs);
  if (!fitting->base || !fitting->usual || !fitting->probability || !fit->margin)
    return ft_arena_fail(err, "the net");
  /* The output layer begins with weights 0, so the first margins are the best constant ones. */
  ft_loss_base(fitting->base, data->problem, data->outputs, data->target, task->train,
               task->n_train);
  if (data->problem != FT_REGRESSION)
    ft_loss_probabilities(fitting->usual, data->problem, data->outputs, fitting->base);
  FT_TRY(prepare(fitting, err));
  FT_TRY(run_epochs(fit, fitting, err));
  return fit->rounds > 0 ? make_member(fit, arena, fitting, err) : FT_OK;
}

static enum ft_status fit_mlp(struct ft_fit *out, struct ft_arena *arena,
                              const struct ft_fit_task *task, struct ft_error *err) {
  struct fitting fitting = { .task = task };
  ft_arena_init(&fitting.arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = run(out, arena, &fitting, err);
  ft_arena_release(&fitting.arena);
  return status;
}

/* --- the learner --- */

/* Rows that a fit on so many looks at, all epochs together. */
static double visits_of(const struct ft_cost_question *question) {
  /* The schedule itself is asked, so that the estimate cannot differ from what a fit does. */
  struct ft_fit_task task = { .data = question->data,
                              .configuration = question->configuration,
                              .n_train = question->rows };
  struct ft_mlp_schedule schedule;
  ft_mlp_schedule_read(&schedule, &task);
  size_t rows = question->rows < MAX_TRAINS ? question->rows : MAX_TRAINS;
  return (double)schedule.epochs * (double)rows;
}

static double seconds(const struct ft_cost_question *question) {
  const struct ft_mlp_options *options = question->configuration->options;
  const struct ft_fit_data *data = question->data;
  double width = options->width, terms = data->features->features * (1.0 + options->knots);
  double weights = width * (terms + width * (options->layers - 1.0) + data->outputs);
  return visits_of(question) *
         (ROW_SECONDS + (data->outputs - 1) * OUTPUT_SECONDS + weights * WEIGHT_SECONDS);
}

static bool is_coarse(const struct ft_configuration *configuration) {
  const struct ft_mlp_options *options = configuration->options;
  return options->width <= COARSE_WIDTH;
}

/* Epochs are no fewer than a third. */
static double max_speed_up(const struct ft_configuration *configuration, double factor) {
  (void)configuration, (void)factor;
  return MAX_SPEED_UP;
}

static void speed_up(void *options, double factor) {
  struct ft_mlp_options *own = options;
  own->epochs = (uint32_t)(own->epochs / factor) + 1;
}

#define OPTION(name, kind) \
  { #name, kind, offsetof(struct ft_mlp_options, name) }

static const struct ft_learner_option options_of_mlp[] = {
  OPTION(width, FT_OPTION_COUNT),          OPTION(layers, FT_OPTION_COUNT),
  OPTION(epochs, FT_OPTION_COUNT),         OPTION(knots, FT_OPTION_COUNT),
  OPTION(dropout, FT_OPTION_REAL),         OPTION(weight_decay, FT_OPTION_REAL),
  OPTION(label_smoothing, FT_OPTION_REAL), OPTION(ema, FT_OPTION_REAL),
  OPTION(scale_factor, FT_OPTION_REAL),    { .name = NULL },
};

const struct ft_learner ft_mlp_learner = {
  .name = "MLP",
  .model_type = "mlp",
  .asked_for_by = FT_MODEL_TYPE_MLP,
  .options_bytes = sizeof(struct ft_mlp_options),
  .option = options_of_mlp,
  .fit = fit_mlp,
  .seconds = seconds,
  .is_coarse = is_coarse,
  .max_speed_up = max_speed_up,
  .speed_up = speed_up,
};
