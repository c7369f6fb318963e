/* Objects of S3, and of stores that speak as S3 does: read whole.
 *
 * Who asks  AWS's conventions: credentials, region, AWS_ENDPOINT_URL_S3; docs/remote.md.
 * Threads   as the caller's; nothing is kept but connections. */
#ifndef FORETELL_OBJECT_H
#define FORETELL_OBJECT_H

#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/remote.h"
#include "foretell/span.h"

/* Append the bytes of s3://bucket/key to `out`, at most out->maximum. A bucket of another region is
 * found there. Of `rules` all but request_bytes and in_flight count.
 *
 * Errors: FT_INVALID     not such a URL; no credentials
 *         FT_PRIVILEGE   the host may not be called; the store refuses (403)
 *         FT_IO          it is not there (404), no answer, what the store said
 *         FT_LIMIT, FT_CANCELLED, FT_NOMEM
 * On failure `out` is as before. */
enum ft_status ft_object_get(struct ft_buffer *out, struct ft_span url,
                             const struct ft_remote_rules *rules,
                             const struct ft_remote_watch *watch,
                             struct ft_error *err) FT_MUST_CHECK;

#endif
