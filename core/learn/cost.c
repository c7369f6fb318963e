#include "core/learn/cost.h"

#include <math.h>

#include "core/learn/extra_trees.h"
#include "core/learn/linear.h"
#include "core/learn/net.h"
#include "foretell/maths.h"

/* Seconds. */
#define FIT_SECONDS    0.04    /* of a fit, whatever it learns */
#define TREE_SECONDS   1e-4    /* of a tree, whatever it holds */
#define ROW_SECONDS    8e-9    /* of a tree, a row: gradients, margins, its place */
#define CELL_SECONDS   0.9e-9  /* of a level, a row's feature */
#define BIN_SECONDS    1.2e-9  /* of a node, a feature's bin */
#define STEP_SECONDS   3.3e-7  /* of an epoch, a row */
#define OUTPUT_SECONDS 2.5e-8  /* … for each output but the first: its exponential */
#define WEIGHT_SECONDS 1.6e-10 /* of an epoch, a row's weight: forward and back */
#define LINEAR_SECONDS 1e-9
#define CHANCE_SECONDS \
  2.2e-9 /* of a level, a row's feature: to read it, and each draw of a split */

#define FOREST_FACTOR   2.0  /* trees that are as deep as they can be */
#define CHANCE_LEVELS   1.4  /* of a tree of splits by chance, as a multiple of the least */
#define FEW_ROWS        5000 /* fewer have fewer bins */
#define PATIENCE_ROUNDS 60.0
#define USUAL_DEPTH     6.0
#define LOG_2           0.693147180559945286

static double seconds_of_tree(const struct ft_configuration *configuration,
                              const struct ft_fit_data *data, double rows) {
  double depth = ft_configuration_number(configuration, "max_depth", USUAL_DEPTH);
  double features = data->features->features *
                    ft_configuration_number(configuration, "colsample_bytree", 1) *
                    sqrt(ft_configuration_number(configuration, "colsample_bynode", 1));
  double nodes = fmin(ldexp(1, (int)depth), rows / 4), bins = rows < FEW_ROWS ? 64 : 254;
  return TREE_SECONDS + rows * (ROW_SECONDS + depth * features * CELL_SECONDS) +
         nodes * features * bins * BIN_SECONDS;
}

/* Splits by chance divide the rows less evenly than the best ones do. */
static double seconds_of_extra(const struct ft_configuration *configuration,
                               const struct ft_fit_data *data, double rows) {
  double seen = fmin(rows, FT_EXTRA_MOST_ROWS);
  double leaves = fmin(seen / ft_configuration_number(configuration, "min_rows", 1),
                       ft_configuration_number(configuration, "leaves", FT_EXTRA_USUAL_LEAVES));
  double levels = fmin(ft_configuration_number(configuration, "max_depth", 14),
                       CHANCE_LEVELS * ft_log(fmax(leaves, 2)) / LOG_2);
  double features =
      data->features->features * ft_configuration_number(configuration, "features", 1);
  double reads = 1 + ft_configuration_number(configuration, "draws", 1);
  return ft_configuration_number(configuration, "trees", 60) *
         (rows * ROW_SECONDS + seen * features * levels * reads * CHANCE_SECONDS);
}

static double seconds_of_net(const struct ft_configuration *configuration,
                             const struct ft_fit_data *data, double rows) {
  double width = ft_configuration_number(configuration, "width", 64);
  double layers = ft_configuration_number(configuration, "layers", 3);
  double terms =
      data->features->features * (1 + ft_configuration_number(configuration, "bends", 0));
  double weights = width * (terms + width * (layers - 1) + data->outputs);
  return ft_net_visits(configuration, data, (size_t)rows) *
         (STEP_SECONDS + (data->outputs - 1) * OUTPUT_SECONDS + weights * WEIGHT_SECONDS);
}

static double seconds_of(const struct ft_configuration *configuration,
                         const struct ft_fit_data *data, size_t rows, double rounds) {
  switch (configuration->learner) {
  case FT_LEARN_NET: return seconds_of_net(configuration, data, (double)rows);
  case FT_LEARN_LINEAR:
    return LINEAR_SECONDS * ft_linear_work(data->features, configuration, rows, data->outputs);
  case FT_LEARN_EXTRA_TREES: return seconds_of_extra(configuration, data, (double)rows);
  case FT_LEARN_RANDOM_FOREST:
    return FOREST_FACTOR * ft_configuration_number(configuration, "trees", 200) * data->outputs *
           seconds_of_tree(configuration, data, (double)rows);
  default: return rounds * data->outputs * seconds_of_tree(configuration, data, (double)rows);
  }
}

double ft_cost_seconds(const struct ft_configuration *configuration, const struct ft_fit_data *data,
                       size_t rows, double rounds) {
  return FIT_SECONDS + seconds_of(configuration, data, rows, rounds);
}

/* A tree of depth d learns about as much as d roots of a small one. */
static double depth_factor(const struct ft_configuration *configuration) {
  return sqrt(ft_configuration_number(configuration, "max_depth", USUAL_DEPTH) / USUAL_DEPTH);
}

double ft_cost_rounds(const struct ft_configuration *configuration, double haste, double pace) {
  double rounds = pace / (ft_configuration_eta(configuration, haste) * depth_factor(configuration));
  return fmin(rounds + PATIENCE_ROUNDS, configuration->most_rounds);
}

double ft_cost_pace(const struct ft_configuration *configuration, double haste, double rounds) {
  return rounds * ft_configuration_eta(configuration, haste) * depth_factor(configuration);
}
