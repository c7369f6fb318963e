/* Trees of two classes: ONNX Runtime makes the numbers and the label by rules of its own. */
#ifndef FORETELL_IMPORT_ONNX_TREE_CLASSES_H
#define FORETELL_IMPORT_ONNX_TREE_CLASSES_H

#include "core/import/onnx/onnx_ensemble.h"

/* The one margin of two classes. */
struct ft_onnx_margin {
  const double *times; /* what a weight of each class counts in it */
  double base;
  enum ft_link link;
};

/* Refuses what ONNX Runtime answers with a label that is not that of the higher number, or with
 * numbers that do not add up to 1. */
enum ft_status ft_onnx_margin_of(struct ft_onnx_margin *out, const struct ft_onnx_node *node,
                                 const struct ft_onnx_ensemble *ensemble,
                                 const struct ft_column_numbers *base,
                                 struct ft_error *err) FT_MUST_CHECK;

#endif
