#include "core/learn/forest_leaves.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "core/learn/bag.h"
#include "core/learn/leaf.h"
#include "core/learn/loss.h"
#include "core/learn/trees.h"
#include "foretell/maths.h"

#define MAX_JUDGES   20000 /* rows that are enough to find the spread */
#define MIN_JUDGES   20
#define MIN_SPREAD   0.25
#define MAX_SPREAD   4.0
#define SPREAD_STEPS 16
#define TURNS        3 /* of finding the spread and moving the base */
#define GOLDEN       0.6180339887498949

/* The leaves of a forest while they are made.
 *
 * Valid    `sum` and `count` of a tree's leaves, then `value`, once fill_tree was there; `other` and `asked`
 *          are complete after the last tree. `value` is of a single tree until `fill` divides by the trees. */
struct leafing {
  struct ft_forest *forest;
  const struct ft_fit_task *task;
  const struct ft_forest_leaves_options *options;
  double *base;  /* one an output */
  double *value; /* one a node: a leaf's distance from the base */
  double *sum;   /* one a node: of its rows' targets, or their share of the output's label */
  uint32_t *count;
  double *margin;  /* of a row */
  double *other;   /* training rows × outputs: distances by the trees that did not draw the row */
  uint32_t *asked; /* training rows: how many trees they are of */
  size_t judges;   /* the first rows, by which spread and base are found */
};

/* A row's number that an output's trees average. */
static double number_of(const struct leafing *leafing, uint32_t output, uint32_t row) {
  double target = leafing->task->data->target[row];
  return leafing->task->data->outputs > 1 ? output == (uint32_t)target : target;
}

static double leaf_of_class(const struct leafing *leafing, uint32_t output, double sum,
                            double count) {
  double smoothing = leafing->options->smoothing, base = leafing->base[output];
  bool several = leafing->task->data->outputs > 1;
  /* `smoothing` rows at the prior: a leaf of one label alone would have infinite log-odds. */
  double prior = several ? ft_exp(base) : ft_logistic(base);
  double share = (sum + smoothing * prior) / (count + smoothing);
  return ft_log(several ? share : share / (1 - share)) - base;
}

static void value_leaves(struct leafing *leafing, const struct ft_tree *tree) {
  const struct ft_node *node = leafing->forest->node;
  bool number = leafing->task->data->problem == FT_REGRESSION;
  for (uint32_t i = tree->first; i < tree->first + tree->nodes; i++) {
    double sum = leafing->sum[i], count = leafing->count[i];
    if (node[i].feature != FT_NODE_LEAF || count == 0) continue;
    leafing->value[i] =
        number ? sum / count - leafing->base[0] : leaf_of_class(leafing, tree->output, sum, count);
  }
}

/* One tree: its leaves by its own rows, then what they say of the others. */
static void fill_tree(struct leafing *leafing, uint32_t index, uint32_t *leaf) {
  const struct ft_fit_task *task = leafing->task;
  const struct ft_tree *tree = &leafing->forest->tree[index];
  uint32_t outputs = task->data->outputs, round = index / outputs;
  struct ft_bag bag = ft_bag_of(task->data->seed, round, leafing->options->share);
  for (size_t i = 0; i < task->n_train; i++) {
    uint32_t row = task->train[i];
    leaf[i] = ft_leaf_of(leafing->forest, tree, task->data->features, row);
    if (!ft_bag_next(&bag)) continue;
    leafing->sum[leaf[i]] += number_of(leafing, tree->output, row);
    leafing->count[leaf[i]]++;
  }
  value_leaves(leafing, tree);
  /* The same bag once more: the rows that it leaves out are the tree's out-of-bag rows (Breiman,
   * 2001). */
  bag = ft_bag_of(task->data->seed, round, leafing->options->share);
  for (size_t i = 0; i < task->n_train; i++) {
    if (ft_bag_next(&bag)) continue;
    leafing->other[i * outputs + tree->output] += leafing->value[leaf[i]];
    /* The trees of the outputs of a round share one bag: counted once. */
    leafing->asked[i] += tree->output == 0;
  }
}

