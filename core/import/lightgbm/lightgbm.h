/* LightGBM's models, as Booster.save_model writes them: a text of key=value lines; and as
 * Booster.dump_model gives them: JSON.
 *
 * Both are read into one struct ft_lightgbm, out of which the model is made.
 *
 * Numbers    LightGBM compares doubles by <=; a threshold becomes the least float32 that a value must
 *            stay below. For values that are float32 numbers nothing changes; a double is rounded to
 *            float32 first, so one closer to a threshold than that may go the other way. Linear
 *            leaves take the doubles themselves.
 * NULLs      as missing values of LightGBM; where the training saw none it takes 0 instead, and so do
 *            we.
 * Source     LightGBM 4, tree.cpp, tree.h and gbdt_model_text.cpp: what they read and write. */
#ifndef FORETELL_IMPORT_LIGHTGBM_H
#define FORETELL_IMPORT_LIGHTGBM_H

#include "core/import/base/leaves.h"
#include "core/import/base/reader.h"
#include "core/import/base/signature.h"
#include "core/import/document/document.h"

enum ft_status ft_lightgbm_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                                struct ft_error *err) FT_MUST_CHECK;
bool ft_lightgbm_is_json(struct ft_span bytes);
enum ft_status ft_lightgbm_json_read(struct ft_import *out, struct ft_arena *arena,
                                     struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

/* --- what both formats are read into --- */

/* Trees as they are, categories in a set going to the right, as ours do. Outputs go round: tree t adds
 * to t % outputs. */
struct ft_lightgbm_trees {
  struct ft_grown_trees grown; /* a linear leaf's value is that for missing values */
  bool linear;                 /* some leaf has a term or a constant of its own */
  struct ft_linear_leaf *leaf; /* one a node: of leaves */
  uint32_t terms;
  struct ft_leaf_term *term;
  bool zeros;    /* some split takes zeros for missing values */
  uint8_t *zero; /* one a node: 1 where it does */
};

struct ft_lightgbm {
  struct ft_span version;           /* empty: unknown */
  struct ft_span objective;         /* "binary sigmoid:1"; empty: none that LightGBM knows */
  uint32_t features;                /* at most FT_MODEL_MAX_FIELDS */
  uint32_t outputs;                 /* trees of a round; 1 … FT_MODEL_MAX_LABELS */
  bool average;                     /* of the rounds; else their sum */
  struct ft_signature_input *input; /* one a feature: name and coded are set */
  struct ft_element categories;     /* pandas_categorical: a list a coded feature; or null */
  struct ft_lightgbm_trees trees;
};

enum ft_status ft_lightgbm_fail(struct ft_error *err, const char *what);

/* The numbers that give the shape, checked. Errors: FT_CORRUPT, FT_LIMIT, FT_NOMEM */
enum ft_status ft_lightgbm_shape(struct ft_lightgbm *out, struct ft_arena *arena, double highest,
                                 double classes, double outputs,
                                 struct ft_error *err) FT_MUST_CHECK;

/* All of the import. */
enum ft_status ft_lightgbm_make(struct ft_import *out, struct ft_arena *arena,
                                struct ft_lightgbm *from, struct ft_error *err) FT_MUST_CHECK;

/* --- trees that grow --- */

struct ft_lightgbm_grower {
  struct ft_arena *arena;
  struct ft_lightgbm_trees *out;
  uint32_t features;
  uint32_t room, word_room, term_room; /* of what `out` has */
};

/* A split as LightGBM has it; children are places within the tree, beyond the split's own. */
struct ft_lightgbm_split {
  double feature, threshold;
  uint32_t decision; /* of the bits below */
  uint32_t words;    /* of a set: the categories that go left */
  const uint32_t *word;
  uint32_t left, right;
};
#define FT_LIGHTGBM_SET           1U
#define FT_LIGHTGBM_DEFAULT_LEFT  2U
#define FT_LIGHTGBM_MISSING_SHIFT 2
enum ft_lightgbm_missing {
  FT_LIGHTGBM_MISSING_NONE = 0,
  FT_LIGHTGBM_MISSING_ZERO,
  FT_LIGHTGBM_MISSING_NAN
};

/* Room for so many trees. */
enum ft_status ft_lightgbm_begin(struct ft_lightgbm_grower *out, struct ft_lightgbm_trees *trees,
                                 struct ft_arena *arena, uint32_t features, size_t count,
                                 struct ft_error *err) FT_MUST_CHECK;
/* A tree of at most so many nodes. */
enum ft_status ft_lightgbm_open_tree(struct ft_lightgbm_grower *grower, size_t nodes,
                                     struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_lightgbm_put_split(struct ft_lightgbm_grower *grower, size_t place,
                                     const struct ft_lightgbm_split *split,
                                     struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_lightgbm_put_leaf(struct ft_lightgbm_grower *grower, size_t place, double value,
                                    struct ft_error *err) FT_MUST_CHECK;
/* Makes a linear leaf of it. Errors: FT_CORRUPT, FT_NOMEM */
enum ft_status ft_lightgbm_put_terms(struct ft_lightgbm_grower *grower, size_t place,
                                     double constant, const double *feature, const double *slope,
                                     size_t terms, struct ft_error *err) FT_MUST_CHECK;
void ft_lightgbm_close_tree(struct ft_lightgbm_grower *grower, size_t nodes, uint32_t outputs);

/* --- the lines of the text --- */

/* A run of key=value lines: the file's head, or one tree. */
struct ft_lightgbm_section {
  struct ft_span text;
};

/* The value of a key; false: it is not there. */
bool ft_lightgbm_value(struct ft_span *out, struct ft_lightgbm_section section, const char *key);
/* Is the key there as a line of its own, without a value? */
bool ft_lightgbm_flag(struct ft_lightgbm_section section, const char *key);
/* A value that is a whole number from 0 to 2^31 - 1. */
bool ft_lightgbm_count(uint32_t *out, struct ft_lightgbm_section section, const char *key);
/* The numbers of a list, which must be `count`.
 * Errors: FT_CORRUPT with the key, FT_NOMEM */
enum ft_status ft_lightgbm_numbers(const double **out, struct ft_lightgbm_section section,
                                   const char *key, size_t count, struct ft_arena *arena,
                                   struct ft_error *err) FT_MUST_CHECK;
/* The next line of a text, which moves on; false at its end. */
bool ft_lightgbm_line(struct ft_span *line, struct ft_span *text);
/* The next word of a line, between blanks. */
bool ft_lightgbm_word(struct ft_span *word, struct ft_span *line);

/* The trees, `text` being what follows the head.
 * Errors: FT_CORRUPT, FT_NOMEM */
enum ft_status ft_lightgbm_trees_read(struct ft_lightgbm_trees *out, struct ft_arena *arena,
                                      struct ft_span text, uint32_t features, uint32_t outputs,
                                      struct ft_error *err) FT_MUST_CHECK;

#endif
