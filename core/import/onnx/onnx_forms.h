/* What is computed of learners' predictions, as linear forms over variables: sums, averages and links of
 * several learners, and models whose columns are other models' predictions.
 *
 * Shapes   a block is some variables: what a learner gives, or a transform of forms over the blocks
 *          before it. Equal blocks are one.
 * Numbers  double. A tree alone is kept as the numbers of its leaves, so that any function of it is
 *          again a tree; these numbers are rounded to float32, as ONNX Runtime computes them. */
#ifndef FORETELL_IMPORT_ONNX_FORMS_H
#define FORETELL_IMPORT_ONNX_FORMS_H

#include "core/import/onnx/onnx_graph.h"

enum ft_onnx_block_kind {
  FT_BLOCK_TREES = 0,
  FT_BLOCK_LEAVES, /* of one tree */
  FT_BLOCK_NETWORK,
  FT_BLOCK_TRANSFORM,
  FT_BLOCK_IS_ZERO, /* 1 where a form is 0: what a division guards against; goes with the division */
};

struct ft_onnx_block {
  enum ft_onnx_block_kind kind;
  uint32_t width;
  bool margins; /* of a learner's: numbers of several classes or targets, and no probabilities */
  const struct ft_grown_trees *trees; /* of trees; of leaves: the tree is the first */
  const double *base;                 /* of trees: one a variable */
  const double *leaf;                 /* of leaves: a number a node, variable by variable */
  struct ft_dense_network *network;
  enum ft_transform_kind transform;
  const struct ft_onnx_form *input; /* of a transform, and of IS_ZERO: one a variable */
};

/* Is it numbers that a learner made? */
bool ft_onnx_has_forms(const struct ft_onnx_value *value);
/* The forms of such a value, a table's. */
enum ft_status ft_onnx_forms_of(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                const struct ft_onnx_node *node, const struct ft_onnx_value *value,
                                struct ft_error *err) FT_MUST_CHECK;
/* The same of what may have parts or be cut to integers, or of positions of the highest. */
enum ft_status ft_onnx_forms_any(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                 const struct ft_onnx_node *node, const struct ft_onnx_value *value,
                                 struct ft_error *err) FT_MUST_CHECK;
/* `forms` as a value, and as the node's output. */
enum ft_status ft_onnx_forms_value(struct ft_onnx_value *out, const struct ft_onnx *onnx,
                                   const struct ft_onnx_forms *forms,
                                   struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_onnx_forms_give(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  const struct ft_onnx_forms *forms,
                                  struct ft_error *err) FT_MUST_CHECK;
/* Room for forms. */
enum ft_status ft_onnx_forms_new(struct ft_onnx_form **out, const struct ft_onnx *onnx,
                                 size_t count, struct ft_error *err) FT_MUST_CHECK;

/* a × by + b × times; b may be NULL. */
enum ft_status ft_onnx_form_add(struct ft_onnx_form *out, struct ft_onnx *onnx,
                                const struct ft_onnx_form *a, double by,
                                const struct ft_onnx_form *b, double times,
                                struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_onnx_form_total(struct ft_onnx_form *out, struct ft_onnx *onnx,
                                  const struct ft_onnx_form *form, uint32_t count,
                                  struct ft_error *err) FT_MUST_CHECK;
/* Equal but for roundings to float32. */
bool ft_onnx_form_equal(const struct ft_onnx_form *a, const struct ft_onnx_form *b);
/* Is it the same for all rows? Variables that add up to 1 may stand together. */
bool ft_onnx_form_is_constant(double *out, const struct ft_onnx *onnx,
                              const struct ft_onnx_form *form);

/* x, where the form is `constant` + exp(x) and nothing else; else NULL. */
const struct ft_onnx_form *ft_onnx_form_exponent(const struct ft_onnx *onnx,
                                                 const struct ft_onnx_form *form, double constant);

/* Is the highest of each row's numbers the highest of the others too, by what they are made of? */
bool ft_onnx_forms_agree(const struct ft_onnx *onnx, const struct ft_onnx_forms *a,
                         const struct ft_onnx_forms *b);

/* A block's variables as forms, one each; a block of transforms, made or found. */
enum ft_status ft_onnx_forms_transform(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                       enum ft_transform_kind kind,
                                       const struct ft_onnx_form *input, uint32_t width,
                                       struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_onnx_forms_is_zero(struct ft_onnx_forms *out, struct ft_onnx *onnx,
                                     const struct ft_onnx_form *input, uint32_t width,
                                     struct ft_error *err) FT_MUST_CHECK;

/* A function of one or two tables that hang on one tree alone; `b` may be NULL.
 * `done` is false, and nothing made, where they hang on more. */
typedef double ft_onnx_function(const void *context, double a, double b);
enum ft_status ft_onnx_forms_map(struct ft_onnx_forms *out, bool *done, struct ft_onnx *onnx,
                                 const struct ft_onnx_forms *a, const struct ft_onnx_forms *b,
                                 ft_onnx_function *function, const void *context,
                                 struct ft_error *err) FT_MUST_CHECK;

/* A linear model of forms; weight: inputs × outputs; bias: NULL or one an output. */
enum ft_status ft_onnx_forms_dense(struct ft_onnx_value *out, struct ft_onnx *onnx,
                                   const struct ft_onnx_node *node,
                                   const struct ft_onnx_value *value, uint32_t outputs,
                                   const double *weight, const double *bias,
                                   struct ft_error *err) FT_MUST_CHECK;

/* How many columns the value's forms have. */
uint32_t ft_onnx_forms_width(const struct ft_onnx_value *value);

#endif