/* A row's margins by the trees that did not draw it, with distances times `spread`. */
static void judge_row(const struct leafing *leafing, size_t i, double spread) {
  uint32_t outputs = leafing->task->data->outputs;
  assert(leafing->asked[i] > 0);
  for (uint32_t g = 0; g < outputs; g++)
    leafing->margin[g] =
        leafing->base[g] + spread * leafing->other[i * outputs + g] / leafing->asked[i];
}

static double loss_of(const struct leafing *leafing, double spread) {
  const struct ft_fit_task *task = leafing->task;
  double loss = 0;
  for (size_t i = 0; i < leafing->judges; i++) {
    if (leafing->asked[i] == 0) continue;
    judge_row(leafing, i, spread);
    loss += ft_loss_row(task->data->problem, task->data->outputs, leafing->margin,
                        task->data->target[task->train[i]]);
  }
  return loss;
}

static double log_odds(double sum, double rows) {
  return ft_log((sum + 0.5) / (rows - sum + 0.5));
}

/* Move the base such that each class is predicted as often as it occurs. */
static void shift_base(struct leafing *leafing, double spread) {
  const struct ft_fit_data *data = leafing->task->data;
  uint32_t labels = data->problem == FT_BINARY ? 2 : data->outputs, rows = 0;
  double *probability = leafing->margin + labels, *expected = probability + labels;
  double *found = expected + labels;
  for (uint32_t l = 0; l < labels; l++)
    expected[l] = found[l] = 0;
  for (size_t i = 0; i < leafing->judges; i++) {
    if (leafing->asked[i] == 0) continue;
    judge_row(leafing, i, spread);
    ft_loss_probabilities(probability, data->problem, data->outputs, leafing->margin);
    for (uint32_t l = 0; l < labels; l++)
      expected[l] += probability[l];
    found[(uint32_t)data->target[leafing->task->train[i]]]++;
    rows++;
  }
  /* One step of the intercept towards equal means: expected and found log-odds differ by about
   * the shift that is missing. Half a row more on each side keeps it finite. */
  if (data->problem == FT_BINARY)
    leafing->base[0] += log_odds(found[1], rows) - log_odds(expected[1], rows);
  else
    for (uint32_t g = 0; g < labels; g++)
      leafing->base[g] += ft_log((found[g] + 0.5) / (expected[g] + 0.5));
}

/* By sections of the golden ratio: the loss has one valley. */
static double find_spread(const struct leafing *leafing) {
  double low = MIN_SPREAD, high = MAX_SPREAD;
  double left = high - GOLDEN * (high - low), right = low + GOLDEN * (high - low);
  double of_left = loss_of(leafing, left), of_right = loss_of(leafing, right);
  for (int step = 0; step < SPREAD_STEPS; step++) {
    if (of_left <= of_right) {
      high = right;
      right = left;
      of_right = of_left;
      left = high - GOLDEN * (high - low);
      of_left = loss_of(leafing, left);
    } else {
      low = left;
      left = right;
      of_left = of_right;
      right = low + GOLDEN * (high - low);
      of_right = loss_of(leafing, right);
    }
  }
  return (low + high) / 2;
}

static void predict_valid(double *margin, const struct leafing *leafing) {
  const struct ft_fit_task *task = leafing->task;
  const struct ft_forest *forest = leafing->forest;
  uint32_t outputs = task->data->outputs;
  for (size_t i = 0; i < task->n_valid; i++) {
    for (uint32_t g = 0; g < outputs; g++)
      margin[i * outputs + g] = leafing->base[g];
    for (uint32_t t = 0; t < forest->trees; t++) {
      uint32_t leaf = ft_leaf_of(forest, &forest->tree[t], task->data->features, task->valid[i]);
      margin[i * outputs + forest->tree[t].output] += leafing->value[leaf];
    }
  }
}

