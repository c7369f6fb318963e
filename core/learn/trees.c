#include "core/learn/trees.h"

#include <string.h>

#include "core/import/base/leaves.h"
#include "core/import/xgboost/xgboost.h"

int32_t ft_trees_exponent(double largest) {
  return ft_leaf_exponent(largest);
}

/* What stays, without the room that reading took. */
static enum ft_status keep(struct ft_grown_trees *trees, struct ft_arena *arena,
                           struct ft_error *err) {
  struct ft_tree *tree = FT_ARENA_NEW(arena, struct ft_tree, trees->trees);
  struct ft_node *node = FT_ARENA_NEW(arena, struct ft_node, trees->nodes);
  uint32_t *word = FT_ARENA_NEW(arena, uint32_t, trees->words);
  if (!tree || !node || !word) return ft_arena_fail(err, "the model's trees");
  if (trees->trees) memcpy(tree, trees->tree, trees->trees * sizeof *tree);
  if (trees->nodes) memcpy(node, trees->node, trees->nodes * sizeof *node);
  if (trees->words) memcpy(word, trees->word, trees->words * sizeof *word);
  trees->tree = tree;
  trees->node = node;
  trees->word = word;
  return FT_OK;
}

static enum ft_status read_trees(struct ft_forest *out, struct ft_arena *arena,
                                 struct ft_arena *scratch, struct ft_span ubjson, uint32_t rounds,
                                 uint32_t outputs, double scale, struct ft_error *err) {
  struct ft_element document;
  struct ft_grown_trees trees;
  double *base = FT_ARENA_NEW(arena, double, outputs);
  if (!base) return ft_arena_fail(err, "the model's trees");
  FT_TRY(ft_ubjson_read(&document, scratch, ubjson, err));
  FT_TRY(ft_xgboost_base_read(base, outputs, scratch, &document, err));
  FT_TRY(ft_xgboost_trees_read(&trees, scratch, &document, rounds, outputs, err));
  FT_TRY(keep(&trees, arena, err));
  for (uint32_t i = 0; i < trees.nodes; i++)
    trees.leaf[i] *= scale;
  ft_grown_trees_round(out, &trees, base);
  return FT_OK;
}

enum ft_status ft_trees_read(struct ft_forest *out, struct ft_arena *arena, struct ft_span ubjson,
                             uint32_t rounds, uint32_t outputs, double scale,
                             struct ft_error *err) {
  struct ft_arena scratch;
  ft_arena_init(&scratch, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = read_trees(out, arena, &scratch, ubjson, rounds, outputs, scale, err);
  ft_arena_release(&scratch);
  /* A learner that writes nonsense is the trainer's failure, not a damaged model. */
  if (status != FT_CORRUPT) return status;
  if (err) err->status = FT_TRAINER;
  return FT_TRAINER;
}
