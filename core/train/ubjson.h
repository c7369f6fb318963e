/* Reading UBJSON in place: values are where they stand in the bytes, nothing is copied.
 *
 * Numbers  arrays of one type are big-endian numbers one after another; an index into them is a read.
 * Limits   every length is compared with the bytes that are left; nesting goes 32 deep.
 * Source   ubjson.org, draft 12, as XGBoost 3.2 writes it: keys and lengths are 64-bit ('L'). */
#ifndef FORETELL_TRAIN_UBJSON_H
#define FORETELL_TRAIN_UBJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/span.h"

/* From a value's first byte to the end of all bytes. */
struct ft_ubjson {
  const uint8_t *at;
  size_t left;
};

/* An array: numbers of one type, or values of any (type 0) that must be walked. */
struct ft_ubjson_array {
  const uint8_t *data;
  size_t left; /* bytes, of type 0 */
  size_t count;
  uint8_t type;
};

/* All answer false when the bytes are not what was asked for; `out` is then undefined. */
bool ft_ubjson_skip(struct ft_ubjson *value); /* behind it */
bool ft_ubjson_member(struct ft_ubjson *out, struct ft_ubjson object, const char *key);
bool ft_ubjson_text(struct ft_span *out, struct ft_ubjson value);
bool ft_ubjson_array(struct ft_ubjson_array *out, struct ft_ubjson value);
/* The first value of an array of type 0; the others follow by ft_ubjson_skip. */
struct ft_ubjson ft_ubjson_first(const struct ft_ubjson_array *array);
/* A value that is a number or a boolean. */
bool ft_ubjson_number(double *out, struct ft_ubjson value);
/* The number at `index` < count of an array of a type. */
double ft_ubjson_at(const struct ft_ubjson_array *array, size_t index);

#endif
