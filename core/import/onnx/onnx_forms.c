#include "core/import/onnx/onnx_forms.h"

#include <math.h>
#include <string.h>

#include "core/import/onnx/onnx_score.h"

#define MAX_TERMS  ((size_t)1 << 22) /* of all forms */
#define MAX_BLOCKS 16384U
#define ROUNDING   1e-5 /* of weights, relative to the largest */

static const struct ft_onnx_block *block_of(const struct ft_onnx *onnx,
                                            const struct ft_onnx_term *term) {
  return &onnx->blocks.block[term->block];
}

/* --- forms --- */

static enum ft_status new_terms(struct ft_onnx_term **out, struct ft_onnx *onnx, size_t count,
                                struct ft_error *err) {
  if (count > MAX_TERMS - onnx->blocks.terms)
    return ft_fail(err, FT_LIMIT, "the ONNX model adds up too many predictions");
  onnx->blocks.terms += count;
  *out = FT_ARENA_NEW(onnx->arena, struct ft_onnx_term, count);
  return *out ? FT_OK : ft_onnx_no_memory(err);
}

enum ft_status ft_onnx_forms_new(struct ft_onnx_form **out, const struct ft_onnx *onnx,
                                 size_t count, struct ft_error *err) {
  *out = FT_ARENA_NEW(onnx->arena, struct ft_onnx_form, count);
  return *out ? FT_OK : ft_onnx_no_memory(err);
}

static int compare_terms(const struct ft_onnx_term *a, const struct ft_onnx_term *b) {
  if (a->block != b->block) return a->block < b->block ? -1 : 1;
  return (a->index > b->index) - (a->index < b->index);
}

static void put_term(struct ft_onnx_term *term, uint32_t *count, const struct ft_onnx_term *of,
                     double weight) {
  term[*count] = *of;
  term[*count].weight = weight;
  *count += weight != 0;
}

enum ft_status ft_onnx_form_add(struct ft_onnx_form *out, struct ft_onnx *onnx,
                                const struct ft_onnx_form *a, double by,
                                const struct ft_onnx_form *b, double times, struct ft_error *err) {
  const struct ft_onnx_form none = { 0 };
  struct ft_onnx_term *term = NULL;
  uint32_t count = 0;
  if (!b) b = &none;
  FT_TRY(new_terms(&term, onnx, (size_t)a->terms + b->terms, err));
  for (uint32_t i = 0, j = 0; i < a->terms || j < b->terms;) {
    const int order = i == a->terms   ? 1
                      : j == b->terms ? -1
                                      : compare_terms(&a->term[i], &b->term[j]);
    if (order == 0) {
      put_term(term, &count, &a->term[i], a->term[i].weight * by + b->term[j].weight * times);
      i++, j++;
    } else if (order < 0) {
      put_term(term, &count, &a->term[i], a->term[i].weight * by);
      i++;
    } else {
      put_term(term, &count, &b->term[j], b->term[j].weight * times);
      j++;
    }
  }
  *out = (struct ft_onnx_form){ a->constant * by + b->constant * times, count, term };
  if (isfinite(out->constant)) return FT_OK;
  return ft_fail(err, FT_CORRUPT, "the ONNX model computes with numbers that are not finite");
}

enum ft_status ft_onnx_form_total(struct ft_onnx_form *out, struct ft_onnx *onnx,
                                  const struct ft_onnx_form *form, uint32_t count,
                                  struct ft_error *err) {
  struct ft_onnx_form total = { 0 };
  for (uint32_t i = 0; i < count; i++)
    FT_TRY(ft_onnx_form_add(&total, onnx, &total, 1, &form[i], 1, err));
  *out = total;
  return FT_OK;
}

static double largest_weight(const struct ft_onnx_form *form) {
  double largest = fabs(form->constant);
  for (uint32_t i = 0; i < form->terms; i++)
    largest = fmax(largest, fabs(form->term[i].weight));
  return largest;
}

