/* CatBoost's binary format, cbm: "CBM1", the bytes of a FlatBuffers table TModelCore, then the parts
 * of the model that it names. */
#include "core/import/catboost/catboost_binary.h"

#include <math.h>
#include <string.h>

/* The numbers of the fields in the schema. */
enum core_field { CORE_VERSION, CORE_TREES, CORE_INFORMATION, CORE_PARTS };
enum pair_field { PAIR_KEY, PAIR_VALUE };
enum trees_field {
  TREES_OUTPUTS,
  TREES_SPLITS,
  TREES_SIZES,
  TREES_STARTS,
  TREES_CATEGORIES,
  TREES_NUMBERS,
  TREES_EQUALS,
  TREES_STATISTICS,
  TREES_LEAVES,
  TREES_WEIGHTS,
  TREES_STEPS,
  TREES_LEAF_OF_NODE,
  TREES_TEXTS,
  TREES_ESTIMATED,
  TREES_SCALE,
  TREES_BIAS,
  TREES_BIASES,
  TREES_PACKED_SPLITS,
  TREES_EMBEDDINGS,
};
enum number_field {
  NUMBER_HAS_NANS,
  NUMBER_INDEX,
  NUMBER_COLUMN,
  NUMBER_BORDERS,
  NUMBER_NAME,
  NUMBER_MISSING
};
enum equal_field { EQUAL_CATEGORY, EQUAL_VALUES };
enum statistic_field { STATISTIC_CTR, STATISTIC_BORDERS };
enum category_field { CATEGORY_INDEX, CATEGORY_COLUMN, CATEGORY_NAME }; /* of texts, too */
#define MISSING_AS_TRUE 2
#define NO_LEAF         UINT32_MAX
#define STEP_BYTES      4

struct reading {
  struct ft_catboost *out;
  struct ft_arena *arena;
  struct ft_flat flat;
  struct ft_flat_table core, trees;
  const double *leaf;
  uint32_t leaves;
};

bool ft_catboost_is_binary(struct ft_span bytes) {
  return bytes.size >= 4 && memcmp(bytes.data, "CBM1", 4) == 0;
}

static enum ft_status fail_short(struct ft_error *err) {
  return ft_catboost_fail(err, "it is cut short or damaged");
}

static enum ft_status open_core(struct reading *reading, struct ft_reader *reader,
                                struct ft_error *err) {
  (void)ft_reader_u32(reader); /* CBM1 */
  reading->flat.bytes = ft_reader_bytes(reader, ft_catboost_take_size(reader));
  if (reader->failed) return fail_short(err);
  reading->core = ft_flat_root(&reading->flat);
  reading->trees = ft_flat_table(reading->core, CORE_TREES);
  struct ft_span version = ft_flat_text(reading->core, CORE_VERSION);
  if (reading->flat.failed) return fail_short(err);
  if (!ft_span_equal(version, FT_SPAN("FlabuffersModel_v1")))
    return ft_fail(err, FT_UNSUPPORTED, "the CatBoost model is of an unknown version");
  return FT_OK;
}

/* Nothing that lies behind is read before all that was read is known to be there. */
static enum ft_status check(const struct reading *reading, struct ft_error *err) {
  return reading->flat.failed ? fail_short(err) : FT_OK;
}

static enum ft_status read_information(struct reading *reading, struct ft_error *err) {
  struct ft_flat_vector list = ft_flat_vector(reading->core, CORE_INFORMATION, 4);
  struct ft_catboost *out = reading->out;
  for (uint32_t i = 0; i < list.count; i++) {
    struct ft_flat_table pair = ft_flat_table_at(list, i);
    struct ft_span key = ft_flat_text(pair, PAIR_KEY), value = ft_flat_text(pair, PAIR_VALUE);
    if (ft_span_equal(key, FT_SPAN("params")) && out->parameters.kind == FT_ELEMENT_NULL)
      FT_TRY(ft_json_read(&out->parameters, reading->arena, value, err));
    if (out->classes.kind == FT_ELEMENT_NULL && (ft_span_equal(key, FT_SPAN("class_params")) ||
                                                 ft_span_equal(key, FT_SPAN("multiclass_params"))))
      FT_TRY(ft_json_read(&out->classes, reading->arena, value, err));
    if (ft_span_equal(key, FT_SPAN("catboost_version_info"))) out->version = value;
    if (ft_span_equal(key, FT_SPAN("binclass_probability_threshold"))) out->threshold = value;
  }
  return check(reading, err);
}

static enum ft_status note_column(struct reading *reading, uint32_t column, struct ft_error *err) {
  if (column > INT32_MAX) return ft_catboost_fail(err, "a column's place");
  if (reading->out->columns <= column) reading->out->columns = column + 1;
  return FT_OK;
}

