#include "foretell/hash.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

static bool hash_parts(EVP_MD_CTX *context, struct ft_sha256 *out, const struct ft_span *part,
                       size_t parts) {
  if (!context || !EVP_DigestInit_ex(context, EVP_sha256(), NULL)) return false;
  for (size_t i = 0; i < parts; i++)
    if (part[i].size && !EVP_DigestUpdate(context, part[i].data, part[i].size)) return false;
  struct ft_sha256 hash;
  if (!EVP_DigestFinal_ex(context, hash.byte, NULL)) return false;
  *out = hash;
  return true;
}

enum ft_status ft_sha256_of(struct ft_sha256 *out, const struct ft_span *part, size_t parts,
                            struct ft_error *err) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  bool done = hash_parts(context, out, part, parts);
  EVP_MD_CTX_free(context);
  return done ? FT_OK : ft_fail(err, FT_INTERNAL, "SHA-256 is not available");
}

enum ft_status ft_sha256_keyed(struct ft_sha256 *out, struct ft_span key, struct ft_span bytes,
                               struct ft_error *err) {
  struct ft_sha256 hash;
  unsigned size = sizeof hash.byte;
  const uint8_t *data = (const uint8_t *)(bytes.data ? bytes.data : "");
  bool done = key.size <= INT_MAX && HMAC(EVP_sha256(), key.data ? key.data : "", (int)key.size,
                                          data, bytes.size, hash.byte, &size);
  if (!done) return ft_fail(err, FT_INTERNAL, "SHA-256 is not available");
  *out = hash;
  return FT_OK;
}

void ft_sha256_text(char out[FT_SHA256_TEXT], const struct ft_sha256 *hash) {
  static const char digit[] = "0123456789abcdef";
  for (size_t i = 0; i < sizeof hash->byte; i++) {
    out[2 * i] = digit[hash->byte[i] >> 4];
    out[2 * i + 1] = digit[hash->byte[i] & 15];
  }
  out[FT_SHA256_TEXT - 1] = '\0';
}

/* Value of a hexadecimal digit; 16 for any other character. */
static unsigned digit_value(char c) {
  if (c >= '0' && c <= '9') return (unsigned)(c - '0');
  if (c >= 'a' && c <= 'f') return (unsigned)(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return (unsigned)(c - 'A') + 10;
  return 16;
}

enum ft_status ft_sha256_parse(struct ft_sha256 *out, struct ft_span text, struct ft_error *err) {
  struct ft_sha256 hash;
  bool right = text.size == FT_SHA256_TEXT - 1;
  for (size_t i = 0; right && i < sizeof hash.byte; i++) {
    unsigned high = digit_value(text.data[2 * i]);
    unsigned low = digit_value(text.data[2 * i + 1]);
    right = high < 16 && low < 16;
    hash.byte[i] = (uint8_t)(high << 4 | low);
  }
  if (!right) return ft_fail(err, FT_CORRUPT, "a SHA-256 is not 64 hexadecimal digits");
  *out = hash;
  return FT_OK;
}

/* The names v0 … v3, the rotations and the constants are the paper's. OpenSSL's SipHash needs an
 * allocation and three calls a value, some forty times the cost of hashing a short text. */
struct sip {
  uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t word, unsigned bits) {
  return word << bits | word >> (64 - bits);
}

static void sip_rounds(struct sip *s, int rounds) {
  for (; rounds > 0; rounds--) {
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate(s->v1, 13) ^ s->v0;
    s->v3 = rotate(s->v3, 16) ^ s->v2;
    s->v0 = rotate(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate(s->v1, 17) ^ s->v2;
    s->v3 = rotate(s->v3, 21) ^ s->v0;
    s->v2 = rotate(s->v2, 32);
  }
}

static uint64_t little_word(const uint8_t *byte, size_t bytes) {
  uint64_t word = 0;
  for (size_t i = 0; i < bytes; i++)
    word |= (uint64_t)byte[i] << (8 * i);
  return word;
}

static void sip_absorb(struct sip *s, uint64_t word) {
  s->v3 ^= word;
  sip_rounds(s, 2);
  s->v0 ^= word;
}

struct ft_hash128 ft_hash_keyed(const struct ft_hash_key *key, struct ft_span bytes) {
  uint64_t k0 = little_word(key->byte, 8);
  uint64_t k1 = little_word(key->byte + 8, 8);
  struct sip s = { k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d ^ 0xee, k0 ^ 0x6c7967656e657261,
                   k1 ^ 0x7465646279746573 };
  const uint8_t *byte = (const uint8_t *)bytes.data;
  size_t whole = bytes.size & ~(size_t)7;
  for (size_t i = 0; i < whole; i += 8)
    sip_absorb(&s, little_word(byte + i, 8));
  uint64_t rest = whole < bytes.size ? little_word(byte + whole, bytes.size - whole) : 0;
  sip_absorb(&s, (uint64_t)bytes.size << 56 | rest);
  struct ft_hash128 hash;
  s.v2 ^= 0xee;
  sip_rounds(&s, 4);
  hash.word[0] = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
  s.v1 ^= 0xdd;
  sip_rounds(&s, 4);
  hash.word[1] = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
  return hash;
}

int ft_hash128_compare(struct ft_hash128 a, struct ft_hash128 b) {
  for (int i = 1; i >= 0; i--)
    if (a.word[i] != b.word[i]) return a.word[i] < b.word[i] ? -1 : 1;
  return 0;
}