bool ft_onnx_form_equal(const struct ft_onnx_form *a, const struct ft_onnx_form *b) {
  const double max = ROUNDING * fmax(largest_weight(a), largest_weight(b));
  if (a->terms != b->terms || fabs(a->constant - b->constant) > max) return false;
  for (uint32_t i = 0; i < a->terms; i++)
    if (compare_terms(&a->term[i], &b->term[i]) != 0 ||
        fabs(a->term[i].weight - b->term[i].weight) > max)
      return false;
  return true;
}

static bool adds_up_to_one(const struct ft_onnx_block *block) {
  return block->kind == FT_BLOCK_TRANSFORM &&
         (block->transform == FT_TRANSFORM_SOFTMAX || block->transform == FT_TRANSFORM_NORMALIZE ||
          block->transform == FT_TRANSFORM_HIGHEST);
}

/* Do all of the tree's leaves give the same? Then that. Its terms are from `term` on. */
static bool leaves_are_constant(double *out, const struct ft_onnx_block *block,
                                const struct ft_onnx_term *term, uint32_t count) {
  const uint32_t nodes = block->trees->tree[0].nodes;
  double min = INFINITY, max = -INFINITY;
  for (uint32_t n = 0; n < nodes; n++) {
    double sum = 0;
    if (block->trees->node[n].feature != FT_NODE_LEAF) continue;
    for (uint32_t i = 0; i < count; i++)
      sum += term[i].weight * block->leaf[(size_t)term[i].index * nodes + n];
    min = fmin(min, sum);
    max = fmax(max, sum);
  }
  *out = min / 2 + max / 2;
  return max - min <= ROUNDING * fmax(1, fabs(max));
}

bool ft_onnx_form_is_constant(double *out, const struct ft_onnx *onnx,
                              const struct ft_onnx_form *form) {
  const double max = ROUNDING * fmax(1, largest_weight(form));
  *out = form->constant;
  for (uint32_t i = 0; i < form->terms;) {
    const struct ft_onnx_block *block = block_of(onnx, &form->term[i]);
    double weight = form->term[i].weight, part = weight;
    uint32_t count = 1;
    bool even = true, tiny = fabs(weight) <= max;
    for (; i + count < form->terms && form->term[i + count].block == form->term[i].block; count++) {
      even = even && fabs(form->term[i + count].weight - weight) <= max;
      tiny = tiny && fabs(form->term[i + count].weight) <= max;
    }
    if (tiny)
      part = 0;
    else if (block->kind == FT_BLOCK_LEAVES) {
      if (!leaves_are_constant(&part, block, &form->term[i], count)) return false;
    } else if (!even || count != block->width || !adds_up_to_one(block))
      return false;
    *out += part;
    i += count;
  }
  return true;
}

static bool are_equal(const struct ft_onnx_forms *a, const struct ft_onnx_form *b, uint32_t width) {
  for (uint32_t i = 0; i < width; i++)
    if (a->width != width || !ft_onnx_form_equal(&a->form[i], &b[i])) return false;
  return true;
}

/* Does a transform that keeps the order make a of b? */
static bool is_made_of(const struct ft_onnx *onnx, const struct ft_onnx_forms *a,
                       const struct ft_onnx_forms *b) {
  for (uint32_t i = 0; i < a->width; i++)
    if (a->form[i].terms != 1 || a->form[i].constant != 0 || a->form[i].term->index != i ||
        a->form[i].term->weight != 1 || a->form[i].term->block != a->form[0].term->block)
      return false;
  const struct ft_onnx_block *block = block_of(onnx, a->form[0].term);
  if (block->kind != FT_BLOCK_TRANSFORM || block->width != a->width ||
      block->transform == FT_TRANSFORM_ABOVE)
    return false;
  return are_equal(b, block->input, block->width);
}

