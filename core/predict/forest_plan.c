#include "core/predict/forest_plan.h"

#include <string.h>

#include "core/predict/deep_plan.h"
#include "core/predict/walk_plan.h"

/* The different decisions of a tree, and those among them that the pass has not got yet. */
struct tree_count {
  uint32_t own, fresh;
};

static struct tree_count count_decisions(struct ft_forest_work *work, uint32_t tree,
                                         uint32_t pass) {
  const struct ft_tree *is = &work->forest->tree[tree];
  struct tree_count count = { 0, 0 };
  for (uint32_t i = is->first; i < is->first + is->nodes; i++) {
    if (work->decisions.depth_of[i] == FT_DEPTH_NONE) continue;
    if (work->forest->node[i].feature == FT_NODE_LEAF) continue;
    uint32_t decision = work->decisions.of_node[i];
    if (work->seen[decision] == tree + 1) continue;
    work->seen[decision] = tree + 1;
    count.own++;
    count.fresh += work->stamp[decision] != pass;
  }
  return count;
}

static void stamp_decisions(struct ft_forest_work *work, uint32_t tree, uint32_t pass) {
  const struct ft_tree *is = &work->forest->tree[tree];
  for (uint32_t i = is->first; i < is->first + is->nodes; i++)
    if (work->decisions.depth_of[i] != FT_DEPTH_NONE &&
        work->forest->node[i].feature != FT_NODE_LEAF)
      work->stamp[work->decisions.of_node[i]] = pass;
}

struct passes {
  struct ft_pass *pass;
  uint32_t *tree;     /* of the pass in hand */
  uint32_t trees;     /* of the pass in hand */
  uint32_t decisions; /* of the pass in hand */
  uint32_t count;     /* of passes that are finished */
  uint32_t *walked;   /* trees too large for a pass */
  uint32_t walks;
};

static enum ft_status finish_pass(struct passes *p, struct ft_forest_work *work,
                                  struct ft_error *err) {
  if (p->trees == 0) return FT_OK;
  FT_TRY(ft_pass_write(&p->pass[p->count], work, p->count + 1, p->tree, p->trees, err));
  p->count++;
  p->trees = 0;
  p->decisions = 0;
  return FT_OK;
}

/* Do the trees differ in their leaves alone? */
static bool has_same_splits(const struct ft_forest_work *work, const struct ft_tree *a,
                            const struct ft_tree *b) {
  const struct ft_node *x = work->forest->node + a->first, *y = work->forest->node + b->first;
  const struct ft_decisions *all = &work->decisions;
  if (a->nodes != b->nodes) return false;
  for (uint32_t i = 0; i < a->nodes; i++) {
    if (all->depth_of[a->first + i] == FT_DEPTH_NONE) continue;
    const bool leaf = x[i].feature == FT_NODE_LEAF;
    if (leaf != (y[i].feature == FT_NODE_LEAF)) return false;
    if (!leaf && (x[i].left != y[i].left || x[i].right != y[i].right ||
                  all->of_node[a->first + i] != all->of_node[b->first + i]))
      return false;
  }
  return true;
}

static uint32_t count_sharing(const struct ft_forest_work *work, uint32_t first) {
  const struct ft_tree *tree = work->forest->tree + first;
  uint32_t count = 1;
  if (work->decisions.depth[first] <= FT_SHARE_DEPTH) return count;
  while (first + count < work->forest->trees && count < FT_DEEP_OUTPUTS &&
         tree[count].output == tree->output + count && has_same_splits(work, tree, &tree[count]))
    count++;
  return count;
}

/* Finds the trees that share a tree's splits. False when it is too much for a deep one. */
static enum ft_status share_tree(bool *fits, struct ft_forest_work *work, uint32_t tree,
                                 struct ft_error *err) {
  const bool deep = work->decisions.depth[tree] > FT_GROUP_DEPTH;
  const uint32_t sharing = count_sharing(work, tree);
  bool numbered = false;
  if (deep || sharing > 1) {
    struct ft_arena arena;
    ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
    enum ft_status status = ft_deep_fits(&numbered, &arena, work, tree, err);
    ft_arena_release(&arena);
    FT_TRY(status);
  }
  if (numbered) work->sharing[tree] = sharing;
  *fits = numbered || !deep;
  return FT_OK;
}

