/* One training: a job and the rows of a query go to a trainer, an artifact comes back.
 *
 * Errors  what the trainer reports, in its own words; FT_TRAINER when it ends without a word,
 *         or talks nonsense; FT_CANCELLED; FT_LIMIT when the query takes longer than it may; the
 *         host's, when the query fails.
 * End     whatever happens, no process is left when it returns; a cancel takes less than a second.
 * Words   progress and notices are passed on to the host as they come. */
#ifndef FORETELL_COMMAND_TRAINING_H
#define FORETELL_COMMAND_TRAINING_H

#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/host.h"
#include "foretell/job.h"
#include "foretell/span.h"

struct ft_training_options {
  uint64_t query_ms;   /* how long the query may run; 0: for ever */
  uint64_t ceiling_ms; /* how long after the last row the trainer may live; 0: for ever */
  uint64_t stop_ms;    /* how long after it was told to stop; 0: FT_TRAINING_STOP_MS */
};
#define FT_TRAINING_STOP_MS 30000

/* The query MAX_RUNTIME, the trainer twice as much and a minute; no limits without one. */
struct ft_training_options ft_training_options_of(const struct ft_job *job);

/* Append the artifact to `artifact`, not opened and not checked. */
enum ft_status ft_training_run(struct ft_buffer *artifact, const struct ft_host *host,
                               const struct ft_job *job, struct ft_span query,
                               const struct ft_training_options *options,
                               struct ft_error *err) FT_MUST_CHECK;

/* The same with a model file instead of rows. */
enum ft_status ft_training_import(struct ft_buffer *artifact, const struct ft_host *host,
                                  const struct ft_job *job, struct ft_span file,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
