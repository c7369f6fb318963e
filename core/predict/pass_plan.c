#include "core/predict/pass_plan.h"

#include <stdlib.h>
#include <string.h>

struct ft_part ft_part_put(struct ft_buffer *block, const void *item, size_t count, size_t size) {
  static const uint8_t zero[64];
  const size_t alignment = count * size >= 64 ? 64 : 16;
  ft_buffer_append(block, zero, -block->size % alignment);
  struct ft_part part = { block->size, count };
  if (count > 0) ft_buffer_append(block, item, count * size);
  return part;
}

/* A feature's decisions within a pass, and what is made of them. */
struct input_work {
  const struct ft_decision **decision; /* by kind, then threshold */
  uint32_t decisions;
  uint32_t numbers; /* those that are thresholds */
  float *sorted;    /* different thresholds */
  uint32_t thresholds;
  float *table;
  uint16_t *rank;
  struct ft_set *set;
};

static int compare_floats(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void sort_thresholds(struct input_work *w) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < w->numbers; i++)
    w->sorted[i] = w->decision[i]->threshold;
  if (w->numbers > 0) qsort(w->sorted, w->numbers, sizeof *w->sorted, compare_floats);
  for (uint32_t i = 0; i < w->numbers; i++)
    if (i == 0 || w->sorted[i] > w->sorted[kept - 1]) w->sorted[kept++] = w->sorted[i];
  w->thresholds = kept;
}

static uint16_t rank_of(const struct input_work *w, float threshold) {
  uint32_t low = 0, high = w->thresholds - 1;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (w->sorted[middle] < threshold)
      low = middle + 1;
    else
      high = middle;
  }
  return (uint16_t)low;
}

static uint32_t levels_for(uint32_t thresholds) {
  uint32_t levels = 0;
  while ((UINT32_C(1) << levels) <= thresholds)
    levels++;
  return levels;
}

/* Level l's place p compares with the threshold in the middle of what the outcomes so far leave. */
static void fill_table(struct input_work *w, uint32_t levels) {
  const uint32_t nothing = 0x7fc00000;
  for (uint32_t l = 0; l < levels; l++)
    for (uint32_t p = 0; p < UINT32_C(1) << l; p++) {
      uint32_t prefix = 0;
      for (uint32_t i = 0; i < l; i++)
        prefix = prefix << 1 | (p >> i & 1);
      uint32_t at = (prefix << (levels - l)) + (UINT32_C(1) << (levels - l - 1)) - 1;
      float *to = &w->table[(UINT32_C(1) << l) - 1 + p];
      memcpy(to, at < w->thresholds ? (const void *)&w->sorted[at] : &nothing, sizeof *to);
    }
}

/* The codes of a set, or those that are not in it when these are fewer; and all as bits, a word
 * every `stride`. */
static enum ft_status write_set(struct ft_set *out, uint64_t *member, size_t stride,
                                struct ft_buffer *codes, const struct ft_forest_work *work,
                                uint32_t index, struct ft_error *err) {
  const struct ft_node *node = &work->forest->node[index];
  const uint32_t *word = work->forest->set_word + node->set;
  const uint32_t all = work->model->encoder[node->feature].categories + 1; /* and code 0 */
  uint32_t in = 0;
  for (uint32_t c = 0; c < all; c++) {
    bool has = c / 32 < node->set_words && (word[c / 32] >> (c % 32) & 1);
    in += has;
    member[c / 64 * stride] |= (uint64_t)has << (c % 64);
  }
  *out = (struct ft_set){ .first = (uint32_t)(codes->size / sizeof(uint16_t)),
                          .inverted = in > all / 2,
                          .missing_right = !node->missing_left };
  for (uint32_t c = 0; c < all; c++) {
    bool has = member[c / 64 * stride] >> (c % 64) & 1;
    if (has == (out->inverted != 0)) continue;
    const uint16_t code = (uint16_t)c;
    ft_buffer_append(codes, &code, sizeof code);
    out->codes++;
  }
  return ft_buffer_check(codes, "the model", err);
}