static enum ft_status place_tree(struct passes *p, struct ft_forest_work *work, uint32_t tree,
                                 struct ft_error *err) {
  const uint32_t limit = FT_PASS_DECISIONS;
  struct tree_count count = count_decisions(work, tree, p->count + 1);
  bool fits = count.own <= limit;
  if (fits) FT_TRY(share_tree(&fits, work, tree, err));
  if (!fits) {
    p->walked[p->walks++] = tree;
    return FT_OK;
  }
  if (count.fresh > limit - p->decisions) {
    FT_TRY(finish_pass(p, work, err));
    count.fresh = count.own;
  }
  stamp_decisions(work, tree, p->count + 1);
  p->decisions += count.fresh;
  p->tree[p->trees++] = tree;
  return FT_OK;
}

static enum ft_status write_passes(struct ft_forest_block *out, struct passes *p,
                                   struct ft_forest_work *work, int64_t *constant,
                                   struct ft_error *err) {
  for (uint32_t t = 0; t < work->forest->trees; t += work->sharing[t]) {
    const struct ft_tree *tree = &work->forest->tree[t];
    work->sharing[t] = 1;
    if (work->decisions.depth[t] == 0)
      constant[tree->output] += work->forest->node[tree->first].leaf;
    else
      FT_TRY(place_tree(p, work, t, err));
  }
  FT_TRY(finish_pass(p, work, err));
  out->pass = ft_part_put(work->block, p->pass, p->count, sizeof *p->pass);
  return FT_OK;
}

static void note_used(uint8_t *used, const struct ft_decisions *decisions) {
  for (uint32_t i = 0; i < decisions->count; i++)
    used[decisions->decision[i].feature] |= 1;
}

enum ft_status ft_forest_plan_write(struct ft_forest_block *out, struct ft_forest_needs *needs,
                                    struct ft_arena *arena, struct ft_buffer *block,
                                    const struct ft_model *model, uint32_t outputs,
                                    const struct ft_forest *forest, struct ft_error *err) {
  struct ft_forest_work work = { .arena = arena, .block = block, .model = model, .forest = forest };
  FT_TRY(ft_decisions_make(&work.decisions, arena, forest, err));
  work.stamp = FT_ARENA_NEW(arena, uint32_t, work.decisions.count);
  work.sharing = FT_ARENA_NEW(arena, uint32_t, forest->trees);
  work.seen = FT_ARENA_NEW(arena, uint32_t, work.decisions.count);
  work.mask = FT_ARENA_NEW(arena, uint16_t, work.decisions.count);
  work.slot = FT_ARENA_NEW(arena, uint8_t, FT_PASS_MASKS);
  work.below = FT_ARENA_NEW(arena, uint8_t, FT_PASS_MASKS);
  int64_t *constant = FT_ARENA_NEW(arena, int64_t, outputs);
  struct passes p = { .pass = FT_ARENA_NEW(arena, struct ft_pass, forest->trees),
                      .tree = FT_ARENA_NEW(arena, uint32_t, forest->trees),
                      .walked = FT_ARENA_NEW(arena, uint32_t, forest->trees) };
  if (!work.sharing || !work.slot || !work.below || !work.stamp || !work.seen || !work.mask ||
      !constant || !p.pass || !p.tree || !p.walked)
    return ft_arena_fail(err, "the model");
  FT_TRY(write_passes(out, &p, &work, constant, err));
  note_used(needs->used, &work.decisions);
  FT_TRY(ft_walk_plan_write(out, needs->used, block, forest, p.walked, p.walks, err));
  out->base = ft_part_put(block, forest->base, outputs, sizeof *forest->base);
  out->constant = ft_part_put(block, constant, outputs, sizeof *constant);
  if (work.max_masks > needs->max_masks) needs->max_masks = work.max_masks;
  return FT_OK;
}
