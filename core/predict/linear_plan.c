#include "core/predict/linear_plan.h"

#include "core/predict/pass_plan.h"
#include "core/predict/walk_plan.h"

static enum ft_status write_splits(struct ft_forest_block *out, uint8_t *used,
                                   struct ft_arena *arena, struct ft_buffer *block,
                                   uint32_t outputs, const struct ft_forest *splits,
                                   struct ft_error *err) {
  uint32_t *walked = FT_ARENA_NEW(arena, uint32_t, splits->trees);
  if (!walked) return ft_arena_fail(err, "the model");
  for (uint32_t t = 0; t < splits->trees; t++)
    walked[t] = t;
  out->unit = 1;
  out->base = ft_part_put(block, splits->base, outputs, sizeof *splits->base);
  return ft_walk_plan_write(out, used, block, splits, walked, splits->trees, err);
}

/* Each feature that a term has gets a slot. */
static enum ft_status write_terms(struct ft_linear_block *out, uint8_t *used,
                                  struct ft_arena *arena, struct ft_buffer *block,
                                  const struct ft_model *model,
                                  const struct ft_linear_forest *linear, struct ft_error *err) {
  struct ft_term_block *term = FT_ARENA_NEW(arena, struct ft_term_block, linear->terms);
  uint32_t *slot = FT_ARENA_NEW(arena, uint32_t, model->features); /* from 1; 0: none */
  uint32_t *number = FT_ARENA_NEW(arena, uint32_t, model->features), numbers = 0;
  if (!term || !slot || !number) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < linear->terms; i++) {
    const uint32_t feature = linear->term[i].feature;
    if (!slot[feature]) {
      number[numbers++] = feature;
      slot[feature] = numbers;
      used[feature] |= 2;
    }
    term[i] = (struct ft_term_block){ linear->term[i].slope, slot[feature] - 1, 0 };
  }
  out->number = ft_part_put(block, number, numbers, sizeof *number);
  out->term = ft_part_put(block, term, linear->terms, sizeof *term);
  return FT_OK;
}

enum ft_status ft_linear_plan_write(struct ft_linear_block *out, uint8_t *used,
                                    struct ft_arena *arena, struct ft_buffer *block,
                                    const struct ft_model *model, uint32_t outputs,
                                    const struct ft_linear_forest *linear, struct ft_error *err) {
  FT_TRY(write_splits(&out->splits, used, arena, block, outputs, &linear->splits, err));
  FT_TRY(write_terms(out, used, arena, block, model, linear, err));
  out->leaf = ft_part_put(block, linear->leaf, linear->leaves, sizeof *linear->leaf);
  return FT_OK;
}
