#include "core/import/lightgbm/lightgbm.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/import/base/coded.h"
#include "core/import/base/signature.h"
#include "core/import/document/decimal.h"
#include "core/import/document/document.h"

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

struct reading {
  struct ft_import *import;
  struct ft_arena *arena;
  struct ft_lightgbm_section head;
  struct ft_span trees; /* what follows the head */
  const struct objective *objective;
  enum ft_link link;
  double sigmoid; /* margins times this are the link's */
  uint32_t features;
  uint32_t outputs;
  struct ft_signature_input *input;
};

static enum ft_status fail_file(struct ft_error *err, const char *what) {
  return ft_fail(err, FT_CORRUPT, "the LightGBM model cannot be read: %s", what);
}

static const struct objective *objective_of(struct ft_span name) {
  for (size_t i = 0; i < sizeof objectives / sizeof *objectives; i++)
    if (ft_span_equal(ft_span_of(objectives[i].name), name)) return &objectives[i];
  return NULL;
}

/* "binary sigmoid:1"; a model of an objective of the user's own has none. */
static enum ft_status read_objective(struct reading *reading, struct ft_error *err) {
  struct ft_span line = FT_SPAN("custom"), word;
  (void)ft_lightgbm_value(&line, reading->head, "objective");
  if (!ft_lightgbm_word(&word, &line)) return fail_file(err, "objective");
  const struct objective *objective = objective_of(word);
  if (!objective)
    return ft_fail(err, FT_UNSUPPORTED, "LightGBM's objective \"%.*s\" is not supported",
                   FT_SPAN_ARG(word));
  reading->objective = objective;
  reading->link = objective->link;
  reading->import->objective = objective->name;
  reading->sigmoid = 1;
  while (ft_lightgbm_word(&word, &line)) {
    if (ft_span_equal(word, FT_SPAN("sqrt")))
      reading->link = objective->takes_roots ? FT_LINK_SIGNED_SQUARE : reading->link;
    if (word.size <= 8 || memcmp(word.data, "sigmoid:", 8) != 0) continue;
    struct ft_span value = { word.data + 8, word.size - 8 };
    if (!ft_decimal_whole(&reading->sigmoid, value) || !isfinite(reading->sigmoid))
      return fail_file(err, "sigmoid");
  }
  return FT_OK;
}

static enum ft_status read_shape(struct reading *reading, struct ft_error *err) {
  uint32_t highest, classes;
  if (!ft_lightgbm_count(&highest, reading->head, "max_feature_idx"))
    return fail_file(err, "max_feature_idx");
  if (!ft_lightgbm_count(&classes, reading->head, "num_class") ||
      !ft_lightgbm_count(&reading->outputs, reading->head, "num_tree_per_iteration"))
    return fail_file(err, "num_class");
  reading->features = highest + 1;
  if (reading->features > FT_MODEL_MAX_FIELDS)
    return ft_fail(err, FT_LIMIT, "the model has %" PRIu32 " inputs, and a function takes %d",
                   reading->features, FT_MODEL_MAX_FIELDS);
  if (reading->outputs > FT_MODEL_MAX_LABELS)
    return ft_fail(err, FT_LIMIT, "the model has %" PRIu32 " classes, and at most %d can be",
                   reading->outputs, FT_MODEL_MAX_LABELS);
  bool several = reading->objective->several;
  if (reading->outputs == 0 || classes != reading->outputs) return fail_file(err, "num_class");
  if (several == (reading->outputs > 1)) return FT_OK;
  if (several) return fail_file(err, "num_class");
  return ft_fail(err, FT_UNSUPPORTED,
                 "the LightGBM model gives %" PRIu32 " values, and no classes of them",
                 reading->outputs);
}

static bool is_coded(struct ft_span info) {
  return info.size && info.data[0] != '[' && !ft_span_equal(info, FT_SPAN("none"));
}

static enum ft_status make_inputs(struct reading *reading, struct ft_error *err) {
  struct ft_span names = { "", 0 }, infos = { "", 0 };
  reading->input = FT_ARENA_NEW(reading->arena, struct ft_signature_input, reading->features);
  if (!reading->input) return ft_arena_fail(err, "the model");
  (void)ft_lightgbm_value(&names, reading->head, "feature_names");
  (void)ft_lightgbm_value(&infos, reading->head, "feature_infos");
  for (uint32_t i = 0; i < reading->features; i++) {
    struct ft_span info;
    (void)ft_lightgbm_word(&reading->input[i].name, &names);
    if (ft_lightgbm_word(&info, &infos)) reading->input[i].coded = is_coded(info);
  }
  return FT_OK;
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
    return fail_file(err, "pandas_categorical");
  struct ft_span *category = FT_ARENA_NEW(arena, struct ft_span, count + 1);
  if (!category) return ft_arena_fail(err, "the model");
  input->integers = true;
  for (size_t i = 0; i < count; i++)
    FT_TRY(read_category(&category[i], &input->integers, arena, list, i, err));
  for (size_t c = count; c < input->codes; c++)
    if (input->used[c]) return fail_file(err, "a category out of range");
  if (input->codes > count) input->codes = (uint32_t)count;
  input->category = category;
  return FT_OK;
}

