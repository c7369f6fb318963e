/* A connection to a PostgreSQL server, between server.c and its answers. */
#ifndef FORETELL_SHELL_SERVER_H
#define FORETELL_SHELL_SERVER_H

#include <libpq-fe.h>

#include "shell/driver.h"

struct ft_server {
  PGconn *connection;
  struct ft_engine_watch watch;
};

struct ft_server_answer {
  struct ft_server *server;
  PGresult *first;   /* the columns' names are in it, to the end; owned */
  PGresult *current; /* rows in hand; owned, and may be the first */
  enum ft_result_kind kind;
  bool given; /* the rows in hand have been handed out */
  bool ended;
  char tag[64];
};

/* Send one statement with text parameters; the answers are then fetched.
 * Errors: FT_IO */
enum ft_status ft_server_send(struct ft_server *server, const char *text, int parameters,
                              const char *const *value, struct ft_error *err) FT_MUST_CHECK;
/* Wait for the next result, asking the server to stop when the user does; NULL at the end.
 * Errors: the server's; FT_IO when the connection is lost */
enum ft_status ft_server_fetch(PGresult **out, struct ft_server *server, const char *text,
                               struct ft_error *err) FT_MUST_CHECK;
/* Throw away what is left of a statement's results. */
void ft_server_drain(struct ft_server *server);

/* The calls of an answer. */
extern const struct ft_driver_calls ft_server_answer_calls;

#endif
