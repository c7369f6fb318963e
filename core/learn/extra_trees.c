#include "core/learn/extra_trees.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/bag.h"
#include "core/learn/extra_tree.h"
#include "core/learn/leaf.h"
#include "core/learn/trees.h"
#include "core/predict/scale.h"
#include "foretell/maths.h"

#define MAX_NODES    300000 /* of all trees, each counted for each of its outputs */
#define MIN_LEAVES   16     /* of a tree, whatever that makes together */
#define MAX_THREADS  64
#define MAX_WHOLE    4194304 /* 2^22: halves of it are float32 */
#define NUMBER_BITS  40      /* of the largest target */
#define COARSE_DEPTH 8

/* Cost, in seconds. */
#define ROW_SECONDS  8e-9   /* of a tree, a row: its place */
#define CELL_SECONDS 2.2e-9 /* of a level, a row's feature: to read it, and each draw of a split */
#define LEVELS       1.4    /* of a tree of random splits, as a multiple of the least */
#define LOG_2        0.693147180559945286

struct growing {
  const struct ft_fit_task *task;
  struct ft_extra_data data;
  struct ft_extra_tree_options options;
  double unit; /* of the numbers, in that of the scaled target */
  struct ft_extra_tree *tree;
  struct ft_arena *arena; /* one a tree */
  bool *grown;
  uint32_t trees;
  atomic_uint next;
  atomic_uint status; /* enum ft_status: of a tree that failed */
};

static bool is_whole(const float *column, const uint32_t *row, size_t rows) {
  for (size_t i = 0; i < rows; i++) {
    float value = column[row[i]];
    /* Up to 2^22, so that a half between two such numbers is exact in float32. */
    if (value == value && !(fabsf(value) < MAX_WHOLE && floorf(value) == value)) return false;
  }
  return true;
}

static bool has_several(const struct growing *growing) {
  return growing->task->data->problem == FT_MULTICLASS;
}

/* Numbers as multiples of a power of two, of which every sum is exact. */
static void read_numbers(struct growing *growing, int64_t *number) {
  const struct ft_fit_task *task = growing->task;
  double largest = 0;
  for (size_t i = 0; i < task->n_train; i++)
    largest = fmax(largest, fabs(task->data->target[task->train[i]]));
  int exponent;
  frexp(largest, &exponent);
  /* 40 bits of a number: sums over the rows of a tree, FT_EXTRA_MAX_ROWS at most, stay far below
   * 2^63. */
  if (task->data->problem == FT_REGRESSION) growing->unit = ldexp(1, exponent - NUMBER_BITS);
  for (size_t i = 0; i < task->n_train; i++)
    number[task->train[i]] = (int64_t)rint(task->data->target[task->train[i]] / growing->unit);
}

static enum ft_status read_data(struct growing *growing, struct ft_arena *arena,
                                struct ft_error *err) {
  const struct ft_fit_task *task = growing->task;
  const struct ft_features *features = task->data->features;
  bool several = has_several(growing);
  bool *whole = FT_ARENA_NEW(arena, bool, features->features);
  int64_t *number = several ? NULL : FT_ARENA_NEW(arena, int64_t, features->rows);
  uint16_t *label = several ? FT_ARENA_NEW(arena, uint16_t, features->rows) : NULL;
  if (!whole || !(several ? (void *)label : (void *)number)) return ft_arena_fail(err, "the trees");
  for (uint32_t f = 0; f < features->features; f++)
    whole[f] = is_whole(ft_features_column(features, f), task->train, task->n_train);
  growing->unit = 1;
  if (several)
    for (size_t i = 0; i < task->n_train; i++)
      label[task->train[i]] = (uint16_t)task->data->target[task->train[i]];
  else
    read_numbers(growing, number);
  growing->data =
      (struct ft_extra_data){ features, whole, number, label, several ? task->data->outputs : 0 };
  return FT_OK;
}

/* Shares of the classes, half a row more of each. */
static enum ft_status find_prior(struct growing *growing, struct ft_arena *arena,
                                 struct ft_error *err) {
  const struct ft_fit_task *task = growing->task;
  uint32_t outputs = task->data->outputs, labels = has_several(growing) ? outputs : 2;
  double *prior = FT_ARENA_NEW(arena, double, outputs);
  if (!prior) return ft_arena_fail(err, "the trees");
  growing->options.prior = prior;
  if (task->data->problem == FT_REGRESSION) return FT_OK;
  for (size_t i = 0; i < task->n_train; i++) {
    double target = task->data->target[task->train[i]];
    prior[has_several(growing) ? (uint32_t)target : 0] += has_several(growing) ? 1 : target;
  }
  for (uint32_t g = 0; g < outputs; g++)
    prior[g] = (prior[g] + 0.5) / ((double)task->n_train + 0.5 * labels);
  return FT_OK;
}

