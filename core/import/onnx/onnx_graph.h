/* A graph's values while it is followed, and what operators ask of its nodes.
 *
 * Memory   everything lives in the arena.
 * Threads  one thread a graph. */
#ifndef FORETELL_IMPORT_ONNX_GRAPH_H
#define FORETELL_IMPORT_ONNX_GRAPH_H

#include "core/import/base/leaves.h"
#include "core/import/base/signature.h"
#include "core/import/onnx/onnx.pb-c.h"
#include "core/import/onnx/onnx_column.h"

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

/* Dense layers over columns; weights are double until the model is made. */
struct ft_onnx_layer {
  uint32_t inputs, outputs;
  enum ft_activation activation;
  double *bias, *weight; /* inputs × outputs */
};
struct ft_onnx_network {
  bool has_gap; /* a column is NaN where its field is NULL */
  uint32_t terms, lookups, layers;
  struct ft_term *term;
  struct ft_lookup *lookup;
  struct ft_onnx_layer layer[FT_NET_MAX_LAYERS];
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
  struct ft_onnx_network *network;
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
  uint32_t columns;
  const struct ft_onnx_column *column;
  struct ft_onnx_network *network;
  struct ft_onnx_score score;
};

/* An input column of the graph. */
struct ft_onnx_field {
  struct ft_span name; /* empty: none */
  bool text;           /* its tensor is one of strings */
  bool category;       /* its values are told apart as categories */
  uint32_t categories, room;
  struct ft_span *value; /* after ft_onnx_sign: in order, each once */
};

/* A column that is a function of others: columns of float32, made before it. */
struct ft_onnx_derived {
  enum ft_derivation derivation;
  uint32_t inputs;
  const struct ft_onnx_column *input;
  const double *number;
  bool gap; /* it may be NaN where its fields are NULL */
  bool wanted;
  uint32_t feature; /* of the model; FT_ONNX_NONE: not yet */
};
#define FT_ONNX_MAX_DERIVED 16384

struct ft_onnx {
  struct ft_import *import;
  struct ft_arena *arena;
  const FtOnnx__Graph *graph;
  const char *producer; /* of the file; "": not said */
  uint32_t fields;
  struct ft_onnx_field *field; /* and empty ones for derived columns */
  uint32_t derived;
  struct ft_onnx_derived *derive;
  uint32_t encoder_room, encoder_inputs;    /* of the model's encoders; of the derived ones */
  const uint32_t *node_input, *node_output; /* of all nodes, one after another */
  uint32_t values;
  struct ft_onnx_value *value; /* one a name of the graph */
  bool signed_off;             /* fields and encoders are made */
  struct ft_signature_codes codes;
  struct ft_onnx_blocks blocks;
};

struct ft_onnx_node {
  const FtOnnx__Node *proto;
  const char
      *library; /* whose estimator it is, by the name of its operator; NULL: an ONNX graph's */
  const uint32_t *input, *output; /* indices of values; FT_ONNX_NONE: left out */
};

/* Fails: "operator "X" in node "n" is not supported: why", with the way out. */
enum ft_status ft_onnx_refuse(const struct ft_onnx_node *node, const char *why,
                              struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_onnx_damaged(const struct ft_onnx_node *node, const char *what,
                               struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_onnx_no_memory(struct ft_error *err) FT_MUST_CHECK;

/* Attributes; a wrong kind counts as none. */
const FtOnnx__Attribute *ft_onnx_attribute(const struct ft_onnx_node *node, const char *name);
int64_t ft_onnx_integer(const struct ft_onnx_node *node, const char *name, int64_t otherwise);
double ft_onnx_real(const struct ft_onnx_node *node, const char *name, double otherwise);
struct ft_span ft_onnx_text(const struct ft_onnx_node *node, const char *name);
struct ft_onnx_integers {
  size_t count;
  const int64_t *value;
};
struct ft_onnx_integers ft_onnx_integers(const struct ft_onnx_node *node, const char *name);
/* `name` or `name`_as_tensor */
struct ft_onnx_reals {
  size_t count;
  const double *value;
};
enum ft_status ft_onnx_reals(struct ft_onnx_reals *out, const struct ft_onnx *onnx,
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
/* A number's text: of an integer its digits. */
enum ft_status ft_onnx_decimal(struct ft_span *out, const struct ft_onnx *onnx, double number,
                               struct ft_error *err) FT_MUST_CHECK;

/* Inputs and outputs of a node. NULL: left out. An input that is there has a kind. */
const struct ft_onnx_value *ft_onnx_input(const struct ft_onnx *onnx,
                                          const struct ft_onnx_node *node, size_t index);
void ft_onnx_give(struct ft_onnx *onnx, const struct ft_onnx_node *node, size_t index,
                  const struct ft_onnx_value *value);

/* Fields and encoders, as the operators so far have used them; done once, before the first learner. */
enum ft_status ft_onnx_sign(struct ft_onnx *onnx, struct ft_error *err) FT_MUST_CHECK;

/* An operator. Its inputs are there, but for those left out. */
typedef enum ft_status ft_onnx_operator(struct ft_onnx *onnx, const struct ft_onnx_node *node,
                                        struct ft_error *err);
/* Does it take columns in, to predict? */
bool ft_onnx_operator_learns(struct ft_span name);
/* NULL: unknown */
ft_onnx_operator *ft_onnx_operator_named(struct ft_span domain, struct ft_span name);

#endif