bool ft_onnx_forms_agree(const struct ft_onnx *onnx, const struct ft_onnx_forms *a,
                         const struct ft_onnx_forms *b) {
  return are_equal(a, b->form, b->width) || is_made_of(onnx, a, b) || is_made_of(onnx, b, a);
}

const struct ft_onnx_form *ft_onnx_form_exponent(const struct ft_onnx *onnx,
                                                 const struct ft_onnx_form *form, double constant) {
  if (form->terms != 1 || form->term->weight != 1 || form->constant != constant) return NULL;
  const struct ft_onnx_block *block = &onnx->blocks.block[form->term->block];
  if (block->kind != FT_BLOCK_TRANSFORM || block->transform != FT_TRANSFORM_EXP) return NULL;
  return &block->input[form->term->index];
}

/* --- blocks --- */

static enum ft_status add_block(uint32_t *index, struct ft_onnx *onnx,
                                const struct ft_onnx_block *block, struct ft_error *err) {
  struct ft_onnx_blocks *all = &onnx->blocks;
  if (all->count == all->room) {
    uint32_t room = all->room ? 2 * all->room : 64;
    struct ft_onnx_block *more =
        room > MAX_BLOCKS ? NULL : FT_ARENA_NEW(onnx->arena, struct ft_onnx_block, room);
    if (!more) return ft_fail(err, FT_LIMIT, "the ONNX model computes too much of predictions");
    if (all->count) memcpy(more, all->block, all->count * sizeof *more);
    all->block = more;
    all->room = room;
  }
  *index = all->count;
  all->block[all->count++] = *block;
  return FT_OK;
}

static bool has_inputs(const struct ft_onnx_block *block, const struct ft_onnx_form *input) {
  for (uint32_t i = 0; i < block->width; i++)
    if (!ft_onnx_form_equal(&block->input[i], &input[i])) return false;
  return true;
}

/* The same numbers in the leaves of the same tree. */
static bool has_leaves(const struct ft_onnx_block *block, const double *leaf) {
  if (block->leaf == leaf || !block->leaf || !leaf) return block->leaf == leaf;
  const size_t count = (size_t)block->width * block->trees->tree[0].nodes;
  for (size_t i = 0; i < count; i++)
    if (block->leaf[i] != leaf[i]) return false;
  return true;
}

static bool is_same(const struct ft_onnx_block *a, const struct ft_onnx_block *b) {
  if (a->kind != b->kind || a->width != b->width || a->trees != b->trees ||
      !has_leaves(a, b->leaf) || a->network != b->network || a->transform != b->transform)
    return false;
  return !a->input || has_inputs(a, b->input);
}

/* The variables of the block, or of an equal one that is there. */
static enum ft_status give_block(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                 const struct ft_onnx_block *block, struct ft_error *err) {
  struct ft_onnx_form *form = NULL;
  struct ft_onnx_term *term = NULL;
  uint32_t index = 0;
  while (index < onnx->blocks.count && !is_same(&onnx->blocks.block[index], block))
    index++;
  if (index == onnx->blocks.count) FT_TRY(add_block(&index, onnx, block, err));
  FT_TRY(ft_onnx_forms_new(&form, onnx, block->width, err));
  FT_TRY(new_terms(&term, onnx, block->width, err));
  for (uint32_t i = 0; i < block->width; i++) {
    term[i] = (struct ft_onnx_term){ index, i, 1 };
    form[i] = (struct ft_onnx_form){ 0, 1, &term[i] };
  }
  *out = (struct ft_onnx_forms){ .width = block->width, .form = form };
  return FT_OK;
}

enum ft_status ft_onnx_forms_is_zero(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                     const struct ft_onnx_form *input, uint32_t width,
                                     struct ft_error *err) {
  const struct ft_onnx_block block = { .kind = FT_BLOCK_IS_ZERO, .width = width, .input = input };
  return give_block(out, onnx, &block, err);
}

/* --- functions of one tree --- */

