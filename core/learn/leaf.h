/* Which leaf of a tree a row of the features reaches; a walk, node by node. */
#ifndef FORETELL_LEARN_LEAF_H
#define FORETELL_LEARN_LEAF_H

#include "core/learn/matrix.h"
#include "foretell/model.h"

/* The leaf's index among the forest's nodes. A value of a category is a code; codes beyond a set go left. */
static inline uint32_t ft_leaf_of(const struct ft_forest *forest, const struct ft_tree *tree,
                                  const struct ft_features *features, uint32_t row) {
  const struct ft_node *root = &forest->node[tree->first], *node = root;
  while (node->feature != FT_NODE_LEAF) {
    float value = ft_features_column(features, node->feature)[row];
    bool left;
    if (value != value) {
      left = node->missing_left;
    } else if (node->set != FT_NODE_NO_SET) {
      uint32_t code = (uint32_t)value;
      left = code / 32 >= node->set_words ||
             !(forest->set_word[node->set + code / 32] >> (code % 32) & 1);
    } else {
      left = value < node->threshold;
    }
    node = root + (left ? node->left : node->right);
  }
  return (uint32_t)(node - forest->node);
}

#endif
