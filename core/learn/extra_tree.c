#include "core/learn/extra_tree.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CELLS_A_LOOK 1000000 /* between looks at the clock */
#define SET_BITS     32

/* The rows of a node: row[first … first + rows). Children split their parent's part between them. */
struct place {
  uint32_t first, rows, depth;
};

struct growing {
  struct ft_extra_tree *tree;
  const struct ft_extra_data *data;
  const struct ft_extra_tree_options *options;
  struct ft_arena *arena;
  struct ft_arena scratch;
  struct ft_extra_splitter splitter;
  struct ft_random random;
  uint32_t *row;
  uint32_t *right;     /* rows on their way to the other side */
  struct place *place; /* one a node */
  uint32_t outputs;
  uint32_t max_words;
  uint32_t *count; /* of classes */
  uint64_t cells;  /* since the last look at the clock */
};

static uint32_t max_leaves(const struct ft_extra_tree_options *options, size_t rows) {
  /* No leaf has fewer rows than min_rows, so there cannot be more leaves than this. */
  size_t max = rows / options->split.min_rows;
  return max < 2 ? 2 : max < options->leaves ? (uint32_t)max : options->leaves;
}

static enum ft_status make_room(struct growing *g, size_t rows, struct ft_error *err) {
  uint32_t leaves = max_leaves(g->options, rows);
  ft_arena_init(&g->scratch, FT_ARENA_DEFAULT_LIMIT);
  g->tree->node = FT_ARENA_NEW(g->arena, struct ft_node, 2 * (size_t)leaves);
  g->tree->value = FT_ARENA_NEW(g->arena, double, (size_t)leaves * g->outputs);
  g->place = FT_ARENA_NEW(&g->scratch, struct place, 2 * (size_t)leaves);
  g->right = FT_ARENA_NEW(&g->scratch, uint32_t, rows);
  g->count = FT_ARENA_NEW(&g->scratch, uint32_t, (size_t)g->data->classes + 1);
  if (!g->tree->node || !g->tree->value || !g->place || !g->right || !g->count)
    return ft_arena_fail(err, "a tree");
  return ft_extra_splitter_make(&g->splitter, &g->scratch, g->data, &g->options->split, rows, err);
}

/* Are the targets all the same? */
static bool is_pure(const struct growing *g, const struct place *place) {
  const uint32_t *row = g->row + place->first;
  for (uint32_t i = 1; i < place->rows; i++)
    if (g->data->number ? g->data->number[row[i]] != g->data->number[row[0]]
                        : g->data->label[row[i]] != g->data->label[row[0]])
      return false;
  return true;
}

static void make_leaf(struct growing *g, uint32_t index) {
  const struct place *place = &g->place[index];
  const uint32_t *row = g->row + place->first;
  const double *prior = g->options->prior;
  double smoothing = g->options->smoothing, rows = place->rows + smoothing;
  double *value = g->tree->value + (size_t)g->tree->leaves * g->outputs;
  /* The leaf's index for now; extra_trees.c writes its value when all trees are there. */
  assert(place->rows > 0);
  g->tree->node[index] = (struct ft_node){ .feature = FT_NODE_LEAF,
                                           .set = FT_NODE_NO_SET,
                                           .leaf = (int32_t)g->tree->leaves++ };
  if (g->data->number) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < place->rows; i++)
      sum += g->data->number[row[i]];
    value[0] = ((double)sum + smoothing * prior[0]) / rows;
    return;
  }
  memset(g->count, 0, g->outputs * sizeof *g->count);
  for (uint32_t i = 0; i < place->rows; i++)
    g->count[g->data->label[row[i]]]++;
  for (uint32_t c = 0; c < g->outputs; c++)
    value[c] = (g->count[c] + smoothing * prior[c]) / rows;
}

/* Keeps the splitter's set. */
static enum ft_status write_set(struct growing *g, struct ft_node *node, struct ft_error *err) {
  uint32_t words = g->data->features->categories[node->feature] / SET_BITS + 1;
  /* Doubled each time: the arena keeps the old arrays, which together are no larger than the
   * last. */
  if (g->tree->words + words > g->max_words) {
    uint32_t max = 2 * (g->max_words + words);
    uint32_t *word = FT_ARENA_NEW(g->arena, uint32_t, max);
    if (!word) return ft_arena_fail(err, "a tree");
    if (g->tree->words) memcpy(word, g->tree->word, g->tree->words * sizeof *word);
    g->tree->word = word;
    g->max_words = max;
  }
  memcpy(g->tree->word + g->tree->words, g->splitter.set, words * sizeof *g->tree->word);
  node->threshold = 0;
  node->set = g->tree->words;
  node->set_words = words;
  g->tree->words += words;
  return FT_OK;
}

