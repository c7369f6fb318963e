/* One place in a query that calls a remote model: its arguments as rows, the answers as values.
 *
 * Shapes   f(x1, x2, …) is a row a call; f_batch(rows record[]) as many as the array has, in requests of at
 *          most MAX_BATCH_ROWS, several in flight, and gives an array in their order.
 * NULLs    an array of no rows, or a NULL, gives as much.
 * Edge     nothing raises while a request is under way: answers are kept as text, and read by the
 *          type's input function afterwards. */
#ifndef FORETELL_HOSTS_POSTGRES_REMOTE_CALL_H
#define FORETELL_HOSTS_POSTGRES_REMOTE_CALL_H

#include "hosts/postgres/version.h"

#include <fmgr.h>

#include "hosts/postgres/call.h"

/* In the current memory context; connections and the core's memory go with it. May raise.
 * Errors: FT_CORRUPT, FT_WRONG_TYPE */
enum ft_status ft_remote_call_make(struct ft_remote_call **out,
                                   const struct ft_declaration *declaration,
                                   struct ft_error *err) FT_MUST_CHECK;

enum ft_status ft_remote_call_run(Datum *out, struct ft_remote_call *call, FunctionCallInfo info,
                                  struct ft_error *err) FT_MUST_CHECK;

#endif
