/* Trees in the form that kernels take: complete, sorted by depth and output. */
#include <stdlib.h>
#include <string.h>

#include "core/predict/pass_plan.h"

/* A tree being padded to a complete one of `depth`. */
struct padding {
  const struct ft_forest_work *work;
  const struct ft_node *node; /* the tree's */
  uint32_t first;             /* index of its root among the forest's nodes */
  uint32_t depth;
  uint16_t *index;      /* 2^depth - 1 */
  uint32_t *exit;       /* 2^depth */
  const uint32_t *deep; /* one a node of the tree: its deep node, where it has one; or NULL */
};

static uint32_t exit_of(const struct padding *p, uint32_t node) {
  if (p->node[node].feature != FT_NODE_LEAF) return p->deep[node];
  return FT_EXIT_LEAF | (uint32_t)(p->node[node].leaf + FT_LEAF_BIAS);
}

/* A leaf above the bottom is always gone left from: mask 0 is never set. */
static void pad(const struct padding *p, uint32_t node, uint32_t at, uint32_t level) {
  const uint32_t bottom = (UINT32_C(1) << p->depth) - 1;
  if (level == p->depth) {
    p->exit[at - bottom] = exit_of(p, node);
    return;
  }
  bool leaf = p->node[node].feature == FT_NODE_LEAF;
  uint32_t decision = p->work->decisions.of_node[p->first + node];
  p->index[at] = leaf ? 0 : (uint16_t)(8 * p->work->mask[decision]);
  pad(p, leaf ? node : p->node[node].left, 2 * at + 1, level + 1);
  pad(p, leaf ? node : p->node[node].right, 2 * at + 2, level + 1);
}

/* Where a node of the complete tree stands among a tree's places (layout.h). */
static uint32_t place_of(uint32_t level, uint32_t node) {
  uint32_t within = node - ((1U << level) - 1); /* its level */
  if (level < 3) return node;
  uint32_t subtree = within >> (level - 3);
  return 7 + 7 * subtree + (1U << (level - 3)) - 1 + (within & ((1U << (level - 3)) - 1));
}

static void place_nodes(uint8_t *slot, uint8_t *below, const struct ft_forest_work *work,
                        const uint16_t *index, uint32_t depth) {
  memset(slot, 0, 64);
  memset(below, UINT8_MAX, 64);
  for (uint32_t level = 0; level < depth; level++)
    for (uint32_t node = (1U << level) - 1; node < (2U << level) - 1; node++) {
      uint32_t place = place_of(level, node);
      slot[place] = work->slot[index[node] / 8];
      below[place] = work->below[index[node] / 8];
    }
}

static enum ft_status write_places(struct ft_group *out, const struct ft_forest_work *work,
                                   const uint16_t *index, struct ft_arena *arena,
                                   struct ft_error *err) {
  uint8_t *slot = FT_ARENA_NEW(arena, uint8_t, (size_t)out->trees * 64);
  uint8_t *below = FT_ARENA_NEW(arena, uint8_t, (size_t)out->trees * 64);
  if (!slot || !below) return ft_arena_fail(err, "the model");
  for (size_t t = 0; t < out->trees; t++)
    place_nodes(slot + 64 * t, below + 64 * t, work, index + t * ((1U << out->depth) - 1),
                out->depth);
  out->slot = ft_part_put(work->block, slot, (size_t)out->trees * 64, 1);
  out->below = ft_part_put(work->block, below, (size_t)out->trees * 64, 1);
  return FT_OK;
}

/* Leaves in three planes of bytes. */
static void spread_leaves(uint8_t *plane, const uint32_t *exit, uint32_t leaves) {
  for (uint32_t p = 0; p < 3; p++)
    for (uint32_t i = 0; i < leaves; i++)
      plane[p * leaves + i] = (uint8_t)(exit[i] >> (8 * p));
}

struct group_work {
  struct ft_forest_work *work;
  const uint32_t *tree;
  uint32_t trees;
  uint16_t *index;
  uint32_t *exit;
  uint8_t *leaf;
};