/* The one tree that the forms hang on; NULL: none, or several. */
static const struct ft_grown_trees *only_tree(const struct ft_onnx *onnx,
                                              const struct ft_grown_trees *tree,
                                              const struct ft_onnx_form *form, uint32_t count,
                                              bool *single) {
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t t = 0; t < form[i].terms; t++) {
      const struct ft_onnx_block *block = block_of(onnx, &form[i].term[t]);
      if (block->kind != FT_BLOCK_LEAVES || (tree && block->trees != tree)) *single = false;
      tree = block->trees;
    }
  return tree;
}

/* As ONNX Runtime has it: in float32. */
static double at_leaf(const struct ft_onnx *onnx, const struct ft_onnx_form *form, uint32_t node) {
  double sum = form->constant;
  for (uint32_t t = 0; t < form->terms; t++) {
    const struct ft_onnx_block *block = block_of(onnx, &form->term[t]);
    const size_t nodes = block->trees->tree[0].nodes;
    sum += form->term[t].weight * block->leaf[form->term[t].index * nodes + node];
  }
  return (double)(float)sum;
}

static enum ft_status give_leaves(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                  const struct ft_grown_trees *tree, const double *leaf,
                                  uint32_t width, struct ft_error *err) {
  for (size_t i = 0; i < (size_t)width * tree->tree[0].nodes; i++)
    if (!isfinite(leaf[i]))
      return ft_fail(err, FT_CORRUPT, "the ONNX model computes with numbers that are not finite");
  const struct ft_onnx_block block = { .kind = FT_BLOCK_LEAVES,
                                       .width = width,
                                       .trees = tree,
                                       .leaf = leaf };
  return give_block(out, onnx, &block, err);
}

enum ft_status ft_onnx_forms_map(struct ft_onnx_forms *out, bool *done, struct ft_onnx *onnx,
                                 const struct ft_onnx_forms *a, const struct ft_onnx_forms *b,
                                 ft_onnx_function *function, const void *context,
                                 struct ft_error *err) {
  const uint32_t width = b && b->width > a->width ? b->width : a->width;
  bool single = (a->width == width || a->width == 1) && (!b || b->width == width || b->width == 1);
  const struct ft_grown_trees *tree = only_tree(onnx, NULL, a->form, a->width, &single);
  if (b) tree = only_tree(onnx, tree, b->form, b->width, &single);
  *done = single && tree;
  if (!*done) return FT_OK;
  const uint32_t nodes = tree->tree[0].nodes;
  double *leaf = FT_ARENA_NEW(onnx->arena, double, (size_t)width *nodes);
  if (!leaf) return ft_onnx_no_memory(err);
  for (uint32_t i = 0; i < width; i++)
    for (uint32_t n = 0; n < nodes; n++) {
      if (tree->node[n].feature != FT_NODE_LEAF) continue;
      const double x = at_leaf(onnx, &a->form[a->width == 1 ? 0 : i], n);
      const double y = b ? at_leaf(onnx, &b->form[b->width == 1 ? 0 : i], n) : 0;
      leaf[(size_t)i * nodes + n] = (double)(float)function(context, x, y);
    }
  return give_leaves(out, onnx, tree, leaf, width, err);
}

/* One leaf's numbers, transformed as struct ft_transform says. */
static void transform_leaf(double *x, size_t stride, uint32_t width, enum ft_transform_kind kind) {
  uint32_t highest = 0;
  double total = 0;
  for (uint32_t i = 1; i < width; i++)
    if (x[i * stride] > x[highest * stride]) highest = i;
  const double max = x[highest * stride];
  for (uint32_t i = 0; i < width; i++) {
    double *own = &x[i * stride];
    if (kind == FT_TRANSFORM_LOGISTIC) *own = 1 / (1 + exp(-*own));
    if (kind == FT_TRANSFORM_EXP) *own = exp(*own);
    if (kind == FT_TRANSFORM_ABOVE) *own = *own > 0;
    if (kind == FT_TRANSFORM_SOFTMAX) *own = exp(*own - max);
    if (kind == FT_TRANSFORM_HIGHEST) *own = i == highest;
    total += *own;
  }
  if (kind != FT_TRANSFORM_SOFTMAX && kind != FT_TRANSFORM_NORMALIZE) return;
  for (uint32_t i = 0; i < width; i++)
    x[i * stride] /= total == 0 ? 1 : total;
}

