#include "core/train/net.h"

#include <math.h>
#include <string.h>

#include "core/train/loss.h"
#include "core/train/metric.h"
#include "core/train/net_options.h"
#include "core/train/network.h"
#include "foretell/maths.h"

#define BATCHES_A_LOOK 8 /* at the clock */

/* Rows as the net sees them. */
struct netted {
  size_t rows;
  float *number;  /* rows × terms */
  uint32_t *slot; /* rows × lookups */
  double *target;
};

struct fitting {
  const struct ft_fit_task *task;
  struct ft_net_options options;
  struct ft_arena arena; /* of the working memory */
  struct ft_net_terms terms;
  struct ft_network network;
  struct ft_network_batch batch;
  struct ft_random random;
  struct netted train, valid;
  uint32_t *order; /* of the training rows, anew every epoch */
  double *base;
  double *probability; /* of one row */
  double *margin;      /* of the valid rows, after this epoch */
  float *best;         /* parameters after the best epoch */
  float *average;      /* of the parameters over the last steps; NULL: none is kept */
  double least;        /* loss of the best epoch */
};

static enum ft_status take_rows(struct netted *out, struct fitting *fitting, const uint32_t *row,
                                size_t rows, struct ft_error *err) {
  const struct ft_fit_data *data = fitting->task->data;
  out->rows = rows;
  out->number = FT_ARENA_NEW(&fitting->arena, float, rows * fitting->terms.terms);
  out->slot = FT_ARENA_NEW(&fitting->arena, uint32_t, rows * fitting->terms.lookups);
  out->target = FT_ARENA_NEW(&fitting->arena, double, rows);
  if (!out->number || !out->slot || !out->target) return ft_arena_fail(err, "the net's rows");
  ft_net_terms_fill(out->number, out->slot, &fitting->terms, data->features, row, rows);
  for (size_t r = 0; r < rows; r++)
    out->target[r] = data->target[row[r]];
  return FT_OK;
}

static enum ft_status prepare(struct fitting *fitting, struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  struct ft_arena *arena = &fitting->arena;
  const struct ft_net_options *options = &fitting->options;
  size_t trains = task->trains;
  FT_TRY(ft_net_terms_make(&fitting->terms, arena, task->data->features, task->train, trains,
                           &options->terms, err));
  FT_TRY(take_rows(&fitting->train, fitting, task->train, trains, err));
  FT_TRY(take_rows(&fitting->valid, fitting, task->valid, task->valids, err));
  FT_TRY(ft_network_make(&fitting->network, arena, &fitting->terms, &options->shape, err));
  FT_TRY(ft_network_batch_make(&fitting->batch, arena, &fitting->network, options->batch, err));
  fitting->order = FT_ARENA_NEW(arena, uint32_t, trains);
  fitting->margin = FT_ARENA_NEW(arena, double, task->valids * task->data->outputs);
  fitting->best = FT_ARENA_NEW(arena, float, fitting->network.size);
  if (!fitting->order || !fitting->margin || !fitting->best) return ft_arena_fail(err, "the net");
  if (options->average > 0) {
    fitting->average = FT_ARENA_NEW(arena, float, fitting->network.size);
    if (!fitting->average) return ft_arena_fail(err, "the net");
  }
  for (size_t r = 0; r < trains; r++)
    fitting->order[r] = (uint32_t)r;
  fitting->random = ft_random_seeded(task->data->seed ^ options->seed);
  ft_network_begin(&fitting->network, &fitting->random);
  return FT_OK;
}

/* --- an epoch --- */

static void load_batch(struct fitting *fitting, const struct netted *from, const uint32_t *order,
                       size_t first, size_t rows) {
  size_t terms = fitting->terms.terms, lookups = fitting->terms.lookups;
  struct ft_network_batch *batch = &fitting->batch;
  batch->rows = rows;
  for (size_t r = 0; r < rows; r++) {
    size_t row = order ? order[first + r] : first + r;
    memcpy(batch->number + r * terms, from->number + row * terms, terms * sizeof(float));
    memcpy(batch->slot + r * lookups, from->slot + row * lookups, lookups * sizeof(uint32_t));
  }
}

