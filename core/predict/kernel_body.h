/* The part of a kernel that is the same for every instruction set, compiled once for each.
 *
 * A kernel's file defines, and then includes this:
 *   VECTOR_BYTES         16, 32 or 64
 *   MUX(m, one, zero)    bits of `one` where m is set, else of `zero`
 *   ABOVE(gt, ge, low)   gt | (ge & low)
 *   SET_BITS(bit, rank, reached)   where it has a better way: 32 bytes, 1 where a rank is below
 * and gives search_levels, count_sixteen and add_group, which are declared below.
 *
 * Shapes   A mask is PARTS vectors. A tree of depth D is a network of multiplexers: the bit that a
 *          row's leaf index has at level l is chosen among the level's masks by the bits above it. */
#ifndef FORETELL_PREDICT_KERNEL_BODY_H
#define FORETELL_PREDICT_KERNEL_BODY_H

#include <string.h>

#include "core/predict/kernel.h"

/* With the sanitizers' checks in each of a thousand copies the compiler takes minutes. */
#ifdef FT_SANITIZED
#define ALWAYS_INLINE static inline
#else
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#endif
#define PARTS        (FT_BLOCK_ROWS / 8 / VECTOR_BYTES)
#define VECTOR_WORDS (VECTOR_BYTES / 8)
#define MAX_LEVELS   13 /* FT_PASS_MASKS thresholds at most */
#define MAX_COUNTED  9  /* levels of thresholds that one row is compared with all */
#define WALK_LANES   8  /* side by side: rows down a tree, or one row down so many trees */

typedef uint64_t vector __attribute__((vector_size(VECTOR_BYTES)));

/* The planes of the number of thresholds that each value reaches, the highest bit first, and where a
 * value is NaN. */
static void search_levels(uint64_t *plane, uint64_t *nan, const void *plan,
                          const struct ft_input *input, const float *value);
/* How many of 16 thresholds a value reaches. */
static uint32_t count_sixteen(const float *threshold, float value);
/* Add the leaves of a group's trees to its output's sums. */
static void add_group(const void *plan, const struct ft_group *group, const uint64_t *mask,
                      int64_t *sum);

/* --- from values to masks --- */

#define CONVERT_EACH(type)                     \
  do {                                         \
    const type *from = (const type *)values;   \
    for (size_t r = 0; r < FT_BLOCK_ROWS; r++) \
      out[r] = (float)from[r];                 \
    return out;                                \
  } while (0)

/* A block's values as float32, which is what trees compare; a float column is read in place. */
static const float *floats_of(float *out, const struct ft_source *source) {
  const void *values = source->value;
  switch (source->type) {
  case FT_FLOAT32: return (const float *)values;
  case FT_INT16: CONVERT_EACH(int16_t);
  case FT_INT32: CONVERT_EACH(int32_t);
  case FT_INT64: CONVERT_EACH(int64_t);
  case FT_BOOL:
    for (size_t r = 0; r < FT_BLOCK_ROWS; r++)
      out[r] = ((const uint8_t *)values)[r] ? 1.0F : 0.0F;
    return out;
  default: CONVERT_EACH(double); /* FT_FLOAT64, FT_DECIMAL */
  }
}

/* ge[c], c = 0 … 2^planes: the rows whose number, of which plane[0] is the highest bit, reaches c. */
static void fill_thermometer(vector (*ge)[PARTS], const uint64_t *plane, uint32_t planes) {
  memset(ge[0], 0xff, sizeof ge[0]);
  memset(ge[1], 0, sizeof ge[1]);
  for (uint32_t m = 0; m < planes; m++) {
    const uint32_t size = UINT32_C(1) << m;
    const vector *bit = (const vector *)(const void *)(plane + (planes - 1 - m) * FT_MASK_WORDS);
    for (uint32_t p = 0; p < PARTS; p++) {
      for (uint32_t c = 1; c < size; c++) {
        ge[size + c][p] = bit[p] & ge[c][p];
        ge[c][p] |= bit[p];
      }
      ge[size][p] = bit[p];
      ge[2 * size][p] = (vector){ 0 };
    }
  }
}

/* The masks of thresholds from the planes of their search: a number is compared with a constant by
 * its high and its low half. Ranks ascend, so those of one high half follow one another. */
