/* What a prediction costs, foretold from a model's structure alone: the same number on every machine.
 * It is in nanoseconds a row of a block on one core with AVX-512 of the machine that docs/prediction.md
 * tells of, where the constants below were measured. */
#include <string.h>

#include "core/predict/derive.h"
#include "core/predict/layout.h"
#include "core/predict/leaf_number.h"
#include "foretell/plan.h"

/* Nanoseconds a row. */
#define ROW_NS       3.0    /* handing out, and an engine's call */
#define OUTPUT_NS    1.0    /* of one member: sums to margins */
#define MARGIN_NS    1.5    /* and from a probability to its margin */
#define LINK_NS      3.0    /* a probability of two */
#define SOFTMAX_NS   4.0    /* a label */
#define LINEAR_NS    0.2    /* of a transform, a sum times a number */
#define COMPARE_NS   1.0    /* and a sum that is compared or divided */
#define LEVEL_NS     0.06   /* one level of the search among a feature's thresholds */
#define GATHER_NS    1.6    /* and one beyond those whose thresholds registers hold */
#define MASK_NS      0.003  /* one decision */
#define SET_NS       0.012  /* a set of categories */
#define SET_WORD_NS  0.016  /* and 32 codes more that it may have */
#define TEXT_NS      200.0  /* looking for the words of a text, of some five */
#define PART_NS      8.0    /* a category hashed for a combination */
#define KEY_NS       20.0   /* the combination looked up */
#define COLUMN_NS    1.0    /* a number of what was found */
#define DEEP_NS      0.7    /* of a tree deeper than a group holds: numbers of leaves as bytes */
#define STEP_NS      0.0041 /* and each of its steps */
#define LEAF_NS      0.06   /* an output's leaf in a row of leaves */
#define TABLE_NS     1e-4   /* and what the leaves of all numbers take of the caches, each */
#define WALK_STEP_NS 1.5    /* a step of a tree that no pass can hold */
#define TREE_SUM_NS  2.0    /* a tree with linear leaves, beside the steps to them */
#define LEAF_TERM_NS 1.0    /* and a term of a leaf */
#define FLOATS_NS    0.15   /* a feature made float32, which nets and walks want */
#define INPUT_NS     0.4    /* an input of a derived feature */
#define FUNCTION_NS  4.0    /* and a function of a derived feature that is no arithmetic */
#define TERM_NS      0.1
#define LOOKUP_NS    3.0   /* and what its weights cost */
#define WEIGHT_NS    0.027 /* a multiplication and its addition */
#define TOO_DEAR_NS  1e9   /* where there is no memory to count */
#define LAYER_NS     0.1   /* an output of a layer, without its activation */

#define IN_REGISTERS 8 /* levels of a search */

/* A complete tree, by depth. */
static const double tree_ns[FT_GROUP_DEPTH + 1] = { 0,    0.04, 0.042, 0.048, 0.055,
                                                    0.07, 0.10, 0.19,  0.335 };
static const double activation_ns[FT_ACTIVATE_COUNT] = { 0, 0.03, 0.45, 0.5, 0.6, 0.5 };
static const double encoder_ns[FT_ENCODE_KIND_COUNT] = {
  0.05, 8.0, 8.0, 1.0, 0.3, 0.25, 0.2, 8.0, 0
};

/* Different decisions are counted by hash, each with the pass and the tree that had it last. */
struct counted {
  uint64_t key; /* 0: the slot is empty */
  uint32_t pass, tree;
};

struct count {
  struct ft_arena arena;
  const struct ft_model *model;
  const struct ft_forest *forest;
  struct counted *slot;
  uint32_t slots, used; /* slots a power of two, at most half of them used */
  uint32_t *depth;      /* one a node of the tree in hand */
  uint32_t *numbers;    /* the same: that the leaves below it take */
  uint32_t *of_feature; /* decisions of the pass in hand, one a feature */
  uint32_t *feature;    /* those with any */
  uint32_t features;
  uint32_t pass;      /* from 1 */
  uint32_t decisions; /* of the pass in hand */
  bool failed;        /* out of memory */
  double ns;
};

static uint64_t mixed(uint64_t key) {
  key = (key ^ key >> 32) * UINT64_C(0x9e3779b97f4a7c15);
  return key ^ key >> 29;
}

/* A node's decision as a number; two of different ones are equal only by a rare chance. */
static uint64_t key_of(const struct ft_forest *forest, const struct ft_node *node) {
  uint32_t bits;
  memcpy(&bits, &node->threshold, sizeof bits);
  uint64_t key = (uint64_t)node->feature << 34 | (uint64_t)node->missing_left << 32 | bits;
  if (node->set == FT_NODE_NO_SET) return key + 1;
  key = (uint64_t)node->feature << 34 | (uint64_t)node->missing_left << 32;
  for (uint32_t w = 0; w < node->set_words; w++)
    key = mixed(key + forest->set_word[node->set + w] + 1);
  return key | UINT64_C(1) << 63;
}

