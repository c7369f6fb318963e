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

/* Categories, and what else is combined with them. */
struct ft_catboost_combination {
  uint32_t categories;
  const uint32_t *category; /* places in the list */
  uint32_t tests;
  const struct ft_catboost_split *test; /* of numbers, then of categories */
};

enum ft_catboost_statistic_kind {
  FT_CATBOOST_BORDERS = 0, /* share of the targets above a border of theirs */
  FT_CATBOOST_BUCKETS,     /* share of the targets of one bucket */
  FT_CATBOOST_BINARIZED_MEAN,
  FT_CATBOOST_FLOAT_MEAN,
  FT_CATBOOST_COUNTER,
  FT_CATBOOST_FREQUENCY,
  FT_CATBOOST_STATISTIC_KINDS
};

/* What was counted of each combination's values. */
struct ft_catboost_table {
  enum ft_catboost_statistic_kind kind;
  uint32_t classifier; /* which of several borders of the target it counts by */
  struct ft_catboost_combination of;
  uint32_t entries;
  const uint64_t *hash;
  uint32_t width;       /* numbers an entry */
  const double *number; /* entries × width: counts; of means a sum and a count */
  double denominator;   /* of FT_CATBOOST_COUNTER and FT_CATBOOST_FREQUENCY */
};

/* (counted + prior) / (all + prior_all), shifted and scaled. */
struct ft_catboost_statistic {
  const struct ft_catboost_table *table;
  uint32_t border; /* of the target */
  float prior, prior_all, shift, scale;
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
  uint32_t statistics;
  struct ft_catboost_statistic *statistic;
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

/* What a model's splits are of ours. */
struct ft_catboost_decisions {
  struct ft_node *node; /* one a split, without children */
  uint32_t words;       /* of sets */
  uint32_t *word;
};

/* The splits, and the encoders that they ask for beside those of the model's inputs.
 * Errors: FT_CORRUPT, FT_LIMIT, FT_NOMEM */
enum ft_status ft_catboost_decisions_make(struct ft_catboost_decisions *out, struct ft_model *model,
                                          struct ft_arena *arena, const struct ft_catboost *from,
                                          struct ft_error *err) FT_MUST_CHECK;

/* The trees: the decision of split s is decision[s], a node without children. Leaves are times
 * `scale`. Errors: FT_CORRUPT, FT_LIMIT, FT_NOMEM */
enum ft_status ft_catboost_trees_make(struct ft_grown_trees *out, struct ft_arena *arena,
                                      const struct ft_catboost *from,
                                      const struct ft_node *decision,
                                      struct ft_error *err) FT_MUST_CHECK;

/* An encoder for each statistic, behind those of the model's inputs: statistic i is feature
 * feature[i]. Errors: FT_CORRUPT, FT_LIMIT, FT_NOMEM */
enum ft_status ft_catboost_statistics_make(struct ft_model *model, uint32_t *feature,
                                           struct ft_arena *arena, const struct ft_catboost *from,
                                           struct ft_error *err) FT_MUST_CHECK;

/* For the readers. */
bool ft_catboost_same_combination(const struct ft_catboost_combination *a,
                                  const struct ft_catboost_combination *b);
/* The place of the number, or category, with an index; FT_CATBOOST_NO_INDEX: none. */
uint32_t ft_catboost_number_of(const struct ft_catboost *from, uint32_t index);
uint32_t ft_catboost_category_of(const struct ft_catboost *from, uint32_t index);
/* A member that is an index; FT_CATBOOST_NO_INDEX: it is none. */
uint32_t ft_catboost_json_index(const struct ft_element *object, const char *name);
/* A hash of 32 bits, whose sign some versions write; false: it is none. */
bool ft_catboost_json_hash(uint32_t *out, double number);
/* The statistics; the lists of numbers and categories have been read. */
enum ft_status ft_catboost_json_statistics(struct ft_catboost *out, struct ft_arena *arena,
                                           const struct ft_element *document,
                                           struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_catboost_check_depth(size_t depth, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_catboost_fail(struct ft_error *err, const char *what);
/* Text and embedding columns, which are not read. */
enum ft_status ft_catboost_refuse_texts(struct ft_error *err);

#endif
