/* PREPROCESSORS: a JSON list of columns and what is to be done with them.
 *
 *   [{"ColumnSet": ["plan", "region"], "Transformers": ["OneHotEncoder", "Imputer"]}, …]
 *
 * Here every learner prepares each column by its type, so what is asked for is done anyway, or makes
 * no difference to the learner; the list is checked, and its few wishes that stay open are named in a
 * notice.
 *
 * Source  Amazon Redshift ML, CREATE MODEL: PREPROCESSORS. */
#ifndef FORETELL_COMMAND_PREPROCESSORS_H
#define FORETELL_COMMAND_PREPROCESSORS_H

#include "core/command/columns.h"

/* Errors: FT_INVALID           not such a list; a transformer that is not known; the TARGET
 *         FT_UNDEFINED_COLUMN  a column that the query does not have
 *         FT_UNSUPPORTED       a transformer that cannot be had
 * All point at the clause's value. */
enum ft_status ft_preprocessors_check(const struct ft_command *command,
                                      const struct ft_columns *columns,
                                      struct ft_error *err) FT_MUST_CHECK;

#endif
