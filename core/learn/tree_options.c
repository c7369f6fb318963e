#include "core/learn/tree_options.h"

#include <math.h>

/* Seconds. */
#define TREE_SECONDS 1e-4   /* of a tree, whatever it holds */
#define ROW_SECONDS  8e-9   /* of a tree, a row: gradients, margins, its place */
#define CELL_SECONDS 0.9e-9 /* of a level, a row's feature */
#define BIN_SECONDS  1.2e-9 /* of a node, a feature's bin */

#define SMALL_ROWS 5000 /* fewer have fewer bins */
#define SMALL_BINS 64
#define LARGE_BINS 254

struct alone {
  struct ft_tree_options tree;
};
static const struct ft_learner_option table[] = { FT_TREE_OPTIONS(alone) };
#define OPTIONS (sizeof table / sizeof *table)

void ft_tree_options_add(struct ft_booster_parameters *to, struct ft_tree_texts *texts,
                         const struct ft_tree_options *options) {
  _Static_assert(OPTIONS == sizeof texts->text / sizeof *texts->text, "a text for each option");
  for (size_t i = 0; i < OPTIONS; i++) {
    ft_option_print(texts->text[i], &table[i], options);
    ft_booster_parameters_add(to, table[i].name, texts->text[i]);
  }
}

double ft_tree_seconds(const struct ft_tree_options *options, const struct ft_features *features,
                       double rows) {
  double seen = features->features * options->colsample_bytree * sqrt(options->colsample_bynode);
  double nodes = fmin(ldexp(1, (int)options->max_depth), rows / 4);
  double bins = rows < SMALL_ROWS ? SMALL_BINS : LARGE_BINS;
  return TREE_SECONDS + rows * (ROW_SECONDS + options->max_depth * seen * CELL_SECONDS) +
         nodes * seen * bins * BIN_SECONDS;
}
