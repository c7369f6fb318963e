/* A forest's bytes: columns rather than nodes, each holding only what its kind of node has, since
 * like beside like compresses well. */
#include <string.h>

#include "core/model/sections.h"

/* What a node is, as the format numbers it. */
enum node_kind {
  KIND_LEAF = 0,
  KIND_NUMBER,      /* a missing value goes right */
  KIND_NUMBER_LEFT, /* … left */
  KIND_SET,
  KIND_SET_LEFT,
  KIND_COUNT
};

/* The fewest bytes of an item, by which its count is checked. */
#define TREE_BYTES 8
#define NODE_BYTES 5
#define WORD_BYTES 4

static enum node_kind kind_of(const struct ft_node *node) {
  if (node->feature == FT_NODE_LEAF) return KIND_LEAF;
  if (node->set != FT_NODE_NO_SET) return node->missing_left ? KIND_SET_LEFT : KIND_SET;
  return node->missing_left ? KIND_NUMBER_LEFT : KIND_NUMBER;
}

static uint32_t value_of(const struct ft_node *node) {
  uint32_t bits;
  switch (kind_of(node)) {
  case KIND_LEAF: return (uint32_t)node->leaf;
  case KIND_SET:
  case KIND_SET_LEFT: return node->set;
  default: memcpy(&bits, &node->threshold, sizeof bits); return bits;
  }
}

/* The columns of a split: its feature, and its children as steps from itself. */
enum split_column { SPLIT_FEATURE, SPLIT_LEFT, SPLIT_RIGHT, SPLIT_COLUMNS };

static uint32_t split_value(const struct ft_node *node, uint32_t index, enum split_column column) {
  if (column == SPLIT_FEATURE) return node->feature;
  return (column == SPLIT_LEFT ? node->left : node->right) - index;
}

static void write_split_column(struct ft_buffer *out, const struct ft_forest *forest,
                               enum split_column column) {
  for (uint32_t t = 0; t < forest->trees; t++)
    for (uint32_t i = 0; i < forest->tree[t].nodes; i++) {
      const struct ft_node *node = &forest->node[forest->tree[t].first + i];
      if (kind_of(node) != KIND_LEAF) ft_buffer_u32(out, split_value(node, i, column));
    }
}

static void write_nodes(struct ft_buffer *out, const struct ft_forest *forest) {
  for (uint32_t i = 0; i < forest->nodes; i++)
    ft_buffer_u8(out, (uint8_t)kind_of(&forest->node[i]));
  for (uint32_t i = 0; i < forest->nodes; i++)
    ft_buffer_u32(out, value_of(&forest->node[i]));
  for (int column = 0; column < SPLIT_COLUMNS; column++)
    write_split_column(out, forest, (enum split_column)column);
  for (uint32_t i = 0; i < forest->nodes; i++)
    if (kind_of(&forest->node[i]) >= KIND_SET) ft_buffer_u32(out, forest->node[i].set_words);
}

void ft_forest_write(struct ft_buffer *out, const struct ft_forest *forest, uint32_t outputs) {
  ft_buffer_u32(out, (uint32_t)forest->exponent);
  for (uint32_t i = 0; i < outputs; i++)
    ft_buffer_f64(out, forest->base[i]);
  ft_buffer_u32(out, forest->trees);
  ft_buffer_u32(out, forest->nodes);
  ft_buffer_u32(out, forest->set_words);
  for (uint32_t t = 0; t < forest->trees; t++)
    ft_buffer_u32(out, forest->tree[t].nodes);
  for (uint32_t t = 0; t < forest->trees; t++)
    ft_buffer_u32(out, forest->tree[t].output);
  write_nodes(out, forest);
  for (uint32_t i = 0; i < forest->set_words; i++)
    ft_buffer_u32(out, forest->set_word[i]);
}

static enum ft_status corrupt(struct ft_error *err, const char *why) {
  return ft_fail(err, FT_CORRUPT, "the model's trees are damaged: %s", why);
}

static struct ft_reader take_column(struct ft_reader *reader, size_t items, size_t item_bytes) {
  struct ft_span bytes = ft_reader_bytes(reader, items * item_bytes);
  struct ft_reader column = ft_reader_of(bytes);
  column.failed = reader->failed;
  return column;
}

static enum ft_status read_trees(struct ft_forest *out, struct ft_arena *arena,
                                 struct ft_reader *reader, struct ft_error *err) {
  struct ft_tree *tree = FT_ARENA_NEW(arena, struct ft_tree, out->trees);
  if (!tree) return ft_arena_fail(err, "the model");
  uint32_t left = out->nodes;
  for (uint32_t t = 0; t < out->trees; t++) {
    tree[t].first = out->nodes - left;
    tree[t].nodes = ft_reader_u32(reader);
    if (tree[t].nodes > left) return corrupt(err, "a tree is cut short");
    left -= tree[t].nodes;
  }
  for (uint32_t t = 0; t < out->trees; t++)
    tree[t].output = ft_reader_u32(reader);
  out->tree = tree;
  return left ? corrupt(err, "nodes are left over") : FT_OK;
}

