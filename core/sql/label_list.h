/* A list of labels in one text, as SETTINGS (LABELS 'no,yes') has it: the form of a line of CSV.
 *
 * Form     labels with commas between; blanks around one do not count. One in double quotes is kept as
 *          it is, commas and blanks too, and "" within is a double quote; an empty label is "".
 * Threads  pure functions; labels live in the arena or borrow from the text. */
#ifndef FORETELL_SQL_LABEL_LIST_H
#define FORETELL_SQL_LABEL_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/span.h"

/* Errors: FT_INVALID  a quote without its end, something behind it, a label of nothing, or twice
 *         FT_LIMIT    more labels than a model has
 *         FT_NOMEM */
enum ft_status ft_label_list_read(const struct ft_span **out, uint32_t *count,
                                  struct ft_arena *arena, struct ft_span text,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