static void fill_ranked(uint64_t *mask, const uint16_t *rank, uint32_t count, const uint64_t *plane,
                        uint32_t levels) {
  vector high[(1 << (MAX_LEVELS - MAX_LEVELS / 2)) + 1][PARTS];
  vector low[(1 << (MAX_LEVELS / 2)) + 1][PARTS];
  const uint32_t low_bits = levels / 2, low_mask = (1U << low_bits) - 1;
  fill_thermometer(high, plane, levels - low_bits);
  fill_thermometer(low, plane + (levels - low_bits) * FT_MASK_WORDS, low_bits);
  vector *to = (vector *)(void *)mask;
  for (uint32_t i = 0; i < count;) {
    const uint32_t h = (rank[i] + 1U) >> low_bits;
    vector ge[PARTS], gt[PARTS];
    memcpy(ge, high[h], sizeof ge);
    memcpy(gt, high[h + 1], sizeof gt);
    for (; i < count && (rank[i] + 1U) >> low_bits == h; i++, to += PARTS)
      for (uint32_t p = 0; p < PARTS; p++)
        to[p] = ABOVE(gt[p], ge[p], low[(rank[i] + 1U) & low_mask][p]);
  }
}

static bool add_invalid(uint64_t *missing, const uint64_t *validity) {
  uint64_t any = 0;
  for (size_t w = 0; w < FT_MASK_WORDS; w++) {
    if (validity) missing[w] |= ~validity[w];
    any |= missing[w];
  }
  return any != 0;
}

static void fill_thresholds(const void *plan, const struct ft_input *input,
                            const struct ft_source *source, uint64_t *mask) {
  _Alignas(64) float converted[FT_BLOCK_ROWS];
  _Alignas(64) uint64_t plane[MAX_LEVELS * FT_MASK_WORDS];
  _Alignas(64) uint64_t missing[FT_MASK_WORDS];
  const uint16_t *rank = FT_PART(plan, uint16_t, input->rank);
  const size_t words = (size_t)input->levels * FT_MASK_WORDS;
  search_levels(plane, missing, plan, input, floats_of(converted, source));
  if (!add_invalid(missing, source->validity)) {
    fill_ranked(mask, rank, (uint32_t)input->left + input->right, plane, input->levels);
    return;
  }
  for (size_t w = 0; w < words; w++)
    plane[w] &= ~missing[w % FT_MASK_WORDS];
  if (input->left) fill_ranked(mask, rank, input->left, plane, input->levels);
  for (size_t w = 0; w < words; w++)
    plane[w] |= missing[w % FT_MASK_WORDS];
  if (input->right)
    fill_ranked(mask + (size_t)input->left * FT_MASK_WORDS, rank + input->left, input->right, plane,
                input->levels);
}

static void fill_set(uint64_t *mask, const struct ft_set *set, const uint16_t *code,
                     const uint64_t *code_mask, const uint64_t *missing) {
  vector in[PARTS] = { { 0 } };
  for (uint32_t i = 0; i < set->codes; i++) {
    const vector *has = (const vector *)(const void *)(code_mask + (size_t)code[i] * FT_MASK_WORDS);
    for (uint32_t p = 0; p < PARTS; p++)
      in[p] |= has[p];
  }
  const vector *absent = (const vector *)(const void *)missing;
  vector *to = (vector *)(void *)mask;
  for (uint32_t p = 0; p < PARTS; p++) {
    vector right = set->inverted ? ~in[p] : in[p];
    to[p] = set->missing_right ? right | absent[p] : right & ~absent[p];
  }
}

/* The rows of every code are found first; only these masks are cleared afterwards. */
static void fill_sets(const void *plan, const struct ft_pass *pass, const struct ft_input *input,
                      const struct ft_kernel_work *work, uint64_t *mask) {
  _Alignas(64) uint64_t missing[FT_MASK_WORDS] = { 0 };
  const float *value = (const float *)work->source[input->feature].value; /* codes are encoded */
  const struct ft_set *set = FT_PART(plan, struct ft_set, input->set);
  const uint16_t *code = FT_PART(plan, uint16_t, pass->code);
  for (size_t r = 0; r < FT_BLOCK_ROWS; r++) {
    uint64_t bit = UINT64_C(1) << (r % 64);
    if (value[r] != value[r])
      missing[r / 64] |= bit;
    else
      work->code_mask[(size_t)value[r] * FT_MASK_WORDS + r / 64] |= bit;
  }
  for (uint32_t i = 0; i < input->sets; i++)
    fill_set(mask + (size_t)i * FT_MASK_WORDS, &set[i], code + set[i].first, work->code_mask,
             missing);
  for (size_t r = 0; r < FT_BLOCK_ROWS; r++)
    if (value[r] == value[r]) work->code_mask[(size_t)value[r] * FT_MASK_WORDS + r / 64] = 0;
}

