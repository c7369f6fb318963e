/* The training query: what its columns are, and its rows in batches. */
#ifndef FORETELL_HOSTS_POSTGRES_QUERY_H
#define FORETELL_HOSTS_POSTGRES_QUERY_H

#include "hosts/postgres/version.h"

#include "foretell/host.h"

enum ft_status ft_query_describe(void *self, struct ft_arena *arena, struct ft_span query,
                                 size_t position, struct ft_field **field,
                                 const char *const **type_name, size_t *fields,
                                 struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_query_stream(void *self, struct ft_span query, const struct ft_field *field,
                               size_t fields, const struct ft_sink *sink,
                               struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_query_of_table(void *self, struct ft_arena *arena, struct ft_span schema,
                                 struct ft_span table, size_t position, const char **query,
                                 struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_query_schema(void *self, struct ft_arena *arena, struct ft_span schema,
                               size_t position, const char **out,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
