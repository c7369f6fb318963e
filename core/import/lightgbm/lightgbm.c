#include "core/import/lightgbm/lightgbm.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/import/base/coded.h"
#include "core/import/document/decimal.h"

#define NO_ZERO          1e-35F /* numbers further from 0 are none, as LightGBM has it */
#define MAX_LINEAR_NODES (1 << 23)

struct objective {
  const char *name;
  enum ft_link link;
  bool classifies; /* 2 classes, or num_class under softmax and one against all */
  bool several;
  bool takes_roots; /* the parameter sqrt (reg_sqrt): it learned signed square roots */
};

static const struct objective objectives[] = {
  { "regression", FT_LINK_IDENTITY, .takes_roots = true },
  { "regression_l2", FT_LINK_IDENTITY, .takes_roots = true },
  { "regression_l1", FT_LINK_IDENTITY, .takes_roots = true },
  { "huber", FT_LINK_IDENTITY },
  { "fair", FT_LINK_IDENTITY, .takes_roots = true },
  { "quantile", FT_LINK_IDENTITY, .takes_roots = true },
  { "mape", FT_LINK_IDENTITY, .takes_roots = true },
  { "poisson", FT_LINK_EXP },
  { "gamma", FT_LINK_EXP },
  { "tweedie", FT_LINK_EXP },
  { "cross_entropy", FT_LINK_LOGISTIC },
  { "xentropy", FT_LINK_LOGISTIC },
  { "cross_entropy_lambda", FT_LINK_SOFTPLUS },
  { "xentlambda", FT_LINK_SOFTPLUS },
  { "lambdarank", FT_LINK_IDENTITY },
  { "rank_xendcg", FT_LINK_IDENTITY },
  { "custom", FT_LINK_IDENTITY },
  { "binary", FT_LINK_LOGISTIC, .classifies = true },
  { "multiclass", FT_LINK_SOFTMAX, .classifies = true, .several = true },
  { "multiclassova", FT_LINK_LOGISTIC, .classifies = true, .several = true },
};

struct making {
  struct ft_import *import;
  struct ft_arena *arena;
  struct ft_lightgbm *from;
  const struct objective *objective;
  enum ft_link link;
  double sigmoid; /* margins times this are the link's */
};

enum ft_status ft_lightgbm_shape(struct ft_lightgbm *out, struct ft_arena *arena, double highest,
                                 double classes, double outputs, struct ft_error *err) {
  if (!(highest >= 0 && highest < 2147483648.0)) return ft_lightgbm_fail(err, "max_feature_idx");
  if (!(outputs >= 1 && outputs < 2147483648.0) || classes != outputs)
    return ft_lightgbm_fail(err, "num_class");
  if (highest + 1 > FT_MODEL_MAX_FIELDS)
    return ft_fail(err, FT_LIMIT, "the model has %.0f inputs, and a function takes %d", highest + 1,
                   FT_MODEL_MAX_FIELDS);
  if (outputs > FT_MODEL_MAX_LABELS)
    return ft_fail(err, FT_LIMIT, "the model has %.0f classes, and at most %d can be", outputs,
                   FT_MODEL_MAX_LABELS);
  out->features = (uint32_t)highest + 1;
  out->outputs = (uint32_t)outputs;
  out->input = FT_ARENA_NEW(arena, struct ft_signature_input, out->features);
  return out->input ? FT_OK : ft_arena_fail(err, "the model");
}

static const struct objective *objective_of(struct ft_span name) {
  for (size_t i = 0; i < sizeof objectives / sizeof *objectives; i++)
    if (ft_span_equal(ft_span_of(objectives[i].name), name)) return &objectives[i];
  return NULL;
}

/* "binary sigmoid:1"; a model of an objective of the user's own has none. */
static enum ft_status read_objective(struct making *making, struct ft_error *err) {
  struct ft_span line = making->from->objective, word;
  if (!line.size) line = FT_SPAN("custom");
  if (!ft_lightgbm_word(&word, &line)) return ft_lightgbm_fail(err, "objective");
  const struct objective *objective = objective_of(word);
  if (!objective)
    return ft_fail(err, FT_UNSUPPORTED, "LightGBM's objective \"%.*s\" is not supported",
                   FT_SPAN_ARG(word));
  making->objective = objective;
  making->link = objective->link;
  making->import->objective = objective->name;
  while (ft_lightgbm_word(&word, &line)) {
    if (ft_span_equal(word, FT_SPAN("sqrt")) && objective->takes_roots)
      making->link = FT_LINK_SIGNED_SQUARE;
    if (word.size <= 8 || memcmp(word.data, "sigmoid:", 8) != 0) continue;
    struct ft_span value = { word.data + 8, word.size - 8 };
    if (!ft_decimal_whole(&making->sigmoid, value) || !isfinite(making->sigmoid))
      return ft_lightgbm_fail(err, "sigmoid");
  }
  return FT_OK;
}