static enum ft_status transform_tree(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                     const struct ft_grown_trees *tree, enum ft_transform_kind kind,
                                     const struct ft_onnx_form *input, uint32_t width,
                                     struct ft_error *err) {
  const uint32_t nodes = tree->tree[0].nodes;
  double *leaf = FT_ARENA_NEW(onnx->arena, double, (size_t)width *nodes);
  if (!leaf) return ft_onnx_no_memory(err);
  for (uint32_t n = 0; n < nodes; n++) {
    if (tree->node[n].feature != FT_NODE_LEAF) continue;
    for (uint32_t i = 0; i < width; i++)
      leaf[(size_t)i * nodes + n] = at_leaf(onnx, &input[i], n);
    transform_leaf(leaf + n, nodes, width, kind);
  }
  return give_leaves(out, onnx, tree, leaf, width, err);
}

enum ft_status ft_onnx_forms_transform(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                       enum ft_transform_kind kind,
                                       const struct ft_onnx_form *input, uint32_t width,
                                       struct ft_error *err) {
  bool single = true;
  const struct ft_grown_trees *tree = only_tree(onnx, NULL, input, width, &single);
  if (single && tree) return transform_tree(out, onnx, tree, kind, input, width, err);
  const struct ft_onnx_block block = { .kind = FT_BLOCK_TRANSFORM,
                                       .width = width,
                                       .transform = kind,
                                       .input = input };
  return give_block(out, onnx, &block, err);
}

/* --- learners --- */

static bool is_margins(const struct ft_onnx_score *score) {
  return score->outputs > 1 && (score->stage == FT_ONNX_MARGINS || score->link == FT_LINK_HINGE);
}

/* A tree's leaves with the base; a variable without a tree of its own has the base alone. */
static enum ft_status leaves_of(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                const struct ft_onnx_score *score, struct ft_error *err) {
  const struct ft_grown_trees *trees = score->trees;
  for (uint32_t b = 0; b < onnx->blocks.count; b++) {
    const struct ft_onnx_block *there = &onnx->blocks.block[b];
    if (there->kind == FT_BLOCK_LEAVES && there->trees == trees && there->base == score->base)
      return give_block(out, onnx, there, err);
  }
  const uint32_t nodes = trees->tree[0].nodes;
  double *leaf = FT_ARENA_NEW(onnx->arena, double, (size_t)score->outputs *nodes);
  if (!leaf) return ft_onnx_no_memory(err);
  for (uint32_t o = 0; o < score->outputs; o++)
    for (uint32_t n = 0; n < nodes; n++)
      leaf[(size_t)o * nodes + n] = (double)(float)score->base[o];
  for (uint32_t t = 0; t < trees->trees; t++) {
    double *own = leaf + (size_t)trees->tree[t].output * nodes;
    for (uint32_t n = 0; n < nodes; n++)
      own[n] = (double)(float)(score->base[trees->tree[t].output] +
                               trees->leaf[trees->tree[t].first + n]);
  }
  const struct ft_onnx_block block = { .kind = FT_BLOCK_LEAVES,
                                       .width = score->outputs,
                                       .margins = is_margins(score),
                                       .trees = trees,
                                       .base = score->base,
                                       .leaf = leaf };
  return give_block(out, onnx, &block, err);
}

