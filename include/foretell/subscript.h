/* Redshift's way to read the most probable class, p.labels[0]: its lists count from 0, those of our hosts
 * from 1, and either of them gives NULL for 0.
 *
 * Reads    the tokens .labels[0] and .probabilities[0] behind anything, whatever their case, also
 *          quoted. A column's own name in parentheses, (t.labels)[0], is another sequence: so a user
 *          reads JSON of their own, which counts from 0.
 * Threads  pure functions. */
#ifndef FORETELL_SUBSCRIPT_H
#define FORETELL_SUBSCRIPT_H

#include "foretell/error.h"
#include "foretell/span.h"

/* Errors: FT_SUBSCRIPT  the statement asks for element 0 of a model's list; the place is the 0 */
enum ft_status ft_subscript_check(struct ft_span text, struct ft_error *err) FT_MUST_CHECK;

#endif
