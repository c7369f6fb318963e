/* The kernel for AVX-512 with byte permutations (VBMI) and bit matrices (GFNI): 64 rows of a leaf
 * table at a time, and 16 rows of a search. */
#include "core/predict/kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define VECTOR_BYTES       64
#define MUX(m, one, zero)  choose_bits(m, one, zero)
#define ABOVE(gt, ge, low) above_bits(gt, ge, low)
typedef uint64_t bits512 __attribute__((vector_size(64)));

static inline bits512 choose_bits(bits512 m, bits512 one, bits512 zero) {
  return (bits512)_mm512_ternarylogic_epi64((__m512i)m, (__m512i)one, (__m512i)zero, 0xca);
}

static inline bits512 above_bits(bits512 gt, bits512 ge, bits512 low) {
  return (bits512)_mm512_ternarylogic_epi64((__m512i)gt, (__m512i)ge, (__m512i)low, 0xf8);
}

static inline void set_thirty_two(uint8_t *bit, const uint16_t *rank, uint16_t reached) {
  __mmask32 below =
      _mm512_cmplt_epu16_mask(_mm512_loadu_si512(rank), _mm512_set1_epi16((int16_t)reached));
  _mm256_storeu_si256((__m256i *)(void *)bit, _mm256_maskz_set1_epi8(below, 1));
}

#define SET_BITS(bit, rank, reached) set_thirty_two(bit, rank, reached)

#include "core/predict/each_body.h"
#include "core/predict/kernel_body.h"
#include "core/predict/net_body.h"

#define SEARCH_ROWS 16
#define MAX_TREES   256 /* whose bytes add up within 16 bits */
#define TREES       8   /* whose leaves are looked up together, while sums stay in registers */

/* --- the search --- */

/* The thresholds of the first levels in registers: level l has 2^l of them, in places whose bit i is
 * the outcome at level i. */
struct levels {
  __m512 first[5];
  __m512 fifth[2];
  __m512 sixth[4];
  __m512 seventh[8];
};

ALWAYS_INLINE void load_levels(struct levels *to, const float *table, uint32_t levels) {
  for (uint32_t l = 0; l < 5 && l < levels; l++)
    to->first[l] =
        _mm512_maskz_loadu_ps((__mmask16)((UINT32_C(1) << (1U << l)) - 1), table + (1U << l) - 1);
  for (uint32_t i = 0; levels > 5 && i < 2; i++)
    to->fifth[i] = _mm512_loadu_ps(table + 31 + 16 * i);
  for (uint32_t i = 0; levels > 6 && i < 4; i++)
    to->sixth[i] = _mm512_loadu_ps(table + 63 + 16 * i);
  for (uint32_t i = 0; levels > 7 && i < 8; i++)
    to->seventh[i] = _mm512_loadu_ps(table + 127 + 16 * i);
}

ALWAYS_INLINE __m512 sixth_of(const struct levels *of, __m512i place, __mmask16 fifth) {
  __m512 low = _mm512_permutex2var_ps(of->sixth[0], place, of->sixth[1]);
  __m512 high = _mm512_permutex2var_ps(of->sixth[2], place, of->sixth[3]);
  return _mm512_mask_blend_ps(fifth, low, high);
}

ALWAYS_INLINE __m512 seventh_of(const struct levels *of, __m512i place, __mmask16 fifth,
                                __mmask16 sixth) {
  __m512 part[4];
  for (int i = 0; i < 4; i++)
    part[i] = _mm512_permutex2var_ps(of->seventh[2 * i], place, of->seventh[2 * i + 1]);
  return _mm512_mask_blend_ps(sixth, _mm512_mask_blend_ps(fifth, part[0], part[1]),
                              _mm512_mask_blend_ps(fifth, part[2], part[3]));
}