static struct counted *find(struct counted *slot, uint32_t slots, uint64_t key) {
  uint64_t at = mixed(key) & (slots - 1);
  while (slot[at].key && slot[at].key != key)
    at = (at + 1) & (slots - 1);
  return &slot[at];
}

static bool grow(struct count *c) {
  if (2 * (c->used + 1) <= c->slots) return true;
  const uint32_t slots = c->slots ? 2 * c->slots : 4096;
  struct counted *slot = FT_ARENA_NEW(&c->arena, struct counted, slots);
  if (!slot) return false;
  for (uint32_t i = 0; i < c->slots; i++)
    if (c->slot[i].key) *find(slot, slots, c->slot[i].key) = c->slot[i];
  c->slot = slot;
  c->slots = slots;
  return true;
}

static void count_decision(struct count *c, const struct ft_node *node, uint32_t tree,
                           uint32_t *own, uint32_t *fresh) {
  if (!grow(c)) {
    c->failed = true;
    return;
  }
  const uint64_t key = key_of(c->forest, node);
  struct counted *slot = find(c->slot, c->slots, key);
  if (!slot->key) {
    *slot = (struct counted){ .key = key };
    c->used++;
  }
  if (slot->tree != tree + 1) ++*own;
  slot->tree = tree + 1;
  if (slot->pass == c->pass) return;
  slot->pass = c->pass;
  ++*fresh;
  if (c->of_feature[node->feature]++ == 0) c->feature[c->features++] = node->feature;
  c->ns += node->set == FT_NODE_NO_SET ? 0 : SET_NS + SET_WORD_NS * node->set_words;
}

/* Levels of a search among so many thresholds. */
static uint32_t levels_for(uint32_t thresholds) {
  uint32_t levels = 1;
  while (UINT32_C(1) << levels <= thresholds)
    levels++;
  return levels;
}

static void end_pass(struct count *c) {
  for (uint32_t i = 0; i < c->features; i++) {
    const uint32_t levels = levels_for(c->of_feature[c->feature[i]]);
    c->ns += LEVEL_NS * levels + (levels > IN_REGISTERS ? GATHER_NS * (levels - IN_REGISTERS) : 0);
    c->of_feature[c->feature[i]] = 0;
  }
  c->ns += MASK_NS * c->decisions;
  c->features = c->decisions = 0;
  c->pass++;
}

static uint32_t depth_of(struct count *c, const struct ft_tree *tree) {
  const struct ft_node *node = c->forest->node + tree->first;
  uint32_t deepest = 0;
  memset(c->depth, 0, tree->nodes * sizeof *c->depth);
  for (uint32_t i = 0; i < tree->nodes; i++) {
    if (c->depth[i] > deepest) deepest = c->depth[i];
    if (node[i].feature == FT_NODE_LEAF) continue;
    const uint32_t child[2] = { node[i].left, node[i].right };
    for (int side = 0; side < 2; side++)
      if (c->depth[child[side]] < c->depth[i] + 1) c->depth[child[side]] = c->depth[i] + 1;
  }
  return deepest;
}

#define MAX_NUMBERS (UINT32_C(1) << FT_DEEP_PLANES)

/* As deep_plan.h has it; `numbers` of all leaves, more than MAX_NUMBERS when they are too many. */
static uint32_t count_steps(uint32_t *numbers, struct count *c, const struct ft_tree *tree) {
  const struct ft_node *node = c->forest->node + tree->first;
  uint32_t steps = 0;
  for (uint32_t i = tree->nodes; i-- > 0;) {
    c->numbers[i] = 1;
    if (node[i].feature == FT_NODE_LEAF) continue;
    const uint32_t left = c->numbers[node[i].left], right = c->numbers[node[i].right];
    const struct ft_number_sides sides = ft_number_sides(left, right);
    const uint32_t all = sides.begin + (sides.right_larger ? left : right);
    c->numbers[i] = all < MAX_NUMBERS + 1 ? all : MAX_NUMBERS + 1;
    const uint32_t bits = ft_number_bits(all);
    const bool more = bits > ft_number_bits(sides.right_larger ? right : left);
    steps += bits - (more && !sides.right_larger); /* the split's own mask is the highest bit */
  }
  *numbers = c->numbers[0];
  return steps;
}

/* For as many outputs as share it. */
static double cost_of_tree(struct count *c, const struct ft_tree *tree, uint32_t sharing,
                           uint32_t depth, uint32_t decisions) {
  uint32_t numbers = 0;
  if (depth <= FT_GROUP_DEPTH && sharing == 1) return tree_ns[depth];
  const uint32_t steps = count_steps(&numbers, c, tree);
  if (decisions > FT_PASS_DECISIONS || numbers > MAX_NUMBERS) return WALK_STEP_NS * depth * sharing;
  return DEEP_NS + STEP_NS * steps + (LEAF_NS + TABLE_NS * numbers) * sharing;
}

