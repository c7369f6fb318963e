/* A clash of names between jansson and the server. */
#ifndef FORETELL_HOSTS_POSTGRES_JSONNAME_H
#define FORETELL_HOSTS_POSTGRES_JSONNAME_H

#include <stdbool.h>

/* Does jansson call its own functions? Not where its library was linked so that the server's
 * json_object stands in for its own. */
bool ft_json_is_sound(void);

#endif
