/* Work in pieces on several threads; who does which piece decides nothing.
 *
 * Threads  the caller's is one of them. Fewer are used when the system gives no more. */
#ifndef FORETELL_LEARN_PARALLEL_H
#define FORETELL_LEARN_PARALLEL_H

#include <stddef.h>
#include <stdint.h>

/* `self` is shared by all threads: what `work` writes must be its piece's own, or atomic.
 * Call `work` with each piece from 0 to `pieces` - 1 once; returns when all are done. */
void ft_parallel_run(uint32_t threads, size_t pieces, void (*work)(void *self, size_t piece),
                     void *self);

#endif
