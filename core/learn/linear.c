#include "core/learn/linear.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/elastic_net.h"
#include "core/learn/linear_member.h"
#include "core/learn/loss.h"
#include "core/predict/net.h"

#define STRONGEST  8.0                /* the first step's penalty */
#define WEAKER     0.7071067811865476 /* a step's penalty in that of the one before */
#define GAIN       3e-4               /* of a loss, that counts */
#define PATIENCE   6                  /* steps without such a gain */
#define BLOCK_ROWS 1024               /* predicted at once */
#define CODE_TERMS 3                  /* a basis of codes costs about so many terms */

/* What a fit usually costs. */
#define MAX_COVARIANCE_WORK 2e9
#define TYPICAL_STEPS       30
#define TYPICAL_PASSES      6  /* over the rows, a step */
#define TYPICAL_SWEEPS      40 /* over the covariance, a step */
#define MULTIPLY_NS         0.25
#define ROW_NS              15.0 /* its exponentials */

/* A fit's working memory. */
struct lining {
  const struct ft_fit_task *task;
  struct ft_arena arena;
  struct ft_basis basis;
  struct ft_design train;
  struct ft_design valid; /* the rows that the step is chosen on */
  double *target;         /* of the training rows */
  double *valid_target;
  struct ft_elastic_net *net;
  double *margin; /* of the valid rows: outputs × rows */
  double *best_weight;
  double *best_origin; /* outputs */
  double best_loss;
};

/* Every n-th row, so that a design is not larger than it may be. */
static uint32_t *thin(struct ft_arena *arena, size_t *count, const uint32_t *row, size_t rows,
                      double max) {
  *count = (double)rows > max ? (size_t)max : rows;
  uint32_t *picked = FT_ARENA_NEW(arena, uint32_t, *count + 1);
  for (size_t i = 0; picked && i < *count; i++)
    picked[i] = row[(size_t)((double)i * ((double)rows / (double)*count))];
  return picked;
}

static enum ft_status make_design(struct ft_design *out, double **target, struct lining *lining,
                                  const uint32_t *row, size_t rows, double max,
                                  struct ft_error *err) {
  const struct ft_fit_data *data = lining->task->data;
  size_t count;
  uint32_t *picked = thin(&lining->arena, &count, row, rows, max);
  *target = FT_ARENA_NEW(&lining->arena, double, count + 1);
  if (!picked || !*target) return ft_arena_fail(err, "the learner");
  for (size_t i = 0; i < count; i++)
    (*target)[i] = data->target[picked[i]];
  return ft_design_make(out, data->features, &lining->basis, picked, count, err);
}

static double max_rows(const struct ft_basis *basis, uint32_t outputs) {
  double cells = basis->terms + CODE_TERMS * basis->lookups + 1;
  /* Beyond four outputs their residuals outweigh the design. */
  double max = FT_LINEAR_CELLS / cells / (outputs > 4 ? outputs / 4.0 : 1);
  return max < 1000 ? 1000 : max;
}

static enum ft_status prepare(struct lining *lining, struct ft_error *err) {
  const struct ft_fit_task *task = lining->task;
  const struct ft_linear_options *own = task->configuration->options;
  struct ft_basis_options options = { .knots = own->knots, .reach = own->clip };
  FT_TRY(ft_basis_make(&lining->basis, &lining->arena, task->data->features, &options, err));
  size_t outputs = task->data->outputs;
  double max = max_rows(&lining->basis, task->data->outputs);
  FT_TRY(
      make_design(&lining->train, &lining->target, lining, task->train, task->n_train, max, err));
  FT_TRY(make_design(&lining->valid, &lining->valid_target, lining, task->valid, task->n_valid,
                     max / 4, err));
  lining->margin = FT_ARENA_NEW(&lining->arena, double, outputs *(lining->valid.rows + 1));
  lining->best_weight = FT_ARENA_NEW(&lining->arena, double, outputs * lining->basis.columns + 1);
  lining->best_origin = FT_ARENA_NEW(&lining->arena, double, outputs);
  if (!lining->margin || !lining->best_weight || !lining->best_origin)
    return ft_arena_fail(err, "the learner");
  /* Tolerances: classes need no more than shows in the log loss; a straight regression is one
   * parabola, so exactness costs little. */
  struct ft_elastic_net_task net = { .problem = task->data->problem,
                                     .outputs = task->data->outputs,
                                     .design = &lining->train,
                                     .target = lining->target,
                                     .share = own->l1_share,
                                     .tolerance = task->data->problem != FT_REGRESSION ? 1e-5
                                                  : options.knots > 0                  ? 1e-6
                                                                                       : 1e-8,
                                     .end = task };
  return ft_elastic_net_make(&lining->net, &lining->arena, &net, err);
}