static enum ft_status read_numbers(struct reading *reading, struct ft_error *err) {
  struct ft_flat_vector list = ft_flat_vector(reading->trees, TREES_NUMBERS, 4);
  struct ft_catboost *out = reading->out;
  if (list.count > FT_MODEL_MAX_FIELDS) return ft_catboost_fail(err, "its count of features");
  out->number = FT_ARENA_NEW(reading->arena, struct ft_catboost_number, list.count);
  if (!out->number) return ft_arena_fail(err, "the model's features");
  for (uint32_t i = 0; i < list.count; i++) {
    struct ft_flat_table table = ft_flat_table_at(list, i);
    out->number[i] = (struct ft_catboost_number){
      .name = ft_flat_text(table, NUMBER_NAME),
      .index = (uint32_t)ft_flat_i32(table, NUMBER_INDEX, -1),
      .column = (uint32_t)ft_flat_i32(table, NUMBER_COLUMN, -1),
      .missing_right = ft_flat_u8(table, NUMBER_HAS_NANS, 0) &&
                       ft_flat_u8(table, NUMBER_MISSING, 0) == MISSING_AS_TRUE,
    };
    FT_TRY(note_column(reading, out->number[i].column, err));
  }
  out->numbers = list.count;
  return check(reading, err);
}

static enum ft_status read_categories(struct reading *reading, struct ft_error *err) {
  struct ft_flat_vector list = ft_flat_vector(reading->trees, TREES_CATEGORIES, 4);
  struct ft_catboost *out = reading->out;
  if (list.count > FT_MODEL_MAX_FIELDS) return ft_catboost_fail(err, "its count of features");
  out->category = FT_ARENA_NEW(reading->arena, struct ft_catboost_category, list.count);
  if (!out->category) return ft_arena_fail(err, "the model's features");
  for (uint32_t i = 0; i < list.count; i++) {
    struct ft_flat_table table = ft_flat_table_at(list, i);
    out->category[i] = (struct ft_catboost_category){
      .name = ft_flat_text(table, CATEGORY_NAME),
      .index = (uint32_t)ft_flat_i32(table, CATEGORY_INDEX, -1),
      .column = (uint32_t)ft_flat_i32(table, CATEGORY_COLUMN, -1),
    };
    FT_TRY(note_column(reading, out->category[i].column, err));
  }
  out->categories = list.count;
  return check(reading, err);
}

/* Columns of texts and embeddings that no split asks for are columns all the same. */
static enum ft_status note_others(struct reading *reading, enum trees_field features,
                                  struct ft_error *err) {
  struct ft_flat_vector list = ft_flat_vector(reading->trees, features, 4);
  for (uint32_t i = 0; i < list.count; i++)
    FT_TRY(note_column(reading,
                       (uint32_t)ft_flat_i32(ft_flat_table_at(list, i), CATEGORY_COLUMN, -1), err));
  return check(reading, err);
}

/* What the features of a list are split by, and which of them. */
struct split_source {
  enum trees_field features;
  uint32_t parts;
  enum ft_catboost_split_kind kind;
};

static const struct split_source sources[] = {
  { TREES_NUMBERS, NUMBER_BORDERS, FT_CATBOOST_ABOVE },
  { TREES_EQUALS, EQUAL_VALUES, FT_CATBOOST_EQUAL },
  { TREES_STATISTICS, STATISTIC_BORDERS, FT_CATBOOST_STATISTIC },
};
#define SOURCES (sizeof sources / sizeof *sources)

/* Lists may not be shared, so all of them together fit into the file. */
static enum ft_status count_splits(size_t *out, struct reading *reading, struct ft_error *err) {
  *out = 0;
  for (size_t s = 0; s < SOURCES; s++) {
    struct ft_flat_vector list = ft_flat_vector(reading->trees, sources[s].features, 4);
    for (uint32_t i = 0; i < list.count; i++)
      *out += ft_flat_vector(ft_flat_table_at(list, i), sources[s].parts, 4).count;
    if (*out > reading->flat.bytes.size / 4) return fail_short(err);
  }
  return check(reading, err);
}

/* The place of the feature that item `index` of a list is about. */
static uint32_t feature_of(const struct reading *reading, const struct split_source *source,
                           struct ft_flat_table item, uint32_t index) {
  if (source->kind != FT_CATBOOST_EQUAL) return index;
  return ft_catboost_category_of(reading->out, (uint32_t)ft_flat_i32(item, EQUAL_CATEGORY, -1));
}

