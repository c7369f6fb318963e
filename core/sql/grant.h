/* GRANT and REVOKE of the privileges on models. */
#ifndef FORETELL_SQL_GRANT_H
#define FORETELL_SQL_GRANT_H

#include "core/sql/parser.h"

/* The lexer stands behind GRANT or REVOKE: is it about models? */
bool ft_grant_is_ours(struct ft_lexer *lexer);

/* Everything behind GRANT or REVOKE, to the statement's end. */
enum ft_status ft_grant_read(struct ft_parser *parser, struct ft_statement *out) FT_MUST_CHECK;

#endif
