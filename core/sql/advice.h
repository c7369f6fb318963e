/* The rows of foretell/advice.h, and where in a statement each holds. */
#ifndef FORETELL_SQL_ADVICE_H
#define FORETELL_SQL_ADVICE_H

#include "foretell/advice.h"

enum ft_advice_place {
  FT_ADVICE_CALL = 0, /* a function that is missing, or takes other arguments */
  FT_ADVICE_UNIT,     /* the same, or its first argument is a bare word: DATEADD(day, …) */
  FT_ADVICE_LATER,    /* the same of what later versions bring: the status is FT_UNSUPPORTED */
  FT_ADVICE_VALUE,    /* a bare word that is taken for a column */
  FT_ADVICE_RELATION, /* a table or view; '*' at the end: any that begins so */
  FT_ADVICE_TYPE,
  FT_ADVICE_SYNTAX,    /* a syntax error at the words, or at most two tokens behind their begin */
  FT_ADVICE_STATEMENT, /* the statement begins with the words */
  FT_ADVICE_NO_SUCH,   /* the same, and no statement is called so: our own message */
  FT_ADVICE_MESSAGE    /* the engine's message has the words in it */
};

struct ft_advice {
  const char *words; /* upper case, with blanks between; in a message as they are */
  enum ft_advice_place place;
  const char *hint[FT_DIALECTS]; /* NULL: not in this dialect */
  const char *message;           /* instead of the engine's; NULL: keep that */
};

extern const struct ft_advice ft_advice_table[]; /* ended by NULL words */

#endif
