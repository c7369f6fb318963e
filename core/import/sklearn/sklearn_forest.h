/* The trees of a model, while they are added one by one. */
#ifndef FORETELL_IMPORT_SKLEARN_FOREST_H
#define FORETELL_IMPORT_SKLEARN_FOREST_H

#include "core/import/base/leaves.h"
#include "core/import/columns/split.h"
#include "core/import/sklearn/sklearn_reading.h"

#define FT_SKLEARN_MAX_NODES (1U << 26) /* of all trees, where each class has trees of its own */

struct ft_sklearn_forest {
  struct ft_sklearn *sklearn;
  const struct ft_sklearn_place *place;
  struct ft_prepared_table columns;
  struct ft_column_splits splits;
  struct ft_grown_trees trees;
  uint32_t tree_room, node_room;
  double *base;         /* one an output */
  bool refuses_missing; /* scikit-learn itself does not predict for NaN */
};

/* Fields and encoders are made. */
enum ft_status ft_sklearn_forest_start(struct ft_sklearn_forest *out, struct ft_sklearn *sklearn,
                                       const struct ft_sklearn_place *place,
                                       const struct ft_prepared_table *columns, uint32_t outputs,
                                       struct ft_error *err) FT_MUST_CHECK;

/* Room for that many trees and nodes more. */
enum ft_status ft_sklearn_forest_reserve(struct ft_sklearn_forest *forest, uint64_t trees,
                                         uint64_t nodes, struct ft_error *err) FT_MUST_CHECK;

/* The child that `array` gives of a node: a later one that is nobody's child yet. */
enum ft_status ft_sklearn_forest_child(uint32_t *out, uint8_t *seen,
                                       const struct ft_sklearn_forest *forest,
                                       const struct ft_pickle_array *array, uint32_t node,
                                       uint32_t nodes, struct ft_error *err) FT_MUST_CHECK;

/* The model's members, each times `weight`. */
enum ft_status ft_sklearn_forest_finish(struct ft_sklearn_forest *forest, double weight,
                                        struct ft_error *err) FT_MUST_CHECK;

#endif