static enum ft_status make_answer(struct making *making, struct ft_error *err) {
  const struct objective *objective = making->objective;
  const uint32_t outputs = making->from->outputs;
  struct ft_signature_answer answer = { .link = making->link };
  if (objective->several && outputs == 1) return ft_lightgbm_fail(err, "num_class");
  if (!objective->several && outputs > 1)
    return ft_fail(err, FT_UNSUPPORTED,
                   "the LightGBM model gives %" PRIu32 " values, and no classes of them", outputs);
  if (objective->classifies) answer.classes = objective->several ? outputs : 2;
  return ft_signature_answer(making->import, making->arena, &answer, err);
}

/* One category as text. */
static enum ft_status read_category(struct ft_span *out, bool *integers, struct ft_arena *arena,
                                    const struct ft_element *list, size_t index,
                                    struct ft_error *err) {
  double number = ft_element_number(list, index);
  const struct ft_element *item = ft_element_item(list, index);
  if (item && item->kind == FT_ELEMENT_TEXT) {
    *out = item->text;
    *integers = false;
    return FT_OK;
  }
  if (!(fabs(number) < 9007199254740992.0) || number != floor(number))
    return ft_fail(err, FT_UNSUPPORTED,
                   "the LightGBM model has categories that are neither texts nor integers");
  const char *text = ft_arena_print(arena, "%.0f", number);
  if (!text) return ft_arena_fail(err, "the model");
  *out = ft_span_of(text);
  return FT_OK;
}

static enum ft_status read_categories(struct ft_signature_input *input, struct ft_arena *arena,
                                      const struct ft_element *list, struct ft_error *err) {
  size_t count = ft_element_count(list);
  if (!ft_element_is_list(list) || count > UINT32_MAX / 2)
    return ft_lightgbm_fail(err, "pandas_categorical");
  struct ft_span *category = FT_ARENA_NEW(arena, struct ft_span, count + 1);
  if (!category) return ft_arena_fail(err, "the model");
  input->integers = true;
  for (size_t i = 0; i < count; i++)
    FT_TRY(read_category(&category[i], &input->integers, arena, list, i, err));
  for (size_t c = count; c < input->codes; c++)
    if (input->used[c]) return ft_lightgbm_fail(err, "a category out of range");
  if (input->codes > count) input->codes = (uint32_t)count;
  input->category = category;
  return FT_OK;
}

/* The lists are those of the columns of categories, in their order. */
static enum ft_status read_all_categories(struct making *making, struct ft_error *err) {
  struct ft_lightgbm *from = making->from;
  const struct ft_element *lists = &from->categories;
  size_t count = ft_element_count(lists), coded = 0, at = 0;
  for (uint32_t i = 0; i < from->features; i++)
    coded += from->input[i].coded;
  if (count == 0) return FT_OK;
  if (count != coded)
    return ft_fail(err, FT_UNSUPPORTED,
                   "the LightGBM model has %zu lists of categories for %zu columns", count, coded);
  for (uint32_t i = 0; i < from->features; i++)
    if (from->input[i].coded)
      FT_TRY(read_categories(&from->input[i], making->arena, ft_element_item(lists, at++), err));
  return FT_OK;
}

/* Averages are of the rounds; the link's slope goes into the leaves. */
static enum ft_status scale_leaves(struct making *making, struct ft_error *err) {
  struct ft_lightgbm_trees *trees = &making->from->trees;
  struct ft_grown_trees *grown = &trees->grown;
  const uint32_t rounds = grown->trees / making->from->outputs;
  double scale = making->sigmoid;
  bool finite = true;
  if (rounds * making->from->outputs != grown->trees)
    return ft_lightgbm_fail(err, "a round that is not whole");
  if (making->from->average && rounds) scale /= (double)rounds;
  for (uint32_t i = 0; i < grown->nodes; i++) {
    grown->leaf[i] *= scale;
    trees->leaf[i].missing *= scale;
    trees->leaf[i].constant *= scale;
    finite &= isfinite(grown->leaf[i]) && isfinite(trees->leaf[i].constant);
  }
  for (uint32_t i = 0; i < trees->terms; i++) {
    trees->term[i].slope *= scale;
    finite &= isfinite(trees->term[i].slope) != 0;
  }
  return finite ? FT_OK : ft_lightgbm_fail(err, "leaf_value");
}

/* Of each column whose zeros are missing values at some splits: a feature that says so, for these. */
static enum ft_status add_zeros(struct making *making, struct ft_error *err) {
  struct ft_lightgbm_trees *trees = &making->from->trees;
  struct ft_model *model = &making->import->model;
  const uint32_t inputs = model->features;
  if (!trees->zeros) return FT_OK;
  struct ft_encoder *encoder = FT_ARENA_NEW(making->arena, struct ft_encoder, (size_t)inputs * 2);
  uint32_t *twin = FT_ARENA_NEW(making->arena, uint32_t, inputs);
  if (!encoder || !twin) return ft_arena_fail(err, "the model");
  memcpy(encoder, model->encoder, inputs * sizeof *encoder);
  for (uint32_t i = 0; i < trees->grown.nodes; i++) {
    struct ft_node *node = &trees->grown.node[i];
    if (node->feature == FT_NODE_LEAF || !trees->zero[i]) continue;
    if (!twin[node->feature]) {
      twin[node->feature] = model->features;
      encoder[model->features] = encoder[node->feature];
      encoder[model->features].kind = FT_ENCODE_SENTINEL;
      encoder[model->features].low = -NO_ZERO;
      encoder[model->features++].high = NO_ZERO;
    }
    node->feature = twin[node->feature];
  }
  model->encoder = encoder;
  making->import->missing = "0";
  return FT_OK;
}

