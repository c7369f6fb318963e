/* How a booster grows a tree; in XGBoost's words, with its defaults. */
#ifndef FORETELL_LEARN_TREE_OPTIONS_H
#define FORETELL_LEARN_TREE_OPTIONS_H

#include "core/learn/booster_parameters.h"
#include "core/learn/option.h"

struct ft_tree_options {
  uint32_t max_depth;
  double min_child_weight;
  double lambda;                                                /* L2 penalty of leaves */
  double alpha;                                                 /* L1 penalty of leaves */
  double colsample_bytree, colsample_bylevel, colsample_bynode; /* shares of the features */
};
#define FT_TREE_DEFAULTS                                                                         \
  .tree.max_depth = 6, .tree.min_child_weight = 1, .tree.lambda = 1, .tree.colsample_bytree = 1, \
  .tree.colsample_bylevel = 1, .tree.colsample_bynode = 1

/* Rows of a table of options, for a struct that has these as its member `tree`. */
#define FT_TREE_OPTION(owner, name, kind) \
  { #name, kind, offsetof(struct owner, tree) + offsetof(struct ft_tree_options, name) }
#define FT_TREE_OPTIONS(owner)                                                                     \
  FT_TREE_OPTION(owner, max_depth, FT_OPTION_COUNT),                                               \
      FT_TREE_OPTION(owner, min_child_weight, FT_OPTION_REAL),                                     \
      FT_TREE_OPTION(owner, lambda, FT_OPTION_REAL), FT_TREE_OPTION(owner, alpha, FT_OPTION_REAL), \
      FT_TREE_OPTION(owner, colsample_bytree, FT_OPTION_REAL),                                     \
      FT_TREE_OPTION(owner, colsample_bylevel, FT_OPTION_REAL),                                    \
      FT_TREE_OPTION(owner, colsample_bynode, FT_OPTION_REAL)

/* Texts of the options, which a booster's parameters borrow. */
struct ft_tree_texts {
  char text[7][FT_OPTION_TEXT];
};
void ft_tree_options_add(struct ft_booster_parameters *to, struct ft_tree_texts *texts,
                         const struct ft_tree_options *options);

/* Seconds of one core to grow a tree of one output over `rows` rows (cost.h). */
double ft_tree_seconds(const struct ft_tree_options *options, const struct ft_features *features,
                       double rows);

#endif
