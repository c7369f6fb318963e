/* The bytes of trees with linear leaves: the trees' own, then columns of leaves and terms. */
#include "core/model/sections.h"

/* The fewest bytes of an item, by which its count is checked. */
#define LEAF_BYTES 20
#define TERM_BYTES 12

void ft_linear_forest_write(struct ft_buffer *out, const struct ft_linear_forest *linear,
                            uint32_t outputs) {
  struct ft_buffer splits;
  ft_buffer_init(&splits, out->maximum);
  ft_forest_write(&splits, &linear->splits, outputs);
  ft_buffer_u64(out, splits.size);
  ft_buffer_append_text(out, ft_buffer_view(&splits));
  out->failed |= splits.failed;
  ft_buffer_release(&splits);
  ft_buffer_u32(out, linear->leaves);
  ft_buffer_u32(out, linear->terms);
  for (uint32_t i = 0; i < linear->leaves; i++)
    ft_buffer_f64(out, linear->leaf[i].constant);
  for (uint32_t i = 0; i < linear->leaves; i++)
    ft_buffer_f64(out, linear->leaf[i].missing);
  for (uint32_t i = 0; i < linear->leaves; i++)
    ft_buffer_u32(out, linear->leaf[i].terms);
  for (uint32_t i = 0; i < linear->terms; i++)
    ft_buffer_u32(out, linear->term[i].feature);
  for (uint32_t i = 0; i < linear->terms; i++)
    ft_buffer_f64(out, linear->term[i].slope);
}

static enum ft_status read_leaves(struct ft_linear_forest *out, struct ft_arena *arena,
                                  struct ft_reader *reader, struct ft_error *err) {
  struct ft_linear_leaf *leaf = FT_ARENA_NEW(arena, struct ft_linear_leaf, out->leaves);
  uint32_t left = out->terms;
  if (!leaf) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < out->leaves; i++)
    leaf[i].constant = ft_reader_f64(reader);
  for (uint32_t i = 0; i < out->leaves; i++)
    leaf[i].missing = ft_reader_f64(reader);
  for (uint32_t i = 0; i < out->leaves; i++) {
    leaf[i].first = out->terms - left;
    leaf[i].terms = ft_reader_u32(reader);
    if (leaf[i].terms > left)
      return ft_fail(err, FT_CORRUPT, "the model's leaves are damaged: one is cut short");
    left -= leaf[i].terms;
  }
  out->leaf = leaf;
  return FT_OK;
}

static enum ft_status read_terms(struct ft_linear_forest *out, struct ft_arena *arena,
                                 struct ft_reader *reader, struct ft_error *err) {
  struct ft_leaf_term *term = FT_ARENA_NEW(arena, struct ft_leaf_term, out->terms);
  if (!term) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < out->terms; i++)
    term[i].feature = ft_reader_u32(reader);
  for (uint32_t i = 0; i < out->terms; i++)
    term[i].slope = ft_reader_f64(reader);
  out->term = term;
  return FT_OK;
}

enum ft_status ft_linear_forest_read(struct ft_linear_forest *out, struct ft_arena *arena,
                                     struct ft_span raw, uint32_t outputs, struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(raw);
  struct ft_linear_forest linear = { .leaves = 0 };
  struct ft_span splits = ft_reader_bytes(&reader, ft_reader_u64(&reader));
  FT_TRY(ft_reader_check(&reader, false, "the model's trees", err));
  FT_TRY(ft_forest_read(&linear.splits, arena, splits, outputs, err));
  linear.leaves = ft_reader_count(&reader, LEAF_BYTES);
  linear.terms = ft_reader_count(&reader, TERM_BYTES);
  FT_TRY(ft_reader_check(&reader, false, "the model's leaves", err));
  FT_TRY(read_leaves(&linear, arena, &reader, err));
  FT_TRY(read_terms(&linear, arena, &reader, err));
  FT_TRY(ft_reader_check(&reader, true, "the model's leaves", err));
  *out = linear;
  return FT_OK;
}
