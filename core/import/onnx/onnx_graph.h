/* A graph's values while it is followed, and what operators ask of its nodes.
 *
 * Memory   everything lives in the arena.
 * Threads  one thread a graph. */
#ifndef FORETELL_IMPORT_ONNX_GRAPH_H
#define FORETELL_IMPORT_ONNX_GRAPH_H

#include "core/import/base/leaves.h"
#include "core/import/columns/dense.h"
#include "core/import/onnx/onnx.pb-c.h"

#define FT_ONNX_NONE     UINT32_MAX
#define FT_ONNX_MAX_RANK 8

enum ft_onnx_element { /* of tensors, as the format numbers them; those that are read */
                       FT_ONNX_FLOAT = 1,
                       FT_ONNX_UINT8 = 2,
                       FT_ONNX_INT32 = 6,
                       FT_ONNX_INT64 = 7,
                       FT_ONNX_STRING = 8,
                       FT_ONNX_BOOL = 9,
                       FT_ONNX_DOUBLE = 11,
};

/* Numbers or texts known from the file. */
struct ft_onnx_constant {
  size_t count;
  const double *number; /* NULL: texts */
  const struct ft_span *text;
  uint32_t rank;
  int64_t dim[FT_ONNX_MAX_RANK];
};

/* A sum of numbers times variables, and a constant. A variable is one of the columns of a block: what a
 * learner gives, or a transform of other forms (onnx_forms.h). */
struct ft_onnx_term {
  uint32_t block, index;
  double weight;
};
struct ft_onnx_form {
  double constant;
  uint32_t terms;
  const struct ft_onnx_term *term; /* by block and index, each once */
};
/* A table of them, one a column. */
struct ft_onnx_forms {
  uint32_t width;
  uint32_t parts; /* 0, or tables that lie one upon another along a dimension of their own */
  bool whole;     /* cut to integers, which is not in the forms */
  const struct ft_onnx_form *form; /* width, part by part */
};
struct ft_onnx_blocks {
  uint32_t count, room;
  struct ft_onnx_block *block;
  size_t terms; /* made so far */
};

/* What a learner gives, as far as its operators and those behind it have come. */
enum ft_onnx_stage {
  FT_ONNX_MARGINS = 0, /* `link` is still to be applied where it is not the identity */
  FT_ONNX_VALUES,      /* after the link: probabilities, or the prediction */
  FT_ONNX_COMPLEMENT,  /* 1 - the probability of the second of two classes */
  FT_ONNX_POSITIONS,   /* of the highest class */
  FT_ONNX_LABELS,
};
struct ft_onnx_score {
  enum ft_onnx_stage stage;
  enum ft_link link;
  uint32_t outputs;             /* margins */
  uint32_t classes;             /* 0: a number */
  const struct ft_span *label;  /* of the classes; NULL: none known */
  struct ft_grown_trees *trees; /* NULL: a net */
  struct ft_dense_network *network;
  double *base;                      /* of trees: one an output */
  bool single;                       /* of trees: they are one tree, an output a copy of it */
  const struct ft_onnx_forms *forms; /* neither: several learners, or what is computed of one */
};

enum ft_onnx_kind {
  FT_ONNX_UNSET = 0,
  FT_ONNX_CONSTANT,
  FT_ONNX_COLUMNS,
  FT_ONNX_NEURONS, /* a network's last layer */
  FT_ONNX_SCORES,
};
struct ft_onnx_value {
  enum ft_onnx_kind kind;
  struct ft_onnx_constant constant;
  struct ft_prepared_table table; /* of columns */
  struct ft_dense_network *network;
  struct ft_onnx_score score;
};

struct ft_onnx {
  struct ft_import *import;
  struct ft_arena *arena;
  struct ft_columns columns; /* of the same import and arena */
  const FtOnnx__Graph *graph;
  const char *producer;                     /* of the file; "": not said */
  const uint32_t *node_input, *node_output; /* of all nodes, one after another */
  uint32_t values;
  struct ft_onnx_value *value; /* one a name of the graph */
  struct ft_onnx_blocks blocks;
};

struct ft_onnx_node {
  struct ft_column_source source; /* the first: what refuses its columns finds the node by it */
  const FtOnnx__Node *proto;
  const uint32_t *input, *output; /* indices of values; FT_ONNX_NONE: left out */
};
/* A node, which may be one of no graph; `input` and `output` may then be NULL. */
struct ft_onnx_node ft_onnx_node_of(const FtOnnx__Node *proto, const uint32_t *input,
                                    const uint32_t *output);

/* Fails: "operator "X" in node "n" is not supported: why", with the way out. */
enum ft_status ft_onnx_refuse(const struct ft_onnx_node *node, const char *why,
                              struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_onnx_damaged(const struct ft_onnx_node *node, const char *what,
                               struct ft_error *err) FT_MUST_CHECK;
/* The node knows more columns than it is given: skl2onnx leaves an imputer's indicators out; else the file is
 * damaged. */
enum ft_status ft_onnx_too_narrow(const struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                  const char *what, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_onnx_no_memory(struct ft_error *err) FT_MUST_CHECK;

/* Attributes; a wrong kind counts as none. */
const FtOnnx__Attribute *ft_onnx_attribute(const struct ft_onnx_node *node, const char *name);
int64_t ft_onnx_integer(const struct ft_onnx_node *node, const char *name, int64_t otherwise);
double ft_onnx_real(const struct ft_onnx_node *node, const char *name, double otherwise);
struct ft_span ft_onnx_text(const struct ft_onnx_node *node, const char *name);
/* Normalizer's norm, or "L1" where LpNormalization is the same along the columns; else "". */
struct ft_span ft_onnx_norm(const struct ft_onnx_node *node);
struct ft_onnx_integers {
  size_t count;
  const int64_t *value;
};
struct ft_onnx_integers ft_onnx_integers(const struct ft_onnx_node *node, const char *name);
/* `name` or `name`_as_tensor */
enum ft_status ft_onnx_reals(struct ft_column_numbers *out, const struct ft_onnx *onnx,
                             const struct ft_onnx_node *node, const char *name,
                             struct ft_error *err) FT_MUST_CHECK;
/* Texts of an attribute of strings, or the decimal texts of one of integers; none: count 0. */
struct ft_onnx_texts {
  size_t count;
  const struct ft_span *value;
};
enum ft_status ft_onnx_texts(struct ft_onnx_texts *out, const struct ft_onnx *onnx,
                             const struct ft_onnx_node *node, const char *strings,
                             const char *integers, struct ft_error *err) FT_MUST_CHECK;

enum ft_status ft_onnx_tensor(struct ft_onnx_constant *out, const struct ft_onnx *onnx,
                              const FtOnnx__Tensor *tensor, struct ft_error *err) FT_MUST_CHECK;

/* Inputs and outputs of a node. NULL: left out. An input that is there has a kind. */
const struct ft_onnx_value *ft_onnx_input(const struct ft_onnx *onnx,
                                          const struct ft_onnx_node *node, size_t index);
void ft_onnx_give(struct ft_onnx *onnx, const struct ft_onnx_node *node, size_t index,
                  const struct ft_onnx_value *value);

/* An operator. Its inputs are there, but for those left out. */
typedef enum ft_status ft_onnx_operator(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                        struct ft_error *err);
/* Does it take columns in, to predict? */
bool ft_onnx_operator_learns(struct ft_span name);
/* NULL: unknown */
ft_onnx_operator *ft_onnx_operator_named(struct ft_span domain, struct ft_span name);

#endif
