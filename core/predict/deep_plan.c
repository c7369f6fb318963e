#include "core/predict/deep_plan.h"

#include "core/predict/leaf_number.h"

/* What a step reads and writes, before masks have numbers: nothing, a decision, a step's result. */
#define NO_ROWS  UINT32_C(0)
#define DECISION (UINT32_C(1) << 30)
#define RESULT   (UINT32_C(1) << 31)
#define ALL_ROWS RESULT /* the first of the results */

struct draft_step {
  uint32_t to, by, right, left;
};

/* A node's leaves: how many numbers they take, and where the bits of these are. */
struct numbered {
  uint32_t numbers;
  uint32_t begin; /* of the node's own among all of the tree's */
  uint32_t plane[FT_DEEP_PLANES];
};

struct draft {
  const struct ft_forest_work *work;
  const struct ft_node *node; /* the tree's */
  const uint32_t *depth;      /* one a node */
  const uint32_t *decision;   /* one a node */
  uint32_t nodes;
  struct numbered *is; /* one a node */
  uint32_t *order;     /* splits, each after those below it */
  uint32_t splits;
  struct draft_step *step;
  uint32_t steps;
  uint32_t idle[FT_STEP_MASKS]; /* results that no one needs any more */
  uint32_t idles, used;         /* `used` of results ever taken */
  bool fits;
};

static bool is_split(const struct draft *d, uint32_t node) {
  return d->depth[node] != FT_DEPTH_NONE && d->node[node].feature != FT_NODE_LEAF;
}

/* The two sides of a split, and where the numbers of the smaller begin. */
struct sides {
  uint32_t large, small, begin;
};

static struct sides sides_of(const struct draft *d, uint32_t node) {
  const uint32_t left = d->node[node].left, right = d->node[node].right;
  const struct ft_number_sides is = ft_number_sides(d->is[left].numbers, d->is[right].numbers);
  return (struct sides){ is.right_larger ? right : left, is.right_larger ? left : right, is.begin };
}

/* Children come after their parent, and each has one parent. */
static void count_numbers(struct draft *d) {
  uint32_t reached = 1, children = 0;
  for (uint32_t i = d->nodes; i-- > 0 && d->fits;) {
    d->is[i].numbers = 1;
    if (!is_split(d, i)) continue;
    const struct sides sides = sides_of(d, i);
    d->is[i].numbers = sides.begin + d->is[sides.small].numbers;
    d->fits = d->is[i].numbers <= UINT32_C(1) << FT_DEEP_PLANES;
    children += 2;
  }
  for (uint32_t i = 1; i < d->nodes; i++)
    reached += d->depth[i] != FT_DEPTH_NONE;
  d->fits = d->fits && reached == children + 1;
}

/* Backwards from the root, the smaller side first: so the larger comes first in the end, while few
 * results are kept. `order` is the stack, too, which grows from its other end. */
static void sort_splits(struct draft *d) {
  uint32_t top = d->nodes, at = 0;
  d->order[--top] = 0;
  while (top < d->nodes) {
    const uint32_t node = d->order[top++];
    d->order[at++] = node;
    const struct sides sides = sides_of(d, node);
    if (is_split(d, sides.large)) d->order[--top] = sides.large;
    if (is_split(d, sides.small)) d->order[--top] = sides.small;
  }
  d->splits = at;
  for (uint32_t i = 0; i < at / 2; i++) {
    const uint32_t kept = d->order[i];
    d->order[i] = d->order[at - 1 - i];
    d->order[at - 1 - i] = kept;
  }
}

static bool is_result(uint32_t rows) {
  return (rows & RESULT) && rows != ALL_ROWS;
}

static uint32_t take_result(struct draft *d) {
  if (d->idles > 0) return d->idle[--d->idles];
  if (d->used + 1 >= FT_STEP_MASKS) {
    d->fits = false;
    return ALL_ROWS;
  }
  return RESULT | ++d->used;
}

