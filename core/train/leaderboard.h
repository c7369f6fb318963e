/* What a search has tried, in the words of the report. */
#ifndef FORETELL_TRAIN_LEADERBOARD_H
#define FORETELL_TRAIN_LEADERBOARD_H

#include "core/train/refit.h"
#include "core/train/run.h"
#include "core/train/search.h"

/* Adds the candidates of a search to the report's trials; those that were tried are in the state
 * `tried`. What is pointed to lives as long as the search. Beyond FT_RUN_MAX_TRIALS lines none is added. */
void ft_leaderboard_add(struct ft_report *report, const struct ft_search *search,
                        const struct ft_refits *refits, enum ft_metric metric, const char *tried);

/* Fills the report's status, end, model type and hyperparameters: of the search that the refits are of.
 * Errors: FT_NOMEM */
enum ft_status ft_leaderboard_close(struct ft_report *report, struct ft_arena *arena,
                                    const struct ft_search *search, const struct ft_refits *refits,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
