/* A model's name as a client writes it: name, schema.name or database.schema.name.
 *
 * A session works on one database. That name may stand in front; another is an error. */
#ifndef FORETELL_COMMAND_MODEL_NAME_H
#define FORETELL_COMMAND_MODEL_NAME_H

#include "foretell/error.h"
#include "foretell/host.h"
#include "foretell/statement.h"

/* Errors: FT_UNSUPPORTED  the name is of another database than the session's */
enum ft_status ft_model_name_check_database(const struct ft_host *host, const struct ft_name *name,
                                            struct ft_error *err) FT_MUST_CHECK;

#endif
