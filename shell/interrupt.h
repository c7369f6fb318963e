/* Signals: Ctrl-C stops the statement that runs, a new size of the terminal is noticed, a reader
 * that has gone away ends the program quietly.
 *
 * Threads  the handlers may run on any thread; the functions are for the main one. */
#ifndef FORETELL_SHELL_INTERRUPT_H
#define FORETELL_SHELL_INTERRUPT_H

#include <stdbool.h>
#include <stddef.h>

#include "foretell/error.h"

struct ft_engine;

void ft_interrupt_install(void);
/* Whose statement Ctrl-C stops; NULL: nobody's. */
void ft_interrupt_watch(struct ft_engine *engine);

/* Was there a Ctrl-C since the last ft_interrupt_forget? */
bool ft_interrupt_pending(void);
void ft_interrupt_forget(void);
bool ft_interrupt_resized(void);   /* a new size of the terminal, since the last call */
bool ft_interrupt_continued(void); /* stopped and continued, since the last call */

/* Wait until `descriptor` can be read. False when a signal came instead: ask above which. */
bool ft_interrupt_wait(int descriptor);

/* Read at most `size` bytes, waiting for the first: 0 at the end.
 * Errors: FT_CANCELLED, FT_IO */
enum ft_status ft_interrupt_read(size_t *out, int descriptor, void *bytes, size_t size,
                                 struct ft_error *err) FT_MUST_CHECK;

/* Cells of the terminal's line and its lines; 0 when the descriptor is none. */
size_t ft_terminal_width(int descriptor);
size_t ft_terminal_height(int descriptor);

#endif
