/* LightGBM's models, as Booster.save_model writes them: a text of key=value lines.
 *
 * Numbers    LightGBM compares doubles by <=; a threshold becomes the least float32 that a value must
 *            stay below. For values that are float32 numbers nothing changes; a double is rounded to
 *            float32 first, so one closer to a threshold than that may go the other way.
 * NULLs      as missing values of LightGBM; where the training saw none it takes 0 instead, and so do
 *            we.
 * Source     LightGBM 4, tree.h and gbdt_model_text.cpp: what they read and write. */
#ifndef FORETELL_IMPORT_LIGHTGBM_H
#define FORETELL_IMPORT_LIGHTGBM_H

#include "core/import/base/leaves.h"
#include "core/import/base/reader.h"

enum ft_status ft_lightgbm_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                                struct ft_error *err) FT_MUST_CHECK;

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

/* The trees, `text` being what follows the head. Categories in a set go to the right, as ours do.
 * Outputs go round: tree t adds to t % outputs.
 * Errors: FT_CORRUPT; FT_UNSUPPORTED  linear trees, zeros as missing values */
enum ft_status ft_lightgbm_trees_read(struct ft_grown_trees *out, struct ft_arena *arena,
                                      struct ft_span text, uint32_t features, uint32_t outputs,
                                      struct ft_error *err) FT_MUST_CHECK;

#endif