static void fill_masks(const void *plan, const struct ft_pass *pass,
                       const struct ft_kernel_work *work) {
  const struct ft_input *input = FT_PART(plan, struct ft_input, pass->input);
  memset(work->mask, 0, FT_MASK_WORDS * sizeof *work->mask);
  for (uint64_t i = 0; i < pass->input.count; i++) {
    uint64_t *mask = work->mask + (size_t)input[i].first * FT_MASK_WORDS;
    uint32_t thresholds = (uint32_t)input[i].left + input[i].right;
    if (thresholds) fill_thresholds(plan, &input[i], &work->source[input[i].feature], mask);
    if (input[i].sets)
      fill_sets(plan, pass, &input[i], work, mask + (size_t)thresholds * FT_MASK_WORDS);
  }
}

/* --- from masks to leaf indices --- */

/* An index is 8 × a mask, so that it is one address away: a mask has 64 bytes. */
ALWAYS_INLINE vector load_mask(const char *mask, uint16_t index) {
  return *(const vector *)(const void *)(mask + (size_t)index * 8);
}

ALWAYS_INLINE void mux_1(vector *out, const char *mask, const uint16_t *index, size_t at) {
  out[0] = load_mask(mask, index[at]);
}

/* out[l] is the bit of level l below node `at`. */
#define DEFINE_MUX(depth, below)                                                       \
  ALWAYS_INLINE void mux_##depth(vector *out, const char *mask, const uint16_t *index, \
                                 size_t at) {                                          \
    vector left[below], right[below];                                                  \
    mux_##below(left, mask, index, 2 * at + 1);                                        \
    mux_##below(right, mask, index, 2 * at + 2);                                       \
    out[0] = load_mask(mask, index[at]);                                               \
    for (int i = 0; i < (below); i++)                                                  \
      out[i + 1] = MUX(out[0], right[i], left[i]);                                     \
  }
DEFINE_MUX(2, 1)
DEFINE_MUX(3, 2)
DEFINE_MUX(4, 3)
DEFINE_MUX(5, 4)
DEFINE_MUX(6, 5)
DEFINE_MUX(7, 6)
DEFINE_MUX(8, 7)

/* `depth` is a constant where this is expanded. */
ALWAYS_INLINE void mux(uint32_t depth, vector *out, const char *mask, const uint16_t *index) {
  switch (depth) {
  case 1: mux_1(out, mask, index, 0); break;
  case 2: mux_2(out, mask, index, 0); break;
  case 3: mux_3(out, mask, index, 0); break;
  case 4: mux_4(out, mask, index, 0); break;
  case 5: mux_5(out, mask, index, 0); break;
  case 6: mux_6(out, mask, index, 0); break;
  case 7: mux_7(out, mask, index, 0); break;
  default: mux_8(out, mask, index, 0); break;
  }
}

#define EXCHANGE(a, b, shift, keep)               \
  do {                                            \
    vector t = (((a) >> (shift)) ^ (b)) & (keep); \
    (b) ^= t;                                     \
    (a) ^= t << (shift);                          \
  } while (0)

/* Transpose the 8 × 8 bits of each word, whose bytes are its rows. */
ALWAYS_INLINE vector transpose_bits(vector x) {
  vector t = (x ^ (x >> 7)) & UINT64_C(0x00aa00aa00aa00aa);
  x ^= t ^ (t << 7);
  t = (x ^ (x >> 14)) & UINT64_C(0x0000cccc0000cccc);
  x ^= t ^ (t << 14);
  t = (x ^ (x >> 28)) & UINT64_C(0x00000000f0f0f0f0);
  return x ^ t ^ (t << 28);
}

/* Planes of indices, the highest bit first, to bytes of indices: word 8 w + k has those of the rows
 * from 64 w + 8 k, the first in its lowest byte. */