/* `l` and `levels` are constants where this is expanded. */
ALWAYS_INLINE __m512 threshold_of(uint32_t l, const struct levels *of, const float *table,
                                  __m512i place, const __mmask16 *reached) {
  if (l < 5) return _mm512_permutexvar_ps(place, of->first[l]);
  if (l == 5) return _mm512_permutex2var_ps(of->fifth[0], place, of->fifth[1]);
  if (l == 6) return sixth_of(of, place, reached[5]);
  if (l == 7) return seventh_of(of, place, reached[5], reached[6]);
  return _mm512_i32gather_ps(place, table + (UINT32_C(1) << l) - 1, 4);
}

static inline void store_reached(uint64_t *plane, size_t group, __mmask16 reached) {
  memcpy((char *)plane + 2 * group, &reached, sizeof reached);
}

ALWAYS_INLINE void search(uint32_t levels, uint64_t *plane, uint64_t *nan, const float *table,
                          const float *value) {
  struct levels of;
  load_levels(&of, table, levels);
  for (size_t g = 0; g < FT_BLOCK_ROWS / SEARCH_ROWS; g++) {
    const __m512 x = _mm512_loadu_ps(value + SEARCH_ROWS * g);
    __m512i place = _mm512_setzero_si512();
    __mmask16 reached[MAX_LEVELS];
    for (uint32_t l = 0; l < levels; l++) {
      reached[l] = _mm512_cmp_ps_mask(x, threshold_of(l, &of, table, place, reached), _CMP_GE_OQ);
      if (l + 1 < levels)
        place = _mm512_mask_or_epi32(place, reached[l], place, _mm512_set1_epi32(1 << l));
      store_reached(plane + l * FT_MASK_WORDS, g, reached[l]);
    }
    store_reached(nan, g, _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q));
  }
}

#include "core/predict/kernel_search_body.h"

static uint32_t count_sixteen(const float *threshold, float value) {
  __mmask16 reached =
      _mm512_cmp_ps_mask(_mm512_set1_ps(value), _mm512_loadu_ps(threshold), _CMP_GE_OQ);
  return (uint32_t)__builtin_popcount(reached);
}

/* --- the leaves --- */

/* Eight vectors of leaf indices: byte b of the 128-bit lane L of vector k is row
 * 128 L + 16 k + b. */
struct chosen {
  __m512i index[8];
};

/* Planes of indices, the highest bit first. Interleaving gathers the bytes of eight planes that
 * belong to eight rows; multiplying by the matrix of one reversed bit a row transposes their bits. */
ALWAYS_INLINE void choose(uint32_t depth, struct chosen *out, const uint64_t *mask,
                          const uint16_t *index) {
  const __m512i transpose = _mm512_set1_epi64((int64_t)UINT64_C(0x8040201008040201));
  vector plane[8];
  __m512i p[8], low[4], high[4];
  mux(depth, plane, (const char *)mask, index);
  for (uint32_t i = 0; i < 8; i++)
    p[i] = i < 8 - depth ? _mm512_setzero_si512() : (__m512i)plane[i - (8 - depth)];
  for (int i = 0; i < 4; i++) {
    low[i] = _mm512_unpacklo_epi8(p[2 * i], p[2 * i + 1]);
    high[i] = _mm512_unpackhi_epi8(p[2 * i], p[2 * i + 1]);
  }
  for (int h = 0; h < 2; h++) {
    const __m512i *byte = h ? high : low;
    __m512i a = _mm512_unpacklo_epi16(byte[0], byte[1]),
            b = _mm512_unpacklo_epi16(byte[2], byte[3]);
    __m512i c = _mm512_unpackhi_epi16(byte[0], byte[1]),
            d = _mm512_unpackhi_epi16(byte[2], byte[3]);
    const __m512i word[4] = { _mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b),
                              _mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d) };
    for (int i = 0; i < 4; i++)
      out->index[4 * h + i] = _mm512_gf2p8affine_epi64_epi8(transpose, word[i], 0);
  }
}