/* The rows of `right` where the decision is taken, else of `left`, which nobody else needs. */
static uint32_t choose_rows(struct draft *d, uint32_t by, uint32_t right, uint32_t left) {
  if (right == left) return right;
  if (right == ALL_ROWS && left == NO_ROWS) return by;
  if (is_result(right)) d->idle[d->idles++] = right;
  if (is_result(left)) d->idle[d->idles++] = left;
  const uint32_t to = take_result(d);
  d->step[d->steps++] = (struct draft_step){ to, by, right, left };
  return to;
}

static void join_sides(struct draft *d, uint32_t node) {
  const struct sides sides = sides_of(d, node);
  const struct numbered *large = &d->is[sides.large], *small = &d->is[sides.small];
  const uint32_t large_bits = ft_number_bits(large->numbers),
                 small_bits = ft_number_bits(small->numbers);
  const uint32_t bits = ft_number_bits(d->is[node].numbers);
  for (uint32_t b = 0; b < bits && d->fits; b++) {
    const uint32_t more = b < large_bits ? large->plane[b] : NO_ROWS;
    const uint32_t fewer = b < small_bits         ? small->plane[b]
                           : sides.begin >> b & 1 ? ALL_ROWS
                                                  : NO_ROWS;
    const bool swapped = sides.large == d->node[node].right;
    d->is[node].plane[b] = choose_rows(d, DECISION | d->decision[node], swapped ? more : fewer,
                                       swapped ? fewer : more);
  }
}

static void begin_numbers(struct draft *d) {
  for (uint32_t i = 0; i < d->nodes; i++) {
    if (!is_split(d, i)) continue;
    const struct sides sides = sides_of(d, i);
    d->is[sides.large].begin = d->is[i].begin;
    d->is[sides.small].begin = d->is[i].begin + sides.begin;
  }
}

static enum ft_status make_draft(struct draft *out, struct ft_arena *arena,
                                 const struct ft_forest_work *work, uint32_t tree,
                                 struct ft_error *err) {
  const struct ft_tree *is = &work->forest->tree[tree];
  struct draft d = { .work = work,
                     .node = work->forest->node + is->first,
                     .depth = work->decisions.depth_of + is->first,
                     .decision = work->decisions.of_node + is->first,
                     .nodes = is->nodes,
                     .is = FT_ARENA_NEW(arena, struct numbered, is->nodes),
                     .order = FT_ARENA_NEW(arena, uint32_t, is->nodes),
                     .fits = true };
  if (!d.is || !d.order) return ft_arena_fail(err, "the model");
  count_numbers(&d);
  if (d.fits) {
    sort_splits(&d);
    d.step = FT_ARENA_NEW(arena, struct draft_step, (size_t)d.splits * FT_DEEP_PLANES);
    if (!d.step) return ft_arena_fail(err, "the model");
    for (uint32_t i = 0; i < d.splits && d.fits; i++)
      join_sides(&d, d.order[i]);
    begin_numbers(&d);
  }
  *out = d;
  return FT_OK;
}

enum ft_status ft_deep_fits(bool *out, struct ft_arena *arena, const struct ft_forest_work *work,
                            uint32_t tree, struct ft_error *err) {
  struct draft draft;
  FT_TRY(make_draft(&draft, arena, work, tree, err));
  *out = draft.fits;
  return FT_OK;
}

/* 8 × the mask of what a step has. */
static uint16_t mask_of(const struct draft *d, uint32_t rows, uint32_t masks) {
  uint32_t mask = 0;
  if (rows & RESULT)
    mask = masks + (rows & ~RESULT);
  else if (rows & DECISION)
    mask = d->work->mask[rows & ~DECISION];
  return (uint16_t)(8 * mask);
}

