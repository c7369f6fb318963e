#include "core/import/onnx/onnx_forms_model.h"

#include <math.h>
#include <string.h>

#include "core/import/base/signature.h"
#include "core/import/columns/step.h"

#define MAX_NODES (UINT64_C(1) << 26) /* of all trees, each for all it is added to */

/* Sums that forms are made of: a transform's inputs, or the answer. */
struct target {
  const struct ft_onnx_form *form;
  uint32_t width;
  uint32_t sum;      /* the first */
  enum ft_link link; /* what comes of them; of a transform FT_LINK_EXP, the steepest */
};

struct making {
  struct ft_onnx *onnx;
  uint32_t *sum; /* one a block: where its variables are; FT_ONNX_NONE: it is not needed */
  uint32_t sums;
  struct ft_member *member; /* FT_MODEL_MAX_MEMBERS and FT_GROWN_FORESTS more */
  uint32_t members;
  struct ft_transform *transform; /* FT_MODEL_MAX_TRANSFORMS */
  uint32_t transforms;
  bool net, tree;
};

static enum ft_status fail_many(const char *what, struct ft_error *err) {
  return ft_fail(err, FT_LIMIT, "the ONNX model's learners are too many: %s", what);
}

static const struct ft_onnx_block *block_at(const struct making *making, uint32_t index) {
  return &making->onnx->blocks.block[index];
}

/* --- trees --- */

/* Trees of several learners, for the sums of one target. */
struct grove {
  struct ft_grown_trees out;
  uint64_t trees, nodes, words;
  double weight; /* of the members: all leaves are divided by it */
};

static bool is_tree(const struct ft_onnx_block *block) {
  return block->kind == FT_BLOCK_TREES || block->kind == FT_BLOCK_LEAVES;
}

/* The first term of a run of the same tree, or learner. */
static bool starts_run(const struct making *making, const struct ft_onnx_form *form, uint32_t t) {
  const struct ft_onnx_block *block = block_at(making, form->term[t].block);
  if (!is_tree(block)) return false;
  for (uint32_t i = 0; block->kind == FT_BLOCK_LEAVES && i < t; i++)
    if (block_at(making, form->term[i].block)->kind == FT_BLOCK_LEAVES &&
        block_at(making, form->term[i].block)->trees == block->trees)
      return false;
  return true;
}

static void measure(struct grove *grove, const struct making *making, const struct target *target) {
  for (uint32_t o = 0; o < target->width; o++)
    for (uint32_t t = 0; t < target->form[o].terms; t++) {
      const struct ft_onnx_term *term = &target->form[o].term[t];
      const struct ft_onnx_block *block = block_at(making, term->block);
      if (!starts_run(making, &target->form[o], t)) continue;
      grove->words += block->trees->words;
      for (uint32_t i = 0; i < block->trees->trees; i++) {
        const struct ft_tree *tree = &block->trees->tree[i];
        if (block->kind == FT_BLOCK_LEAVES ? i > 0 : tree->output != term->index) continue;
        grove->nodes += tree->nodes;
        grove->trees++;
      }
    }
}

/* A copy of a tree's splits for sum `output`; answers its first node. */
static uint32_t copy_tree(struct grove *grove, const struct ft_grown_trees *from,
                          const struct ft_tree *tree, uint32_t output, uint32_t word) {
  struct ft_grown_trees *out = &grove->out;
  const uint32_t first = out->nodes;
  out->tree[out->trees++] = (struct ft_tree){ first, tree->nodes, output };
  memcpy(out->node + first, from->node + tree->first, tree->nodes * sizeof *out->node);
  for (uint32_t n = first; n < first + tree->nodes; n++)
    if (out->node[n].feature != FT_NODE_LEAF && out->node[n].set != FT_NODE_NO_SET)
      out->node[n].set += word;
  out->nodes += tree->nodes;
  return first;
}

static uint32_t copy_words(struct grove *grove, const struct ft_grown_trees *from) {
  const uint32_t first = grove->out.words;
  if (from->words) memcpy(grove->out.word + first, from->word, from->words * sizeof *from->word);
  grove->out.words += from->words;
  return first;
}

