/* A column that gives the answer away: one number alone ranks two classes almost without an error.
 * Such a column is often made after the fact, and missing when the model is used. */
#ifndef FORETELL_TRAIN_LEAKAGE_H
#define FORETELL_TRAIN_LEAKAGE_H

#include "core/train/run.h"

#define FT_LEAKAGE_AUC  0.999
#define FT_LEAKAGE_ROWS 200 /* fewer rows prove nothing */

/* Warn of each such column. Binary problems only. */
enum ft_status ft_leakage_warn(struct ft_run *run, struct ft_error *err) FT_MUST_CHECK;

#endif