static struct padding padding_of(const struct group_work *w, uint32_t tree, uint32_t depth,
                                 size_t place) {
  const struct ft_forest *forest = w->work->forest;
  return (struct padding){ .work = w->work,
                           .node = forest->node + forest->tree[tree].first,
                           .first = forest->tree[tree].first,
                           .depth = depth,
                           .index = w->index + place * ((1U << depth) - 1),
                           .exit = w->exit + (place << depth) };
}

static enum ft_status take_group(struct group_work *w, struct ft_arena *arena, uint32_t depth,
                                 struct ft_error *err) {
  w->index = FT_ARENA_NEW(arena, uint16_t, (size_t)w->trees << depth);
  w->exit = FT_ARENA_NEW(arena, uint32_t, (size_t)w->trees << depth);
  w->leaf = FT_ARENA_NEW(arena, uint8_t, ((size_t)w->trees << depth) * 3 + 64);
  return w->index && w->exit && w->leaf ? FT_OK : ft_arena_fail(err, "the model");
}

static enum ft_status write_group(struct ft_group *out, struct group_work *w, bool slots,
                                  struct ft_arena *arena, struct ft_error *err) {
  const struct ft_forest_work *work = w->work;
  const uint32_t depth = work->decisions.depth[w->tree[0]];
  FT_TRY(take_group(w, arena, depth, err));
  for (uint32_t t = 0; t < w->trees; t++) {
    struct padding p = padding_of(w, w->tree[t], depth, t);
    pad(&p, 0, 0, 0);
    spread_leaves(w->leaf + ((size_t)t << depth) * 3, p.exit, 1U << depth);
  }
  *out = (struct ft_group){ .output = work->forest->tree[w->tree[0]].output,
                            .depth = depth,
                            .trees = w->trees };
  size_t leaves = (size_t)w->trees << depth;
  out->index = ft_part_put(work->block, w->index, leaves - w->trees, sizeof *w->index);
  out->leaf = ft_part_put(work->block, w->leaf, leaves * 3 + 64, 1); /* vectors read beyond */
  return slots ? write_places(out, work, w->index, arena, err) : FT_OK;
}

/* Cut where the complete part has about as many exits as the tree has leaves. */
static uint32_t cut_of(const struct ft_forest *forest, uint32_t tree) {
  uint32_t cut = 1;
  while (cut < FT_GROUP_DEPTH && (2U << cut) < forest->tree[tree].nodes)
    cut++;
  return cut;
}

static enum ft_status write_deep_tree(struct group_work *w, struct padding *p, uint32_t tree,
                                      struct ft_arena *arena, struct ft_buffer *nodes,
                                      struct ft_error *err) {
  const struct ft_forest_work *work = w->work;
  const struct ft_tree *is = &work->forest->tree[tree];
  uint32_t *deep = FT_ARENA_NEW(arena, uint32_t, is->nodes);
  uint32_t count = (uint32_t)(nodes->size / sizeof(struct ft_deep_node));
  if (!deep) return ft_arena_fail(err, "the model");
  const uint32_t *depth = work->decisions.depth_of + is->first;
  for (uint32_t i = 0; i < is->nodes; i++)
    if (depth[i] != FT_DEPTH_NONE && depth[i] >= p->depth && p->node[i].feature != FT_NODE_LEAF)
      deep[i] = count++;
  p->deep = deep;
  for (uint32_t i = 0; i < is->nodes; i++) {
    if (depth[i] == FT_DEPTH_NONE || depth[i] < p->depth || p->node[i].feature == FT_NODE_LEAF)
      continue;
    struct ft_deep_node node = { .exit = { exit_of(p, p->node[i].left),
                                           exit_of(p, p->node[i].right) },
                                 .mask = work->mask[work->decisions.of_node[is->first + i]] };
    ft_buffer_append(nodes, &node, sizeof node);
  }
  pad(p, 0, 0, 0);
  return ft_buffer_check(nodes, "the model", err);
}

