#include "core/learn/random_forest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/bag.h"
#include "core/learn/booster_parameters.h"
#include "core/learn/forest_leaves.h"
#include "core/learn/loss.h"

#define MAX_TREES   800 /* of all labels together */
#define MIN_TREES   30  /* of a label */
#define COST_FACTOR 2.0 /* of trees that are as deep as they can be */

struct growing {
  const struct ft_fit_task *task;
  struct ft_matrices matrices;
  struct ft_booster *booster;
  float *gradient; /* then as many hessians */
  double share;    /* of the rows that a tree draws */
  uint32_t trees;  /* of a label */
};

static void release(struct growing *growing) {
  ft_booster_free(growing->booster);
  ft_matrices_return(&growing->matrices, growing->task->data->features);
  free(growing->gradient);
}

static uint32_t count_trees(const struct ft_fit_task *task) {
  if (task->n_valid == 0) return task->rounds;
  const struct ft_random_forest_options *options = task->configuration->options;
  /* Of many labels fewer trees each, so that the model stays within its cost. */
  double max = (double)MAX_TREES / task->data->outputs;
  double trees = fmin(fmin(options->trees, task->max_rounds), fmax(max, MIN_TREES));
  return trees < 1 ? 1 : (uint32_t)trees;
}

static enum ft_status make_booster(struct growing *growing, struct ft_error *err) {
  const struct ft_fit_task *task = growing->task;
  const struct ft_random_forest_options *options = task->configuration->options;
  struct ft_tree_options tree = options->tree;
  struct ft_booster_parameters all;
  struct ft_tree_texts texts;
  /* Plain means grow the trees: each is grown from margin 0, by the gradients alone, with steps
   * of full length. */
  tree.lambda = 0;
  ft_booster_parameters_fill(&all, task);
  ft_booster_parameters_add(&all, "eta", "1");
  ft_tree_options_add(&all, &texts, &tree);
  return ft_booster_make(&growing->booster, &growing->matrices.train, 1, task->data->outputs,
                         all.parameter, all.count, err);
}

static enum ft_status prepare(struct growing *growing, struct ft_error *err) {
  const struct ft_fit_task *task = growing->task;
  struct ft_matrix_rows rows = { task->train, task->n_train, task->valid, task->n_valid,
                                 ft_matrix_bins(task->n_train) };
  const struct ft_random_forest_options *options = task->configuration->options;
  growing->share = options->subsample;
  growing->trees = count_trees(task);
  growing->gradient =
      calloc(task->n_train * task->data->outputs + 1, 2 * sizeof *growing->gradient);
  if (!growing->gradient)
    return ft_fail(err, FT_NOMEM, "out of memory to train on %zu rows", task->n_train);
  FT_TRY(ft_matrices_borrow(&growing->matrices, task->data->features, &rows, task->threads, err));
  return make_booster(growing, err);
}

/* Gradients of squared error at a margin of 0: leaves are means; of classes, of 0 and 1. */
static enum ft_status grow_tree(struct growing *growing, uint32_t tree, struct ft_error *err) {
  const struct ft_fit_task *task = growing->task;
  uint32_t outputs = task->data->outputs;
  size_t count = task->n_train * outputs;
  float *gradient = growing->gradient, *hessian = gradient + count;
  /* The bag depends on the seed and the tree's number alone; forest_leaves.c draws it again. */
  struct ft_bag bag = ft_bag_of(task->data->seed, tree, growing->share);
  for (size_t i = 0; i < task->n_train; i++) {
    double target = task->data->target[task->train[i]];
    float weight = ft_bag_next(&bag) ? 1 : 0;
    for (uint32_t g = 0; g < outputs; g++) {
      double value = outputs > 1 ? g == (uint32_t)target : target;
      gradient[i * outputs + g] = weight ? (float)-value : 0;
      hessian[i * outputs + g] = weight;
    }
  }
  ft_loss_quantise(gradient, count, task->n_train);
  return ft_booster_boost(growing->booster, growing->matrices.train, tree, gradient, hessian, err);
}

static enum ft_status grow(struct ft_fit *fit, struct growing *growing, struct ft_error *err) {
  const struct ft_fit_task *task = growing->task;
  double now = ft_clock_seconds(), before = now;
  for (uint32_t tree = 0; tree < growing->trees; tree++) {
    double expected = tree == 1 ? 0 : now - before; /* the first one finds the bins */
    if (now + expected >= task->deadline || ft_fit_is_late(task)) {
      fit->cut = true;
      return FT_OK;
    }
    FT_TRY(grow_tree(growing, tree, err));
    fit->rounds = tree + 1;
    if (task->progress) atomic_fetch_add(task->progress, 1);
    before = now;
    now = ft_clock_seconds();
  }
  return FT_OK;
}

static enum ft_status make_member(struct ft_fit *fit, struct ft_arena *arena,
                                  const struct growing *growing, struct ft_error *err) {
  const struct ft_fit_task *task = growing->task;
  struct ft_grown_on rows = { task->data->features, task->train, task->n_train, task->threads };
  const struct ft_random_forest_options *own = task->configuration->options;
  struct ft_forest *forest = &fit->member.forest;
  /* Scale 1: only the trees' shapes are used, their leaves are made anew. */
  FT_TRY(ft_booster_forest(forest, arena, growing->booster, fit->rounds, 1, &rows, err));
  struct ft_forest_leaves_options options = {
    .share = growing->share,
    .smoothing = own->smoothing,
    .trees = fit->rounds,
  };
  FT_TRY(ft_forest_leaves(forest, fit->margin, arena, task, &options, err));
  fit->member.kind = FT_LEARNER_FOREST;
  fit->member.weight = 1;
  fit->done = true;
  return FT_OK;
}

static enum ft_status run(struct ft_fit *fit, struct ft_arena *arena, struct growing *growing,
                          struct ft_error *err) {
  const struct ft_fit_task *task = growing->task;
  fit->margin = FT_ARENA_NEW(arena, double, task->n_valid * task->data->outputs);
  if (!fit->margin) return ft_arena_fail(err, "the learner");
  FT_TRY(prepare(growing, err));
  FT_TRY(grow(fit, growing, err));
  return fit->rounds > 0 ? make_member(fit, arena, growing, err) : FT_OK;
}

static enum ft_status fit_forest(struct ft_fit *out, struct ft_arena *arena,
                                 const struct ft_fit_task *task, struct ft_error *err) {
  struct growing growing = { .task = task };
  enum ft_status status = run(out, arena, &growing, err);
  release(&growing);
  return status;
}

static double seconds(const struct ft_cost_question *question) {
  const struct ft_random_forest_options *options = question->configuration->options;
  const struct ft_fit_data *data = question->data;
  return COST_FACTOR * options->trees * data->outputs *
         ft_tree_seconds(&options->tree, data->features, (double)question->rows);
}

#define OPTION(name, kind) \
  { #name, kind, offsetof(struct ft_random_forest_options, name) }

static const struct ft_learner_option options_of_forests[] = {
  OPTION(trees, FT_OPTION_COUNT),
  OPTION(subsample, FT_OPTION_REAL),
  OPTION(smoothing, FT_OPTION_REAL),
  FT_TREE_OPTIONS(ft_random_forest_options),
  { .name = NULL },
};

const struct ft_learner ft_random_forest_learner = {
  .name = "random forest",
  .model_type = "xgboost",
  .asked_for_by = FT_MODEL_TYPE_XGBOOST,
  .options_bytes = sizeof(struct ft_random_forest_options),
  .option = options_of_forests,
  .sees_categories_encoded = true,
  .fit = fit_forest,
  .seconds = seconds,
};