/* One plane's bytes of the chosen leaves. Small tables are read with what follows them. */
ALWAYS_INLINE __m512i look_up(uint32_t depth, __m512i index, const uint8_t *plane) {
  if (depth <= 6) return _mm512_permutexvar_epi8(index, _mm512_loadu_si512(plane));
  __m512i low =
      _mm512_permutex2var_epi8(_mm512_loadu_si512(plane), index, _mm512_loadu_si512(plane + 64));
  if (depth == 7) return low;
  __m512i high = _mm512_permutex2var_epi8(_mm512_loadu_si512(plane + 128), index,
                                          _mm512_loadu_si512(plane + 192));
  return _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high);
}

/* Sums of a plane's bytes in 16 bits: `both` of a byte and 256 times the next, `odd` of the next
 * alone, from which the first follow. */
struct sums {
  __m512i both[3], odd[3];
};

ALWAYS_INLINE void add_vector(uint32_t depth, struct sums *sums, const struct chosen *chosen, int k,
                              const uint8_t *leaf, uint32_t trees) {
  const size_t leaves = (size_t)1 << depth;
  struct sums s = *sums;
  for (uint32_t t = 0; t < trees; t++, leaf += 3 * leaves)
    for (int p = 0; p < 3; p++) {
      __m512i byte = look_up(depth, chosen[t].index[k], leaf + (size_t)p * leaves);
      s.both[p] = _mm512_add_epi16(s.both[p], byte);
      s.odd[p] = _mm512_add_epi16(s.odd[p], _mm512_srli_epi16(byte, 8));
    }
  *sums = s;
}

/* Four sums of 32 bits a lane, of rows 128 L + first …, to the totals. */
static inline void add_quads(int64_t *sum, __m512i quad, int64_t bias) {
  _Alignas(64) uint32_t value[16];
  _mm512_store_si512(value, quad);
  for (int lane = 0; lane < 4; lane++) {
    __m256i wide = _mm256_cvtepu32_epi64(_mm_load_si128((const __m128i *)(value + 4 * lane)));
    __m256i *to = (__m256i *)(void *)(sum + 128 * lane);
    wide = _mm256_add_epi64(wide, _mm256_loadu_si256(to));
    _mm256_storeu_si256(to, _mm256_sub_epi64(wide, _mm256_set1_epi64x(bias)));
  }
}

/* Planes to numbers: 16 bits of 16 rows a lane become 32 bits of four times 4 rows. */
static void flush(int64_t *sum, const struct sums *sums, int64_t bias) {
  const __m512i zero = _mm512_setzero_si512();
  __m512i total[4] = { zero, zero, zero, zero };
  for (int p = 0; p < 3; p++) {
    __m512i even = _mm512_sub_epi16(sums->both[p], _mm512_slli_epi16(sums->odd[p], 8));
    __m512i half[2] = { _mm512_unpacklo_epi16(even, sums->odd[p]),
                        _mm512_unpackhi_epi16(even, sums->odd[p]) };
    for (int i = 0; i < 4; i++) {
      __m512i wide = i % 2 ? _mm512_unpackhi_epi16(half[i / 2], zero)
                           : _mm512_unpacklo_epi16(half[i / 2], zero);
      total[i] = _mm512_add_epi32(total[i], _mm512_slli_epi32(wide, 8 * (unsigned)p));
    }
  }
  for (int i = 0; i < 4; i++)
    add_quads(sum + 4 * i, total[i], bias);
}

ALWAYS_INLINE void add_trees(uint32_t depth, const void *plan, const struct ft_group *group,
                             const uint64_t *mask, int64_t *sum) {
  const uint16_t *index = FT_PART(plan, uint16_t, group->index);
  const uint8_t *leaf = FT_PART(plan, uint8_t, group->leaf);
  const size_t leaves = (size_t)1 << depth;
  struct chosen chosen[TREES];
  for (uint32_t first = 0; first < group->trees; first += MAX_TREES) {
    const uint32_t left = group->trees - first;
    const uint32_t end = first + (left < MAX_TREES ? left : MAX_TREES);
    struct sums sums[8];
    memset(sums, 0, sizeof sums);
    for (uint32_t t = first; t < end; t += TREES) {
      const uint32_t trees = end - t < TREES ? end - t : TREES;
      for (uint32_t q = 0; q < trees; q++)
        choose(depth, &chosen[q], mask, index + (t + q) * (leaves - 1));
      for (int k = 0; k < 8; k++)
        add_vector(depth, &sums[k], chosen, k, leaf + t * 3 * leaves, trees);
    }
    for (int k = 0; k < 8; k++)
      flush(sum + 16 * k, &sums[k], (int64_t)(end - first) * FT_LEAF_BIAS);
  }
}