static enum ft_status margins_of(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                 const struct ft_onnx_score *score, struct ft_error *err) {
  if (score->trees && score->single && score->trees->trees) return leaves_of(out, onnx, score, err);
  const struct ft_onnx_block block = { .kind = score->trees ? FT_BLOCK_TREES : FT_BLOCK_NETWORK,
                                       .width = score->outputs,
                                       .margins = is_margins(score),
                                       .trees = score->trees,
                                       .base = score->base,
                                       .network = score->network };
  return give_block(out, onnx, &block, err);
}

static enum ft_status linked(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                             const struct ft_onnx_node *node, enum ft_link link,
                             const struct ft_onnx_forms *in, struct ft_error *err) {
  switch (link) {
  case FT_LINK_IDENTITY: *out = *in; return FT_OK;
  case FT_LINK_LOGISTIC:
    return ft_onnx_forms_transform(out, onnx, FT_TRANSFORM_LOGISTIC, in->form, in->width, err);
  case FT_LINK_SOFTMAX:
    return ft_onnx_forms_transform(out, onnx, FT_TRANSFORM_SOFTMAX, in->form, in->width, err);
  case FT_LINK_EXP:
    return ft_onnx_forms_transform(out, onnx, FT_TRANSFORM_EXP, in->form, in->width, err);
  default: return ft_onnx_refuse(node, "of what it is given", err);
  }
}

/* p to 1 - p and p, or to 1 - p alone. */
static enum ft_status with_complement(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                      const struct ft_onnx_forms *in, uint32_t width,
                                      struct ft_error *err) {
  const struct ft_onnx_form one = { .constant = 1 };
  struct ft_onnx_form *form = NULL;
  FT_TRY(ft_onnx_forms_new(&form, onnx, 2, err));
  FT_TRY(ft_onnx_form_add(&form[0], onnx, &in->form[0], -1, &one, 1, err));
  form[1] = in->form[0];
  *out = (struct ft_onnx_forms){ .width = width, .form = form };
  return FT_OK;
}

/* A score to those of both classes. */
static enum ft_status with_opposite(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                    const struct ft_onnx_forms *in, struct ft_error *err) {
  struct ft_onnx_form *form = NULL;
  FT_TRY(ft_onnx_forms_new(&form, onnx, 2, err));
  FT_TRY(ft_onnx_form_add(&form[0], onnx, &in->form[0], -1, NULL, 0, err));
  form[1] = in->form[0];
  *out = (struct ft_onnx_forms){ .width = 2, .form = form };
  return FT_OK;
}

static bool has_activation(const struct ft_dense_network *network) {
  return network->layer[network->layers - 1].activation == FT_ACTIVATE_LOGISTIC;
}

enum ft_status ft_onnx_forms_any(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                 const struct ft_onnx_node *node, const struct ft_onnx_value *value,
                                 struct ft_error *err) {
  struct ft_onnx_score score;
  struct ft_onnx_forms margins, linked_forms;
  if (!ft_onnx_score_of(&score, value) || score.stage == FT_ONNX_LABELS)
    return ft_onnx_refuse(node, "of what it is given", err);
  if (score.forms) {
    *out = *score.forms;
    return FT_OK;
  }
  if (!score.trees && !score.network) return ft_onnx_refuse(node, "of what it is given", err);
  enum ft_link link = score.stage == FT_ONNX_MARGINS ? FT_LINK_IDENTITY : score.link;
  if (link == FT_LINK_HINGE) link = FT_LINK_IDENTITY; /* scores, as they are */
  /* the last layer's own activation is the link already */
  if (score.network && has_activation(score.network)) link = FT_LINK_IDENTITY;
  FT_TRY(margins_of(&margins, onnx, &score, err));
  FT_TRY(linked(&linked_forms, onnx, node, link, &margins, err));
  *out = linked_forms;
  if (score.outputs == 1 && score.classes == 2 && score.link == FT_LINK_HINGE)
    return with_opposite(out, onnx, &linked_forms, err);
  if (score.outputs == 1 && (score.classes == 2 || score.stage == FT_ONNX_COMPLEMENT))
    FT_TRY(
        with_complement(out, onnx, &linked_forms, score.stage == FT_ONNX_COMPLEMENT ? 1 : 2, err));
  return FT_OK;
}

