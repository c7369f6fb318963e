/* The kernel for AVX2: 32 rows of a leaf table at a time, and 8 rows of a search. */
#include "core/predict/kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define VECTOR_BYTES       32
#define MUX(m, one, zero)  ((zero) ^ (((one) ^ (zero)) & (m)))
#define ABOVE(gt, ge, low) ((gt) | ((ge) & (low)))
#include "core/predict/each_body.h"
#include "core/predict/kernel_body.h"
#include "core/predict/net_body.h"

#define SEARCH_ROWS 8
#define MAX_TREES   256 /* whose bytes add up within 16 bits */
#define TREES       8   /* whose leaves are looked up together, while sums stay in registers */

/* --- the search --- */

/* Level l has 2^l thresholds, in places whose bit i is the outcome at level i; of the first four
 * levels they are in registers. */
ALWAYS_INLINE void load_levels(__m256 first[4], const float *table, uint32_t levels) {
  const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  for (uint32_t l = 0; l < 4 && l < levels; l++) {
    __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(1 << l), lane);
    first[l] = _mm256_maskload_ps(table + (1U << l) - 1, mask);
  }
}

/* Sixteen thresholds are two registers; bit 3 of the place says which. */
ALWAYS_INLINE __m256 pick_of(const __m256 *pair, __m256i place, __m256 third) {
  return _mm256_blendv_ps(_mm256_permutevar8x32_ps(pair[0], place),
                          _mm256_permutevar8x32_ps(pair[1], place), third);
}

ALWAYS_INLINE __m256 threshold_of(uint32_t l, const __m256 *first, const __m256 *pair,
                                  const float *table, __m256i place, const __m256 *reached) {
  if (l < 4) return _mm256_permutevar8x32_ps(first[l], place);
  if (l == 4) return pick_of(pair, place, reached[3]);
  if (l == 5)
    return _mm256_blendv_ps(pick_of(pair + 2, place, reached[3]),
                            pick_of(pair + 4, place, reached[3]), reached[4]);
  return _mm256_i32gather_ps(table + (UINT32_C(1) << l) - 1, place, 4);
}

static inline void store_reached(uint64_t *plane, size_t group, __m256 reached) {
  ((uint8_t *)plane)[group] = (uint8_t)_mm256_movemask_ps(reached);
}

ALWAYS_INLINE void search(uint32_t levels, uint64_t *plane, uint64_t *nan, const float *table,
                          const float *value) {
  __m256 first[4], pair[6];
  load_levels(first, table, levels);
  for (uint32_t i = 0; levels > 4 && i < 2; i++)
    pair[i] = _mm256_loadu_ps(table + 15 + 8 * i);
  for (uint32_t i = 2; levels > 5 && i < 6; i++)
    pair[i] = _mm256_loadu_ps(table + 31 + 8 * (i - 2));
  for (size_t g = 0; g < FT_BLOCK_ROWS / SEARCH_ROWS; g++) {
    const __m256 x = _mm256_loadu_ps(value + SEARCH_ROWS * g);
    __m256i place = _mm256_setzero_si256();
    __m256 reached[MAX_LEVELS];
    for (uint32_t l = 0; l < levels; l++) {
      reached[l] =
          _mm256_cmp_ps(x, threshold_of(l, first, pair, table, place, reached), _CMP_GE_OQ);
      if (l + 1 < levels)
        place = _mm256_or_si256(
            place, _mm256_and_si256(_mm256_castps_si256(reached[l]), _mm256_set1_epi32(1 << l)));
      store_reached(plane + l * FT_MASK_WORDS, g, reached[l]);
    }
    store_reached(nan, g, _mm256_cmp_ps(x, x, _CMP_UNORD_Q));
  }
}

#include "core/predict/kernel_search_body.h"

static uint32_t count_sixteen(const float *threshold, float value) {
  const __m256 x = _mm256_set1_ps(value);
  int low = _mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_loadu_ps(threshold), _CMP_GE_OQ));
  int high = _mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_loadu_ps(threshold + 8), _CMP_GE_OQ));
  return (uint32_t)__builtin_popcount((unsigned)low | (unsigned)high << 8);
}

/* --- the leaves --- */

/* Half a block's leaf indices: byte b of the 128-bit lane L of vector k is row 128 L + 16 k + b. */
struct chosen {
  __m256i index[8];
};

/* Interleaving gathers the bytes of eight planes that belong to eight rows. */
ALWAYS_INLINE void choose(uint32_t depth, struct chosen *out, const char *mask,
                          const uint16_t *index) {
  vector plane[8];
  __m256i p[8], low[4], high[4];
  mux(depth, plane, mask, index);
  for (uint32_t i = 0; i < 8; i++)
    p[i] = i < depth ? (__m256i)plane[depth - 1 - i] : _mm256_setzero_si256();
  for (int i = 0; i < 4; i++) {
    low[i] = _mm256_unpacklo_epi8(p[2 * i], p[2 * i + 1]);
    high[i] = _mm256_unpackhi_epi8(p[2 * i], p[2 * i + 1]);
  }
  for (int h = 0; h < 2; h++) {
    const __m256i *byte = h ? high : low;
    __m256i a = _mm256_unpacklo_epi16(byte[0], byte[1]),
            b = _mm256_unpacklo_epi16(byte[2], byte[3]);
    __m256i c = _mm256_unpackhi_epi16(byte[0], byte[1]),
            d = _mm256_unpackhi_epi16(byte[2], byte[3]);
    const __m256i word[4] = { _mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b),
                              _mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d) };
    for (int i = 0; i < 4; i++)
      out->index[4 * h + i] = (__m256i)transpose_bits((vector)word[i]);
  }
}