static bool has_same_splits(const struct ft_forest *forest, const struct ft_tree *a,
                            const struct ft_tree *b) {
  const struct ft_node *x = forest->node + a->first, *y = forest->node + b->first;
  if (a->nodes != b->nodes) return false;
  for (uint32_t i = 0; i < a->nodes; i++) {
    if (x[i].feature != y[i].feature) return false;
    if (x[i].feature != FT_NODE_LEAF && (x[i].left != y[i].left || x[i].right != y[i].right ||
                                         key_of(forest, &x[i]) != key_of(forest, &y[i])))
      return false;
  }
  return true;
}

/* Trees of one output after another, as a plan takes them together. */
static uint32_t count_sharing(const struct ft_forest *forest, uint32_t first, uint32_t depth) {
  const struct ft_tree *tree = forest->tree + first;
  uint32_t count = 1;
  while (depth > FT_SHARE_DEPTH && first + count < forest->trees && count < FT_DEEP_OUTPUTS &&
         tree[count].output == tree->output + count && has_same_splits(forest, tree, &tree[count]))
    count++;
  return count;
}

/* A tree is counted into the pass in hand, with those that share its splits, and begins another one
 * when that is full. Answers the count of these trees. */
static uint32_t count_tree(struct count *c, uint32_t index) {
  const struct ft_tree *tree = &c->forest->tree[index];
  const uint32_t depth = depth_of(c, tree), sharing = count_sharing(c->forest, index, depth);
  uint32_t own = 0, fresh = 0;
  for (uint32_t i = tree->first; i < tree->first + tree->nodes; i++)
    if (c->forest->node[i].feature != FT_NODE_LEAF)
      count_decision(c, &c->forest->node[i], index, &own, &fresh);
  c->ns += cost_of_tree(c, tree, sharing, depth, own);
  c->decisions += own <= FT_PASS_DECISIONS ? fresh : 0;
  if (c->decisions >= FT_PASS_DECISIONS) end_pass(c);
  return sharing;
}

static double cost_of_forest(const struct ft_model *model, const struct ft_forest *forest) {
  struct count c = { .model = model, .forest = forest, .pass = 1 };
  uint32_t max = 0;
  for (uint32_t t = 0; t < forest->trees; t++)
    max = forest->tree[t].nodes > max ? forest->tree[t].nodes : max;
  ft_arena_init(&c.arena, FT_ARENA_DEFAULT_LIMIT);
  c.depth = FT_ARENA_NEW(&c.arena, uint32_t, max);
  c.numbers = FT_ARENA_NEW(&c.arena, uint32_t, max);
  c.of_feature = FT_ARENA_NEW(&c.arena, uint32_t, model->features);
  c.feature = FT_ARENA_NEW(&c.arena, uint32_t, model->features);
  c.failed = !c.depth || !c.numbers || !c.of_feature || !c.feature;
  for (uint32_t t = 0; t < forest->trees && !c.failed;)
    t += count_tree(&c, t);
  if (!c.failed) end_pass(&c);
  ft_arena_release(&c.arena);
  return c.failed ? TOO_DEAR_NS : c.ns;
}

static double cost_of_net(const struct ft_net *net) {
  double ns = TERM_NS * net->terms;
  for (uint32_t l = 0; l < net->layers; l++) {
    const struct ft_layer *layer = &net->layer[l];
    const double inputs = l == 0 ? net->terms : layer->inputs;
    ns += (WEIGHT_NS * inputs + LAYER_NS + activation_ns[layer->activation]) * layer->outputs;
  }
  return ns + (LOOKUP_NS + LAYER_NS * net->layer[0].outputs) * net->lookups;
}

/* Trees that are walked; leaves have terms as they have in the mean. */
static double cost_of_linear(const struct ft_linear_forest *linear) {
  const struct ft_forest *splits = &linear->splits;
  const double terms = (double)linear->terms / (linear->leaves ? linear->leaves : 1);
  double ns = 0;
  for (uint32_t t = 0; t < splits->trees; t++) {
    uint32_t depth = 0;
    while (splits->tree[t].nodes >> (depth + 1))
      depth++;
    ns += WALK_STEP_NS * depth + TREE_SUM_NS + LEAF_TERM_NS * terms;
  }
  return ns;
}

static double cost_of_learner(const struct ft_model *model, const struct ft_member *member) {
  switch (member->kind) {
  case FT_LEARNER_NET: return cost_of_net(&member->net);
  case FT_LEARNER_LINEAR_FOREST: return cost_of_linear(&member->linear);
  default: return cost_of_forest(model, &member->forest);
  }
}

