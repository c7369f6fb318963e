/* The kernel in plain C, for any processor. */
#define VECTOR_BYTES       16
#define MUX(m, one, zero)  ((zero) ^ (((one) ^ (zero)) & (m)))
#define ABOVE(gt, ge, low) ((gt) | ((ge) & (low)))
#include "core/predict/each_body.h"
#include "core/predict/kernel_body.h"
#include "core/predict/net_body.h"

#define MAX_TREES 255 /* whose leaves add up within an int32 */

static uint32_t count_sixteen(const float *threshold, float value) {
  uint32_t count = 0;
  for (int i = 0; i < 16; i++)
    count += value >= threshold[i];
  return count;
}

/* Bit b of 8 × VECTOR_WORDS numbers, from number `first` on, to the plane that holds it. */
static void spread_bits(uint64_t *plane, uint32_t levels, const uint16_t *number, size_t first,
                        uint32_t low) {
  vector bytes = { 0 };
  for (size_t w = 0; w < VECTOR_WORDS; w++)
    for (size_t i = 0; i < 8; i++)
      bytes[w] |= (uint64_t)(number[first + 8 * w + i] >> low & 0xff) << (8 * i);
  bytes = transpose_bits(bytes);
  for (uint32_t b = low; b < low + 8 && b < levels; b++)
    for (size_t w = 0; w < VECTOR_WORDS; w++)
      plane[b * FT_MASK_WORDS + first / 64] |= (bytes[w] >> (8 * (b - low)) & 0xff)
                                               << (first % 64 + 8 * w);
}

/* The outcomes of eight values, level l's as bit l. The searches go side by side, so that one
 * hides the other's latency. */
static inline void search_eight(uint16_t *outcomes, const float *table, uint32_t levels,
                                const float *value) {
  size_t place[8] = { 0 };
  for (uint32_t l = 0; l < levels; l++) {
    const float *level = table + (UINT32_C(1) << l) - 1;
    for (size_t i = 0; i < 8; i++)
      place[i] |= (size_t)(value[i] >= level[place[i]]) << l;
  }
  for (size_t i = 0; i < 8; i++)
    outcomes[i] = (uint16_t)place[i];
}

static void search_levels(uint64_t *plane, uint64_t *nan, const void *plan,
                          const struct ft_input *input, const float *value) {
  const float *table = FT_PART(plan, float, input->threshold);
  uint16_t outcomes[FT_BLOCK_ROWS];
  memset(plane, 0, (size_t)input->levels * FT_MASK_WORDS * sizeof *plane);
  for (size_t w = 0; w < FT_MASK_WORDS; w++) {
    uint64_t absent = 0;
    for (size_t i = 0; i < 64; i++)
      absent |= (uint64_t)(value[64 * w + i] != value[64 * w + i]) << i;
    nan[w] = absent;
  }
  for (size_t r = 0; r < FT_BLOCK_ROWS; r += 8)
    search_eight(outcomes + r, table, input->levels, value + r);
  for (size_t r = 0; r < FT_BLOCK_ROWS; r += 8 * VECTOR_WORDS)
    for (uint32_t low = 0; low < input->levels; low += 8)
      spread_bits(plane, input->levels, outcomes, r, low);
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
  for (uint32_t first = 0; first < group->trees; first += MAX_TREES) {
    int32_t total[FT_BLOCK_ROWS] = { 0 };
    for (uint32_t t = first; t < group->trees && t < first + MAX_TREES; t++) {
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

#include "core/predict/kernel_group_body.h"

static bool always(void) {
  return true;
}

const struct ft_kernel ft_kernel_portable = {
  .name = "portable",
  .supported = always,
  .add_block = add_block,
  .add_row = add_row,
  .run_net = run_net,
  .activate = activate,
  .exp_each = exp_each,
  .logistic_each = logistic_each,
  .softplus_each = softplus_each,
  .margin_each = margin_each,
};
