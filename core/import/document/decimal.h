/* Numbers written in decimal, as model files have them.
 *
 * Numbers  rounded to nearest, as strtod does in the C locale, whatever the locale is. NaN, nan, inf,
 *          Infinity with or without a sign are read, too. */
#ifndef FORETELL_IMPORT_DOCUMENT_DECIMAL_H
#define FORETELL_IMPORT_DOCUMENT_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

#include "foretell/span.h"

/* Bytes of the number at the start of `text`; 0: there is none. */
size_t ft_decimal_read(double *out, struct ft_span text);
/* The whole of `text`, but for white space around it, is a number. */
bool ft_decimal_whole(double *out, struct ft_span text);

#endif
