/* One statement of ours while it runs in a backend; struct ft_host's `self`. */
#ifndef FORETELL_HOSTS_POSTGRES_SESSION_H
#define FORETELL_HOSTS_POSTGRES_SESSION_H

#include "hosts/postgres/version.h"

#include "foretell/hash.h"
#include "foretell/host.h"
#include "foretell/statement.h"
#include "hosts/postgres/failure.h"

struct ft_session {
  bool atomic;    /* within a transaction that is not ours to end */
  bool replacing; /* functions that are dropped now will be made again in a moment */
  bool cancelled; /* the core has been told; interrupts are held from here on */
  struct ft_engine_failure failure;    /* the last error of the engine */
  char replaced[FT_SHA256_TEXT];       /* SHA-256 of the artifact being replaced; empty: none */
  char replaced_function[NAMEDATALEN]; /* its function */
  struct ft_buffer stored; /* the artifact as it is stored, from put to make_functions */
  char user[NAMEDATALEN];
  char database[NAMEDATALEN];
  char phase[48];  /* of the progress told last */
  int64_t told_ms; /* when; monotonic */
};

void ft_postgres_host(struct ft_host *out, struct ft_session *session);

#endif