static enum ft_status read_splits_of(struct reading *reading, const struct split_source *source,
                                     struct ft_error *err) {
  struct ft_flat_vector list = ft_flat_vector(reading->trees, source->features, 4);
  struct ft_catboost *out = reading->out;
  for (uint32_t i = 0; i < list.count; i++) {
    struct ft_flat_table item = ft_flat_table_at(list, i);
    struct ft_flat_vector parts = ft_flat_vector(item, source->parts, 4);
    const uint32_t of = feature_of(reading, source, item, i);
    if (of == FT_CATBOOST_NO_INDEX) return ft_catboost_fail(err, "an unknown category");
    for (uint32_t p = 0; p < parts.count; p++) {
      struct ft_catboost_split *split = &out->split[out->splits++];
      *split = (struct ft_catboost_split){ .kind = source->kind, .of = of };
      if (source->kind == FT_CATBOOST_EQUAL)
        split->value = ft_flat_u32_at(parts, p, 0);
      else
        split->border = ft_flat_f32_at(parts, p, 0);
    }
  }
  return FT_OK;
}

/* All splits that there are, in the order of their numbers. */
static enum ft_status read_splits(struct reading *reading, struct ft_error *err) {
  size_t count;
  FT_TRY(count_splits(&count, reading, err));
  reading->out->split = FT_ARENA_NEW(reading->arena, struct ft_catboost_split, count);
  if (!reading->out->split) return ft_arena_fail(err, "the model's trees");
  for (size_t s = 0; s < SOURCES; s++)
    FT_TRY(read_splits_of(reading, &sources[s], err));
  return check(reading, err);
}

static enum ft_status read_leaves(struct reading *reading, struct ft_error *err) {
  struct ft_flat_vector list = ft_flat_vector(reading->trees, TREES_LEAVES, 8);
  double *leaf = FT_ARENA_NEW(reading->arena, double, list.count);
  if (!leaf) return ft_arena_fail(err, "the model's trees");
  for (uint32_t i = 0; i < list.count; i++)
    leaf[i] = ft_flat_f64_at(list, i, 0);
  reading->leaf = leaf;
  reading->leaves = list.count;
  return check(reading, err);
}

static enum ft_status read_level_tree(struct reading *reading, struct ft_catboost_tree *out,
                                      struct ft_flat_vector splits, uint32_t *split_at,
                                      uint32_t *leaf_at, struct ft_error *err) {
  const size_t depth = out->depth;
  FT_TRY(ft_catboost_check_depth(depth, err));
  const size_t values = ((size_t)1 << depth) * reading->out->outputs;
  if (depth > splits.count - *split_at || values > reading->leaves - *leaf_at)
    return fail_short(err);
  uint32_t *split = FT_ARENA_NEW(reading->arena, uint32_t, depth);
  if (!split) return ft_arena_fail(err, "the model's trees");
  for (uint32_t i = 0; i < depth; i++)
    split[i] = ft_flat_u32_at(splits, *split_at + i, 0);
  out->split = split;
  out->value = reading->leaf + *leaf_at;
  *split_at += (uint32_t)depth;
  *leaf_at += (uint32_t)values;
  return FT_OK;
}

/* The lists that have an item for each node of all trees. */
struct node_lists {
  struct ft_flat_vector split, step, leaf;
};

static enum ft_status read_node(struct reading *reading, struct ft_catboost_node *out,
                                const struct node_lists *lists, uint32_t tree, uint32_t index,
                                struct ft_error *err) {
  const uint32_t at = tree + index, outputs = reading->out->outputs;
  const uint32_t leaf = ft_flat_u32_at(lists->leaf, at, 0);
  out->split = ft_flat_u32_at(lists->split, at, 0);
  for (uint32_t way = 0; way < 2; way++) {
    const uint32_t step = ft_flat_u16_at(lists->step, at, 2 * way);
    out->child[way] = step ? index + step : 0;
  }
  if (leaf == NO_LEAF) return FT_OK;
  if (leaf > reading->leaves || outputs > reading->leaves - leaf) return fail_short(err);
  out->value = reading->leaf + leaf;
  return FT_OK;
}

static enum ft_status read_node_tree(struct reading *reading, struct ft_catboost_tree *out,
                                     const struct node_lists *lists, uint32_t *at,
                                     struct ft_error *err) {
  const uint32_t nodes = out->depth;
  if (nodes == 0 || nodes > lists->split.count - *at) return fail_short(err);
  struct ft_catboost_node *node = FT_ARENA_NEW(reading->arena, struct ft_catboost_node, nodes);
  if (!node) return ft_arena_fail(err, "the model's trees");
  for (uint32_t i = 0; i < nodes; i++)
    FT_TRY(read_node(reading, &node[i], lists, *at, i, err));
  *at += nodes;
  *out = (struct ft_catboost_tree){ .nodes = nodes, .node = node };
  return FT_OK;
}