static void read_options(struct growing *growing) {
  const struct ft_fit_task *task = growing->task;
  const struct ft_extra_trees_options *own = task->configuration->options;
  struct ft_extra_tree_options *options = &growing->options;
  double tried = ceil(own->max_features * task->data->features->features);
  /* All trees together stay within MAX_NODES; a tree has about twice as many nodes as leaves,
   * once for each output. */
  double leaves = MAX_NODES / 2.0 / growing->trees / task->data->outputs;
  options->split.features = tried < 1 ? 1 : (uint32_t)tried;
  options->split.draws = own->draws;
  options->split.min_rows = own->min_leaf_rows;
  options->max_depth = own->max_depth;
  leaves = fmin(leaves, own->max_leaves);
  options->leaves = leaves < MIN_LEAVES ? MIN_LEAVES : (uint32_t)leaves;
  if (task->data->problem != FT_REGRESSION) options->smoothing = own->smoothing;
}

static enum ft_status prepare(struct growing *growing, struct ft_arena *arena,
                              struct ft_error *err) {
  const struct ft_fit_task *task = growing->task;
  const struct ft_extra_trees_options *options = task->configuration->options;
  growing->trees = task->n_valid == 0 ? task->rounds : options->trees;
  if (growing->trees < 1) growing->trees = 1;
  read_options(growing);
  FT_TRY(read_data(growing, arena, err));
  FT_TRY(find_prior(growing, arena, err));
  growing->tree = FT_ARENA_NEW(arena, struct ft_extra_tree, growing->trees);
  growing->arena = FT_ARENA_NEW(arena, struct ft_arena, growing->trees);
  growing->grown = FT_ARENA_NEW(arena, bool, growing->trees);
  if (!growing->tree || !growing->arena || !growing->grown) return ft_arena_fail(err, "the trees");
  for (uint32_t t = 0; t < growing->trees; t++)
    ft_arena_init(&growing->arena[t], FT_ARENA_DEFAULT_LIMIT);
  return FT_OK;
}

/* The rows that a tree sees; how many. */
static size_t draw_rows(const struct growing *growing, uint32_t *row, uint32_t tree) {
  const struct ft_fit_task *task = growing->task;
  struct ft_bag bag = ft_bag_of(task->data->seed, tree, FT_EXTRA_MAX_ROWS / (double)task->n_train);
  size_t rows = 0;
  for (size_t i = 0; i < task->n_train; i++)
    if (task->n_train <= FT_EXTRA_MAX_ROWS || ft_bag_next(&bag)) row[rows++] = task->train[i];
  return rows;
}

static enum ft_status grow_tree(struct growing *growing, uint32_t index, uint32_t *row) {
  bool late = false;
  size_t rows = draw_rows(growing, row, index);
  /* Of the tree's number alone: which thread grows it, and when, decides nothing. */
  uint64_t seed =
      growing->task->data->seed ^ (UINT64_C(0x9e3779b97f4a7c15) * (index + UINT64_C(1)));
  if (rows == 0) return FT_OK;
  FT_TRY(ft_extra_tree_grow(&growing->tree[index], &late, &growing->arena[index], &growing->data,
                            row, rows, &growing->options, growing->task, seed, NULL));
  growing->grown[index] = !late;
  if (growing->task->progress) atomic_fetch_add(growing->task->progress, 1);
  return FT_OK;
}

/* Takes the next tree until there is none. */
static void *grow_trees(void *argument) {
  struct growing *growing = argument;
  uint32_t *row = malloc(growing->task->n_train * sizeof *row + 1);
  enum ft_status status = row ? FT_OK : FT_NOMEM;
  while (status == FT_OK && !ft_fit_is_late(growing->task)) {
    uint32_t index = atomic_fetch_add(&growing->next, 1);
    if (index >= growing->trees) break;
    status = grow_tree(growing, index, row);
  }
  free(row);
  if (status != FT_OK) atomic_store(&growing->status, status);
  return NULL;
}

