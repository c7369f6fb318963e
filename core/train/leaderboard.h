/* What a search has tried, in the words of the report. */
#ifndef FORETELL_TRAIN_LEADERBOARD_H
#define FORETELL_TRAIN_LEADERBOARD_H

#include "core/train/finals.h"
#include "core/train/run.h"
#include "core/train/search.h"

/* Fills the report's trials, status, end, model type and hyperparameters; what they point to lives as
 * long as the search. */
void ft_leaderboard_report(struct ft_report *report, const struct ft_search *search,
                           const struct ft_finals *finals, enum ft_metric metric);

#endif
