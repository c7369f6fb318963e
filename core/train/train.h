/* Training: rows in, an artifact out.
 *
 * Numbers  the same rows, options and seed give the same model_sha256, in any order of arrival and
 *          on any number of threads, unless a limit of time ended the search.
 * Threads  one run at a time in a process; it starts threads of its own and ends them. */
#ifndef FORETELL_TRAIN_TRAIN_H
#define FORETELL_TRAIN_TRAIN_H

#include "core/train/events.h"
#include "core/train/table.h"
#include "foretell/buffer.h"
#include "foretell/hash.h"

/* Can the job be trained at all? Known before any row is read.
 * Errors: FT_INVALID, FT_WRONG_TYPE, FT_UNSUPPORTED, FT_DATA (one column only) */
enum ft_status ft_train_check(const struct ft_job *job, struct ft_error *err) FT_MUST_CHECK;

/* Train on the table, which is released early. `begin` is when MAX_RUNTIME began, before the rows
 * came (ft_clock_seconds); the artifact is appended to `out`.
 *
 * Errors: FT_DATA, FT_WRONG_TYPE  the rows cannot be learned from
 *         FT_NOMEM, FT_TRAINER    the learner */
enum ft_status ft_train(struct ft_buffer *out, struct ft_sha256 *model_sha256,
                        struct ft_table *table, const struct ft_job *job,
                        const struct ft_train_events *events, double begin,
                        struct ft_error *err) FT_MUST_CHECK;

#endif
