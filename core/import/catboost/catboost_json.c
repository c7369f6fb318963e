/* CatBoost's JSON. */
#include <math.h>
#include <string.h>

#include "core/import/catboost/catboost.h"

struct reading {
  struct ft_catboost *out;
  struct ft_arena *arena;
  const struct ft_element *document;
  const struct ft_element *features; /* features_info */
};

static bool has(struct ft_span bytes, const char *word) {
  return ft_span_find(bytes, ft_span_of(word)) != NULL;
}

bool ft_catboost_is_json(struct ft_span bytes) {
  struct ft_span text = ft_span_trim(bytes);
  return text.size && text.data[0] == '{' && has(text, "\"features_info\"") &&
         (has(text, "\"oblivious_trees\"") || has(text, "\"trees\""));
}

static struct ft_span name_in(const struct ft_element *feature) {
  struct ft_span name = ft_element_text(ft_element_get(feature, "feature_id"));
  return name.size ? name : ft_element_text(ft_element_get(feature, "feature_name"));
}

static enum ft_status note_column(struct reading *reading, uint32_t column, struct ft_error *err) {
  if (column == FT_CATBOOST_NO_INDEX) return ft_catboost_fail(err, "a column's place");
  if (reading->out->columns <= column) reading->out->columns = column + 1;
  return FT_OK;
}

static enum ft_status read_number(struct reading *reading, struct ft_catboost_number *out,
                                  const struct ft_element *feature, struct ft_error *err) {
  struct ft_span missing = ft_element_text(ft_element_get(feature, "nan_value_treatment"));
  const bool seen = ft_element_real(ft_element_get(feature, "has_nans"), 0) != 0;
  *out =
      (struct ft_catboost_number){ .name = name_in(feature),
                                   .index = ft_catboost_json_index(feature, "feature_index"),
                                   .column = ft_catboost_json_index(feature, "flat_feature_index"),
                                   .missing_right =
                                       seen && ft_span_equal(missing, FT_SPAN("AsTrue")) };
  return note_column(reading, out->column, err);
}

static enum ft_status read_numbers(struct reading *reading, struct ft_error *err) {
  const struct ft_element *list = ft_element_get(reading->features, "float_features");
  const size_t count = ft_element_count(list);
  struct ft_catboost *out = reading->out;
  if (count > FT_MODEL_MAX_FIELDS) return ft_catboost_fail(err, "its count of features");
  out->number = FT_ARENA_NEW(reading->arena, struct ft_catboost_number, count);
  if (!out->number) return ft_arena_fail(err, "the model's features");
  for (; out->numbers < count; out->numbers++)
    FT_TRY(
        read_number(reading, &out->number[out->numbers], ft_element_item(list, out->numbers), err));
  return FT_OK;
}

static enum ft_status read_categories(struct reading *reading, struct ft_error *err) {
  const struct ft_element *list = ft_element_get(reading->features, "categorical_features");
  const size_t count = ft_element_count(list);
  struct ft_catboost *out = reading->out;
  if (count > FT_MODEL_MAX_FIELDS) return ft_catboost_fail(err, "its count of features");
  out->category = FT_ARENA_NEW(reading->arena, struct ft_catboost_category, count);
  if (!out->category) return ft_arena_fail(err, "the model's features");
  for (; out->categories < count; out->categories++) {
    const struct ft_element *feature = ft_element_item(list, out->categories);
    out->category[out->categories] =
        (struct ft_catboost_category){ .name = name_in(feature),
                                       .index = ft_catboost_json_index(feature, "feature_index"),
                                       .column =
                                           ft_catboost_json_index(feature, "flat_feature_index") };
    FT_TRY(note_column(reading, out->category[out->categories].column, err));
  }
  return FT_OK;
}

/* What a feature is split by: "borders" of numbers and statistics, "values" of categories. */
static const struct ft_element *parts_of(const struct reading *reading, const char *features,
                                         const char *parts, size_t index) {
  const struct ft_element *list = ft_element_get(reading->features, features);
  return ft_element_get(ft_element_item(list, index), parts);
}

