/* A column that a model's preparation makes: a function of one field, step by step.
 *
 * Numbers  every step is rounded to float32, as ONNX Runtime computes it, but in a column that is `wide`.
 *          Where the field is a number the steps are monotone, so a decision on the column is one
 *          threshold on the field. Where it is a category they are tried on each value. */
#ifndef FORETELL_IMPORT_COLUMNS_COLUMN_H
#define FORETELL_IMPORT_COLUMNS_COLUMN_H

#include <stdbool.h>

#include "foretell/arena.h"
#include "foretell/model.h"
#include "foretell/span.h"

#define FT_COLUMN_MAX_STEPS 64

enum ft_step_kind {
  FT_STEP_FIELD = 0, /* the field itself */
  FT_STEP_IMPUTE,    /* a missing number: a */
  FT_STEP_FILL,      /* a missing text: the text */
  FT_STEP_REPLACE,   /* the text where it is missing, or where `condition` is not 0 */
  FT_STEP_EQUALS,    /* 1 when the category is the text, else 0 */
  FT_STEP_MAP,       /* a category's number; a: of all others */
  FT_STEP_SCALE,     /* (x - a) * b */
  FT_STEP_ADD,       /* x + a */
  FT_STEP_MULTIPLY,  /* x * a */
  FT_STEP_DIVIDE,    /* x / a */
  FT_STEP_CLIP,      /* not below a, not above b */
  FT_STEP_ABOVE,     /* 1 when x > a, else 0 */
  FT_STEP_IS_MISSING,
  FT_STEP_NOT_ZERO, /* 1 when x is not 0, else 0 */
  FT_STEP_TRUNCATE, /* to an integer, towards 0 */
  FT_STEP_NARROW,   /* to float32 */
};

/* Values of categories and their numbers, in the order of the texts. */
struct ft_category_map {
  uint32_t count;
  const struct ft_span *text;
  const double *number;
};

struct ft_column_step {
  enum ft_step_kind kind;
  bool wide;      /* double */
  uint32_t steps; /* up to this one */
  const struct ft_column_step *before;
  double a, b;
  struct ft_span text;
  const struct ft_category_map *map;
  const struct ft_column_step *condition; /* of REPLACE: of the same field */
  uint32_t feature;                       /* where it is one of the model's: its index and 1 */
};

struct ft_prepared_column {
  uint32_t field;
  bool wide;  /* numbers are double */
  bool whole; /* numbers are integers */
  const struct ft_column_step *last;
};

/* What a field may hold. */
enum ft_raw_kind { FT_RAW_MISSING = 0, FT_RAW_NUMBER, FT_RAW_TEXT, FT_RAW_UNLISTED };
struct ft_raw {
  enum ft_raw_kind kind;
  double number;
  struct ft_span text; /* a category's */
};

/* The column's value; NaN: missing. */
double ft_column_value(const struct ft_prepared_column *column, struct ft_raw raw);

enum ft_branch {
  FT_BRANCH_LEQ = 0,
  FT_BRANCH_LT,
  FT_BRANCH_GT,
  FT_BRANCH_GTE,
  FT_BRANCH_EQ,
  FT_BRANCH_NEQ,
  FT_BRANCH_AMONG /* one of the codes `passing`; what is none of `known` counts as missing */
};
#define FT_BRANCH_CODES 256
struct ft_branch_codes {
  uint32_t word[FT_BRANCH_CODES / 32];
};
struct ft_branch_test {
  enum ft_branch branch;
  double value;
  bool missing_passes;
  const struct ft_branch_codes *passing, *known; /* of FT_BRANCH_AMONG */
};
bool ft_column_passes(const struct ft_prepared_column *column, const struct ft_branch_test *test,
                      struct ft_raw raw);

/* The test as a threshold on the field, which is a number: those below it pass, or those that are
 * not below. `branch` is none of EQ, NEQ. */
struct ft_threshold {
  float threshold;
  bool below_passes;
};
struct ft_threshold ft_column_threshold(const struct ft_prepared_column *column,
                                        const struct ft_branch_test *test);

/* A column of a number as clamp((x - centre) * scale, low, high) + shift. */
struct ft_column_form {
  double centre, scale, shift, low, high;
};
/* false: it has another form */
bool ft_column_form(struct ft_column_form *out, const struct ft_prepared_column *column);

#endif
