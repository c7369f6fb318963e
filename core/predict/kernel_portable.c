/* The kernel in plain C, for any processor. */
#define VECTOR_BYTES       16
#define MUX(m, one, zero)  ((zero) ^ (((one) ^ (zero)) & (m)))
#define ABOVE(gt, ge, low) ((gt) | ((ge) & (low)))
#include "core/predict/kernel_body.h"

#define MOST_TREES 255 /* whose leaves add up within an int32 */

/* The bits of eight bytes that are 0 or 1, the first in the lowest. */
static inline uint64_t pack_byte(const uint8_t *flag) {
  uint64_t bits = 0;
  for (int i = 0; i < 8; i++)
    bits |= (uint64_t)flag[i] << i;
  return bits;
}

static void pack_plane(uint64_t *plane, const uint8_t *flag) {
  for (size_t w = 0; w < FT_MASK_WORDS; w++) {
    uint64_t word = 0;
    for (size_t b = 0; b < 8; b++)
      word |= pack_byte(flag + 64 * w + 8 * b) << (8 * b);
    plane[w] = word;
  }
}

static void search_levels(uint64_t *plane, uint64_t *nan, const float *table, uint32_t levels,
                          const float *value) {
  uint32_t place[FT_BLOCK_ROWS] = { 0 };
  uint8_t flag[FT_BLOCK_ROWS];
  for (uint32_t l = 0; l < levels; l++, plane += FT_MASK_WORDS) {
    const float *level = table + (UINT32_C(1) << l) - 1;
    for (size_t r = 0; r < FT_BLOCK_ROWS; r++) {
      flag[r] = value[r] >= level[place[r]];
      place[r] |= (uint32_t)flag[r] << l;
    }
    pack_plane(plane, flag);
  }
  for (size_t r = 0; r < FT_BLOCK_ROWS; r++)
    flag[r] = value[r] != value[r];
  pack_plane(nan, flag);
}

static uint32_t count_sixteen(const float *threshold, float value) {
  uint32_t count = 0;
  for (int i = 0; i < 16; i++)
    count += value >= threshold[i];
  return count;
}

/* A tree's leaves as numbers; three planes of bytes otherwise. */
static void read_leaves(int32_t *out, const uint8_t *leaf, size_t leaves) {
  for (size_t i = 0; i < leaves; i++)
    out[i] = (int32_t)(leaf[i] | (uint32_t)leaf[leaves + i] << 8 |
                       (uint32_t)leaf[2 * leaves + i] << 16) -
             FT_LEAF_BIAS;
}

static void add_chosen(int32_t *total, const int32_t *value, const uint64_t *chosen) {
  for (size_t i = 0; i < FT_BLOCK_ROWS / 8; i++)
    for (size_t j = 0; j < 8; j++)
      total[8 * i + j] += value[chosen[i] >> (8 * j) & 0xff];
}

ALWAYS_INLINE void add_trees(uint32_t depth, const void *plan, const struct ft_group *group,
                             const uint64_t *mask, int64_t *sum) {
  const uint16_t *index = FT_PART(plan, uint16_t, group->index);
  const uint8_t *leaf = FT_PART(plan, uint8_t, group->leaf);
  const size_t leaves = (size_t)1 << depth;
  for (uint32_t first = 0; first < group->trees; first += MOST_TREES) {
    int32_t total[FT_BLOCK_ROWS] = { 0 };
    for (uint32_t t = first; t < group->trees && t < first + MOST_TREES; t++) {
      uint64_t chosen[FT_BLOCK_ROWS / 8];
      int32_t value[1 << FT_GROUP_DEPTH];
      read_leaves(value, leaf + t * 3 * leaves, leaves);
      index_block(depth, chosen, mask, index + t * (leaves - 1));
      add_chosen(total, value, chosen);
    }
    for (size_t r = 0; r < FT_BLOCK_ROWS; r++)
      sum[r] += total[r];
  }
}

static void add_group(const void *plan, const struct ft_group *group, const uint64_t *mask,
                      int64_t *sum) {
  switch (group->depth) {
  case 1: add_trees(1, plan, group, mask, sum); break;
  case 2: add_trees(2, plan, group, mask, sum); break;
  case 3: add_trees(3, plan, group, mask, sum); break;
  case 4: add_trees(4, plan, group, mask, sum); break;
  case 5: add_trees(5, plan, group, mask, sum); break;
  case 6: add_trees(6, plan, group, mask, sum); break;
  case 7: add_trees(7, plan, group, mask, sum); break;
  default: add_trees(8, plan, group, mask, sum); break;
  }
}

static bool always(void) {
  return true;
}

const struct ft_kernel ft_kernel_portable = {
  .name = "portable",
  .supported = always,
  .add_block = add_block,
  .add_row = add_row,
};
