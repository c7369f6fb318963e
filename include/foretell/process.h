/* What the process that calls keeps for itself. */
#ifndef FORETELL_PROCESS_H
#define FORETELL_PROCESS_H

/* The variable that leaves a process open to debuggers and core files: anything but "" and "0". */
#define FT_PROCESS_DEBUG "FORETELL_DEBUG"

/* No core files, and no other process of the same user may trace this one or read its memory; to be
 * called before rows are read. It lasts until another program is started. Does nothing where
 * FORETELL_DEBUG is set. */
void ft_process_keep_private(void);

#endif
