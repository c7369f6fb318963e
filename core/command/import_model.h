/* CREATE MODEL … FROM 'file' FUNCTION f(types) RETURNS type: a model made elsewhere.
 *
 * The host reads the bytes with the user's rights; a trainer process makes an artifact of them, so
 * that no hostile file is parsed where the warehouse runs. */
#ifndef FORETELL_COMMAND_IMPORT_MODEL_H
#define FORETELL_COMMAND_IMPORT_MODEL_H

#include "core/command/creation.h"

/* `creation` has begun. */
enum ft_status ft_import_model_run(struct ft_creation *creation,
                                   struct ft_error *err) FT_MUST_CHECK;

#endif
