/* Our own artifacts, taken in as they are. */
#ifndef FORETELL_IMPORT_OWN_H
#define FORETELL_IMPORT_OWN_H

#include "core/import/base/reader.h"

/* The statement's types have to be the model's own.
 * Errors: FT_INVALID  they are not; else as ft_plan_open */
enum ft_status ft_own_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                           struct ft_error *err) FT_MUST_CHECK;

#endif