/* The rows of the left side come first, both sides in the order they had; how many are left. */
static uint32_t divide(struct growing *g, const struct place *place,
                       const struct ft_extra_split *split) {
  uint32_t *row = g->row + place->first, left = 0, right = 0;
  for (uint32_t i = 0; i < place->rows; i++) {
    /* A stable partition: rows stay in the order in which they lie in memory, and are read
     * faster for it. */
    if (ft_extra_split_side(&g->splitter, split, row[i]))
      g->right[right++] = row[i];
    else
      row[left++] = row[i];
  }
  memcpy(row + left, g->right, right * sizeof *row);
  return left;
}

static enum ft_status make_split(struct growing *g, uint32_t index,
                                 const struct ft_extra_split *split, struct ft_error *err) {
  struct place *place = &g->place[index];
  uint32_t left = divide(g, place, split), next = g->tree->nodes;
  assert(left > 0 && left < place->rows);
  struct ft_node *node = &g->tree->node[index];
  *node = (struct ft_node){ .feature = split->feature,
                            .threshold = split->threshold,
                            .left = next,
                            .right = next + 1,
                            .set = FT_NODE_NO_SET,
                            .missing_left = split->missing_left };
  g->place[next] = (struct place){ place->first, left, place->depth + 1 };
  g->place[next + 1] = (struct place){ place->first + left, place->rows - left, place->depth + 1 };
  g->tree->nodes += 2;
  return split->is_set ? write_set(g, node, err) : FT_OK;
}

static bool may_split(const struct growing *g, uint32_t index, uint32_t max_nodes) {
  const struct place *place = &g->place[index];
  /* The purity test reads all rows, so it comes last. */
  return place->depth < g->options->max_depth && place->rows > 1 &&
         place->rows / 2 >= g->options->split.min_rows && g->tree->nodes + 2 <= max_nodes &&
         !is_pure(g, place);
}

static bool is_late(struct growing *g, const struct place *place, const struct ft_fit_task *task) {
  g->cells += (uint64_t)place->rows * g->data->features->features;
  if (g->cells < CELLS_A_LOOK) return false;
  g->cells = 0;
  return ft_fit_is_late(task);
}

static enum ft_status grow(struct growing *g, bool *late, size_t rows,
                           const struct ft_fit_task *task, struct ft_error *err) {
  uint32_t max_nodes = 2 * max_leaves(g->options, rows) - 1;
  FT_TRY(make_room(g, rows, err));
  g->place[0] = (struct place){ 0, (uint32_t)rows, 0 };
  g->tree->nodes = 1;
  /* Level by level, since children are appended: where the leaves run out, all branches are
   * about as deep. */
  for (uint32_t index = 0; index < g->tree->nodes; index++) {
    struct place *place = &g->place[index];
    struct ft_extra_node node = { g->row + place->first, place->rows };
    struct ft_extra_split split;
    if (is_late(g, place, task)) {
      *late = true;
      return FT_OK;
    }
    if (may_split(g, index, max_nodes) &&
        ft_extra_split_find(&split, &g->splitter, &node, &g->random))
      FT_TRY(make_split(g, index, &split, err));
    else
      make_leaf(g, index);
  }
  return FT_OK;
}

enum ft_status ft_extra_tree_grow(struct ft_extra_tree *out, bool *late, struct ft_arena *arena,
                                  const struct ft_extra_data *data, uint32_t *row, size_t rows,
                                  const struct ft_extra_tree_options *options,
                                  const struct ft_fit_task *task, uint64_t seed,
                                  struct ft_error *err) {
  struct growing growing = { .tree = out,
                             .data = data,
                             .options = options,
                             .arena = arena,
                             .random = ft_random_seeded(seed),
                             .row = row,
                             .outputs = data->number ? 1 : data->classes };
  *out = (struct ft_extra_tree){ 0 };
  *late = false;
  enum ft_status status = grow(&growing, late, rows, task, err);
  ft_arena_release(&growing.scratch);
  return status;
}