ALWAYS_INLINE void gather_indices(uint32_t depth, uint64_t *out, const vector *plane) {
  vector x[8] = { { 0 } };
  for (uint32_t i = 0; i < depth; i++)
    x[depth - 1 - i] = plane[i];
  for (int i = 0; i < 4; i++)
    EXCHANGE(x[i], x[i + 4], 32, UINT64_C(0x00000000ffffffff));
  for (int i = 0; i < 8; i += 4)
    for (int j = 0; j < 2; j++)
      EXCHANGE(x[i + j], x[i + j + 2], 16, UINT64_C(0x0000ffff0000ffff));
  for (int i = 0; i < 8; i += 2)
    EXCHANGE(x[i], x[i + 1], 8, UINT64_C(0x00ff00ff00ff00ff));
  for (int k = 0; k < 8; k++) {
    vector bytes = transpose_bits(x[k]);
    for (int w = 0; w < VECTOR_WORDS; w++)
      out[8 * w + k] = bytes[w];
  }
}

/* All rows' indices into a tree. */
ALWAYS_INLINE void index_block(uint32_t depth, uint64_t *out, const uint64_t *mask,
                               const uint16_t *index) {
  for (uint32_t p = 0; p < PARTS; p++) {
    vector plane[8];
    mux(depth, plane, (const char *)mask + p * VECTOR_BYTES, index);
    gather_indices(depth, out + (size_t)p * VECTOR_BYTES, plane);
  }
}

#include "core/predict/deep_body.h"

static void add_block(const void *plan, const struct ft_pass *pass,
                      const struct ft_kernel_work *work, int64_t *sum) {
  const struct ft_group *group = FT_PART(plan, struct ft_group, pass->group);
  fill_masks(plan, pass, work);
  for (uint64_t i = 0; i < pass->group.count; i++)
    add_group(plan, &group[i], work->mask, sum + (size_t)group[i].output * FT_BLOCK_ROWS);
  add_deep_groups(plan, pass, work, sum);
}

/* --- one row --- */

/* How many of the thresholds the value reaches; none for a NaN. Two counts among sixteen are quicker
 * than a search, whose every step waits for the one before. */
static uint32_t count_reached(const void *plan, const struct ft_input *input, float value) {
  if (input->levels == 0) return 0;
  if (input->levels <= FT_FEW_LEVELS) {
    const float *sorted = FT_PART(plan, float, input->sorted);
    uint32_t sixteens = count_sixteen(sorted, value);
    return 16 * sixteens + count_sixteen(sorted + 16 + (size_t)16 * sixteens, value);
  }
  const float *table = FT_PART(plan, float, input->threshold);
  uint32_t place = 0, reached = 0;
  for (uint32_t l = 0; l < input->levels; l++) {
    uint32_t right = value >= table[(UINT32_C(1) << l) - 1 + place];
    place |= right << l;
    reached = reached << 1 | right;
  }
  return reached;
}

#ifndef SET_BITS
#define SET_BITS(bit, rank, reached) \
  for (uint32_t j = 0; j < 32; j++)  \
  (bit)[j] = (rank)[j] < (reached)
#endif

/* In steps of 32, so that some bits of the next masks are written too; they are set right later. */
static void set_bits(uint8_t *restrict bit, const uint16_t *restrict rank, uint32_t count,
                     uint16_t reached) {
  for (uint32_t i = 0; i < count; i += 32)
    SET_BITS(bit + i, rank + i, reached);
}

static void set_members(uint8_t *bit, const void *plan, const struct ft_input *input, float value) {
  const struct ft_set *set = FT_PART(plan, struct ft_set, input->set);
  if (value != value) {
    for (uint32_t i = 0; i < input->sets; i++)
      bit[i] = set[i].missing_right;
    return;
  }
  const uint32_t code = (uint32_t)value;
  const uint64_t *restrict word =
      FT_PART(plan, uint64_t, input->member) + (size_t)(code / 64) * input->sets;
  uint8_t *restrict to = bit;
  for (uint32_t i = 0; i < input->sets; i++)
    to[i] = word[i] >> (code % 64) & 1;
}

