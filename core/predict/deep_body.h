/* Deep trees (layout.h): a part of kernel_body.h, compiled once for each instruction set, which defines
 * what is used here.
 *
 * Shapes   Rows of leaves are added to rows of sums, of 32 bits and as wide, which are turned over into
 *          those of the outputs in the end. */
#ifndef FORETELL_PREDICT_DEEP_BODY_H
#define FORETELL_PREDICT_DEEP_BODY_H

/* --- a block --- */

/* A block's leaf numbers, a byte a row, and the rest of those that have more than eight bits. */
struct leaf_numbers {
  uint64_t low[FT_BLOCK_ROWS / 8], high[FT_BLOCK_ROWS / 8];
};

static void run_steps(uint64_t *mask, const struct ft_deep_step *step, uint32_t steps) {
  char *base = (char *)mask;
  for (uint32_t i = 0; i < steps; i++)
    for (uint32_t p = 0; p < PARTS; p++) {
      char *part = base + p * VECTOR_BYTES;
      const vector by = load_mask(part, step[i].by);
      const vector right = load_mask(part, step[i].right), left = load_mask(part, step[i].left);
      *(vector *)(void *)(part + (size_t)step[i].to * 8) = MUX(by, right, left);
    }
}

static void gather_numbers(uint64_t *out, const uint64_t *mask, const uint16_t *bit,
                           uint32_t bits) {
  for (uint32_t p = 0; p < PARTS; p++) {
    vector plane[8];
    for (uint32_t b = 0; b < 8; b++)
      plane[7 - b] = load_mask((const char *)mask + p * VECTOR_BYTES, b < bits ? bit[b] : 0);
    gather_indices(8, out + (size_t)p * VECTOR_BYTES, plane);
  }
}

/* `width` is a constant where this is expanded. */
ALWAYS_INLINE void add_leaf_rows(uint32_t width, int32_t *restrict total,
                                 const int32_t *restrict leaf, const struct leaf_numbers *numbers) {
  for (size_t i = 0; i < FT_BLOCK_ROWS / 8; i++) {
    const uint64_t low = numbers->low[i], high = numbers->high[i];
    for (size_t j = 0; j < 8; j++, total += width) {
      const size_t number = (low >> (8 * j) & 0xff) | (high >> (8 * j) & 0xff) << 8;
      for (uint32_t g = 0; g < width; g++)
        total[g] += leaf[number * width + g];
    }
  }
}

static void add_deep_leaves(uint32_t width, int32_t *total, const int32_t *leaf,
                            const struct leaf_numbers *numbers) {
  switch (width) {
  case 1: add_leaf_rows(1, total, leaf, numbers); break;
  case 2: add_leaf_rows(2, total, leaf, numbers); break;
  case 4: add_leaf_rows(4, total, leaf, numbers); break;
  case 8: add_leaf_rows(8, total, leaf, numbers); break;
  default: add_leaf_rows(16, total, leaf, numbers); break;
  }
}

#define MAX_DEEP_TREES 255 /* whose leaves add up within an int32 */

static void add_deep_trees(const void *plan, const struct ft_pass *pass,
                           const struct ft_deep_group *group, uint64_t first, uint64_t *mask,
                           int64_t *sum) {
  const struct ft_deep_tree *tree = FT_PART(plan, struct ft_deep_tree, group->tree);
  const struct ft_deep_step *step = FT_PART(plan, struct ft_deep_step, pass->step);
  const int32_t *leaf = FT_PART(plan, int32_t, pass->leaf);
  _Alignas(64) int32_t total[FT_BLOCK_ROWS * FT_DEEP_OUTPUTS];
  struct leaf_numbers numbers;
  memset(total, 0, sizeof *total * FT_BLOCK_ROWS * group->width);
  memset(numbers.high, 0, sizeof numbers.high);
  for (uint64_t t = first; t < group->tree.count && t < first + MAX_DEEP_TREES; t++) {
    const uint32_t planes = tree[t].planes;
    run_steps(mask, step + tree[t].step, tree[t].steps);
    gather_numbers(numbers.low, mask, tree[t].plane, planes);
    if (planes > 8)
      gather_numbers(numbers.high, mask, tree[t].plane + 8, planes - 8);
    else
      memset(numbers.high, 0, sizeof numbers.high);
    add_deep_leaves(group->width, total, leaf + tree[t].leaf, &numbers);
  }
  for (uint32_t g = 0; g < group->outputs; g++)
    for (size_t r = 0; r < FT_BLOCK_ROWS; r++)
      sum[g * FT_BLOCK_ROWS + r] += total[r * group->width + g];
}

static void add_deep_groups(const void *plan, const struct ft_pass *pass,
                            const struct ft_kernel_work *work, int64_t *sum) {
  const struct ft_deep_group *group = FT_PART(plan, struct ft_deep_group, pass->deep);
  if (pass->deep.count == 0) return;
  memset(work->mask + (size_t)pass->masks * FT_MASK_WORDS, 0xff,
         FT_MASK_WORDS * sizeof *work->mask);
  for (uint64_t i = 0; i < pass->deep.count; i++)
    for (uint64_t t = 0; t < group[i].tree.count; t += MAX_DEEP_TREES)
      add_deep_trees(plan, pass, &group[i], t, work->mask,
                     sum + (size_t)group[i].output * FT_BLOCK_ROWS);
}

/* --- one row --- */

/* From the roots of trees to their leaves, which hide one another's latency. Who has arrived reads
 * the first node and stays. `lanes` is a constant where this is expanded. */
ALWAYS_INLINE void walk_deep(uint32_t lanes, uint32_t *exit, const struct ft_deep_node *node,
                             const uint8_t *bit) {
  uint32_t arrived;
  do {
    arrived = FT_EXIT_LEAF;
    for (uint32_t q = 0; q < lanes; q++) {
      const uint32_t leaf = exit[q] & FT_EXIT_LEAF;
      const struct ft_deep_node *at = &node[leaf ? 0 : exit[q]];
      const uint32_t next = at->exit[bit[at->mask]];
      exit[q] = leaf ? exit[q] : next;
      arrived &= exit[q];
    }
  } while (!arrived);
}

/* `sum` is the row's of the group's first output. */
static void add_deep_row(const void *plan, const struct ft_pass *pass,
                         const struct ft_deep_group *group, const uint8_t *bit, int64_t *sum) {
  const struct ft_deep_tree *tree = FT_PART(plan, struct ft_deep_tree, group->tree);
  const struct ft_deep_node *node = FT_PART(plan, struct ft_deep_node, pass->node);
  const int32_t *leaf = FT_PART(plan, int32_t, pass->leaf);
  for (uint64_t t = 0, lanes; t < group->tree.count; t += lanes) {
    uint32_t exit[WALK_LANES];
    lanes = group->tree.count - t < WALK_LANES ? 1 : WALK_LANES;
    for (uint32_t q = 0; q < lanes; q++)
      exit[q] = tree[t + q].root;
    if (lanes == 1)
      walk_deep(1, exit, node, bit);
    else
      walk_deep(WALK_LANES, exit, node, bit);
    for (uint32_t q = 0; q < lanes; q++) {
      const int32_t *row =
          leaf + tree[t + q].leaf + (size_t)(exit[q] & ~FT_EXIT_LEAF) * group->width;
      for (uint32_t g = 0; g < group->outputs; g++)
        sum[g * FT_BLOCK_ROWS] += row[g];
    }
  }
}

#endif