/* One reader a column, which move on together from node to node. */
struct columns {
  struct ft_reader kind, value, split[SPLIT_COLUMNS], set_words;
};

static enum ft_status take_columns(struct columns *out, struct ft_reader *reader, uint32_t nodes,
                                   struct ft_error *err) {
  struct ft_span kinds = ft_reader_bytes(reader, nodes);
  uint32_t splits = 0, sets = 0;
  for (size_t i = 0; i < kinds.size; i++) {
    uint8_t kind = (uint8_t)kinds.data[i];
    if (kind >= KIND_COUNT) return corrupt(err, "a node is of no known kind");
    splits += kind != KIND_LEAF;
    sets += kind >= KIND_SET;
  }
  out->kind = ft_reader_of(kinds);
  out->value = take_column(reader, nodes, 4);
  for (int i = 0; i < SPLIT_COLUMNS; i++)
    out->split[i] = take_column(reader, splits, 4);
  out->set_words = take_column(reader, sets, 4);
  return ft_reader_check(reader, false, "the model's trees", err);
}

static struct ft_node read_node(struct columns *from, uint32_t index) {
  struct ft_node node = { .feature = FT_NODE_LEAF, .set = FT_NODE_NO_SET };
  enum node_kind kind = (enum node_kind)ft_reader_u8(&from->kind);
  uint32_t value = ft_reader_u32(&from->value);
  if (kind == KIND_LEAF) {
    node.leaf = (int32_t)value;
    return node;
  }
  node.feature = ft_reader_u32(&from->split[SPLIT_FEATURE]);
  node.left = index + ft_reader_u32(&from->split[SPLIT_LEFT]);
  node.right = index + ft_reader_u32(&from->split[SPLIT_RIGHT]);
  node.missing_left = kind == KIND_NUMBER_LEFT || kind == KIND_SET_LEFT;
  if (kind < KIND_SET) {
    memcpy(&node.threshold, &value, sizeof node.threshold);
    return node;
  }
  node.set = value;
  node.set_words = ft_reader_u32(&from->set_words);
  return node;
}

/* A split stays a split: numbers that would make it something else are refused here, because no
 * later check could see it. */
static bool keeps_its_kind(const struct ft_node *node, uint8_t kind) {
  if (kind == KIND_LEAF) return true;
  return node->feature != FT_NODE_LEAF && (kind < KIND_SET) == (node->set == FT_NODE_NO_SET);
}

static enum ft_status read_nodes(struct ft_forest *out, struct ft_arena *arena,
                                 struct ft_reader *reader, struct ft_error *err) {
  struct columns columns;
  FT_TRY(take_columns(&columns, reader, out->nodes, err));
  struct ft_node *node = FT_ARENA_NEW(arena, struct ft_node, out->nodes);
  if (!node) return ft_arena_fail(err, "the model");
  for (uint32_t t = 0; t < out->trees; t++)
    for (uint32_t i = 0; i < out->tree[t].nodes; i++) {
      uint8_t kind = *columns.kind.data;
      node[out->tree[t].first + i] = read_node(&columns, i);
      if (!keeps_its_kind(&node[out->tree[t].first + i], kind))
        return corrupt(err, "a split is out of bounds");
    }
  out->node = node;
  return FT_OK;
}

static enum ft_status read_set_words(struct ft_forest *out, struct ft_arena *arena,
                                     struct ft_reader *reader, struct ft_error *err) {
  uint32_t *word = FT_ARENA_NEW(arena, uint32_t, out->set_words);
  if (!word) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < out->set_words; i++)
    word[i] = ft_reader_u32(reader);
  out->set_word = word;
  return FT_OK;
}

enum ft_status ft_forest_read(struct ft_forest *out, struct ft_arena *arena, struct ft_span raw,
                              uint32_t outputs, struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(raw);
  struct ft_forest forest = { .exponent = (int32_t)ft_reader_u32(&reader) };
  if (outputs > reader.left / sizeof(double)) return corrupt(err, "they are cut short");
  double *base = FT_ARENA_NEW(arena, double, outputs);
  if (!base) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < outputs; i++)
    base[i] = ft_reader_f64(&reader);
  forest.base = base;
  forest.trees = ft_reader_count(&reader, TREE_BYTES);
  forest.nodes = ft_reader_count(&reader, NODE_BYTES);
  forest.set_words = ft_reader_count(&reader, WORD_BYTES);
  FT_TRY(ft_reader_check(&reader, false, "the model's trees", err));
  FT_TRY(read_trees(&forest, arena, &reader, err));
  FT_TRY(read_nodes(&forest, arena, &reader, err));
  FT_TRY(read_set_words(&forest, arena, &reader, err));
  FT_TRY(ft_reader_check(&reader, true, "the model's trees", err));
  *out = forest;
  return FT_OK;
}
