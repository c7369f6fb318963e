/* The target: which problem it poses, its labels, a number for every row.
 *
 * Shapes   value[i] belongs to row[i] of the canonical order: the number itself for regression, the
 *          label's index for classes.
 * NULLs    rows without a target never come here.
 * Source   the table of docs/training.md, "Which problem it is". */
#ifndef FORETELL_TRAIN_TARGET_H
#define FORETELL_TRAIN_TARGET_H

#include "core/train/table.h"
#include "foretell/job.h"

#define FT_TARGET_MAX_LABELS         1000
#define FT_TARGET_MAX_CLASS_INTEGERS 20 /* distinct integers that are classes … */
#define FT_TARGET_ROWS_A_CLASS       20 /* … where there are so many rows for each */
#define FT_TARGET_MIN_ROWS           5

struct ft_target {
  enum ft_problem problem;
  uint32_t labels;             /* 0 for regression; 2 for two classes */
  const struct ft_span *label; /* in the order of the outputs; NULL for regression */
  const size_t *count;         /* rows of each label, each at least 1; NULL for regression */
  uint32_t positive; /* binary: the label that scores are of; the rarer one unless named */
  double *value;     /* one a row */
};

/* Everything in `out` lives in the arena.
 *
 * Errors: FT_DATA        no rows, one value only, too many classes, PROBLEM_TYPE or OBJECTIVE
 *                        contradicts the values
 *         FT_INVALID     POSITIVE is none of two classes
 *         FT_WRONG_TYPE  a date or time; text under REGRESSION
 *         FT_NOMEM */
enum ft_status ft_target_find(struct ft_target *out, struct ft_arena *arena,
                              const struct ft_table *table, const struct ft_job *job,
                              const uint32_t *row, size_t rows, struct ft_error *err) FT_MUST_CHECK;

/* A date or time cannot be a target: known before any row is read. */
enum ft_status ft_target_check_type(const struct ft_field *field,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
