/* Where a remote model is called: the URL, and who signs. */
#ifndef FORETELL_REMOTE_ENDPOINT_H
#define FORETELL_REMOTE_ENDPOINT_H

#include "core/remote/credential.h"
#include "core/remote/url.h"
#include "foretell/buffer.h"
#include "foretell/remote.h"

struct ft_endpoint {
  struct ft_buffer text; /* the URL, with its NUL; owned */
  struct ft_url url;     /* parts of it */
  bool sagemaker;        /* requests are signed */
  struct ft_credential credential;
};

/* `whole`: credentials are needed, too; else an endpoint that only they could place is left open.
 * Errors: FT_INVALID, FT_PRIVILEGE, FT_NOMEM. On success ft_endpoint_release. */
enum ft_status ft_endpoint_find(struct ft_endpoint *out, const struct ft_remote *remote,
                                const struct ft_remote_rules *rules, bool whole,
                                struct ft_error *err) FT_MUST_CHECK;
void ft_endpoint_release(struct ft_endpoint *endpoint);

/* Fails when the URL's host is not one that may be called. */
enum ft_status ft_endpoint_check_allowed(const struct ft_url *url,
                                         const struct ft_remote_rules *rules,
                                         struct ft_error *err) FT_MUST_CHECK;

#endif