/* The last line has the categories of a data frame's columns, those of categories in their order. */
static enum ft_status find_categories(struct ft_element *out, struct reading *reading,
                                      struct ft_error *err) {
  static const char key[] = "pandas_categorical:";
  struct ft_span line, text = reading->trees;
  *out = (struct ft_element){ .kind = FT_ELEMENT_NULL };
  while (ft_lightgbm_line(&line, &text)) {
    if (line.size < sizeof key || memcmp(line.data, key, sizeof key - 1) != 0) continue;
    line = (struct ft_span){ line.data + sizeof key - 1, line.size - (sizeof key - 1) };
    if (ft_span_equal(ft_span_trim(line), FT_SPAN("null"))) return FT_OK;
    return ft_json_read(out, reading->arena, line, err);
  }
  return FT_OK;
}

static enum ft_status read_all_categories(struct reading *reading, struct ft_error *err) {
  struct ft_element lists;
  FT_TRY(find_categories(&lists, reading, err));
  size_t count = ft_element_count(&lists), coded = 0, at = 0;
  for (uint32_t i = 0; i < reading->features; i++)
    coded += reading->input[i].coded;
  if (count == 0) return FT_OK;
  if (count != coded)
    return ft_fail(err, FT_UNSUPPORTED,
                   "the LightGBM model has %zu lists of categories for %zu columns", count, coded);
  for (uint32_t i = 0; i < reading->features; i++)
    if (reading->input[i].coded)
      FT_TRY(
          read_categories(&reading->input[i], reading->arena, ft_element_item(&lists, at++), err));
  return FT_OK;
}

/* Averages are of the rounds; the link's slope goes into the leaves. */
static enum ft_status scale_leaves(struct reading *reading, struct ft_grown_trees *trees,
                                   struct ft_error *err) {
  double scale = reading->sigmoid;
  if (ft_lightgbm_flag(reading->head, "average_output") && trees->trees)
    scale /= (double)(trees->trees / reading->outputs);
  for (uint32_t i = 0; i < trees->nodes; i++) {
    trees->leaf[i] *= scale;
    if (!isfinite(trees->leaf[i])) return fail_file(err, "leaf_value");
  }
  return FT_OK;
}

/* Up to the round that the pickled Booster would stop at. */
static void cut_rounds(const struct reading *reading, struct ft_grown_trees *trees) {
  const struct ft_import_wrapper *wrapper = reading->import->wrapper;
  uint32_t rounds = wrapper ? wrapper->rounds : 0;
  if (!rounds || trees->trees / reading->outputs <= rounds) return;
  trees->trees = rounds * reading->outputs;
  trees->nodes = trees->tree[trees->trees].first;
}

static enum ft_status read_forest(struct reading *reading, struct ft_error *err) {
  struct ft_grown_trees trees;
  struct ft_signature_codes codes;
  struct ft_model *model = &reading->import->model;
  FT_TRY(ft_lightgbm_trees_read(&trees, reading->arena, reading->trees, reading->features,
                                reading->outputs, err));
  cut_rounds(reading, &trees);
  FT_TRY(scale_leaves(reading, &trees, err));
  FT_TRY(ft_coded_mark(reading->input, reading->features, reading->arena, &trees, err));
  FT_TRY(read_all_categories(reading, err));
  FT_TRY(ft_signature_inputs(reading->import, &codes, reading->arena, reading->input,
                             reading->features, err));
  FT_TRY(ft_coded_renumber(&trees, reading->arena, model, reading->input, &codes, err));
  double *base = FT_ARENA_NEW(reading->arena, double, reading->outputs);
  if (!base) return ft_arena_fail(err, "the model");
  return ft_grown_trees_members(model, reading->arena, &trees, base, err);
}

/* The head ends where the first tree begins. */
static void split_file(struct reading *reading, struct ft_span bytes) {
  struct ft_span line, rest = bytes;
  while (ft_lightgbm_line(&line, &rest)) {
    if (line.size > 5 && memcmp(line.data, "Tree=", 5) == 0) break;
    if (ft_span_equal(line, FT_SPAN("end of trees"))) break;
    reading->head.text = (struct ft_span){ bytes.data, (size_t)(rest.data - bytes.data) };
  }
  size_t head = reading->head.text.size;
  reading->trees = (struct ft_span){ bytes.data + head, bytes.size - head };
}

enum ft_status ft_lightgbm_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                                struct ft_error *err) {
  struct reading reading = { .import = out, .arena = arena };
  struct ft_span version;
  split_file(&reading, bytes);
  out->format = "LightGBM";
  out->model_type = "lightgbm";
  if (ft_lightgbm_value(&version, reading.head, "version") && version.size < 32 &&
      ft_span_is_utf8(version))
    out->version = ft_arena_text(arena, version);
  FT_TRY(read_objective(&reading, err));
  FT_TRY(read_shape(&reading, err));
  FT_TRY(make_inputs(&reading, err));
  const struct objective *objective = reading.objective;
  struct ft_signature_answer answer = { .link = reading.link };
  if (objective->classifies) answer.classes = objective->several ? reading.outputs : 2;
  FT_TRY(ft_signature_answer(out, arena, &answer, err));
  return read_forest(&reading, err);
}