/* A table of 2^bits bytes, by halves: the highest bit of the index, moved to the top of its byte,
 * chooses between them. A shuffle wants bit 7 clear. `bits` is a constant where this is expanded. */
ALWAYS_INLINE __m256i look_up_4(const uint8_t *table, __m256i index) {
  __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)table);
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bytes), index);
}

#define DEFINE_LOOK_UP(bits, below)                                           \
  ALWAYS_INLINE __m256i look_up_##bits(const uint8_t *table, __m256i index) { \
    return _mm256_blendv_epi8(look_up_##below(table, index),                  \
                              look_up_##below(table + (1 << (below)), index), \
                              _mm256_slli_epi16(index, 7 - (below)));         \
  }
DEFINE_LOOK_UP(5, 4)
DEFINE_LOOK_UP(6, 5)
DEFINE_LOOK_UP(7, 6)

/* `depth` is a constant where this is expanded. */
ALWAYS_INLINE __m256i look_up(uint32_t depth, __m256i index, const uint8_t *table) {
  if (depth <= 4) return look_up_4(table, index);
  if (depth == 5) return look_up_5(table, index);
  if (depth == 6) return look_up_6(table, index);
  if (depth == 7) return look_up_7(table, index);
  __m256i rest = _mm256_and_si256(index, _mm256_set1_epi8(0x7f));
  return _mm256_blendv_epi8(look_up_7(table, rest), look_up_7(table + 128, rest), index);
}

/* Sums of a plane's bytes in 16 bits: `both` of a byte and 256 times the next, `odd` of the next
 * alone, from which the first follow. */
struct sums {
  __m256i both[3], odd[3];
};

ALWAYS_INLINE void add_vector(uint32_t depth, struct sums *sums, const struct chosen *chosen, int k,
                              const uint8_t *leaf, uint32_t trees) {
  const size_t leaves = (size_t)1 << depth;
  struct sums s = *sums;
  for (uint32_t t = 0; t < trees; t++, leaf += 3 * leaves)
    for (int p = 0; p < 3; p++) {
      __m256i byte = look_up(depth, chosen[t].index[k], leaf + (size_t)p * leaves);
      s.both[p] = _mm256_add_epi16(s.both[p], byte);
      s.odd[p] = _mm256_add_epi16(s.odd[p], _mm256_srli_epi16(byte, 8));
    }
  *sums = s;
}

/* Planes to numbers, of the rows 128 L + 2 i and the one behind. */
static void flush(int64_t *sum, const struct sums *sums, int64_t bias) {
  _Alignas(32) uint16_t even[3][16], odd[3][16];
  for (int p = 0; p < 3; p++) {
    _mm256_store_si256((__m256i *)even[p],
                       _mm256_sub_epi16(sums->both[p], _mm256_slli_epi16(sums->odd[p], 8)));
    _mm256_store_si256((__m256i *)odd[p], sums->odd[p]);
  }
  for (int i = 0; i < 16; i++) {
    int64_t *to = sum + 128 * (i / 8) + 2 * (i % 8);
    to[0] += even[0][i] + ((int64_t)even[1][i] << 8) + ((int64_t)even[2][i] << 16) - bias;
    to[1] += odd[0][i] + ((int64_t)odd[1][i] << 8) + ((int64_t)odd[2][i] << 16) - bias;
  }
}

/* Trees first … end - 1 for one half of a block. */
ALWAYS_INLINE void add_half(uint32_t depth, const uint16_t *index, const uint8_t *leaf,
                            uint32_t trees, const char *mask, int64_t *sum) {
  const size_t leaves = (size_t)1 << depth;
  struct chosen chosen[TREES];
  struct sums sums[8];
  memset(sums, 0, sizeof sums);
  for (uint32_t t = 0; t < trees; t += TREES) {
    const uint32_t some = trees - t < TREES ? trees - t : TREES;
    for (uint32_t q = 0; q < some; q++)
      choose(depth, &chosen[q], mask, index + (t + q) * (leaves - 1));
    for (int k = 0; k < 8; k++)
      add_vector(depth, &sums[k], chosen, k, leaf + t * 3 * leaves, some);
  }
  for (int k = 0; k < 8; k++)
    flush(sum + 16 * k, &sums[k], (int64_t)trees * FT_LEAF_BIAS);
}

ALWAYS_INLINE void add_trees(uint32_t depth, const void *plan, const struct ft_group *group,
                             const uint64_t *mask, int64_t *sum) {
  const uint16_t *index = FT_PART(plan, uint16_t, group->index);
  const uint8_t *leaf = FT_PART(plan, uint8_t, group->leaf);
  const size_t leaves = (size_t)1 << depth;
  for (uint32_t t = 0; t < group->trees; t += MAX_TREES) {
    const uint32_t trees = group->trees - t < MAX_TREES ? group->trees - t : MAX_TREES;
    for (uint32_t p = 0; p < PARTS; p++)
      add_half(depth, index + t * (leaves - 1), leaf + t * 3 * leaves, trees,
               (const char *)mask + p * VECTOR_BYTES, sum + (size_t)p * VECTOR_BYTES * 8);
  }
}

#include "core/predict/kernel_group_body.h"

static bool has_avx2(void) {
  __builtin_cpu_init(); /* asks the system, too, whether it keeps these registers */
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
}

const struct ft_kernel ft_kernel_avx2 = {
  .name = "avx2",
  .supported = has_avx2,
  .add_block = add_block,
  .add_row = add_row,
  .run_net = run_net,
  .activate = activate,
  .exp_each = exp_each,
  .logistic_each = logistic_each,
  .softplus_each = softplus_each,
  .margin_each = margin_each,
};

#else

static bool never(void) {
  return false;
}

const struct ft_kernel ft_kernel_avx2 = { .name = "avx2", .supported = never };

#endif
