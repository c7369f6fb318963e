#include "core/import/base/leaves.h"

#include <math.h>
#include <string.h>

#define LEAF_BITS    23
#define MAX_EXPONENT 1000
#define MAX_MIDDLE   0x1p20 /* a double of which small leaves can be taken */
/* What a prediction may be off by, relative to 1 or to the largest leaf, and how many standard
 * deviations of the sum of all roundings have to fit in. */
#define TOLERANCE  8e-6
#define DEVIATIONS 4.5

static bool is_leaf(const struct ft_grown_trees *trees, uint32_t node) {
  return trees->node[node].feature == FT_NODE_LEAF;
}

int32_t ft_leaf_exponent(double largest) {
  if (largest == 0) return LEAF_BITS;
  int exponent;
  frexp(largest, &exponent); /* largest < 2^exponent */
  int unit = LEAF_BITS - exponent;
  /* rounding may reach 2^23 itself */
  if (rint(ldexp(largest, unit)) >= ldexp(1, LEAF_BITS)) unit--;
  return unit > MAX_EXPONENT ? MAX_EXPONENT : unit < -MAX_EXPONENT ? -MAX_EXPONENT : unit;
}

static int32_t choose_exponent(const struct ft_grown_trees *trees, const double *leaf) {
  double largest = 0;
  for (uint32_t i = 0; i < trees->nodes; i++)
    if (is_leaf(trees, i) && fabs(leaf[i]) > largest) largest = fabs(leaf[i]);
  return ft_leaf_exponent(largest);
}

static void fill(struct ft_forest *out, const struct ft_grown_trees *trees, struct ft_node *node,
                 const double *leaf, const double *base) {
  int32_t exponent = choose_exponent(trees, leaf);
  for (uint32_t i = 0; i < trees->nodes; i++)
    if (is_leaf(trees, i)) node[i].leaf = (int32_t)rint(ldexp(leaf[i], exponent));
  *out = (struct ft_forest){ .trees = trees->trees,
                             .tree = trees->tree,
                             .nodes = trees->nodes,
                             .node = node,
                             .set_words = trees->words,
                             .set_word = trees->word,
                             .exponent = exponent,
                             .base = base };
}

void ft_grown_trees_round(struct ft_forest *out, const struct ft_grown_trees *trees,
                          const double *base) {
  fill(out, trees, trees->node, trees->leaf, base);
}

/* Half-way between a tree's least and largest leaf. */
static double middle_of(const struct ft_grown_trees *trees, const struct ft_tree *tree) {
  double min = INFINITY, max = -INFINITY;
  for (uint32_t i = tree->first; i < tree->first + tree->nodes; i++) {
    if (!is_leaf(trees, i)) continue;
    if (trees->leaf[i] < min) min = trees->leaf[i];
    if (trees->leaf[i] > max) max = trees->leaf[i];
  }
  return min / 2 + max / 2;
}

/* What is added to a margin is a factor in the end, or changes a probability: no leaf excuses it. */
static bool is_absolute(enum ft_link link) {
  return link == FT_LINK_EXP || link == FT_LINK_LOGISTIC || link == FT_LINK_SOFTMAX ||
         link == FT_LINK_SOFTPLUS;
}

/* The largest leaf as the file has it, for what a prediction may be off by. */
static double centre(const struct ft_grown_trees *trees, double *base, enum ft_link link) {
  double largest = 1;
  for (uint32_t t = 0; t < trees->trees; t++) {
    const struct ft_tree *tree = &trees->tree[t];
    double middle = middle_of(trees, tree);
    if (is_absolute(link) && fabs(middle) > MAX_MIDDLE) middle = 0;
    for (uint32_t i = tree->first; i < tree->first + tree->nodes; i++) {
      if (!is_leaf(trees, i)) continue;
      if (fabs(trees->leaf[i]) > largest) largest = fabs(trees->leaf[i]);
      trees->leaf[i] -= middle;
    }
    base[tree->output] += middle;
  }
  return largest;
}

/* A rounding is off by a unit / sqrt(12) in the mean of squares; a tree adds one to each margin. */
static bool is_coarse(enum ft_link link, uint32_t outputs, const struct ft_grown_trees *trees,
                      int32_t exponent, double largest) {
  if (is_absolute(link)) largest = 1;
  if (link == FT_LINK_SIGNED_SQUARE) largest = 0.5; /* the slope at 1, and less than it beyond */
  double trees_an_output = (double)trees->trees / (outputs ? outputs : 1);
  return DEVIATIONS * ldexp(sqrt(trees_an_output / 12), -exponent) > TOLERANCE * largest;
}

/* A forest more of the same trees: its leaves are what those before it lack. */
static enum ft_status add_rest(struct ft_member *member, struct ft_arena *arena,
                               const struct ft_grown_trees *trees, uint32_t outputs,
                               struct ft_error *err) {
  const struct ft_forest *last = &member[-1].forest;
  struct ft_node *node = FT_ARENA_NEW(arena, struct ft_node, trees->nodes);
  double *base = FT_ARENA_NEW(arena, double, outputs);
  if (!node || !base) return ft_arena_fail(err, "the model's trees");
  memcpy(node, trees->node, trees->nodes * sizeof *node);
  for (uint32_t i = 0; i < trees->nodes; i++)
    if (is_leaf(trees, i)) trees->leaf[i] -= ldexp(last->node[i].leaf, -last->exponent);
  member[0] = (struct ft_member){ .kind = FT_LEARNER_FOREST, .weight = 1 };
  fill(&member[0].forest, trees, node, trees->leaf, base);
  return FT_OK;
}

static enum ft_status refuse_leaf(double largest, struct ft_error *err) {
  ft_fail(err, FT_UNSUPPORTED,
          "a leaf of the model's trees is %.3g, beside which what others add is lost", largest);
  return ft_fail_hint(err, "Train with a smaller learning rate, or more rows a leaf.");
}

enum ft_status ft_grown_trees_forests(struct ft_member *out, uint32_t *members,
                                      struct ft_arena *arena, const struct ft_grown_trees *trees,
                                      double *base, uint32_t outputs, enum ft_link link,
                                      struct ft_error *err) {
  double largest = centre(trees, base, link);
  out[0] = (struct ft_member){ .kind = FT_LEARNER_FOREST, .weight = 1 };
  ft_grown_trees_round(&out[0].forest, trees, base);
  for (*members = 1; is_coarse(link, outputs, trees, out[*members - 1].forest.exponent, largest);
       (*members)++) {
    if (*members == FT_GROWN_FORESTS) return refuse_leaf(largest, err);
    FT_TRY(add_rest(&out[*members], arena, trees, outputs, err));
  }
  return FT_OK;
}

enum ft_status ft_grown_trees_members(struct ft_model *model, struct ft_arena *arena,
                                      const struct ft_grown_trees *trees, double *base,
                                      struct ft_error *err) {
  struct ft_member *member = FT_ARENA_NEW(arena, struct ft_member, FT_GROWN_FORESTS);
  if (!member) return ft_arena_fail(err, "the model's trees");
  model->member = member;
  return ft_grown_trees_forests(member, &model->members, arena, trees, base, model->outputs,
                                model->link, err);
}
