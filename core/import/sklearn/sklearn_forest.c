#include "core/import/sklearn/sklearn_forest.h"

#include <string.h>

#define MAX_TREES 1000000

enum ft_status ft_sklearn_forest_start(struct ft_sklearn_forest *out, struct ft_sklearn *sklearn,
                                       const struct ft_sklearn_place *place,
                                       const struct ft_prepared_table *columns, uint32_t outputs,
                                       struct ft_error *err) {
  *out = (struct ft_sklearn_forest){ .sklearn = sklearn, .place = place, .columns = *columns };
  out->splits = (struct ft_column_splits){ .columns = &sklearn->columns, .source = &place->source };
  FT_TRY(ft_columns_sign(&sklearn->columns, err));
  out->base = FT_ARENA_NEW(sklearn->columns.arena, double, outputs);
  return out->base ? FT_OK : ft_columns_no_memory(err);
}

enum ft_status ft_sklearn_forest_reserve(struct ft_sklearn_forest *forest, uint64_t trees,
                                         uint64_t nodes, struct ft_error *err) {
  struct ft_arena *arena = forest->sklearn->columns.arena;
  struct ft_grown_trees *grown = &forest->trees;
  if (grown->trees + trees > MAX_TREES || grown->nodes + nodes > FT_SKLEARN_MAX_NODES)
    return ft_fail(err, FT_LIMIT, "the model's trees are too many for its classes");
  if (grown->trees + trees > forest->tree_room) {
    uint32_t room = 2 * forest->tree_room + (uint32_t)trees;
    struct ft_tree *tree = FT_ARENA_NEW(arena, struct ft_tree, room);
    if (!tree) return ft_columns_no_memory(err);
    if (grown->trees) memcpy(tree, grown->tree, grown->trees * sizeof *tree);
    grown->tree = tree;
    forest->tree_room = room;
  }
  if (grown->nodes + nodes <= forest->node_room) return FT_OK;
  uint32_t room = 2 * forest->node_room + (uint32_t)nodes;
  struct ft_node *node = FT_ARENA_NEW(arena, struct ft_node, room);
  double *leaf = FT_ARENA_NEW(arena, double, room);
  if (!node || !leaf) return ft_columns_no_memory(err);
  if (grown->nodes) memcpy(node, grown->node, grown->nodes * sizeof *node);
  if (grown->nodes) memcpy(leaf, grown->leaf, grown->nodes * sizeof *leaf);
  grown->node = node;
  grown->leaf = leaf;
  forest->node_room = room;
  return FT_OK;
}

enum ft_status ft_sklearn_forest_child(uint32_t *out, uint8_t *seen,
                                       const struct ft_sklearn_forest *forest,
                                       const struct ft_pickle_array *array, uint32_t node,
                                       uint32_t nodes, struct ft_error *err) {
  int64_t child;
  if (!ft_pickle_array_integer(&child, array, node) || child <= node || child >= nodes ||
      seen[child]++)
    return ft_sklearn_damaged(forest->place, "a tree's nodes", err);
  *out = (uint32_t)child;
  return FT_OK;
}

enum ft_status ft_sklearn_forest_finish(struct ft_sklearn_forest *forest, double weight,
                                        struct ft_error *err) {
  struct ft_import *import = forest->sklearn->columns.import;
  struct ft_model *model = &import->model;
  struct ft_arena *arena = forest->sklearn->columns.arena;
  forest->trees.words = forest->splits.words;
  forest->trees.word = forest->splits.word;
  import->model_type = "trees";
  FT_TRY(ft_grown_trees_members(model, arena, &forest->trees, forest->base, err));
  struct ft_member *member = FT_ARENA_NEW(arena, struct ft_member, model->members);
  if (!member) return ft_columns_no_memory(err);
  memcpy(member, model->member, model->members * sizeof *member);
  for (uint32_t m = 0; m < model->members; m++)
    member[m].weight = weight;
  model->member = member;
  if (!forest->refuses_missing) return FT_OK;
  return ft_import_notice(import, arena, err,
                          "the file's model has no prediction where a number is NULL; it counts as "
                          "larger than all others there");
}
