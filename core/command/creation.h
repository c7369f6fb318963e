/* What every form of CREATE MODEL has in common: the name, the function's name, the record in the
 * catalogue, the functions, and the failed attempt.
 *
 * Order  ft_creation_begin; the form's own checks; ft_creation_run, which stores what the form makes.
 * Arena  of the statement. */
#ifndef FORETELL_COMMAND_CREATION_H
#define FORETELL_COMMAND_CREATION_H

#include <stdbool.h>

#include "core/command/statements.h"
#include "core/command/trained_model.h"
#include "foretell/buffer.h"

struct ft_creation {
  const struct ft_command *command;
  const struct ft_create_model *create;
  struct ft_model_name name;
  bool exists;
  struct ft_model_record old; /* when it exists */
  const char *function;       /* arena */
  /* What the form makes. */
  struct ft_buffer artifact;
  struct ft_trained_model trained;
  const struct ft_remote *remote; /* served elsewhere: no artifact, the trained describes it */
  const char *target_type; /* the engine's name of the function's result; set before it is run */
  bool input_failed;       /* what failed was the user's file, not the attempt */
};

/* Resolve and check the names. `skip`: the model is there, and IF NOT EXISTS was said.
 *
 * Errors: FT_DUPLICATE_OBJECT, FT_DUPLICATE_FUNCTION, FT_INVALID, FT_UNDEFINED_SCHEMA */
enum ft_status ft_creation_begin(struct ft_creation *out, bool *skip,
                                 const struct ft_command *command,
                                 struct ft_error *err) FT_MUST_CHECK;

/* May models be written at all? */
enum ft_status ft_creation_check_writable(const struct ft_creation *creation,
                                          struct ft_error *err) FT_MUST_CHECK;

/* Say the statement's notices, let `make` fill artifact and trained, and store them with the
 * functions. An attempt that fails leaves the model FAILED with the reason; bad input leaves nothing
 * behind. */
enum ft_status ft_creation_run(struct ft_creation *creation,
                               enum ft_status (*make)(struct ft_creation *creation, void *self,
                                                      struct ft_error *err),
                               void *self, struct ft_error *err) FT_MUST_CHECK;

#endif
