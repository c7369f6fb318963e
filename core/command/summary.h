/* What CREATE MODEL says when the model is there: its score and verdict, its functions, what to type next.
 *
 * Words  go to the host as notices, a line each. */
#ifndef FORETELL_COMMAND_SUMMARY_H
#define FORETELL_COMMAND_SUMMARY_H

#include "core/command/creation.h"

/* Of a creation that is stored. Nothing can fail: what there is no memory for is not said. */
void ft_summary_tell(const struct ft_creation *creation);

#endif