double ft_member_predict_ns(const struct ft_model *model, const struct ft_member *member) {
  const double output = OUTPUT_NS + (member->scale != FT_SCALE_MARGIN ? MARGIN_NS : 0);
  return output * ft_member_outputs(model, member) + cost_of_learner(model, member);
}

static double cost_of_transform(const struct ft_transform *transform) {
  switch (transform->kind) {
  case FT_TRANSFORM_LINEAR: return LINEAR_NS * (transform->count + 1) * transform->outputs;
  case FT_TRANSFORM_LOGISTIC:
  case FT_TRANSFORM_EXP: return LINK_NS * transform->count;
  case FT_TRANSFORM_SOFTMAX: return SOFTMAX_NS * transform->count;
  default: return COMPARE_NS * transform->count;
  }
}

static void note_splits(uint8_t *used, const struct ft_forest *forest, uint8_t bit) {
  for (uint32_t i = 0; i < forest->nodes; i++)
    if (forest->node[i].feature != FT_NODE_LEAF) used[forest->node[i].feature] |= bit;
}

/* Bit 1: the feature is asked for; bit 2: as floats. */
static void note_features(uint8_t *used, const struct ft_member *member) {
  switch (member->kind) {
  case FT_LEARNER_NET:
    for (uint32_t t = 0; t < member->net.terms; t++)
      used[member->net.term[t].feature] |= 2;
    for (uint32_t i = 0; i < member->net.lookups; i++)
      used[member->net.lookup[i].feature] |= 2;
    break;
  case FT_LEARNER_LINEAR_FOREST:
    note_splits(used, &member->linear.splits, 2);
    for (uint32_t i = 0; i < member->linear.terms; i++)
      used[member->linear.term[i].feature] |= 2;
    break;
  default: note_splits(used, &member->forest, 1); break;
  }
}

/* Does a text have to be read for this encoder, and was it not for the one before? */
static bool reads_text(const struct ft_model *model, const uint8_t *used, uint32_t index) {
  const struct ft_encoder *encoder = &model->encoder[index];
  if (encoder->kind != FT_ENCODE_WORD || !used[index]) return false;
  for (uint32_t i = index; i-- > 0 && model->encoder[i].kind == FT_ENCODE_WORD;)
    if (model->encoder[i].field == encoder->field && used[i]) return false;
  return true;
}

static double cost_of_derived(const struct ft_encoder *encoder) {
  if (encoder->kind != FT_ENCODE_DERIVED) return 0;
  switch (encoder->derivation) {
  case FT_DERIVE_POWER:
  case FT_DERIVE_GAUSSIAN:
  case FT_DERIVE_NORM_L2:
  case FT_DERIVE_ROOT:
  case FT_DERIVE_EXP:
  case FT_DERIVE_LOG:
  case FT_DERIVE_TANH:
  case FT_DERIVE_LOGISTIC: return FUNCTION_NS + INPUT_NS * encoder->inputs;
  default: return INPUT_NS * encoder->inputs;
  }
}

/* All its columns are encoded when one is asked for. */
static double cost_of_statistic(const struct ft_model *model, const uint8_t *used, uint32_t index) {
  const struct ft_statistic *statistic = model->encoder[index].statistic;
  uint8_t asked = 0;
  for (uint32_t c = 0; statistic && c < statistic->columns; c++)
    asked |= used[index + c];
  return asked ? PART_NS * statistic->parts + KEY_NS + COLUMN_NS * statistic->columns : 0;
}

double ft_model_predict_ns(const struct ft_model *model) {
  double ns = ROW_NS + (model->link == FT_LINK_SOFTMAX    ? SOFTMAX_NS * model->labels
                        : model->link != FT_LINK_IDENTITY ? LINK_NS
                                                          : 0);
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  uint8_t *used = FT_ARENA_NEW(&arena, uint8_t, model->features);
  if (!used) return TOO_DEAR_NS;
  for (uint32_t m = 0; m < model->members; m++) {
    note_features(used, &model->member[m]);
    ns += ft_member_predict_ns(model, &model->member[m]);
  }
  ft_derive_mark(used, model);
  for (uint32_t t = 0; t < model->transforms; t++)
    ns += cost_of_transform(&model->transform[t]);
  for (uint32_t f = 0; f < model->features; f++) {
    const uint8_t asked = used[f];
    ns += asked ? encoder_ns[model->encoder[f].kind] + cost_of_derived(&model->encoder[f]) : 0;
    ns += asked & 2 ? FLOATS_NS : 0;
    ns += reads_text(model, used, f) ? TEXT_NS : 0;
    ns += cost_of_statistic(model, used, f);
  }
  ft_arena_release(&arena);
  return ns;
}
