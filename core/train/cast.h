/* Texts that should be cast: a column whose values are all numbers, or all dates, written as text.
 * As it is, each different value is a category of its own. */
#ifndef FORETELL_TRAIN_CAST_H
#define FORETELL_TRAIN_CAST_H

#include "core/train/run.h"

#define FT_CAST_MIN_VALUES 21 /* fewer different ones may well be codes */

/* Warn of each such column. */
void ft_cast_warn(struct ft_run *run, const struct ft_table *table);

#endif
