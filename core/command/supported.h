/* What parses whole but is not done yet. */
#ifndef FORETELL_COMMAND_SUPPORTED_H
#define FORETELL_COMMAND_SUPPORTED_H

#include "foretell/error.h"
#include "foretell/statement.h"

/* Errors: FT_UNSUPPORTED  a form that later versions bring */
enum ft_status ft_supported_check(const struct ft_create_model *create,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