struct split_source {
  const char *features, *parts;
  enum ft_catboost_split_kind kind;
};

static enum ft_status read_splits_of(struct reading *reading, const struct split_source *source,
                                     struct ft_error *err) {
  const size_t count = ft_element_count(ft_element_get(reading->features, source->features));
  struct ft_catboost *out = reading->out;
  for (uint32_t i = 0; i < count; i++) {
    const struct ft_element *list = parts_of(reading, source->features, source->parts, i);
    for (size_t n = 0; n < ft_element_count(list); n++) {
      struct ft_catboost_split *split = &out->split[out->splits++];
      const double number = ft_element_number(list, n);
      *split = (struct ft_catboost_split){ .kind = source->kind, .of = i };
      if (source->kind != FT_CATBOOST_EQUAL)
        split->border = (float)number;
      else if (!ft_catboost_json_hash(&split->value, number))
        return ft_catboost_fail(err, "a category's hash");
    }
  }
  return FT_OK;
}

/* All splits that there are, in the order of their numbers. */
static enum ft_status read_splits(struct reading *reading, struct ft_error *err) {
  static const struct split_source sources[] = {
    { "float_features", "borders", FT_CATBOOST_ABOVE },
    { "categorical_features", "values", FT_CATBOOST_EQUAL },
    { "ctrs", "borders", FT_CATBOOST_STATISTIC },
  };
  size_t count = 0;
  for (size_t s = 0; s < sizeof sources / sizeof *sources; s++)
    for (size_t i = 0; i < ft_element_count(ft_element_get(reading->features, sources[s].features));
         i++)
      count += ft_element_count(parts_of(reading, sources[s].features, sources[s].parts, i));
  reading->out->split = FT_ARENA_NEW(reading->arena, struct ft_catboost_split, count);
  if (!reading->out->split) return ft_arena_fail(err, "the model's trees");
  for (size_t s = 0; s < sizeof sources / sizeof *sources; s++)
    FT_TRY(read_splits_of(reading, &sources[s], err));
  return FT_OK;
}

/* A tree's split has its number, and what it is; both have to agree. */
static enum ft_status read_split(uint32_t *out, const struct reading *reading,
                                 const struct ft_element *split, struct ft_error *err) {
  const struct ft_catboost *from = reading->out;
  *out = ft_catboost_json_index(split, "split_index");
  if (*out >= from->splits) return ft_catboost_fail(err, "an unknown split");
  const struct ft_catboost_split *is = &from->split[*out];
  const double border = ft_element_real(ft_element_get(split, "border"), NAN);
  if (is->kind != FT_CATBOOST_EQUAL && (float)border != is->border)
    return ft_catboost_fail(err, "a split with another border than its feature's");
  if (is->kind == FT_CATBOOST_ABOVE &&
      ft_catboost_json_index(split, "float_feature_index") != from->number[is->of].index)
    return ft_catboost_fail(err, "a split of another feature");
  uint32_t value = 0;
  const double hash = ft_element_real(ft_element_get(split, "value"), NAN);
  if (is->kind == FT_CATBOOST_EQUAL && (!ft_catboost_json_hash(&value, hash) || value != is->value))
    return ft_catboost_fail(err, "a split by another category");
  return FT_OK;
}

/* The dimensions of a model are those of its first tree. */
static enum ft_status note_outputs(struct ft_catboost *out, size_t values, size_t leaves,
                                   struct ft_error *err) {
  if (out->outputs == 0 && values / leaves <= FT_MODEL_MAX_LABELS)
    out->outputs = (uint32_t)(values / leaves);
  if (out->outputs == 0 || values != leaves * out->outputs)
    return ft_catboost_fail(err, "its count of leaves");
  return FT_OK;
}

