/* May a model be replaced? Judged before its rows are read, so that nobody trains for nothing. */
#ifndef FORETELL_HOSTS_POSTGRES_REPLACE_H
#define FORETELL_HOSTS_POSTGRES_REPLACE_H

#include "hosts/postgres/version.h"

#include "hosts/postgres/session.h"

/* As of ft_host.check_replace. */
enum ft_status ft_replace_check(void *self, const struct ft_model_record *old, const char *function,
                                const struct ft_field *field, size_t fields, size_t target,
                                struct ft_error *err) FT_MUST_CHECK;

#endif