static enum ft_status read_trees(struct reading *reading, struct ft_error *err) {
  struct ft_flat_vector sizes = ft_flat_vector(reading->trees, TREES_SIZES, 4);
  const struct node_lists lists = {
    .split = ft_flat_vector(reading->trees, TREES_SPLITS, 4),
    .step = ft_flat_vector(reading->trees, TREES_STEPS, STEP_BYTES),
    .leaf = ft_flat_vector(reading->trees, TREES_LEAF_OF_NODE, 4),
  };
  const bool has_nodes = lists.step.count > 0;
  struct ft_catboost *out = reading->out;
  uint32_t at = 0, leaf_at = 0;
  if (has_nodes && (lists.step.count != lists.split.count || lists.leaf.count != lists.split.count))
    return fail_short(err);
  out->tree = FT_ARENA_NEW(reading->arena, struct ft_catboost_tree, sizes.count);
  if (!out->tree) return ft_arena_fail(err, "the model's trees");
  for (; out->trees < sizes.count; out->trees++) {
    struct ft_catboost_tree *tree = &out->tree[out->trees];
    tree->depth = ft_flat_u32_at(sizes, out->trees, 0);
    FT_TRY(has_nodes ? read_node_tree(reading, tree, &lists, &at, err)
                     : read_level_tree(reading, tree, lists.split, &at, &leaf_at, err));
  }
  return check(reading, err);
}

/* One bias for all outputs before 1.0. */
static enum ft_status read_scale(struct reading *reading, struct ft_error *err) {
  struct ft_flat_vector biases = ft_flat_vector(reading->trees, TREES_BIASES, 8);
  struct ft_catboost *out = reading->out;
  out->outputs = (uint32_t)ft_flat_i32(reading->trees, TREES_OUTPUTS, 0);
  if (out->outputs == 0 || out->outputs > FT_MODEL_MAX_LABELS)
    return ft_catboost_fail(err, "its count of dimensions");
  if (biases.count && biases.count != out->outputs) return ft_catboost_fail(err, "its bias");
  out->scale = ft_flat_f64(reading->trees, TREES_SCALE, 1);
  out->bias = FT_ARENA_NEW(reading->arena, double, out->outputs);
  if (!out->bias) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < out->outputs; i++)
    out->bias[i] =
        biases.count ? ft_flat_f64_at(biases, i, 0) : ft_flat_f64(reading->trees, TREES_BIAS, 0);
  return check(reading, err);
}

/* The parts behind the core, of which the first has the tables of statistics. */
static enum ft_status read_statistics(struct reading *reading, struct ft_reader *parts,
                                      struct ft_error *err) {
  struct ft_flat_vector list = ft_flat_vector(reading->trees, TREES_STATISTICS, 4);
  struct ft_flat_vector names = ft_flat_vector(reading->core, CORE_PARTS, 4);
  FT_TRY(check(reading, err));
  if (list.count == 0) return FT_OK;
  if (names.count == 0 || !ft_span_equal(ft_flat_text_at(names, 0), FT_SPAN("static_provider_v1")))
    return ft_catboost_fail(err, "it has no statistics of its categories");
  return ft_catboost_binary_statistics(reading->out, reading->arena, list, parts, err);
}

static enum ft_status read_model(struct reading *reading, struct ft_reader *parts,
                                 struct ft_error *err) {
  if (ft_flat_vector(reading->trees, TREES_ESTIMATED, 4).count)
    return ft_catboost_refuse_texts(err);
  FT_TRY(read_information(reading, err));
  FT_TRY(read_numbers(reading, err));
  FT_TRY(read_categories(reading, err));
  FT_TRY(note_others(reading, TREES_TEXTS, err));
  FT_TRY(note_others(reading, TREES_EMBEDDINGS, err));
  FT_TRY(read_statistics(reading, parts, err));
  FT_TRY(read_splits(reading, err));
  FT_TRY(read_scale(reading, err));
  FT_TRY(read_leaves(reading, err));
  return read_trees(reading, err);
}

enum ft_status ft_catboost_binary_read(struct ft_import *out, struct ft_arena *arena,
                                       struct ft_span bytes, struct ft_error *err) {
  struct ft_catboost model = { .scale = 1 };
  struct reading reading = { .out = &model, .arena = arena };
  struct ft_reader reader = ft_reader_of(bytes);
  FT_TRY(open_core(&reading, &reader, err));
  FT_TRY(read_model(&reading, &reader, err));
  return ft_catboost_make(out, arena, &model, err);
}
