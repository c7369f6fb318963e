/* AUTO ON: a search for the best learner, judged on rows on which no choice was made.
 *
 * 1000 rows or more: a fifth is kept aside; the search sees the others only, and the shown score is
 * of that fifth. Then the winner is trained again on all rows in the same way. Fewer rows: the score
 * is of the cross-validation. Up to 10,000 rows a learner is the mean of five, each stopped on the
 * fifth that it did not see; beyond, it is one, with the rounds that did best on a fifth.
 * docs/training.md has the whole of it. */
#ifndef FORETELL_TRAIN_AUTOMATIC_H
#define FORETELL_TRAIN_AUTOMATIC_H

#include "core/train/run.h"

struct ft_learned; /* what the members of the model live in */

/* Fills the model's members and threshold, and the report.
 * Errors: FT_DATA when the time is too short; FT_NOMEM, FT_TRAINER */
enum ft_status ft_automatic_train(struct ft_run *run, struct ft_learned **out,
                                  struct ft_error *err) FT_MUST_CHECK;
void ft_learned_free(struct ft_learned *learned); /* NULL is allowed */

#endif