/* For one row: every sixteenth threshold, then all of them. */
static struct ft_part write_sorted(const struct input_work *w, struct ft_buffer *block) {
  float sorted[16 + 256];
  const uint32_t nothing = 0x7fc00000;
  const uint32_t padded = (w->thresholds + 16) / 16 * 16;
  for (uint32_t i = 0; i < 16 + padded; i++) {
    uint32_t at = i < 16 ? 16 * i + 15 : i - 16;
    memcpy(&sorted[i], at < w->thresholds ? (const void *)&w->sorted[at] : &nothing,
           sizeof *sorted);
  }
  return ft_part_put(block, sorted, 16 + padded, sizeof *sorted);
}

static enum ft_status fill_sets(struct ft_input *out, struct input_work *w,
                                struct ft_forest_work *work, struct ft_buffer *codes,
                                struct ft_arena *arena, struct ft_error *err) {
  if (out->sets == 0) return FT_OK;
  const size_t words = work->model->encoder[out->feature].categories / 64 + 1;
  uint64_t *member = FT_ARENA_NEW(arena, uint64_t, words * out->sets);
  if (!member) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < out->sets; i++)
    FT_TRY(write_set(&w->set[i], member + i, out->sets, codes, work,
                     w->decision[w->numbers + i]->node, err));
  out->set = ft_part_put(work->block, w->set, out->sets, sizeof *w->set);
  out->member = ft_part_put(work->block, member, words * out->sets, sizeof *member);
  return FT_OK;
}

static enum ft_status fill_input(struct ft_input *out, struct input_work *w,
                                 struct ft_forest_work *work, struct ft_buffer *codes,
                                 struct ft_arena *arena, struct ft_error *err) {
  while (w->numbers < w->decisions && w->decision[w->numbers]->kind != FT_DECIDE_SET)
    w->numbers++;
  sort_thresholds(w);
  for (uint32_t i = 0; i < w->numbers; i++) {
    w->rank[i] = rank_of(w, w->decision[i]->threshold);
    out->left += w->decision[i]->kind == FT_DECIDE_LEFT;
  }
  out->right = (uint16_t)(w->numbers - out->left);
  out->sets = (uint16_t)(w->decisions - w->numbers);
  uint32_t levels = levels_for(w->thresholds);
  fill_table(w, levels);
  out->levels = (uint16_t)levels;
  size_t places = ((size_t)1 << levels) - 1;
  out->threshold = ft_part_put(work->block, w->table, places, sizeof *w->table);
  if (w->numbers > 0)
    out->rank = ft_part_put(work->block, w->rank, w->numbers + FT_RANK_SPARE, sizeof *w->rank);
  if (w->numbers > 0 && levels <= FT_FEW_LEVELS) out->sorted = write_sorted(w, work->block);
  return fill_sets(out, w, work, codes, arena, err);
}

static enum ft_status write_input(struct ft_input *out, struct ft_forest_work *work,
                                  const struct ft_decision **decision, uint32_t decisions,
                                  struct ft_buffer *codes, struct ft_error *err) {
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct input_work w = { .decision = decision,
                          .decisions = decisions,
                          .sorted = FT_ARENA_NEW(&arena, float, decisions),
                          .table = FT_ARENA_NEW(&arena, float, 2 * (size_t)decisions + 2),
                          .rank = FT_ARENA_NEW(&arena, uint16_t, (size_t)decisions + FT_RANK_SPARE),
                          .set = FT_ARENA_NEW(&arena, struct ft_set, decisions) };
  enum ft_status status = w.sorted && w.table && w.rank && w.set ? FT_OK : FT_NOMEM;
  if (status == FT_OK)
    status = fill_input(out, &w, work, codes, &arena, err);
  else
    (void)ft_arena_fail(err, "the model");
  ft_arena_release(&arena);
  return status;
}

/* Slots for one row, where a register holds them all and their values are bytes. */
static uint32_t count_slots(const struct ft_forest_work *work, const struct ft_input *input,
                            uint32_t inputs, const uint32_t *tree, uint32_t trees) {
  for (uint32_t t = 0; t < trees; t++)
    if (work->decisions.depth[tree[t]] > FT_SLOT_DEPTH) return 0;
  for (uint32_t i = 0; i < inputs; i++)
    if (input[i].sets > 0 || input[i].levels > FT_FEW_LEVELS) return 0;
  return 2 * inputs <= FT_MAX_SLOTS ? 2 * inputs : 0;
}