static enum ft_status read_level_tree(struct reading *reading, struct ft_catboost_tree *out,
                                      const struct ft_element *tree, struct ft_error *err) {
  const struct ft_element *splits = ft_element_get(tree, "splits");
  const struct ft_element *values = ft_element_get(tree, "leaf_values");
  const size_t depth = ft_element_count(splits), count = ft_element_count(values);
  FT_TRY(ft_catboost_check_depth(depth, err));
  FT_TRY(note_outputs(reading->out, count, (size_t)1 << depth, err));
  uint32_t *split = FT_ARENA_NEW(reading->arena, uint32_t, depth);
  double *value = FT_ARENA_NEW(reading->arena, double, count);
  if (!split || !value) return ft_arena_fail(err, "the model's trees");
  for (size_t i = 0; i < depth; i++)
    FT_TRY(read_split(&split[i], reading, ft_element_item(splits, i), err));
  for (size_t i = 0; i < count; i++)
    value[i] = ft_element_number(values, i);
  *out = (struct ft_catboost_tree){ .depth = (uint32_t)depth, .split = split, .value = value };
  return FT_OK;
}

static uint32_t count_nodes(const struct ft_element *node) {
  const struct ft_element *left = ft_element_get(node, "left");
  const struct ft_element *right = ft_element_get(node, "right");
  return 1 + (left ? count_nodes(left) : 0) + (right ? count_nodes(right) : 0);
}

static enum ft_status read_value(struct reading *reading, struct ft_catboost_node *out,
                                 const struct ft_element *value, struct ft_error *err) {
  const size_t count = ft_element_is_list(value) ? ft_element_count(value) : 1;
  FT_TRY(note_outputs(reading->out, count, 1, err));
  double *number = FT_ARENA_NEW(reading->arena, double, count);
  if (!number) return ft_arena_fail(err, "the model's trees");
  for (size_t i = 0; i < count; i++)
    number[i] =
        ft_element_is_list(value) ? ft_element_number(value, i) : ft_element_real(value, NAN);
  out->value = number;
  return FT_OK;
}

/* A node and what is below it, from place *used on; as deep as a document can be. */
static enum ft_status read_node(struct reading *reading, struct ft_catboost_node *tree,
                                uint32_t *used, const struct ft_element *element,
                                struct ft_error *err) {
  static const char *const sides[] = { "left", "right" };
  struct ft_catboost_node *node = &tree[(*used)++];
  const struct ft_element *value = ft_element_get(element, "value");
  if (value) FT_TRY(read_value(reading, node, value, err));
  for (int way = 0; way < 2; way++) {
    const struct ft_element *child = ft_element_get(element, sides[way]);
    if (!child) continue;
    node->child[way] = *used;
    FT_TRY(read_node(reading, tree, used, child, err));
  }
  if (!node->child[0] && !node->child[1]) return FT_OK;
  return read_split(&node->split, reading, ft_element_get(element, "split"), err);
}

static enum ft_status read_node_tree(struct reading *reading, struct ft_catboost_tree *out,
                                     const struct ft_element *tree, struct ft_error *err) {
  const uint32_t nodes = count_nodes(tree);
  struct ft_catboost_node *node = FT_ARENA_NEW(reading->arena, struct ft_catboost_node, nodes);
  uint32_t used = 0;
  if (!node) return ft_arena_fail(err, "the model's trees");
  FT_TRY(read_node(reading, node, &used, tree, err));
  *out = (struct ft_catboost_tree){ .nodes = nodes, .node = node };
  return FT_OK;
}

