/* What a name or a string of SQL says: quotes, escapes and joined parts resolved.
 *
 * Numbers  the result is UTF-8 without NUL, or an error.
 * Threads  pure functions; texts live in the arena or borrow from the token. */
#ifndef FORETELL_SQL_LITERAL_H
#define FORETELL_SQL_LITERAL_H

#include "core/sql/lexer.h"
#include "foretell/arena.h"
#include "foretell/error.h"

/* The token is a string or a quoted name.
 * Errors: FT_INVALID  an escape that is none, bytes that are not UTF-8; FT_NOMEM */
enum ft_status ft_literal_text(struct ft_span *out, struct ft_arena *arena,
                               const struct ft_token *token, struct ft_error *err) FT_MUST_CHECK;

/* The token is a name: bare ones fold to lower case, quoted ones are kept. */
enum ft_status ft_literal_name(struct ft_span *out, struct ft_arena *arena,
                               const struct ft_token *token, struct ft_error *err) FT_MUST_CHECK;

#endif