/* All that the form has of one tree, in one tree. */
static void add_leaves(struct grove *grove, const struct making *making,
                       const struct ft_onnx_form *form, uint32_t run, uint32_t output) {
  const struct ft_grown_trees *from = block_at(making, form->term[run].block)->trees;
  const uint32_t word = copy_words(grove, from), nodes = from->tree[0].nodes;
  const uint32_t first = copy_tree(grove, from, &from->tree[0], output, word);
  for (uint32_t t = run; t < form->terms; t++) {
    const struct ft_onnx_block *block = block_at(making, form->term[t].block);
    if (block->kind != FT_BLOCK_LEAVES || block->trees != from) continue;
    for (uint32_t n = 0; n < nodes; n++)
      grove->out.leaf[first + n] += form->term[t].weight / grove->weight *
                                    block->leaf[(size_t)form->term[t].index * nodes + n];
  }
}

static void add_trees(struct grove *grove, const struct ft_onnx_block *block,
                      const struct ft_onnx_term *term, uint32_t output, double *base) {
  const struct ft_grown_trees *from = block->trees;
  const uint32_t word = copy_words(grove, from);
  base[output] += term->weight * block->base[term->index];
  for (uint32_t i = 0; i < from->trees; i++) {
    const struct ft_tree *tree = &from->tree[i];
    if (tree->output != term->index) continue;
    const uint32_t first = copy_tree(grove, from, tree, output, word);
    for (uint32_t n = 0; n < tree->nodes; n++)
      grove->out.leaf[first + n] = term->weight / grove->weight * from->leaf[tree->first + n];
  }
}

static enum ft_status place_members(struct making *making, const struct target *target,
                                    uint32_t from, struct ft_error *err) {
  if (making->members > FT_MODEL_MAX_MEMBERS)
    return fail_many("more than 256 have predictions of their own", err);
  for (uint32_t m = from; m < making->members; m++) {
    making->member[m].sum = target->sum;
    making->member[m].outputs = target->width;
  }
  return FT_OK;
}

/* What all of the target's trees are weighed by, where that is one number and there are no constants:
 * votes, and their ties, then stay whole numbers of it. */
static double common_weight(const struct making *making, const struct target *target,
                            const double *base) {
  double common = 0;
  for (uint32_t o = 0; o < target->width; o++) {
    if (base[o] != 0) return 1;
    for (uint32_t t = 0; t < target->form[o].terms; t++) {
      const struct ft_onnx_term *term = &target->form[o].term[t];
      const struct ft_onnx_block *block = block_at(making, term->block);
      if (!is_tree(block)) continue;
      if ((common != 0 && term->weight != common) ||
          (block->kind == FT_BLOCK_TREES && block->base[term->index] != 0))
        return 1;
      common = term->weight;
    }
  }
  return common == 0 || fabs(common) > 1 ? 1 : common;
}

static enum ft_status make_grove(struct making *making, const struct target *target, double *base,
                                 struct ft_error *err) {
  struct ft_arena *arena = making->onnx->arena;
  struct grove grove = { 0 };
  uint32_t made = 0;
  measure(&grove, making, target);
  grove.weight = common_weight(making, target, base);
  if (grove.trees == 0) return FT_OK;
  if (grove.nodes > MAX_NODES || grove.words > UINT32_MAX / 4)
    return fail_many("their trees have too many nodes", err);
  grove.out.tree = FT_ARENA_NEW(arena, struct ft_tree, (size_t)grove.trees);
  grove.out.node = FT_ARENA_NEW(arena, struct ft_node, (size_t)grove.nodes);
  grove.out.leaf = FT_ARENA_NEW(arena, double, (size_t)grove.nodes);
  grove.out.word = FT_ARENA_NEW(arena, uint32_t, (size_t)grove.words);
  if (!grove.out.tree || !grove.out.node || !grove.out.leaf || !grove.out.word)
    return ft_onnx_no_memory(err);
  for (uint32_t o = 0; o < target->width; o++)
    for (uint32_t t = 0; t < target->form[o].terms; t++) {
      const struct ft_onnx_term *term = &target->form[o].term[t];
      if (!starts_run(making, &target->form[o], t)) continue;
      if (block_at(making, term->block)->kind == FT_BLOCK_LEAVES)
        add_leaves(&grove, making, &target->form[o], t, o);
      else
        add_trees(&grove, block_at(making, term->block), term, o, base);
    }
  FT_TRY(ft_grown_trees_forests(making->member + making->members, &made, arena, &grove.out, base,
                                target->width, target->link, err));
  for (uint32_t m = making->members; m < making->members + made; m++)
    making->member[m].weight = grove.weight;
  making->tree = true;
  making->members += made;
  return place_members(making, target, making->members - made, err);
}

/* --- nets --- */