static void write_steps(struct ft_deep_tree *out, struct ft_buffer *to, const struct draft *d,
                        uint32_t masks) {
  const uint32_t bits = ft_number_bits(d->is[0].numbers);
  out->step = (uint32_t)(to->size / sizeof(struct ft_deep_step));
  out->steps = d->steps;
  out->planes = (uint16_t)bits;
  for (uint32_t b = 0; b < bits; b++)
    out->plane[b] = mask_of(d, d->is[0].plane[b], masks);
  for (uint32_t i = 0; i < d->steps; i++) {
    const struct ft_deep_step step = { mask_of(d, d->step[i].to, masks),
                                       mask_of(d, d->step[i].by, masks),
                                       mask_of(d, d->step[i].right, masks),
                                       mask_of(d, d->step[i].left, masks) };
    ft_buffer_append(to, &step, sizeof step);
  }
}

/* A row of leaves begins where a vector may. */
static void write_leaves(struct ft_deep_tree *out, struct ft_buffer *to, const struct draft *d,
                         const struct ft_deep_group *group, uint32_t tree) {
  const struct ft_forest *forest = d->work->forest;
  (void)ft_buffer_extend(to, -to->size % (FT_DEEP_OUTPUTS * sizeof(int32_t)));
  out->leaf = (uint32_t)(to->size / sizeof(int32_t));
  const size_t values = (size_t)d->is[0].numbers * group->width;
  int32_t *leaf = (int32_t *)ft_buffer_extend(to, values * sizeof *leaf);
  for (uint32_t i = 0; i < d->nodes && leaf; i++)
    for (uint32_t g = 0; !is_split(d, i) && g < group->outputs; g++)
      if (d->depth[i] != FT_DEPTH_NONE)
        leaf[d->is[i].begin * group->width + g] =
            forest->node[forest->tree[tree + g].first + i].leaf;
}

static uint32_t exit_of(const struct draft *d, const uint32_t *place, uint32_t node) {
  return is_split(d, node) ? place[node] : FT_EXIT_LEAF | d->is[node].begin;
}

static enum ft_status write_nodes(struct ft_deep_tree *out, struct ft_buffer *to,
                                  const struct draft *d, struct ft_arena *arena,
                                  struct ft_error *err) {
  uint32_t *place = FT_ARENA_NEW(arena, uint32_t, d->nodes);
  uint32_t count = (uint32_t)(to->size / sizeof(struct ft_deep_node));
  if (!place) return ft_arena_fail(err, "the model");
  out->root = count;
  for (uint32_t i = 0; i < d->nodes; i++)
    if (is_split(d, i)) place[i] = count++;
  for (uint32_t i = 0; i < d->nodes; i++) {
    if (!is_split(d, i)) continue;
    const struct ft_deep_node node = { .exit = { exit_of(d, place, d->node[i].left),
                                                 exit_of(d, place, d->node[i].right) },
                                       .mask = d->work->mask[d->decision[i]] };
    ft_buffer_append(to, &node, sizeof node);
  }
  return FT_OK;
}

static enum ft_status write_draft(struct ft_deep_tree *out, struct ft_deep_parts *parts,
                                  struct ft_arena *arena, const struct ft_forest_work *work,
                                  const struct ft_deep_group *group, uint32_t tree, uint32_t masks,
                                  struct ft_error *err) {
  struct draft draft;
  FT_TRY(make_draft(&draft, arena, work, tree, err));
  write_steps(out, &parts->step, &draft, masks);
  write_leaves(out, &parts->leaf, &draft, group, tree);
  FT_TRY(write_nodes(out, &parts->node, &draft, arena, err));
  FT_TRY(ft_buffer_check(&parts->step, "the model", err));
  FT_TRY(ft_buffer_check(&parts->leaf, "the model", err));
  return ft_buffer_check(&parts->node, "the model", err);
}

enum ft_status ft_deep_write(struct ft_deep_tree *out, struct ft_deep_parts *parts,
                             const struct ft_forest_work *work, const struct ft_deep_group *group,
                             uint32_t tree, uint32_t masks, struct ft_error *err) {
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = write_draft(out, parts, &arena, work, group, tree, masks, err);
  ft_arena_release(&arena);
  return status;
}
