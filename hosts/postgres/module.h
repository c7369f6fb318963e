/* The library's settings. */
#ifndef FORETELL_HOSTS_POSTGRES_MODULE_H
#define FORETELL_HOSTS_POSTGRES_MODULE_H

#include "hosts/postgres/version.h"

#include "foretell/remote.h"

/* Class 00: success; a client may show these NOTICEs on one line. */
#define FT_SQLSTATE_PROGRESS MAKE_SQLSTATE('0', '0', 'F', 'T', '1')

extern char *ft_key_file;      /* foretell.key_file; empty: none */
extern int ft_trainer_threads; /* foretell.trainer_threads; 0: as many as there are CPUs */

extern char *ft_artifacts; /* foretell.artifacts; empty: none */

/* foretell.allowed_endpoints and foretell.remote_timeout. */
struct ft_remote_rules ft_remote_rules_of_server(void);

/* foretell.trainer, or foretell-trainer as make install-postgres lays it out; static. */
const char *ft_trainer_path(void);
/* foretell.trainer_memory; 0: no limit. */
uint64 ft_trainer_memory_bytes(void);

/* Until the guard ends, functions that are dropped are ours: the event trigger leaves the catalogue
 * alone. foretell.dropping says it to the trigger, which loads no library. */
void ft_begin_dropping(void);

#endif