/* Gradients of the batch's mean loss by the margins. */
static void differ(struct fitting *fitting, const uint32_t *order) {
  const struct ft_fit_data *data = fitting->task->data;
  struct ft_network_batch *batch = &fitting->batch;
  const struct ft_network *network = &fitting->network;
  uint32_t outputs = data->outputs;
  size_t stride = network->layer[network->layers - 1].stride;
  double smooth = fitting->options.smoothing, share = 1.0 / (double)batch->rows;
  double *margin = fitting->probability;
  for (size_t r = 0; r < batch->rows; r++) {
    const float *h = batch->h[network->layers - 1] + r * stride;
    float *delta = batch->delta[0] + r * stride;
    double target = fitting->train.target[order[r]];
    memset(delta, 0, stride * sizeof *delta);
    if (data->problem == FT_REGRESSION) {
      delta[0] = (float)(2 * (fitting->base[0] + h[0] - target) * share);
    } else if (data->problem == FT_BINARY) {
      double wanted = target * (1 - smooth) + smooth / 2;
      delta[0] = (float)((ft_logistic(fitting->base[0] + h[0]) - wanted) * share);
    } else {
      for (uint32_t g = 0; g < outputs; g++)
        margin[g] = fitting->base[g] + h[g];
      ft_loss_probabilities(margin, data->problem, outputs, margin);
      for (uint32_t g = 0; g < outputs; g++) {
        double wanted = (g == (uint32_t)target ? 1 - smooth : 0) + smooth / outputs;
        delta[g] = (float)((margin[g] - wanted) * share);
      }
    }
  }
}

static void follow(struct fitting *fitting) {
  float share = (float)(1 - fitting->options.average);
  /* young averages follow fast */
  float young = 1.0F / (float)(fitting->network.steps);
  if (young > share) share = young;
  const float *value = fitting->network.value;
  for (size_t i = 0; i < fitting->network.size; i++)
    fitting->average[i] += share * (value[i] - fitting->average[i]);
}

/* Returns false at the deadline. */
static bool run_epoch(struct fitting *fitting, uint32_t epoch) {
  const struct ft_net_options *options = &fitting->options;
  size_t batches = fitting->train.rows / options->batch;
  ft_random_shuffle(&fitting->random, fitting->order, fitting->train.rows);
  for (size_t b = 0; b < batches; b++) {
    if (b % BATCHES_A_LOOK == 0 && ft_fit_is_late(fitting->task)) return false;
    const uint32_t *order = fitting->order + b * options->batch;
    double done = (epoch + (double)b / (double)batches) / options->epochs;
    struct ft_network_rates rates = ft_net_options_rates(options, done);
    load_batch(fitting, &fitting->train, order, 0, options->batch);
    ft_network_forward(&fitting->network, &fitting->batch, options->dropout, &fitting->random);
    differ(fitting, order);
    ft_network_backward(&fitting->network, &fitting->batch);
    ft_network_step(&fitting->network, &rates);
    if (fitting->average) follow(fitting);
  }
  return true;
}

/* --- judging --- */

static void predict(struct fitting *fitting) {
  const struct ft_network *network = &fitting->network;
  uint32_t outputs = fitting->task->data->outputs, last = network->layers - 1;
  size_t stride = network->layer[last].stride, rows = fitting->valid.rows;
  for (size_t first = 0; first < rows; first += fitting->batch.most) {
    size_t count = rows - first < fitting->batch.most ? rows - first : fitting->batch.most;
    load_batch(fitting, &fitting->valid, NULL, first, count);
    ft_network_forward(network, &fitting->batch, 0, NULL);
    for (size_t r = 0; r < count; r++)
      for (uint32_t g = 0; g < outputs; g++)
        fitting->margin[(first + r) * outputs + g] =
            fitting->base[g] + fitting->batch.h[last][r * stride + g];
  }
}