/* The block's part of the target's forms as a matrix: its variables × the target's width. */
static enum ft_status weights_of(double **out, bool *any, const struct making *making,
                                 const struct target *target, uint32_t index,
                                 struct ft_error *err) {
  const uint32_t rows = block_at(making, index)->width;
  double *weight = FT_ARENA_NEW(making->onnx->arena, double, (size_t)rows * target->width);
  if (!weight) return ft_onnx_no_memory(err);
  *any = false;
  for (uint32_t o = 0; o < target->width; o++)
    for (uint32_t t = 0; t < target->form[o].terms; t++) {
      const struct ft_onnx_term *term = &target->form[o].term[t];
      if (term->block != index) continue;
      weight[(size_t)term->index * target->width + o] = term->weight;
      *any = true;
    }
  *out = weight;
  return FT_OK;
}

/* The net with its last layer times the weights. */
static enum ft_status make_net(struct making *making, const struct target *target, uint32_t index,
                               const double *weight, struct ft_error *err) {
  FtOnnx__Node proto = FT_ONNX__NODE__INIT;
  char name[] = "Gemm";
  proto.op_type = name;
  const struct ft_onnx_node node = ft_onnx_node_of(&proto, NULL, NULL);
  struct ft_dense_network *network;
  FT_TRY(ft_dense_last_times(&network, &making->onnx->columns, &node.source,
                             block_at(making, index)->network, target->width, weight, err));
  FT_TRY(ft_dense_make(&making->member[making->members], making->onnx->arena, network, err));
  making->net = making->net || network->layers > 1;
  making->members++;
  return place_members(making, target, making->members - 1, err);
}

/* --- transforms --- */

static enum ft_status add_transform(struct making *making, const struct ft_transform *transform,
                                    struct ft_error *err) {
  if (making->transforms == FT_MODEL_MAX_TRANSFORMS) return fail_many("too many steps", err);
  making->transform[making->transforms++] = *transform;
  return FT_OK;
}

/* `bias` goes with the first, and is NULL then. */
static enum ft_status add_linear(struct making *making, const struct target *target, uint32_t index,
                                 const double *weight, const double **bias, struct ft_error *err) {
  const uint32_t rows = block_at(making, index)->width, width = target->width;
  double *number = FT_ARENA_NEW(making->onnx->arena, double, (size_t)(rows + 1) * width);
  if (!number) return ft_onnx_no_memory(err);
  if (*bias) memcpy(number, *bias, width * sizeof *number);
  *bias = NULL;
  memcpy(number + width, weight, (size_t)rows * width * sizeof *number);
  const struct ft_transform linear = { .kind = FT_TRANSFORM_LINEAR,
                                       .first = making->sum[index],
                                       .count = rows,
                                       .to = target->sum,
                                       .outputs = width,
                                       .number = number };
  return add_transform(making, &linear, err);
}

/* The constants go to the first member of the target, or to its first linear transform. */
static enum ft_status make_target(struct making *making, const struct target *target,
                                  struct ft_error *err) {
  const uint32_t before = making->members;
  double *base = FT_ARENA_NEW(making->onnx->arena, double, target->width);
  if (!base) return ft_onnx_no_memory(err);
  for (uint32_t o = 0; o < target->width; o++)
    base[o] = target->form[o].constant;
  FT_TRY(make_grove(making, target, base, err));
  const double *bias = making->members > before ? NULL : base;
  for (uint32_t b = 0; b < making->onnx->blocks.count; b++) {
    const struct ft_onnx_block *block = block_at(making, b);
    double *weight = NULL;
    bool any = false;
    if (is_tree(block)) continue;
    FT_TRY(weights_of(&weight, &any, making, target, b, err));
    if (!any) continue;
    if (block->kind == FT_BLOCK_IS_ZERO)
      return fail_many("a comparison of a prediction with 0", err);
    if (block->kind == FT_BLOCK_TRANSFORM)
      FT_TRY(add_linear(making, target, b, weight, &bias, err));
    else {
      FT_TRY(make_net(making, target, b, weight, err));
      if (bias) making->member[making->members - 1].net.base = bias;
      bias = NULL;
    }
  }
  return bias ? ft_fail(err, FT_UNSUPPORTED, "the ONNX model's prediction is a constant") : FT_OK;
}

/* Blocks that the forms need, and those that these need: they get their sums. */
static void mark(struct making *making, const struct target *target) {
  for (uint32_t o = 0; o < target->width; o++)
    for (uint32_t t = 0; t < target->form[o].terms; t++)
      making->sum[target->form[o].term[t].block] = 0;
}