static enum ft_status grow_all(struct growing *growing, struct ft_error *err) {
  pthread_t thread[MAX_THREADS];
  uint32_t threads = 0;
  while (threads + 1 < growing->task->threads && threads + 1 < growing->trees &&
         threads < MAX_THREADS && pthread_create(&thread[threads], NULL, grow_trees, growing) == 0)
    threads++;
  grow_trees(growing);
  for (uint32_t t = 0; t < threads; t++)
    pthread_join(thread[t], NULL);
  if (atomic_load(&growing->status) == FT_OK) return FT_OK;
  return ft_fail(err, FT_NOMEM, "out of memory to train on %zu rows", growing->task->n_train);
}

/* --- the forest --- */

struct writing {
  struct ft_tree *tree;
  struct ft_node *node;
  uint32_t *word;
  uint32_t trees, nodes, words;
  double factor; /* of a tree's values, in units of the leaves */
};

/* The same nodes for each output, with leaves of its own. */
static void write_tree(struct writing *w, const struct ft_extra_tree *tree, uint32_t outputs) {
  for (uint32_t g = 0; g < outputs; g++) {
    struct ft_node *node = w->node + w->nodes;
    w->tree[w->trees++] = (struct ft_tree){ .first = w->nodes, .nodes = tree->nodes, .output = g };
    assert(tree->nodes == 2 * tree->leaves - 1);
    memcpy(node, tree->node, tree->nodes * sizeof *node);
    for (uint32_t i = 0; i < tree->nodes; i++) {
      /* Until here `leaf` was the place of the leaf's values in the tree, and `set` one in the
       * tree's words. */
      if (node[i].feature == FT_NODE_LEAF)
        node[i].leaf = (int32_t)rint(tree->value[(size_t)node[i].leaf * outputs + g] * w->factor);
      else if (node[i].set != FT_NODE_NO_SET)
        node[i].set += w->words;
    }
    w->nodes += tree->nodes;
  }
  if (tree->words) memcpy(w->word + w->words, tree->word, tree->words * sizeof *w->word);
  w->words += tree->words;
}

static double largest_of(const struct growing *growing, uint32_t trees) {
  double largest = 0;
  for (uint32_t t = 0; t < trees; t++)
    for (size_t i = 0; i < (size_t)growing->tree[t].leaves * growing->task->data->outputs; i++)
      largest = fmax(largest, fabs(growing->tree[t].value[i]));
  return largest;
}

static enum ft_status write_forest(struct ft_forest *out, struct ft_arena *arena,
                                   const struct growing *growing, uint32_t trees,
                                   struct ft_error *err) {
  const struct ft_fit_data *data = growing->task->data;
  size_t nodes = 0, words = 0;
  for (uint32_t t = 0; t < trees; t++) {
    nodes += (size_t)growing->tree[t].nodes * data->outputs;
    words += growing->tree[t].words;
  }
  if (nodes > INT32_MAX || words > INT32_MAX) return ft_fail(err, FT_TRAINER, "too many nodes");
  struct writing w = { .tree = FT_ARENA_NEW(arena, struct ft_tree, (size_t)trees * data->outputs),
                       .node = FT_ARENA_NEW(arena, struct ft_node, nodes),
                       .word = FT_ARENA_NEW(arena, uint32_t, words) };
  double *base = FT_ARENA_NEW(arena, double, data->outputs);
  if (!w.tree || !w.node || !w.word || !base) return ft_arena_fail(err, "the trees");
  /* The forest's margin is the sum of its trees, so leaves are divided by their number;
   * unit × scale makes them the target's. */
  double share = growing->unit * data->scale / trees;
  int32_t exponent = ft_trees_exponent(largest_of(growing, trees) * share);
  w.factor = ldexp(share, exponent);
  for (uint32_t t = 0; t < trees; t++)
    write_tree(&w, &growing->tree[t], data->outputs);
  base[0] = data->problem == FT_REGRESSION ? data->centre : 0;
  *out = (struct ft_forest){ w.trees, w.tree, w.nodes, w.node, w.words, w.word, exponent, base };
  return FT_OK;
}

/* --- what it says --- */

