/* Hashes: SHA-256 for identity, keyed 128-bit SipHash-2-4 for values.
 *
 * Threads  pure functions.
 * Source   FIPS 180-4 (through OpenSSL); Aumasson and Bernstein, "SipHash", 2012, with the
 *          128-bit output of the reference implementation. */
#ifndef FORETELL_HASH_H
#define FORETELL_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "foretell/error.h"
#include "foretell/span.h"

struct ft_sha256 {
  uint8_t byte[32];
};
#define FT_SHA256_TEXT 65 /* 64 hexadecimal digits and NUL */

struct ft_hash_key {
  uint8_t byte[16];
};
struct ft_hash128 {
  uint64_t word[2]; /* low, high */
};

enum ft_status ft_sha256_of(struct ft_sha256 *out, const struct ft_span *part, size_t parts,
                            struct ft_error *err)
    FT_MUST_CHECK; /* of the parts one after another */
/* HMAC-SHA-256 (FIPS 198-1). */
enum ft_status ft_sha256_keyed(struct ft_sha256 *out, struct ft_span key, struct ft_span bytes,
                               struct ft_error *err) FT_MUST_CHECK;
void ft_sha256_text(char out[FT_SHA256_TEXT], const struct ft_sha256 *hash);
/* FT_CORRUPT unless exactly 64 hexadecimal digits */
enum ft_status ft_sha256_parse(struct ft_sha256 *out, struct ft_span text,
                               struct ft_error *err) FT_MUST_CHECK;

struct ft_hash128 ft_hash_keyed(const struct ft_hash_key *key, struct ft_span bytes);
int ft_hash128_compare(struct ft_hash128 a, struct ft_hash128 b); /* high word, then low */

#endif
