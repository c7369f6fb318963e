/* Probes: synthetic rows kept in an artifact with the bits predicted for them, so that a program
 * which would predict otherwise refuses the model instead.
 *
 * Shapes   a probe is a batch of the model's fields. A text has a length but no bytes; its category
 *          is given by hash, as every field's that an encoder reads as a category.
 * Numbers  drawn from the model's thresholds (just below, at, above) and categories (and one that it
 *          has not); the first row is all NULL.
 * Source   the bytes are in docs/artifact.md. */
#ifndef FORETELL_PREDICT_PROBE_H
#define FORETELL_PREDICT_PROBE_H

#include "core/predict/plan_parts.h"
#include "foretell/buffer.h"
#include "foretell/random.h"

#define FT_PROBE_ROWS     64   /* of a new artifact; fewer when there are many labels */
#define FT_PROBE_MAX_ROWS 1024 /* that a reader accepts */

/* One field of the probes; arrays of `rows`, none NULL but `hash`. */
struct ft_probe_column {
  enum ft_type type;
  void *values;
  uint64_t *validity;
  struct ft_hash128 *hash; /* of a text always, else where an encoder reads categories */
};

struct ft_probe {
  size_t rows;
  size_t fields;
  struct ft_probe_column *column;
};

/* Room for `rows` rows of the plan's fields, all NULL. */
enum ft_status ft_probe_make(struct ft_probe *out, struct ft_arena *arena,
                             const struct ft_plan *plan, size_t rows,
                             struct ft_error *err) FT_MUST_CHECK;

/* Fill it with rows drawn from the model. */
enum ft_status ft_probe_draw(struct ft_probe *probe, struct ft_arena *arena,
                             const struct ft_plan *plan, struct ft_random *random,
                             struct ft_error *err) FT_MUST_CHECK;

/* Predict the rows of an artifact's probe section and compare. No bytes: no probes.
 * Errors: FT_CORRUPT  another prediction, or bytes that are not right for the plan */
enum ft_status ft_probe_replay(const struct ft_plan *plan, struct ft_span bytes,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