/* Mean loss of the valid rows where the network stands. */
static double judge(struct lining *lining) {
  const struct ft_fit_data *data = lining->task->data;
  uint32_t outputs = data->outputs;
  size_t rows = lining->valid.rows;
  const double *weight = ft_elastic_net_weights(lining->net);
  double *row = lining->margin + outputs * rows, sum = 0;
  ft_elastic_net_origin(row, lining->net);
  /* By output first, as the design is stored by columns; a row's margins are gathered
   * afterwards. */
  for (uint32_t k = 0; k < outputs; k++) {
    for (size_t i = 0; i < rows; i++)
      lining->margin[k * rows + i] = row[k];
    ft_design_add(lining->margin + k * rows, &lining->valid, (struct ft_design_rows){ 0, rows },
                  weight + (size_t)k * lining->basis.columns);
  }
  for (size_t i = 0; i < rows; i++) {
    for (uint32_t k = 0; k < outputs; k++)
      row[k] = lining->margin[k * rows + i];
    sum += ft_loss_row(data->problem, outputs, row, lining->valid_target[i]);
  }
  return rows ? sum / (double)rows : 0;
}

static void keep_step(struct lining *lining) {
  size_t weights = (size_t)lining->basis.columns * lining->task->data->outputs;
  memcpy(lining->best_weight, ft_elastic_net_weights(lining->net),
         weights * sizeof *lining->best_weight);
  ft_elastic_net_origin(lining->best_origin, lining->net);
}

/* From strong penalties to weak ones, each begun where the last one ended: warm starts (Friedman, Hastie,
 * Tibshirani, 2010, section 2.5). It ends where PATIENCE steps have gained nothing that counts; but not
 * while the loss still stands where it began, since strong penalties may keep all weights at 0. */
static void walk_path(struct ft_fit *fit, struct lining *lining) {
  const struct ft_fit_task *task = lining->task;
  bool judged = task->n_valid > 0;
  uint32_t steps = judged || task->rounds > FT_LINEAR_STEPS ? FT_LINEAR_STEPS : task->rounds;
  uint32_t idle = 0; /* steps without a gain that counts */
  double anchor = 0;
  bool gained = false;
  double penalty = STRONGEST;
  for (uint32_t step = 0; step < steps; step++, penalty *= WEAKER) {
    if (!ft_elastic_net_solve(lining->net, penalty)) {
      fit->cut = true;
      return;
    }
    if (task->progress) atomic_fetch_add(task->progress, 1);
    double loss = judged ? judge(lining) : -(double)step;
    if (step == 0 || loss < lining->best_loss) {
      lining->best_loss = loss;
      fit->rounds = step + 1;
      keep_step(lining);
    }
    if (step == 0 || loss < anchor * (1 - GAIN)) {
      gained |= step > 0;
      anchor = loss;
      idle = 0;
    } else if (judged && (gained || loss > anchor * (1 + GAIN)) && ++idle >= PATIENCE) {
      return;
    }
  }
}

/* Margins of the valid rows, of the scaled target, as the member gives them. */
static enum ft_status predict_valid(struct ft_fit *fit, const struct ft_fit_task *task,
                                    float *feature, struct ft_error *err) {
  const struct ft_features *features = task->data->features;
  uint32_t outputs = task->data->outputs;
  for (size_t first = 0; first < task->n_valid; first += BLOCK_ROWS) {
    size_t rows = task->n_valid - first < BLOCK_ROWS ? task->n_valid - first : BLOCK_ROWS;
    for (uint32_t f = 0; f < features->features; f++)
      for (size_t r = 0; r < rows; r++)
        feature[(size_t)f * BLOCK_ROWS + r] =
            ft_features_column(features, f)[task->valid[first + r]];
    struct ft_net_input input = { .feature = feature, .stride = BLOCK_ROWS, .rows = rows };
    /* By the member itself, in float32: what is judged is what will be predicted. */
    FT_TRY(ft_net_run(fit->margin + first * outputs, &fit->member.net, outputs, 1, &input, err));
  }
  for (size_t i = 0; i < task->n_valid * outputs; i++)
    fit->margin[i] = (fit->margin[i] - task->data->centre) / task->data->scale;
  return FT_OK;
}