#include "core/predict/kernel_group_body.h"

/* --- one row --- */

/* The values of a pass's slots: a missing value reaches nothing, or more than there is. */
static __m512i fill_slots(const void *plan, const struct ft_pass *pass,
                          const struct ft_kernel_work *work, size_t row) {
  _Alignas(64) uint8_t slot[FT_MAX_SLOTS];
  const struct ft_input *input = FT_PART(plan, struct ft_input, pass->input);
  for (uint64_t i = 0; i < pass->input.count; i++) {
    const float value = work->block[(size_t)input[i].feature * FT_FEATURE_STRIDE + row];
    const float *sorted = FT_PART(plan, float, input[i].sorted);
    uint32_t sixteens = count_sixteen(sorted, value);
    uint32_t reached = 16 * sixteens + count_sixteen(sorted + 16 + (size_t)16 * sixteens, value);
    slot[2 * i] = (uint8_t)reached;
    slot[2 * i + 1] = value != value ? UINT8_MAX : (uint8_t)reached;
  }
  return _mm512_load_si512(slot);
}

/* All nodes of a tree at once; then two steps of three levels each lead to its leaf. */
static int64_t sum_slots(const void *plan, const struct ft_group *group, const uint8_t *exit_of,
                         __m512i slots) {
  const uint8_t *slot = FT_PART(plan, uint8_t, group->slot);
  const uint8_t *below = FT_PART(plan, uint8_t, group->below);
  const uint8_t *leaf = FT_PART(plan, uint8_t, group->leaf);
  const uint32_t unused = FT_SLOT_DEPTH - group->depth;
  const size_t leaves = (size_t)1 << group->depth;
  int64_t sum = 0;
  for (uint32_t t = 0; t < group->trees; t++, slot += 64, below += 64, leaf += 3 * leaves) {
    __m512i value = _mm512_permutexvar_epi8(_mm512_loadu_si512(slot), slots);
    uint64_t right = _mm512_cmpgt_epu8_mask(value, _mm512_loadu_si512(below));
    uint32_t top = exit_of[right & 127];
    uint32_t at = 8 * top + exit_of[right >> (7 + 7 * top) & 127];
    const uint8_t *plane = leaf + (at >> unused);
    sum += plane[0] + ((int32_t)plane[leaves] << 8) + ((int32_t)plane[2 * leaves] << 16);
  }
  return sum - (int64_t)group->trees * FT_LEAF_BIAS;
}

static void add_row_avx512(const void *plan, const struct ft_pass *pass,
                           const struct ft_kernel_work *work, size_t row, int64_t *sum) {
  const struct ft_group *group = FT_PART(plan, struct ft_group, pass->group);
  const uint8_t *exit_of = FT_PART(plan, uint8_t, pass->exit_of);
  if (pass->slots == 0) {
    add_row(plan, pass, work, row, sum);
    return;
  }
  const __m512i slots = fill_slots(plan, pass, work, row);
  for (uint64_t i = 0; i < pass->group.count; i++)
    sum[(size_t)group[i].output * FT_BLOCK_ROWS + row] +=
        sum_slots(plan, &group[i], exit_of, slots);
}

static bool has_avx512(void) {
  __builtin_cpu_init(); /* asks the system, too, whether it keeps these registers */
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("gfni") &&
         __builtin_cpu_supports("popcnt");
}

const struct ft_kernel ft_kernel_avx512 = {
  .name = "avx512",
  .supported = has_avx512,
  .add_block = add_block,
  .add_row = add_row_avx512,
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

const struct ft_kernel ft_kernel_avx512 = { .name = "avx512", .supported = never };

#endif
