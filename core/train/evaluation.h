/* XGBoost's evaluation metrics by name, for train:<metric> and validation:<metric> of AUTO OFF.
 *
 * Shapes   margins rows × outputs with the base; targets labels' indices or numbers.
 * Threads  pure functions. */
#ifndef FORETELL_TRAIN_EVALUATION_H
#define FORETELL_TRAIN_EVALUATION_H

#include "foretell/error.h"
#include "foretell/model.h"

struct ft_evaluation {
  enum ft_link link;
  enum ft_problem problem;
  uint32_t outputs;
  double slope; /* huber_slope */
  double power; /* tweedie_variance_power */
  size_t rows;
  const double *target; /* rows; borrowed, as all here */
  const double *margin; /* rows × outputs */
};

/* The name that an objective is judged by, "rmse" for "reg:squarederror". */
const char *ft_evaluation_default(const char *objective);
/* Can we compute the metric of that name for that problem? */
bool ft_evaluation_known(const char *name, enum ft_problem problem);

/* Errors: FT_NOMEM; FT_INVALID for a name that is not known */
enum ft_status ft_evaluation_run(double *out, const char *name,
                                 const struct ft_evaluation *evaluation,
                                 struct ft_error *err) FT_MUST_CHECK;

#endif
