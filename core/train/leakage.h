/* Columns that give the answer away. Such a column is often made after the fact, and missing when the
 * model is used.
 *
 * A feature is cut into at most 256 parts of about equal rows, or into its categories. Half of the
 * rows say what the target is within each, the other half how far that is right:
 *   classes   1 - errors / errors of always naming the most frequent label (Goodman and Kruskal's
 *             lambda, of rows not counted)
 *   numbers   1 - squares left / squares, of the target's ranks
 * and of two classes also the AUC of a number alone.
 *
 * Numbers  warnings only. */
#ifndef FORETELL_TRAIN_LEAKAGE_H
#define FORETELL_TRAIN_LEAKAGE_H

#include "core/train/run.h"

#define FT_LEAKAGE_AUC   0.999
#define FT_LEAKAGE_SHARE 0.98 /* of the errors, or squares, that a column alone explains */
#define FT_LEAKAGE_ROWS  200  /* fewer rows prove nothing */

/* Warn of each such column. */
enum ft_status ft_leakage_warn(struct ft_run *run, struct ft_error *err) FT_MUST_CHECK;

#endif