static void name_slots(struct ft_forest_work *work, struct ft_input *input, uint32_t inputs) {
  work->slot[0] = 0;
  work->below[0] = UINT8_MAX; /* never */
  for (uint32_t i = 0; i < inputs; i++) {
    const uint16_t *rank = FT_PART(work->block->data, uint16_t, input[i].rank);
    input[i].slot = (uint16_t)(2 * i);
    for (uint32_t m = 0; m < (uint32_t)input[i].left + input[i].right; m++) {
      work->slot[input[i].first + m] = (uint8_t)(2 * i + (m >= input[i].left));
      work->below[input[i].first + m] = (uint8_t)rank[m];
    }
  }
}

static struct ft_part write_ways(struct ft_buffer *block) {
  uint8_t exit_of[128];
  for (uint32_t bits = 0; bits < 128; bits++) {
    uint32_t node = 0;
    while (node < 7)
      node = 2 * node + 1 + (bits >> node & 1);
    exit_of[bits] = (uint8_t)(node - 7);
  }
  return ft_part_put(block, exit_of, 128, 1);
}

/* Masks are numbered in the order of the decisions, from 1. */
static enum ft_status write_inputs(struct ft_pass *out, struct ft_forest_work *work,
                                   const struct ft_decision **decision, struct ft_input *input,
                                   const uint32_t *tree, uint32_t trees, struct ft_buffer *codes,
                                   struct ft_error *err) {
  uint32_t inputs = 0, end;
  for (uint32_t i = 0; i + 1 < out->masks; i = end) {
    for (end = i; end + 1 < out->masks && decision[end]->feature == decision[i]->feature;)
      end++;
    input[inputs] =
        (struct ft_input){ .feature = decision[i]->feature, .first = (uint16_t)(i + 1) };
    FT_TRY(write_input(&input[inputs++], work, decision + i, end - i, codes, err));
  }
  out->slots = work->block->failed ? 0 : count_slots(work, input, inputs, tree, trees);
  if (out->slots > 0) {
    name_slots(work, input, inputs);
    out->exit_of = write_ways(work->block);
  }
  out->input = ft_part_put(work->block, input, inputs, sizeof *input);
  out->code =
      ft_part_put(work->block, codes->data, codes->size / sizeof(uint16_t), sizeof(uint16_t));
  return FT_OK;
}

static uint32_t count_stamped(const struct ft_forest_work *work, uint32_t number) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < work->decisions.count; i++)
    count += work->stamp[i] == number;
  return count;
}

static enum ft_status write_masks(struct ft_pass *out, struct ft_forest_work *work, uint32_t number,
                                  const uint32_t *tree, uint32_t trees, struct ft_arena *arena,
                                  struct ft_buffer *codes, struct ft_error *err) {
  const struct ft_decisions *all = &work->decisions;
  uint32_t count = count_stamped(work, number);
  const struct ft_decision **decision = FT_ARENA_NEW(arena, const struct ft_decision *, count);
  struct ft_input *input = FT_ARENA_NEW(arena, struct ft_input, count);
  if (!decision || !input) return ft_arena_fail(err, "the model");
  *out = (struct ft_pass){ .masks = 1 };
  for (uint32_t i = 0; i < all->count; i++) {
    if (work->stamp[i] != number) continue;
    decision[out->masks - 1] = &all->decision[i];
    work->mask[i] = (uint16_t)out->masks++;
  }
  return write_inputs(out, work, decision, input, tree, trees, codes, err);
}

enum ft_status ft_pass_write(struct ft_pass *out, struct ft_forest_work *work, uint32_t number,
                             uint32_t *tree, uint32_t trees, struct ft_error *err) {
  struct ft_arena arena;
  struct ft_buffer codes;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  ft_buffer_init(&codes, (size_t)1 << 30);
  enum ft_status status = write_masks(out, work, number, tree, trees, &arena, &codes, err);
  ft_buffer_release(&codes);
  ft_arena_release(&arena);
  FT_TRY(status);
  return ft_groups_write(out, work, tree, trees, err);
}