static void fill_row(const void *plan, const struct ft_pass *pass,
                     const struct ft_kernel_work *work, size_t row) {
  const struct ft_input *input = FT_PART(plan, struct ft_input, pass->input);
  for (uint64_t i = 0; i < pass->input.count; i++) {
    const struct ft_input *in = &input[i];
    const float value = work->block[(size_t)in->feature * FT_FEATURE_STRIDE + row];
    const uint16_t *rank = FT_PART(plan, uint16_t, in->rank);
    uint8_t *bit = work->bit + in->first;
    const uint16_t reached = (uint16_t)count_reached(plan, in, value);
    if (value == value) {
      set_bits(bit, rank, (uint32_t)in->left + in->right, reached);
    } else {
      memset(bit, 0, in->left);
      memset(bit + in->left, 1, in->right);
    }
    if (in->sets) set_members(bit + in->left + in->right, plan, in, value);
  }
}

/* `lanes` is a constant where this is expanded. */
ALWAYS_INLINE void walk_lanes(uint32_t lanes, uint32_t depth, size_t *at, const uint8_t *bit,
                              const uint16_t *index) {
  const size_t nodes = ((size_t)1 << depth) - 1;
  for (uint32_t q = 0; q < lanes; q++)
    at[q] = 0;
  for (uint32_t l = 0; l < depth; l++)
    for (uint32_t q = 0; q < lanes; q++)
      at[q] = 2 * at[q] + 1 + bit[index[q * nodes + at[q]] / 8U];
  for (uint32_t q = 0; q < lanes; q++)
    at[q] -= nodes;
}

ALWAYS_INLINE int64_t add_leaves(uint32_t lanes, uint32_t depth, const size_t *at,
                                 const uint8_t *leaf) {
  const size_t leaves = (size_t)1 << depth;
  int64_t sum = 0;
  for (uint32_t q = 0; q < lanes; q++) {
    const uint8_t *plane = leaf + q * 3 * leaves + at[q];
    sum += plane[0] + ((int32_t)plane[leaves] << 8) + ((int32_t)plane[2 * leaves] << 16);
  }
  return sum - (int64_t)lanes * FT_LEAF_BIAS;
}

ALWAYS_INLINE int64_t group_of_row(const void *plan, const struct ft_group *group, uint32_t depth,
                                   const uint8_t *bit) {
  const uint16_t *index = FT_PART(plan, uint16_t, group->index);
  const uint8_t *leaf = FT_PART(plan, uint8_t, group->leaf);
  const size_t leaves = (size_t)1 << depth;
  int64_t sum = 0;
  size_t at[WALK_LANES];
  uint32_t t = 0;
  for (; t + WALK_LANES <= group->trees; t += WALK_LANES) {
    walk_lanes(WALK_LANES, depth, at, bit, index + t * (leaves - 1));
    sum += add_leaves(WALK_LANES, depth, at, leaf + t * 3 * leaves);
  }
  for (; t < group->trees; t++) {
    walk_lanes(1, depth, at, bit, index + t * (leaves - 1));
    sum += add_leaves(1, depth, at, leaf + t * 3 * leaves);
  }
  return sum;
}

static int64_t sum_group(const void *plan, const struct ft_group *group, const uint8_t *bit) {
  switch (group->depth) {
  case 1: return group_of_row(plan, group, 1, bit);
  case 2: return group_of_row(plan, group, 2, bit);
  case 3: return group_of_row(plan, group, 3, bit);
  case 4: return group_of_row(plan, group, 4, bit);
  case 5: return group_of_row(plan, group, 5, bit);
  case 6: return group_of_row(plan, group, 6, bit);
  case 7: return group_of_row(plan, group, 7, bit);
  default: return group_of_row(plan, group, 8, bit);
  }
}

static void add_row(const void *plan, const struct ft_pass *pass, const struct ft_kernel_work *work,
                    size_t row, int64_t *sum) {
  const struct ft_group *group = FT_PART(plan, struct ft_group, pass->group);
  const struct ft_deep_group *deep = FT_PART(plan, struct ft_deep_group, pass->deep);
  fill_row(plan, pass, work, row);
  for (uint64_t i = 0; i < pass->group.count; i++)
    sum[(size_t)group[i].output * FT_BLOCK_ROWS + row] += sum_group(plan, &group[i], work->bit);
  for (uint64_t i = 0; i < pass->deep.count; i++)
    add_deep_row(plan, pass, &deep[i], work->bit,
                 sum + (size_t)deep[i].output * FT_BLOCK_ROWS + row);
}

#endif
