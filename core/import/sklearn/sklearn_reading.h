/* A scikit-learn model while it is read: the columns that its steps have made of the fields so far, and
 * what is asked of its objects.
 *
 * Memory   everything lives in the arena.
 * Threads  one thread a model. */
#ifndef FORETELL_IMPORT_SKLEARN_READING_H
#define FORETELL_IMPORT_SKLEARN_READING_H

#include "core/import/columns/columns.h"
#include "core/import/pickle/pickle.h"

struct ft_sklearn {
  struct ft_columns columns; /* fields, and what splits and layers are made with */
};

/* An estimator, and what an error calls it. */
struct ft_sklearn_place {
  struct ft_column_source
      source; /* the first: what refuses its columns finds the estimator by it */
  const struct ft_pickle *object;
  char name[64]; /* of its class */
};
void ft_sklearn_place(struct ft_sklearn_place *out, const struct ft_pickle *object);

/* Is it an object of scikit-learn's class of that name? */
bool ft_sklearn_is(const struct ft_pickle *object, const char *name);

enum ft_status ft_sklearn_refuse(const struct ft_sklearn_place *place, const char *why,
                                 struct ft_error *err) FT_MUST_CHECK;
/* Of several targets at once. */
enum ft_status ft_sklearn_refuse_several(const struct ft_sklearn_place *place,
                                         struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_sklearn_damaged(const struct ft_sklearn_place *place, const char *what,
                                  struct ft_error *err) FT_MUST_CHECK;

/* The numbers of an attribute that is a number, an array or a list; none: count 0. */
enum ft_status ft_sklearn_numbers(struct ft_column_numbers *out, const struct ft_sklearn *sklearn,
                                  const struct ft_sklearn_place *place, const char *name,
                                  struct ft_error *err) FT_MUST_CHECK;
/* The same of any object. */
enum ft_status ft_sklearn_reals(struct ft_column_numbers *out, const struct ft_sklearn *sklearn,
                                const struct ft_pickle *at, struct ft_error *err) FT_MUST_CHECK;
/* An attribute that is a text; empty: none. */
struct ft_span ft_sklearn_text(const struct ft_sklearn_place *place, const char *name);
bool ft_sklearn_says(const struct ft_sklearn_place *place, const char *name, const char *text);
/* An attribute that is true, or a number other than 0. */
bool ft_sklearn_flag(const struct ft_sklearn_place *place, const char *name);

/* What a value that is missing was: an OrdinalEncoder replaces the code of NaN, and keeps that of None. */
enum ft_sklearn_missing { FT_SKLEARN_PRESENT = 0, FT_SKLEARN_NAN, FT_SKLEARN_NONE };

/* Values of an array: numbers as their decimals. */
struct ft_sklearn_values {
  uint32_t count;
  const struct ft_span *text;
  const uint8_t *missing; /* enum ft_sklearn_missing of each */
  bool numbers;           /* all but the missing ones */
  bool booleans;
};
enum ft_status ft_sklearn_values(struct ft_sklearn_values *out, const struct ft_sklearn *sklearn,
                                 const struct ft_sklearn_place *place, const struct ft_pickle *at,
                                 struct ft_error *err) FT_MUST_CHECK;

/* The labels of classes_. */
enum ft_status ft_sklearn_labels(struct ft_sklearn_values *out, const struct ft_sklearn *sklearn,
                                 const struct ft_sklearn_place *place,
                                 struct ft_error *err) FT_MUST_CHECK;

/* A learner: reads what the columns become, and makes the model's members. */
typedef enum ft_status ft_sklearn_learner(struct ft_sklearn *sklearn,
                                          const struct ft_sklearn_place *place,
                                          const struct ft_prepared_table *columns,
                                          struct ft_error *err);
ft_sklearn_learner ft_sklearn_tree, ft_sklearn_trees, ft_sklearn_boosting, ft_sklearn_histogram,
    ft_sklearn_perceptron;
ft_sklearn_learner ft_sklearn_linear, ft_sklearn_log_linear, ft_sklearn_tweedie,
    ft_sklearn_logistic, ft_sklearn_discriminant, ft_sklearn_margin, ft_sklearn_sgd;

/* Problem, link and labels, from what the estimator predicts. `classes`: NULL: a number. */
enum ft_status ft_sklearn_answer(struct ft_sklearn *sklearn,
                                 const struct ft_sklearn_values *classes, enum ft_link link,
                                 struct ft_error *err) FT_MUST_CHECK;

#endif