static void exchange(struct fitting *fitting) {
  if (!fitting->average) return;
  float *value = fitting->network.value;
  fitting->network.value = fitting->average;
  fitting->average = value;
  ft_network_refresh(&fitting->network);
}

static enum ft_status judge(double *loss, struct fitting *fitting, struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  predict(fitting);
  if (task->stop_on_auc) {
    FT_TRY(ft_metric_auc(loss, fitting->margin, fitting->valid.target, task->valids, err));
    *loss = -*loss;
  } else {
    *loss = ft_loss_mean(task->data->problem, task->data->outputs, fitting->margin,
                         fitting->valid.target, task->valids);
  }
  return FT_OK;
}

static enum ft_status keep_best(struct ft_fit *fit, struct fitting *fitting, uint32_t epoch,
                                struct ft_error *err) {
  double loss = -(double)epoch;
  exchange(fitting);
  if (fitting->task->valids > 0) FT_TRY(judge(&loss, fitting, err));
  if (loss == loss && (fit->rounds == 0 || loss < fitting->least)) {
    size_t bytes = fitting->task->valids * fitting->task->data->outputs * sizeof(double);
    fitting->least = loss;
    fit->rounds = epoch + 1;
    memcpy(fit->margin, fitting->margin, bytes);
    memcpy(fitting->best, fitting->network.value, fitting->network.size * sizeof(float));
  }
  exchange(fitting);
  return FT_OK;
}

static enum ft_status run_epochs(struct ft_fit *fit, struct fitting *fitting,
                                 struct ft_error *err) {
  const struct ft_fit_task *task = fitting->task;
  uint32_t most = fitting->options.epochs;
  if (task->valids == 0 && task->rounds < most) most = task->rounds;
  for (uint32_t epoch = 0; epoch < most; epoch++) {
    if (!run_epoch(fitting, epoch)) {
      fit->cut = true;
      return FT_OK;
    }
    FT_TRY(keep_best(fit, fitting, epoch, err));
    if (task->progress) atomic_fetch_add(task->progress, 1);
  }
  return FT_OK;
}

/* --- the fit --- */

static enum ft_status make_member(struct ft_fit *fit, struct ft_arena *arena,
                                  struct fitting *fitting, struct ft_error *err) {
  const struct ft_fit_data *data = fitting->task->data;
  memcpy(fitting->network.value, fitting->best, fitting->network.size * sizeof(float));
  ft_network_refresh(&fitting->network);
  FT_TRY(ft_network_export(&fit->member.net, arena, &fitting->network, data->scale, err));
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
  ft_net_options_read(&fitting->options, task);
  fitting->base = FT_ARENA_NEW(arena, double, data->outputs);
  fit->margin = FT_ARENA_NEW(arena, double, task->valids * data->outputs);
  fitting->probability = FT_ARENA_NEW(arena, double, data->outputs);
  if (!fitting->base || !fitting->probability || !fit->margin) return ft_arena_fail(err, "the net");
  ft_loss_base(fitting->base, data->problem, data->outputs, data->target, task->train,
               task->trains);
  FT_TRY(prepare(fitting, err));
  FT_TRY(run_epochs(fit, fitting, err));
  return fit->rounds > 0 ? make_member(fit, arena, fitting, err) : FT_OK;
}

enum ft_status ft_net_fit(struct ft_fit *out, struct ft_arena *arena,
                          const struct ft_fit_task *task, struct ft_error *err) {
  struct fitting fitting = { .task = task };
  ft_arena_init(&fitting.arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = run(out, arena, &fitting, err);
  ft_arena_release(&fitting.arena);
  return status;
}
