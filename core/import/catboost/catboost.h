/* CatBoost's models, as save_model writes them: JSON, and its binary format (cbm).
 *
 * Both are read into one struct ft_catboost, out of which the model is made.
 *
 * Numbers  CatBoost compares float32 numbers by >; a border becomes the next float32 above it, so
 *          nothing changes.
 * NULLs    of numbers as NaN of CatBoost's. CatBoost refuses missing categories; ours go where it
 *          sends a category that it has never seen.
 * Source   CatBoost 1.2, catboost/libs/model: flatbuffers/ (model.fbs, features.fbs, ctr_data.fbs),
 *          model.cpp, cpu/quantization.h and json_model_helpers.cpp: what they read and write. */
#ifndef FORETELL_IMPORT_CATBOOST_H
#define FORETELL_IMPORT_CATBOOST_H

#include "core/import/base/leaves.h"
#include "core/import/base/reader.h"
#include "core/import/document/document.h"

bool ft_catboost_is_json(struct ft_span bytes);
enum ft_status ft_catboost_json_read(struct ft_import *out, struct ft_arena *arena,
                                     struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;
bool ft_catboost_is_binary(struct ft_span bytes);
enum ft_status ft_catboost_binary_read(struct ft_import *out, struct ft_arena *arena,
                                       struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

#define FT_CATBOOST_MAX_DEPTH 16 /* of a tree whose levels have one split each */
#define FT_CATBOOST_NO_INDEX  UINT32_MAX

struct ft_catboost_number {
  struct ft_span name; /* empty: none */
  uint32_t index;      /* among the numbers */
  uint32_t column;     /* among all columns */
  bool missing_right;  /* NaN is more than every border; else less */
};

struct ft_catboost_category {
  struct ft_span name;
  uint32_t index; /* among the categories */
  uint32_t column;
};

enum ft_catboost_split_kind {
  FT_CATBOOST_ABOVE = 0, /* number `of` is more than the border */
  FT_CATBOOST_EQUAL,     /* category `of` has the value's hash */
  FT_CATBOOST_STATISTIC, /* statistic `of` is more than the border */
};

/* The trees name their splits by number. */
struct ft_catboost_split {
  enum ft_catboost_split_kind kind;
  uint32_t of; /* place in the list of its kind */
  float border;
  uint32_t value;
};

/* A node of a tree whose splits differ from node to node. A row that would go to a child which is not
 * there ends here. */
struct ft_catboost_node {
  uint32_t split;
  uint32_t child[2];   /* left, right: places in the tree, more than the node's own; 0: none */
  const double *value; /* one an output; NULL: no row ends here */
};

struct ft_catboost_tree {
  uint32_t depth;        /* of a tree with one split a level */
  const uint32_t *split; /* one a level; bit i of a leaf's number is split i's answer */
  const double *value;   /* 2^depth × outputs */
  uint32_t nodes;        /* more than 0: a tree of nodes instead */
  const struct ft_catboost_node *node;
};

struct ft_catboost {
  uint32_t numbers;
  struct ft_catboost_number *number;
  uint32_t categories;
  struct ft_catboost_category *category;
  uint32_t columns; /* that a row has; some may be in neither list: the model leaves them out */
  uint32_t splits;
  struct ft_catboost_split *split;
  uint32_t outputs;
  double scale;
  double *bias; /* one an output */
  uint32_t trees;
  struct ft_catboost_tree *tree;
  struct ft_element parameters; /* of the training; FT_ELEMENT_NULL: unknown */
  struct ft_element classes;    /* class_params or multiclass_params; the same */
  struct ft_span version;       /* text with "tags/v1.2.10" in it; empty: unknown */
  struct ft_span threshold; /* a number as text, the probability of the second class; or empty */
};

/* The model out of what was read. Errors: as ft_import_read */
enum ft_status ft_catboost_make(struct ft_import *out, struct ft_arena *arena,
                                struct ft_catboost *from, struct ft_error *err) FT_MUST_CHECK;

/* The trees: the decision of split s is decision[s], a node without children. Leaves are times
 * `scale`. Errors: FT_CORRUPT, FT_LIMIT, FT_NOMEM */
enum ft_status ft_catboost_trees_make(struct ft_grown_trees *out, struct ft_arena *arena,
                                      const struct ft_catboost *from,
                                      const struct ft_node *decision,
                                      struct ft_error *err) FT_MUST_CHECK;

/* For the readers. */
enum ft_status ft_catboost_check_depth(size_t depth, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_catboost_fail(struct ft_error *err, const char *what);
/* Text and embedding columns, which are not read. */
enum ft_status ft_catboost_refuse_texts(struct ft_error *err);

#endif