static enum ft_status place_sums(struct making *making, const struct target *answer,
                                 struct ft_error *err) {
  const uint32_t blocks = making->onnx->blocks.count;
  memset(making->sum, UINT8_MAX, blocks * sizeof *making->sum);
  mark(making, answer);
  making->sums = answer->width;
  for (uint32_t b = blocks; b-- > 0;) {
    const struct ft_onnx_block *block = block_at(making, b);
    if (making->sum[b] == FT_ONNX_NONE || block->kind != FT_BLOCK_TRANSFORM) continue;
    const struct target inputs = { block->input, block->width, 0, FT_LINK_EXP };
    mark(making, &inputs);
    making->sum[b] = making->sums;
    making->sums += block->width;
    if (making->sums > FT_MODEL_MAX_SUMS) return fail_many("more sums than a model can have", err);
  }
  return FT_OK;
}

static enum ft_status make_all(struct making *making, const struct target *answer,
                               struct ft_error *err) {
  FT_TRY(place_sums(making, answer, err));
  for (uint32_t b = 0; b < making->onnx->blocks.count; b++) {
    const struct ft_onnx_block *block = block_at(making, b);
    if (making->sum[b] == FT_ONNX_NONE || block->kind != FT_BLOCK_TRANSFORM) continue;
    const struct target inputs = { block->input, block->width, making->sum[b], FT_LINK_EXP };
    const struct ft_transform transform = { .kind = block->transform,
                                            .first = making->sum[b],
                                            .count = block->width };
    FT_TRY(make_target(making, &inputs, err));
    FT_TRY(add_transform(making, &transform, err));
  }
  return make_target(making, answer, err);
}

/* --- the answer --- */

/* Where the answer is a block of transforms itself that a link does, the link. */
static enum ft_status find_link(enum ft_link *link, struct target *answer, struct ft_onnx *onnx,
                                uint32_t classes, struct ft_error *err) {
  const struct ft_onnx_form *form = answer->form;
  *link = FT_LINK_IDENTITY;
  for (uint32_t o = 0; o < answer->width; o++)
    if (form[o].terms != 1 || form[o].constant != 0 || form[o].term->block != form->term->block ||
        (classes && form[o].term->weight != 1) || (form[o].term->index != o && answer->width > 1))
      return FT_OK;
  const struct ft_onnx_block *block = &onnx->blocks.block[form->term->block];
  const double weight = form->term->weight;
  struct ft_onnx_form *margin = NULL;
  if (block->kind != FT_BLOCK_TRANSFORM) return FT_OK;
  FT_TRY(ft_onnx_forms_new(&margin, onnx, 1, err));
  if (block->transform == FT_TRANSFORM_EXP && !classes && weight > 0) {
    const struct ft_onnx_form scale = { .constant = log(weight) };
    FT_TRY(ft_onnx_form_add(margin, onnx, &block->input[form->term->index], 1, &scale, 1, err));
    *link = FT_LINK_EXP;
  } else if (block->transform == FT_TRANSFORM_LOGISTIC && weight == 1 && answer->width == 1) {
    *margin = block->input[form->term->index];
    *link = FT_LINK_LOGISTIC;
  } else if (block->transform == FT_TRANSFORM_SOFTMAX && answer->width == 1 && block->width == 2 &&
             weight == 1 && form->term->index == 1) {
    FT_TRY(ft_onnx_form_add(margin, onnx, &block->input[1], 1, &block->input[0], -1, err));
    *link = FT_LINK_LOGISTIC;
  } else if (answer->width == block->width && answer->width > 2 &&
             (block->transform == FT_TRANSFORM_SOFTMAX ||
              block->transform == FT_TRANSFORM_LOGISTIC)) {
    *link = block->transform == FT_TRANSFORM_SOFTMAX ? FT_LINK_SOFTMAX : FT_LINK_LOGISTIC;
    answer->form = block->input;
    return FT_OK;
  } else {
    return FT_OK;
  }
  answer->form = margin;
  return FT_OK;
}

/* Of two classes the second's probability is the answer; the first's has to be the rest. */
static enum ft_status take_second(struct target *answer, struct ft_onnx *onnx,
                                  struct ft_error *err) {
  struct ft_onnx_form total;
  double constant = 0;
  FT_TRY(ft_onnx_form_total(&total, onnx, answer->form, 2, err));
  if (!ft_onnx_form_is_constant(&constant, onnx, &total) || fabs(constant - 1) > 1e-4)
    return ft_fail(err, FT_UNSUPPORTED,
                   "the ONNX model's two numbers are no probabilities of two classes");
  answer->form++;
  answer->width = 1;
  return FT_OK;
}

