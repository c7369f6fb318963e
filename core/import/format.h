/* The formats of model files, told by their content.
 *
 * Those that we know and do not read are here, too, so that the error can say how to convert them. */
#ifndef FORETELL_IMPORT_FORMAT_H
#define FORETELL_IMPORT_FORMAT_H

#include <stdbool.h>

#include "core/import/base/reader.h"

struct ft_format {
  const char *name; /* "an XGBoost model in JSON" */
  bool (*fits)(struct ft_span bytes);
  enum ft_status (*read)(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                         struct ft_error *err); /* NULL: not read */
  const char *advice;                           /* how to convert what is not read */
};

/* The format of the bytes; NULL: unknown. */
const struct ft_format *ft_format_of(struct ft_span bytes);

/* Read by whichever format the bytes have; `out` is as ft_import_read prepares it. */
enum ft_status ft_format_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                              struct ft_error *err) FT_MUST_CHECK;

#endif