static enum ft_status write_deep_group(struct ft_deep_group *out, struct group_work *w,
                                       struct ft_arena *arena, struct ft_buffer *nodes,
                                       struct ft_error *err) {
  const struct ft_forest_work *work = w->work;
  const uint32_t depth = cut_of(work->forest, w->tree[0]);
  FT_TRY(take_group(w, arena, depth, err));
  for (uint32_t t = 0; t < w->trees; t++) {
    struct padding p = padding_of(w, w->tree[t], depth, t);
    FT_TRY(write_deep_tree(w, &p, w->tree[t], arena, nodes, err));
  }
  *out = (struct ft_deep_group){ .output = work->forest->tree[w->tree[0]].output,
                                 .depth = depth,
                                 .trees = w->trees };
  size_t exits = (size_t)w->trees << depth;
  out->index = ft_part_put(work->block, w->index, exits - w->trees, sizeof *w->index);
  out->exit = ft_part_put(work->block, w->exit, exits, sizeof *w->exit);
  return FT_OK;
}

/* What trees of one group have in common, as a number: output, deep or not, depth. */
static uint64_t group_of(const struct ft_forest_work *work, uint32_t tree) {
  uint32_t depth = work->decisions.depth[tree];
  bool deep = depth > FT_GROUP_DEPTH;
  return (uint64_t)work->forest->tree[tree].output << 32 |
         (deep ? 256 + cut_of(work->forest, tree) : depth);
}

struct sorted_tree {
  uint64_t group;
  uint32_t tree;
};

static int compare_groups(const void *left, const void *right) {
  const struct sorted_tree *a = left, *b = right;
  if (a->group != b->group) return a->group < b->group ? -1 : 1;
  return (a->tree > b->tree) - (a->tree < b->tree);
}

static enum ft_status sort_trees(struct ft_forest_work *work, uint32_t *tree, uint32_t trees,
                                 struct ft_arena *arena, struct ft_error *err) {
  struct sorted_tree *sorted = FT_ARENA_NEW(arena, struct sorted_tree, trees);
  if (!sorted) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < trees; i++)
    sorted[i] = (struct sorted_tree){ group_of(work, tree[i]), tree[i] };
  qsort(sorted, trees, sizeof *sorted, compare_groups);
  for (uint32_t i = 0; i < trees; i++)
    tree[i] = sorted[i].tree;
  return FT_OK;
}

static enum ft_status write_runs(struct ft_pass *out, struct ft_forest_work *work, uint32_t *tree,
                                 uint32_t trees, struct ft_arena *arena, struct ft_buffer *nodes,
                                 struct ft_error *err) {
  struct ft_group *group = FT_ARENA_NEW(arena, struct ft_group, trees);
  struct ft_deep_group *deep = FT_ARENA_NEW(arena, struct ft_deep_group, trees);
  if (!group || !deep) return ft_arena_fail(err, "the model");
  FT_TRY(sort_trees(work, tree, trees, arena, err));
  uint32_t groups = 0, deeps = 0, end;
  for (uint32_t i = 0; i < trees; i = end) {
    for (end = i; end < trees && group_of(work, tree[end]) == group_of(work, tree[i]);)
      end++;
    struct group_work w = { .work = work, .tree = tree + i, .trees = end - i };
    if (work->decisions.depth[tree[i]] > FT_GROUP_DEPTH)
      FT_TRY(write_deep_group(&deep[deeps++], &w, arena, nodes, err));
    else
      FT_TRY(write_group(&group[groups++], &w, out->slots > 0, arena, err));
  }
  out->group = ft_part_put(work->block, group, groups, sizeof *group);
  out->deep = ft_part_put(work->block, deep, deeps, sizeof *deep);
  out->node = ft_part_put(work->block, nodes->data, nodes->size / sizeof(struct ft_deep_node),
                          sizeof(struct ft_deep_node));
  return FT_OK;
}

enum ft_status ft_groups_write(struct ft_pass *out, struct ft_forest_work *work, uint32_t *tree,
                               uint32_t trees, struct ft_error *err) {
  struct ft_arena arena;
  struct ft_buffer nodes;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&nodes, (size_t)1 << 34);
  enum ft_status status = write_runs(out, work, tree, trees, &arena, &nodes, err);
  ft_buffer_release(&nodes);
  ft_arena_release(&arena);
  return status;
}
