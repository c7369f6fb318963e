/* Authenticated encryption: bytes that only the holder of a key can read, or have written.
 *
 * Shapes   magic "FTSEAL1\n", key id (8 bytes), nonce (12), the bytes encrypted, tag (16).
 * Bound    `about` is not stored but must be the same when the seal is opened: where the bytes belong.
 * Threads  pure functions.
 * Source   AES-256-GCM, NIST SP 800-38D, through OpenSSL; a random nonce for every seal. */
#ifndef FORETELL_SEAL_H
#define FORETELL_SEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/span.h"

#define FT_SEAL_KEY_BYTES  32
#define FT_SEAL_HEAD_BYTES 28 /* before what is encrypted */
#define FT_SEAL_TAG_BYTES  16 /* behind it */

struct ft_seal_key {
  uint8_t byte[FT_SEAL_KEY_BYTES];
};

bool ft_seal_is_sealed(struct ft_span bytes);

/* Append the sealed bytes to `out`. Errors: FT_NOMEM, FT_LIMIT, FT_INTERNAL */
enum ft_status ft_seal_write(struct ft_buffer *out, const struct ft_seal_key *key,
                             struct ft_span about, struct ft_span bytes,
                             struct ft_error *err) FT_MUST_CHECK;

/* Append what was sealed to `out`.
 * Errors: FT_CORRUPT  another key, another `about`, a byte changed; FT_NOMEM */
enum ft_status ft_seal_open(struct ft_buffer *out, const struct ft_seal_key *key,
                            struct ft_span about, struct ft_span sealed,
                            struct ft_error *err) FT_MUST_CHECK;

#endif
