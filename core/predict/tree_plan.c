/* Trees in the form that kernels take: complete, sorted by depth and output. */
#include <stdlib.h>
#include <string.h>

#include "core/predict/deep_plan.h"
#include "core/predict/pass_plan.h"

/* A tree being padded to a complete one of `depth`. */
struct padding {
  const struct ft_forest_work *work;
  const struct ft_node *node; /* the tree's */
  uint32_t first;             /* index of its root among the forest's nodes */
  uint32_t depth;
  uint16_t *index; /* 2^depth - 1 */
  uint32_t *leaf;  /* 2^depth, with FT_LEAF_BIAS */
};

/* A leaf above the bottom is always gone left from: mask 0 is never set. */
static void pad(const struct padding *p, uint32_t node, uint32_t at, uint32_t level) {
  const uint32_t bottom = (UINT32_C(1) << p->depth) - 1;
  if (level == p->depth) {
    p->leaf[at - bottom] = (uint32_t)(p->node[node].leaf + FT_LEAF_BIAS);
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
static void spread_leaves(uint8_t *plane, const uint32_t *leaf, uint32_t leaves) {
  for (uint32_t p = 0; p < 3; p++)
    for (uint32_t i = 0; i < leaves; i++)
      plane[p * leaves + i] = (uint8_t)(leaf[i] >> (8 * p));
}

struct group_work {
  struct ft_forest_work *work;
  const uint32_t *tree;
  uint32_t trees;
  uint16_t *index;
  uint32_t *leaf;
  uint8_t *plane;
};

static struct padding padding_of(const struct group_work *w, uint32_t tree, uint32_t depth,
                                 size_t place) {
  const struct ft_forest *forest = w->work->forest;
  return (struct padding){ .work = w->work,
                           .node = forest->node + forest->tree[tree].first,
                           .first = forest->tree[tree].first,
                           .depth = depth,
                           .index = w->index + place * ((1U << depth) - 1),
                           .leaf = w->leaf + (place << depth) };
}

static enum ft_status take_group(struct group_work *w, struct ft_arena *arena, uint32_t depth,
                                 struct ft_error *err) {
  w->index = FT_ARENA_NEW(arena, uint16_t, (size_t)w->trees << depth);
  w->leaf = FT_ARENA_NEW(arena, uint32_t, (size_t)w->trees << depth);
  w->plane = FT_ARENA_NEW(arena, uint8_t, ((size_t)w->trees << depth) * 3 + 64);
  return w->index && w->leaf && w->plane ? FT_OK : ft_arena_fail(err, "the model");
}

static enum ft_status write_group(struct ft_group *out, struct group_work *w, bool slots,
                                  struct ft_arena *arena, struct ft_error *err) {
  const struct ft_forest_work *work = w->work;
  const uint32_t depth = work->decisions.depth[w->tree[0]];
  FT_TRY(take_group(w, arena, depth, err));
  for (uint32_t t = 0; t < w->trees; t++) {
    struct padding p = padding_of(w, w->tree[t], depth, t);
    pad(&p, 0, 0, 0);
    spread_leaves(w->plane + ((size_t)t << depth) * 3, p.leaf, 1U << depth);
  }
  *out = (struct ft_group){ .output = work->forest->tree[w->tree[0]].output,
                            .depth = depth,
                            .trees = w->trees };
  size_t leaves = (size_t)w->trees << depth;
  out->index = ft_part_put(work->block, w->index, leaves - w->trees, sizeof *w->index);
  out->leaf = ft_part_put(work->block, w->plane, leaves * 3 + 64, 1); /* vectors read beyond */
  return slots ? write_places(out, work, w->index, arena, err) : FT_OK;
}

/* The power of two that holds so many. */
static uint32_t width_for(uint32_t outputs) {
  uint32_t width = 1;
  while (width < outputs)
    width *= 2;
  return width;
}

static enum ft_status write_deep_group(struct ft_deep_group *out, struct ft_deep_parts *parts,
                                       const struct group_work *w, uint32_t masks,
                                       struct ft_arena *arena, struct ft_error *err) {
  const uint32_t outputs = w->work->sharing[w->tree[0]];
  struct ft_deep_tree *tree = FT_ARENA_NEW(arena, struct ft_deep_tree, w->trees);
  if (!tree) return ft_arena_fail(err, "the model");
  *out = (struct ft_deep_group){ .output = w->work->forest->tree[w->tree[0]].output,
                                 .outputs = outputs,
                                 .width = width_for(outputs) };
  for (uint32_t t = 0; t < w->trees; t++)
    FT_TRY(ft_deep_write(&tree[t], parts, w->work, out, w->tree[t], masks, err));
  out->tree = ft_part_put(w->work->block, tree, w->trees, sizeof *tree);
  return FT_OK;
}

static bool is_deep(const struct ft_forest_work *work, uint32_t tree) {
  return work->decisions.depth[tree] > FT_GROUP_DEPTH || work->sharing[tree] > 1;
}

/* What trees of one group have in common, as a number: output, deep or not, depth or outputs. */
static uint64_t group_of(const struct ft_forest_work *work, uint32_t tree) {
  uint32_t depth = work->decisions.depth[tree];
  return (uint64_t)work->forest->tree[tree].output << 32 |
         (is_deep(work, tree) ? 256 + work->sharing[tree] : depth);
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

static struct ft_part put_buffer(struct ft_buffer *block, const struct ft_buffer *items,
                                 size_t size) {
  return ft_part_put(block, items->data, items->size / size, size);
}

static enum ft_status write_runs(struct ft_pass *out, struct ft_forest_work *work, uint32_t *tree,
                                 uint32_t trees, struct ft_arena *arena,
                                 struct ft_deep_parts *parts, struct ft_error *err) {
  struct ft_group *group = FT_ARENA_NEW(arena, struct ft_group, trees);
  struct ft_deep_group *deep = FT_ARENA_NEW(arena, struct ft_deep_group, trees);
  if (!group || !deep) return ft_arena_fail(err, "the model");
  FT_TRY(sort_trees(work, tree, trees, arena, err));
  uint32_t groups = 0, deeps = 0, end;
  for (uint32_t i = 0; i < trees; i = end) {
    for (end = i; end < trees && group_of(work, tree[end]) == group_of(work, tree[i]);)
      end++;
    struct group_work w = { .work = work, .tree = tree + i, .trees = end - i };
    if (is_deep(work, tree[i]))
      FT_TRY(write_deep_group(&deep[deeps++], parts, &w, out->masks, arena, err));
    else
      FT_TRY(write_group(&group[groups++], &w, out->slots > 0, arena, err));
  }
  out->group = ft_part_put(work->block, group, groups, sizeof *group);
  out->deep = ft_part_put(work->block, deep, deeps, sizeof *deep);
  out->node = put_buffer(work->block, &parts->node, sizeof(struct ft_deep_node));
  out->step = put_buffer(work->block, &parts->step, sizeof(struct ft_deep_step));
  out->leaf = put_buffer(work->block, &parts->leaf, sizeof(int32_t));
  const uint32_t masks = out->masks + (deeps ? FT_STEP_MASKS : 0);
  if (masks > work->max_masks) work->max_masks = masks;
  return FT_OK;
}

enum ft_status ft_groups_write(struct ft_pass *out, struct ft_forest_work *work, uint32_t *tree,
                               uint32_t trees, struct ft_error *err) {
  struct ft_arena arena;
  struct ft_deep_parts parts;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&parts.node, (size_t)1 << 34);
  ft_buffer_init(&parts.step, (size_t)1 << 34);
  ft_buffer_init(&parts.leaf, (size_t)1 << 34);
  enum ft_status status = write_runs(out, work, tree, trees, &arena, &parts, err);
  ft_buffer_release(&parts.node);
  ft_buffer_release(&parts.step);
  ft_buffer_release(&parts.leaf);
  ft_arena_release(&arena);
  return status;
}
