/* CREATE MODEL … FUNCTION f(types) RETURNS type SAGEMAKER 'endpoint': a model that stays where it is
 * served. Nothing is called when it is made. */
#ifndef FORETELL_COMMAND_REMOTE_MODEL_H
#define FORETELL_COMMAND_REMOTE_MODEL_H

#include "core/command/creation.h"

/* `creation` has begun. */
enum ft_status ft_remote_model_run(struct ft_creation *creation,
                                   struct ft_error *err) FT_MUST_CHECK;

#endif