/* By the first of a tree's outputs and the others' leaves at the same place. */
static void predict_row(double *margin, int64_t *sum, const struct ft_fit_task *task,
                        const struct ft_forest *forest, uint32_t row) {
  uint32_t outputs = task->data->outputs;
  memset(sum, 0, outputs * sizeof *sum);
  for (uint32_t t = 0; t < forest->trees; t += outputs) {
    uint32_t leaf = ft_leaf_of(forest, &forest->tree[t], task->data->features, row);
    for (uint32_t g = 0; g < outputs; g++)
      sum[g] += forest->node[leaf + (size_t)g * forest->tree[t].nodes].leaf;
  }
  for (uint32_t g = 0; g < outputs; g++) {
    double value = ldexp((double)sum[g], -forest->exponent);
    margin[g] = task->data->problem == FT_REGRESSION
                    ? value / task->data->scale
                    : ft_scale_margin(value, FT_SCALE_PROBABILITY,
                                      outputs > 1 ? FT_LINK_SOFTMAX : FT_LINK_LOGISTIC);
  }
}

static enum ft_status make_member(struct ft_fit *fit, struct ft_arena *arena,
                                  const struct growing *growing, struct ft_error *err) {
  const struct ft_fit_task *task = growing->task;
  uint32_t outputs = task->data->outputs;
  int64_t *sum = FT_ARENA_NEW(arena, int64_t, outputs);
  fit->margin = FT_ARENA_NEW(arena, double, task->n_valid *outputs);
  if (!sum || !fit->margin) return ft_arena_fail(err, "the learner");
  FT_TRY(write_forest(&fit->member.forest, arena, growing, fit->rounds, err));
  for (size_t i = 0; i < task->n_valid; i++)
    predict_row(fit->margin + i * outputs, sum, task, &fit->member.forest, task->valid[i]);
  fit->member.kind = FT_LEARNER_FOREST;
  fit->member.scale = task->data->problem == FT_REGRESSION ? FT_SCALE_MARGIN : FT_SCALE_PROBABILITY;
  fit->member.weight = 1;
  fit->done = true;
  return FT_OK;
}

static enum ft_status run(struct ft_fit *fit, struct ft_arena *arena, struct ft_arena *scratch,
                          struct growing *growing, struct ft_error *err) {
  FT_TRY(prepare(growing, scratch, err));
  FT_TRY(grow_all(growing, err));
  while (fit->rounds < growing->trees && growing->grown[fit->rounds])
    fit->rounds++;
  fit->cut = fit->rounds < growing->trees;
  return fit->rounds > 0 ? make_member(fit, arena, growing, err) : FT_OK;
}

static enum ft_status fit_trees(struct ft_fit *out, struct ft_arena *arena,
                                const struct ft_fit_task *task, struct ft_error *err) {
  struct growing growing = { .task = task };
  struct ft_arena scratch;
  ft_arena_init(&scratch, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = run(out, arena, &scratch, &growing, err);
  for (uint32_t t = 0; growing.arena && t < growing.trees; t++)
    ft_arena_release(&growing.arena[t]);
  ft_arena_release(&scratch);
  return status;
}

/* --- the learner --- */

/* Random splits divide the rows less evenly than the best ones do. */
static double seconds(const struct ft_cost_question *question) {
  const struct ft_extra_trees_options *options = question->configuration->options;
  double rows = (double)question->rows, seen = fmin(rows, FT_EXTRA_MAX_ROWS);
  double leaves = fmin(seen / options->min_leaf_rows, options->max_leaves);
  double levels = fmin(options->max_depth, LEVELS * ft_log(fmax(leaves, 2)) / LOG_2);
  double features = question->data->features->features * options->max_features;
  return options->trees *
         (rows * ROW_SECONDS + seen * features * levels * (1.0 + options->draws) * CELL_SECONDS);
}

static bool is_coarse(const struct ft_configuration *configuration) {
  const struct ft_extra_trees_options *options = configuration->options;
  return options->max_depth <= COARSE_DEPTH;
}

#define OPTION(name, kind) \
  { #name, kind, offsetof(struct ft_extra_trees_options, name) }

static const struct ft_learner_option options_of_trees[] = {
  OPTION(trees, FT_OPTION_COUNT),       OPTION(max_depth, FT_OPTION_COUNT),
  OPTION(max_leaves, FT_OPTION_COUNT),  OPTION(min_leaf_rows, FT_OPTION_COUNT),
  OPTION(max_features, FT_OPTION_REAL), OPTION(draws, FT_OPTION_COUNT),
  OPTION(smoothing, FT_OPTION_REAL),    { .name = NULL },
};

const struct ft_learner ft_extra_trees_learner = {
  .name = "extra trees",
  .model_type = "extra_trees",
  .options_bytes = sizeof(struct ft_extra_trees_options),
  .option = options_of_trees,
  .sees_categories_encoded = true,
  .averages = true,
  .fit = fit_trees,
  .seconds = seconds,
  .is_coarse = is_coarse,
};