static enum ft_status make_member(struct ft_fit *fit, struct ft_arena *arena, struct lining *lining,
                                  struct ft_error *err) {
  const struct ft_fit_task *task = lining->task;
  fit->margin = FT_ARENA_NEW(arena, double, task->n_valid * task->data->outputs);
  float *feature =
      FT_ARENA_NEW(&lining->arena, float, (size_t)task->data->features->features *BLOCK_ROWS);
  if (!fit->margin || !feature) return ft_arena_fail(err, "the learner");
  FT_TRY(ft_linear_member(&fit->member, &fit->done, arena, &lining->basis, lining->best_weight,
                          lining->best_origin, task->data, err));
  return fit->done ? predict_valid(fit, task, feature, err) : FT_OK;
}

static enum ft_status fit_path(struct ft_fit *fit, struct ft_arena *arena, struct lining *lining,
                               struct ft_error *err) {
  FT_TRY(prepare(lining, err));
  fit->cut = !lining->net;
  if (lining->net) walk_path(fit, lining);
  return fit->rounds > 0 ? make_member(fit, arena, lining, err) : FT_OK;
}

enum ft_status ft_linear_fit(struct ft_fit *out, struct ft_arena *arena,
                             const struct ft_fit_task *task, struct ft_error *err) {
  struct lining lining = { .task = task };
  ft_arena_init(&lining.arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = fit_path(out, arena, &lining, err);
  ft_design_release(&lining.train);
  ft_design_release(&lining.valid);
  ft_arena_release(&lining.arena);
  return status;
}

/* Nanoseconds on one core: right within a factor of three, mostly. */
static double nanoseconds(const struct ft_features *features, double knots, size_t rows,
                          uint32_t outputs) {
  double terms = 0, columns = 0;
  for (uint32_t f = 0; f < features->features; f++) {
    uint32_t codes = features->categories ? features->categories[f] : 0;
    terms += codes ? CODE_TERMS : 1 + knots;
    columns += codes ? codes : 1 + knots;
  }
  double max = FT_LINEAR_CELLS / (terms + 1), seen = (double)rows < max ? (double)rows : max;
  double covariance = seen * terms * terms / 2;
  if (covariance > MAX_COVARIANCE_WORK) covariance = MAX_COVARIANCE_WORK;
  double pass = seen * outputs * (2 * terms * MULTIPLY_NS + ROW_NS);
  double sweep = columns * columns * outputs * MULTIPLY_NS;
  return covariance * MULTIPLY_NS +
         TYPICAL_STEPS * (TYPICAL_PASSES * pass + TYPICAL_SWEEPS * sweep);
}

static double seconds(const struct ft_cost_question *question) {
  const struct ft_linear_options *options = question->configuration->options;
  const struct ft_fit_data *data = question->data;
  return 1e-9 * nanoseconds(data->features, options->knots, question->rows, data->outputs);
}

#define OPTION(name, kind) \
  { #name, kind, offsetof(struct ft_linear_options, name) }

static const struct ft_learner_option options_of_lines[] = {
  OPTION(knots, FT_OPTION_COUNT),
  OPTION(l1_share, FT_OPTION_REAL),
  OPTION(clip, FT_OPTION_REAL),
  { .name = NULL },
};

const struct ft_learner ft_linear_learner = {
  .name = "linear",
  .model_type = "linear_learner",
  .asked_for_by = FT_MODEL_TYPE_LINEAR_LEARNER,
  .options_bytes = sizeof(struct ft_linear_options),
  .option = options_of_lines,
  .fit = ft_linear_fit,
  .seconds = seconds,
};
