/* A model just trained, before it is stored: opened, replayed, and compared with what was asked. */
#ifndef FORETELL_COMMAND_TRAINED_MODEL_H
#define FORETELL_COMMAND_TRAINED_MODEL_H

#include "core/command/columns.h"
#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/hash.h"
#include "foretell/job.h"
#include "foretell/span.h"

struct ft_plan;

struct ft_trained_model {
  const char *manifest;         /* arena; a JSON object */
  uint32_t labels;              /* classes; 0: it gives a number */
  uint32_t parameters;          /* of the function; 0, NULL: served elsewhere */
  const char *const *parameter; /* arena */
  char model_sha256[FT_SHA256_TEXT];
  struct ft_plan *
      plan; /* of the artifact, its probes replayed; the caller closes it. NULL: served elsewhere */
};

/* Errors: FT_TRAINER  the artifact does not open, its probes differ, or it is not the model that
 *                     was asked for; FT_NOMEM */
enum ft_status ft_trained_model_check(struct ft_trained_model *out, struct ft_arena *arena,
                                      struct ft_span artifact, const struct ft_job *job,
                                      struct ft_error *err) FT_MUST_CHECK;

#endif
