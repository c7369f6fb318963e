#include "core/import/base/coded.h"

#define WORD_BITS 32 /* of a word of a set */

static enum ft_status fail_file(struct ft_error *err, const char *what) {
  return ft_fail(err, FT_CORRUPT, "the model's trees cannot be read: %s", what);
}

static bool has_set(const struct ft_node *node) {
  return node->feature != FT_NODE_LEAF && node->set != FT_NODE_NO_SET;
}

static bool set_has(const struct ft_grown_trees *trees, const struct ft_node *node, uint32_t code) {
  return code / WORD_BITS < node->set_words &&
         (trees->word[node->set + code / WORD_BITS] >> (code % WORD_BITS) & 1);
}

static enum ft_status find_coded(struct ft_signature_input *input, uint32_t inputs,
                                 const struct ft_grown_trees *trees, struct ft_error *err) {
  for (uint32_t i = 0; i < trees->nodes; i++) {
    const struct ft_node *node = &trees->node[i];
    if (node->feature == FT_NODE_LEAF) continue;
    if (node->feature >= inputs) return fail_file(err, "a feature out of range");
    if (!has_set(node)) continue;
    struct ft_signature_input *is = &input[node->feature];
    is->coded = true;
    if (is->codes < node->set_words * WORD_BITS) is->codes = node->set_words * WORD_BITS;
  }
  for (uint32_t i = 0; i < trees->nodes; i++) {
    const struct ft_node *node = &trees->node[i];
    if (node->feature != FT_NODE_LEAF && !has_set(node) && input[node->feature].coded)
      return fail_file(err, "a threshold on a category");
  }
  return FT_OK;
}

static void mark_set(uint8_t *used, const struct ft_grown_trees *trees,
                     const struct ft_node *node) {
  for (uint32_t code = 0; code < node->set_words * WORD_BITS; code++)
    used[code] |= set_has(trees, node, code);
}

enum ft_status ft_coded_mark(struct ft_signature_input *input, uint32_t inputs,
                             struct ft_arena *arena, const struct ft_grown_trees *trees,
                             struct ft_error *err) {
  uint8_t **used = FT_ARENA_NEW(arena, uint8_t *, inputs);
  if (!used) return ft_arena_fail(err, "the model");
  FT_TRY(find_coded(input, inputs, trees, err));
  for (uint32_t i = 0; i < inputs; i++) {
    input[i].used = used[i] = FT_ARENA_NEW(arena, uint8_t, input[i].codes);
    if (!used[i]) return ft_arena_fail(err, "the model");
  }
  for (uint32_t i = 0; i < trees->nodes; i++)
    if (has_set(&trees->node[i])) mark_set(used[trees->node[i].feature], trees, &trees->node[i]);
  return FT_OK;
}

static uint32_t words_of(const struct ft_model *model, const struct ft_node *node) {
  return model->encoder[node->feature].categories / WORD_BITS + 1;
}

enum ft_status ft_coded_renumber(struct ft_grown_trees *trees, struct ft_arena *arena,
                                 const struct ft_model *model,
                                 const struct ft_signature_input *input,
                                 const struct ft_signature_codes *codes, struct ft_error *err) {
  size_t words = 0;
  for (uint32_t i = 0; i < trees->nodes; i++)
    if (has_set(&trees->node[i])) words += words_of(model, &trees->node[i]);
  if (words > UINT32_MAX / 2) return fail_file(err, "it is too large");
  uint32_t *word = FT_ARENA_NEW(arena, uint32_t, words), at = 0;
  if (!word) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < trees->nodes; i++) {
    struct ft_node *node = &trees->node[i];
    if (!has_set(node)) continue;
    const uint32_t *code = codes->code + codes->first[node->feature];
    uint32_t size = words_of(model, node);
    for (uint32_t c = 0; c < input[node->feature].codes; c++)
      if (set_has(trees, node, c))
        word[at + code[c] / WORD_BITS] |= UINT32_C(1) << (code[c] % WORD_BITS);
    node->set = at;
    node->set_words = size;
    at += size;
  }
  trees->word = word;
  trees->words = at;
  return FT_OK;
}
