/* AWS Signature Version 4: header lines that show who asks.
 *
 * Paths    are signed as they stand in the URL for S3, and once more encoded for other services.
 * Secrets  the secret key stays here; the key's id, the session's token and the signature travel.
 * Threads  pure functions.
 * Source   AWS General Reference, "Create a signed AWS API request" */
#ifndef FORETELL_REMOTE_SIGV4_H
#define FORETELL_REMOTE_SIGV4_H

#include <time.h>

#include "core/remote/credential.h"
#include "core/remote/url.h"
#include "foretell/buffer.h"
#include "foretell/error.h"

struct ft_sigv4_header {
  const char *name; /* lower case */
  struct ft_span value;
};
#define FT_SIGV4_MAX_HEADERS 8

struct ft_sigv4_request {
  const char *method;
  const struct ft_url *url;             /* its query in the order of its names */
  const char *service;                  /* "s3", "sagemaker" */
  const struct ft_sigv4_header *header; /* to be signed besides host and x-amz-…; in order of
                                             * names */
  size_t headers;                       /* at most FT_SIGV4_MAX_HEADERS */
  struct ft_span body;
  time_t at;
};

/* Append the header lines x-amz-…, Authorization and those given, each ended by '\n'.
 * Errors: FT_NOMEM, FT_INTERNAL */
enum ft_status ft_sigv4_write(struct ft_buffer *out, const struct ft_sigv4_request *request,
                              const struct ft_credential *credential,
                              struct ft_error *err) FT_MUST_CHECK;

#endif