static enum ft_status make_room(struct leafing *leafing, struct ft_arena *arena, uint32_t **leaf,
                                struct ft_error *err) {
  const struct ft_fit_task *task = leafing->task;
  uint32_t outputs = task->data->outputs, nodes = leafing->forest->nodes;
  leafing->base = FT_ARENA_NEW(arena, double, outputs);
  leafing->value = calloc(nodes + (size_t)1, sizeof *leafing->value);
  leafing->sum = calloc(nodes + (size_t)1, sizeof *leafing->sum);
  leafing->count = calloc(nodes + (size_t)1, sizeof *leafing->count);
  leafing->other = calloc(task->n_train * outputs + 1, sizeof *leafing->other);
  leafing->margin = calloc(4 * ((size_t)outputs + 1), sizeof *leafing->margin);
  leafing->asked = calloc(task->n_train + 1, sizeof *leafing->asked);
  *leaf = malloc(task->n_train * sizeof **leaf + 1);
  if (leafing->base && leafing->value && leafing->sum && leafing->count && leafing->other &&
      leafing->margin && leafing->asked && *leaf)
    return FT_OK;
  return ft_fail(err, FT_NOMEM, "out of memory for the leaves of %u nodes", (unsigned)nodes);
}

static void release(struct leafing *leafing) {
  free(leafing->value);
  free(leafing->sum);
  free(leafing->count);
  free(leafing->margin);
  free(leafing->other);
  free(leafing->asked);
}

/* The forest's own numbers: leaves in the target's unit, and the base. */
static void write_leaves(struct leafing *leafing) {
  const struct ft_fit_data *data = leafing->task->data;
  struct ft_forest *forest = leafing->forest;
  struct ft_node *node = (struct ft_node *)(uintptr_t)forest->node; /* nobody else has seen them */
  double largest = 0;
  for (uint32_t i = 0; i < forest->nodes; i++)
    largest = fmax(largest, fabs(leafing->value[i] * data->scale));
  /* Leaves are integers of one unit (trees.h): the finest in which the largest fits. */
  forest->exponent = ft_trees_exponent(largest);
  for (uint32_t i = 0; i < forest->nodes; i++)
    if (node[i].feature == FT_NODE_LEAF)
      node[i].leaf = (int32_t)rint(ldexp(leafing->value[i] * data->scale, forest->exponent));
  for (uint32_t g = 0; g < data->outputs; g++)
    leafing->base[g] = data->centre + data->scale * leafing->base[g];
  forest->base = leafing->base;
}

/* What a leaf's distance is multiplied by; the base is moved. */
static double calibrate(struct leafing *leafing) {
  size_t asked = 0;
  double spread = 1;
  for (size_t i = 0; i < leafing->judges; i++)
    asked += leafing->asked[i] > 0;
  /* Too few out-of-bag rows to tell anything: the leaves stay as they are. */
  if (asked < MIN_JUDGES) return spread;
  /* Spread and base depend on each other; a few turns settle both. */
  for (int turn = 0; turn < TURNS; turn++) {
    spread = find_spread(leafing);
    if (leafing->task->data->problem == FT_REGRESSION) break;
    shift_base(leafing, spread);
  }
  return spread;
}

static void fill(double *margin, struct leafing *leafing, uint32_t *leaf) {
  const struct ft_fit_data *data = leafing->task->data;
  ft_loss_base(leafing->base, data->problem, data->outputs, data->target, leafing->task->train,
               leafing->task->n_train);
  for (uint32_t t = 0; t < leafing->forest->trees; t++)
    fill_tree(leafing, t, leaf);
  /* The forest's margin is the sum of its trees, so each leaf is divided by their number. */
  assert(leafing->options->trees > 0);
  double factor = calibrate(leafing) / leafing->options->trees;
  for (uint32_t i = 0; i < leafing->forest->nodes; i++)
    leafing->value[i] *= factor;
  predict_valid(margin, leafing);
  write_leaves(leafing);
}

enum ft_status ft_forest_leaves(struct ft_forest *forest, double *margin, struct ft_arena *arena,
                                const struct ft_fit_task *task,
                                const struct ft_forest_leaves_options *options,
                                struct ft_error *err) {
  struct leafing leafing = { .forest = forest, .task = task, .options = options };
  leafing.judges = task->n_train < MAX_JUDGES ? task->n_train : MAX_JUDGES;
  uint32_t *leaf = NULL;
  enum ft_status status = make_room(&leafing, arena, &leaf, err);
  if (status == FT_OK) fill(margin, &leafing, leaf);
  free(leaf);
  release(&leafing);
  return status;
}
