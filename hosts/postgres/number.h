/* NUMERIC to double without a detour through text or functions.
 *
 * Numbers  the double nearest to the number, ties to even: the same bits as a cast to double
 *          precision, in this server and in others. NaN and the infinities as such. */
#ifndef FORETELL_HOSTS_POSTGRES_NUMBER_H
#define FORETELL_HOSTS_POSTGRES_NUMBER_H

#include "hosts/postgres/version.h"

/* Detoasts when it must; may raise PostgreSQL's errors. */
double ft_number_of_numeric(Datum value);

#endif