enum ft_status ft_onnx_forms_hard(bool *hard, struct ft_onnx_score *score, struct ft_onnx *onnx,
                                  struct ft_error *err) {
  const struct ft_onnx_form *form = score->forms ? score->forms->form : NULL;
  *hard = false;
  if (!form || score->stage != FT_ONNX_VALUES || score->outputs != 1 || form->terms != 1)
    return FT_OK;
  const struct ft_onnx_block *block = &onnx->blocks.block[form->term->block];
  const double first = form->constant, second = first + form->term->weight;
  if (block->kind != FT_BLOCK_TRANSFORM || block->transform != FT_TRANSFORM_ABOVE ||
      first != rint(first) || second != rint(second) || first == second)
    return FT_OK;
  struct ft_span *label = FT_ARENA_NEW(onnx->arena, struct ft_span, 2);
  struct ft_onnx_forms *forms = FT_ARENA_NEW(onnx->arena, struct ft_onnx_forms, 1);
  struct ft_onnx_form *mark = NULL;
  if (!label || !forms) return ft_onnx_no_memory(err);
  FT_TRY(ft_column_decimal(&label[first > second], onnx->arena, first, err));
  FT_TRY(ft_column_decimal(&label[first < second], onnx->arena, second, err));
  FT_TRY(ft_onnx_forms_new(&mark, onnx, 1, err));
  FT_TRY(ft_onnx_form_add(mark, onnx, form, 1 / fabs(second - first), NULL, 0, err));
  mark->constant = first > second;
  *forms = (struct ft_onnx_forms){ .width = 1, .form = mark };
  score->forms = forms;
  score->label = label;
  score->classes = 2;
  score->stage = FT_ONNX_LABELS;
  *hard = true;
  return FT_OK;
}

/* Numbers of which none says what it is of: several targets, or scores without labels. */
static bool is_understood(const struct ft_onnx *onnx, const struct ft_onnx_score *score) {
  const struct ft_onnx_forms *forms = score->forms;
  for (uint32_t o = 0; forms->width > 1 && !score->label && o < forms->width; o++)
    for (uint32_t t = 0; t < forms->form[o].terms; t++)
      if (onnx->blocks.block[forms->form[o].term[t].block].margins) return false;
  return !forms->parts && !forms->whole;
}

static enum ft_status start(struct making *making, struct ft_onnx *onnx, struct ft_error *err) {
  *making = (struct making){ .onnx = onnx };
  making->sum = FT_ARENA_NEW(onnx->arena, uint32_t, onnx->blocks.count);
  making->member =
      FT_ARENA_NEW(onnx->arena, struct ft_member, FT_MODEL_MAX_MEMBERS + FT_GROWN_FORESTS);
  making->transform = FT_ARENA_NEW(onnx->arena, struct ft_transform, FT_MODEL_MAX_TRANSFORMS);
  return making->sum && making->member && making->transform ? FT_OK : ft_onnx_no_memory(err);
}

enum ft_status ft_onnx_forms_answer(struct ft_onnx *onnx, struct ft_onnx_score *score,
                                    struct ft_error *err) {
  struct ft_model *model = &onnx->import->model;
  struct target answer = { score->forms->form, score->forms->width, 0, FT_LINK_IDENTITY };
  struct ft_signature_answer asked = { .classes = score->classes, .label = score->label };
  struct making making;
  if (!is_understood(onnx, score))
    return ft_fail(err, FT_UNSUPPORTED, "the ONNX model gives no prediction that is understood");
  if (answer.width > 1) asked.classes = answer.width;
  if (answer.width == 2) FT_TRY(take_second(&answer, onnx, err));
  FT_TRY(find_link(&asked.link, &answer, onnx, asked.classes, err));
  FT_TRY(ft_signature_answer(onnx->import, onnx->arena, &asked, err));
  answer.link = asked.link;
  FT_TRY(start(&making, onnx, err));
  FT_TRY(make_all(&making, &answer, err));
  for (uint32_t m = 0; making.transforms == 0 && m < making.members; m++)
    making.member[m].outputs = 0;
  model->member = making.member;
  model->members = making.members;
  model->transform = making.transform;
  model->transforms = making.transforms;
  model->sums = making.transforms ? making.sums : 0;
  onnx->import->model_type = making.net ? "net" : making.tree ? "trees" : "linear";
  return FT_OK;
}
