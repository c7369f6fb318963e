/* The rows read, made a run: canonical order, sample, target, profile, encoders, features; and what the
 * rows themselves warn of. */
#ifndef FORETELL_TRAIN_PREPARE_H
#define FORETELL_TRAIN_PREPARE_H

#include "core/train/run.h"

/* `table` is released whatever happens; `job`, `events` and `arena` outlive the run. On failure there is
 * nothing to release.
 * Errors: those of ft_target_find; FT_DATA when no feature is left; FT_NOMEM. The table is released. */
enum ft_status ft_run_prepare(struct ft_run *run, struct ft_arena *arena, struct ft_table *table,
                              const struct ft_job *job, const struct ft_train_events *events,
                              double begin, struct ft_error *err) FT_MUST_CHECK;

#endif