bool ft_onnx_has_forms(const struct ft_onnx_value *value) {
  return value->kind == FT_ONNX_NEURONS ||
         (value->kind == FT_ONNX_SCORES && value->score.stage <= FT_ONNX_COMPLEMENT);
}

enum ft_status ft_onnx_forms_of(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                const struct ft_onnx_node *node, const struct ft_onnx_value *value,
                                struct ft_error *err) {
  if (!ft_onnx_has_forms(value)) return ft_onnx_refuse(node, "of what it is given", err);
  FT_TRY(ft_onnx_forms_any(out, onnx, node, value, err));
  if (out->parts) return ft_onnx_refuse(node, "of predictions in more than two dimensions", err);
  if (out->whole) return ft_onnx_refuse(node, "of a prediction cut to an integer", err);
  return FT_OK;
}

enum ft_status ft_onnx_forms_value(struct ft_onnx_value *out, const struct ft_onnx *onnx,
                                   const struct ft_onnx_forms *forms, struct ft_error *err) {
  struct ft_onnx_forms *kept = FT_ARENA_NEW(onnx->arena, struct ft_onnx_forms, 1);
  if (!kept) return ft_onnx_no_memory(err);
  *kept = *forms;
  *out = (struct ft_onnx_value){
    .kind = FT_ONNX_SCORES,
    .score = { .stage = FT_ONNX_VALUES, .outputs = forms->width, .forms = kept },
  };
  return FT_OK;
}

enum ft_status ft_onnx_forms_give(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  const struct ft_onnx_forms *forms, struct ft_error *err) {
  struct ft_onnx_value value;
  FT_TRY(ft_onnx_forms_value(&value, onnx, forms, err));
  ft_onnx_give(onnx, node, 0, &value);
  return FT_OK;
}

uint32_t ft_onnx_forms_width(const struct ft_onnx_value *value) {
  const struct ft_onnx_score *score = &value->score;
  if (value->kind == FT_ONNX_NEURONS) return ft_dense_outputs(value->network);
  return !score->forms && score->classes == 2 && score->stage != FT_ONNX_COMPLEMENT
             ? 2
             : score->outputs;
}

/* --- a model of predictions --- */

static enum ft_status add_up(struct ft_onnx_form *out, struct ft_onnx *onnx,
                             const struct ft_onnx_forms *in, uint32_t outputs, uint32_t output,
                             const double *weight, struct ft_error *err) {
  for (uint32_t i = 0; i < in->width; i++)
    FT_TRY(ft_onnx_form_add(out, onnx, out, 1, &in->form[i], weight[(size_t)i * outputs + output],
                            err));
  return FT_OK;
}

enum ft_status ft_onnx_forms_dense(struct ft_onnx_value *out, struct ft_onnx *onnx,
                                   const struct ft_onnx_node *node,
                                   const struct ft_onnx_value *value, uint32_t outputs,
                                   const double *weight, const double *bias, struct ft_error *err) {
  struct ft_onnx_form *form = NULL;
  struct ft_onnx_forms in = { 0 };
  FT_TRY(ft_onnx_forms_of(&in, onnx, node, value, err));
  FT_TRY(ft_onnx_forms_new(&form, onnx, outputs, err));
  for (uint32_t o = 0; o < outputs; o++) {
    form[o].constant = bias ? bias[o] : 0;
    FT_TRY(add_up(&form[o], onnx, &in, outputs, o, weight, err));
  }
  const struct ft_onnx_forms made = { .width = outputs, .form = form };
  return ft_onnx_forms_value(out, onnx, &made, err);
}