static enum ft_status read_trees(struct reading *reading, struct ft_error *err) {
  const struct ft_element *level = ft_element_get(reading->document, "oblivious_trees");
  const struct ft_element *list = level ? level : ft_element_get(reading->document, "trees");
  const size_t count = ft_element_count(list);
  struct ft_catboost *out = reading->out;
  if (count > UINT32_MAX / 4) return ft_fail(err, FT_LIMIT, "the CatBoost model is too large");
  out->tree = FT_ARENA_NEW(reading->arena, struct ft_catboost_tree, count);
  if (!out->tree) return ft_arena_fail(err, "the model's trees");
  for (; out->trees < count; out->trees++) {
    const struct ft_element *tree = ft_element_item(list, out->trees);
    struct ft_catboost_tree *to = &out->tree[out->trees];
    if (!tree || tree->kind != FT_ELEMENT_OBJECT) return ft_catboost_fail(err, "a tree");
    FT_TRY(level ? read_level_tree(reading, to, tree, err)
                 : read_node_tree(reading, to, tree, err));
  }
  return FT_OK;
}

/* [scale, [bias, …]]; [scale, bias] before 1.0; nothing before 0.24. */
static enum ft_status read_scale(struct reading *reading, struct ft_error *err) {
  const struct ft_element *both = ft_element_get(reading->document, "scale_and_bias");
  const struct ft_element *list = ft_element_item(both, 1);
  struct ft_catboost *out = reading->out;
  const bool several = ft_element_is_list(list);
  const size_t count = several ? ft_element_count(list) : ft_element_count(both) > 1;
  out->scale = both ? ft_element_number(both, 0) : 1;
  if (out->outputs == 0) out->outputs = count && count <= FT_MODEL_MAX_LABELS ? (uint32_t)count : 1;
  if (count && count != out->outputs) return ft_catboost_fail(err, "its bias");
  out->bias = FT_ARENA_NEW(reading->arena, double, out->outputs);
  if (!out->bias) return ft_arena_fail(err, "the model");
  for (size_t i = 0; i < count; i++)
    out->bias[i] = several ? ft_element_number(list, i) : ft_element_number(both, 1);
  return FT_OK;
}

/* JSON within JSON's texts is read, too. */
static enum ft_status read_information(struct ft_element *out, struct reading *reading,
                                       const struct ft_element *value, struct ft_error *err) {
  struct ft_span text = ft_element_text(value);
  if (value) *out = *value;
  return text.size ? ft_json_read(out, reading->arena, text, err) : FT_OK;
}

static enum ft_status read_all_information(struct reading *reading, struct ft_error *err) {
  const struct ft_element *about = ft_element_get(reading->document, "model_info");
  const struct ft_element *classes = ft_element_get(about, "class_params");
  struct ft_catboost *out = reading->out;
  if (!classes) classes = ft_element_get(about, "multiclass_params");
  out->version = ft_element_text(ft_element_get(about, "catboost_version_info"));
  out->threshold = ft_element_text(ft_element_get(about, "binclass_probability_threshold"));
  FT_TRY(read_information(&out->parameters, reading, ft_element_get(about, "params"), err));
  return read_information(&out->classes, reading, classes, err);
}

static enum ft_status refuse_texts(const struct reading *reading, struct ft_error *err) {
  if (ft_element_count(ft_element_get(reading->features, "text_features")) ||
      ft_element_count(ft_element_get(reading->features, "embedding_features")))
    return ft_catboost_refuse_texts(err);
  return FT_OK;
}

enum ft_status ft_catboost_json_read(struct ft_import *out, struct ft_arena *arena,
                                     struct ft_span bytes, struct ft_error *err) {
  struct ft_element document;
  struct ft_catboost model = { .scale = 1 };
  struct reading reading = { .out = &model, .arena = arena, .document = &document };
  FT_TRY(ft_json_read(&document, arena, bytes, err));
  reading.features = ft_element_get(&document, "features_info");
  FT_TRY(refuse_texts(&reading, err));
  FT_TRY(read_all_information(&reading, err));
  FT_TRY(read_numbers(&reading, err));
  FT_TRY(read_categories(&reading, err));
  FT_TRY(ft_catboost_json_statistics(&model, arena, &document, err));
  FT_TRY(read_splits(&reading, err));
  FT_TRY(read_trees(&reading, err));
  FT_TRY(read_scale(&reading, err));
  return ft_catboost_make(out, arena, &model, err);
}
