/* Scores of predictions.
 *
 * Shapes   probabilities rows × labels, row-major; targets are labels' indices, or numbers.
 * Numbers  sums run over the rows in the order given, in double.
 * Edges    a share of nothing is 0: the F1 of a label that neither occurs nor is predicted is 0, and
 *          f1_macro is the mean over the labels that occur or are predicted (as scikit-learn has it).
 *          The AUC of one class only is 0.5. No rows: 0.
 * Threads  pure functions. */
#ifndef FORETELL_LEARN_METRIC_H
#define FORETELL_LEARN_METRIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/error.h"

/* Area under the ROC curve of `score` for target 1 against 0; ties count half. */
enum ft_status ft_metric_auc(double *out, const double *score, const double *target, size_t rows,
                             struct ft_error *err) FT_MUST_CHECK;

/* Of chosen labels. */
double ft_metric_accuracy(const uint32_t *label, const double *target, size_t rows);
double ft_metric_f1(const uint32_t *label, const double *target, size_t rows, uint32_t positive);
double ft_metric_f1_macro(const uint32_t *label, const double *target, size_t rows,
                          uint32_t labels);

/* Of probabilities, kept 1e-15 away from 0. */
double ft_metric_log_loss(const double *probability, uint32_t labels, const double *target,
                          size_t rows);

/* Of numbers. */
double ft_metric_mse(const double *value, const double *target, size_t rows);
/* Share of the targets' variance that is explained; of targets that are all the same 1 when all are
 * right, else 0 (as scikit-learn has it). */
double ft_metric_r2(const double *value, const double *target, size_t rows);
double ft_metric_mae(const double *value, const double *target, size_t rows);
double ft_metric_mape(const double *value, const double *target, size_t rows);
double ft_metric_msle(const double *value, const double *target, size_t rows); /* of log(1 + x) */
double ft_metric_mphe(const double *value, const double *target, size_t rows, double slope);
double ft_metric_tweedie(const double *value, const double *target, size_t rows, double power);
/* Normalised discounted cumulative gain of all rows as one list; gains are 2^target - 1, or
 * the targets themselves where one is above 31. */
enum ft_status ft_metric_ndcg(double *out, const double *value, const double *target, size_t rows,
                              struct ft_error *err) FT_MUST_CHECK;

#endif