/* Up to the round that the pickled Booster would stop at. */
static void cut_rounds(const struct making *making) {
  struct ft_grown_trees *grown = &making->from->trees.grown;
  const struct ft_import_wrapper *wrapper = making->import->wrapper;
  const uint32_t outputs = making->from->outputs, rounds = wrapper ? wrapper->rounds : 0;
  if (!rounds || grown->trees / outputs <= rounds) return;
  grown->trees = rounds * outputs;
  grown->nodes = grown->tree[grown->trees].first;
}

/* The leaves one after another, and in each its place. */
static enum ft_status number_leaves(struct ft_linear_forest *out, struct ft_arena *arena,
                                    const struct ft_lightgbm_trees *trees, struct ft_error *err) {
  struct ft_node *node = trees->grown.node;
  struct ft_linear_leaf *leaf = FT_ARENA_NEW(arena, struct ft_linear_leaf, trees->grown.nodes);
  struct ft_leaf_term *term = FT_ARENA_NEW(arena, struct ft_leaf_term, trees->terms);
  if (!leaf || !term) return ft_arena_fail(err, "the model's trees");
  for (uint32_t i = 0; i < trees->grown.nodes; i++) {
    if (node[i].feature != FT_NODE_LEAF) continue;
    const struct ft_linear_leaf *from = &trees->leaf[i];
    struct ft_linear_leaf *made = &leaf[out->leaves];
    *made = *from;
    made->first = out->terms;
    if (from->terms)
      memcpy(term + out->terms, trees->term + from->first, from->terms * sizeof *term);
    out->terms += from->terms;
    node[i].leaf = (int32_t)out->leaves++;
  }
  out->leaf = leaf;
  out->term = term;
  return FT_OK;
}

static enum ft_status make_linear(struct making *making, const double *base, struct ft_error *err) {
  const struct ft_lightgbm_trees *trees = &making->from->trees;
  const struct ft_grown_trees *grown = &trees->grown;
  struct ft_member *member = FT_ARENA_NEW(making->arena, struct ft_member, 1);
  if (!member) return ft_arena_fail(err, "the model's trees");
  if (grown->nodes > MAX_LINEAR_NODES)
    return ft_fail(err, FT_LIMIT,
                   "the model's linear trees have %" PRIu32 " nodes, and at most %d can be",
                   grown->nodes, MAX_LINEAR_NODES);
  for (uint32_t i = 0; i < trees->terms; i++)
    if (making->from->input[trees->term[i].feature].coded)
      return ft_lightgbm_fail(err, "leaf_features");
  member->kind = FT_LEARNER_LINEAR_FOREST;
  member->weight = 1;
  member->linear.splits = (struct ft_forest){ .trees = grown->trees,
                                              .tree = grown->tree,
                                              .nodes = grown->nodes,
                                              .node = grown->node,
                                              .set_words = grown->words,
                                              .set_word = grown->word,
                                              .base = base };
  FT_TRY(number_leaves(&member->linear, making->arena, trees, err));
  making->import->model.member = member;
  making->import->model.members = 1;
  return FT_OK;
}

static enum ft_status make_forest(struct making *making, struct ft_error *err) {
  struct ft_signature_codes codes;
  struct ft_lightgbm *from = making->from;
  struct ft_grown_trees *grown = &from->trees.grown;
  struct ft_model *model = &making->import->model;
  cut_rounds(making);
  FT_TRY(scale_leaves(making, err));
  FT_TRY(ft_coded_mark(from->input, from->features, making->arena, grown, err));
  FT_TRY(read_all_categories(making, err));
  FT_TRY(
      ft_signature_inputs(making->import, &codes, making->arena, from->input, from->features, err));
  FT_TRY(ft_coded_renumber(grown, making->arena, model, from->input, &codes, err));
  FT_TRY(add_zeros(making, err));
  double *base = FT_ARENA_NEW(making->arena, double, from->outputs);
  if (!base) return ft_arena_fail(err, "the model");
  if (from->trees.linear) return make_linear(making, base, err);
  return ft_grown_trees_members(model, making->arena, grown, base, err);
}

enum ft_status ft_lightgbm_make(struct ft_import *out, struct ft_arena *arena,
                                struct ft_lightgbm *from, struct ft_error *err) {
  struct making making = { .import = out, .arena = arena, .from = from, .sigmoid = 1 };
  out->format = "LightGBM";
  out->model_type = "lightgbm";
  if (from->version.size && from->version.size < 32 && ft_span_is_utf8(from->version))
    out->version = ft_arena_text(arena, from->version);
  FT_TRY(read_objective(&making, err));
  FT_TRY(make_answer(&making, err));
  return make_forest(&making, err);
}
