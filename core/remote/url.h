/* An http or https URL in its parts, read strictly: what we judge is what is called.
 *
 * Refused  user names and passwords, fragments, blanks, control characters, bytes beyond ASCII. */
#ifndef FORETELL_REMOTE_URL_H
#define FORETELL_REMOTE_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/span.h"

struct ft_url {
  bool secure;          /* https */
  struct ft_span host;  /* without its port; an IPv6 address in brackets; borrowed */
  uint32_t port;        /* 0: the scheme's own */
  struct ft_span path;  /* begins with '/', or is empty; borrowed */
  struct ft_span query; /* behind '?'; borrowed */
};

/* Does the text begin like an http or https URL? */
bool ft_url_is(struct ft_span text);

/* Errors: FT_INVALID */
enum ft_status ft_url_read(struct ft_url *out, struct ft_span text,
                           struct ft_error *err) FT_MUST_CHECK;

/* host[:port] as the header Host has it. */
void ft_url_write_host(struct ft_buffer *out, const struct ft_url *url);

/* Percent-encoded as AWS's signatures want it: all but letters, digits, '-', '.', '_', '~', and '/'
 * where it is kept. */
void ft_url_encode(struct ft_buffer *out, struct ft_span text, char keep);

/* Is the host in a list as of struct ft_remote_rules? */
bool ft_url_is_allowed(const struct ft_url *url, const char *list);

#endif
