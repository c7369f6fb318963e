#include "foretell/city.h"

#include <stddef.h>

/* Primes between 2^63 and 2^64, as the source has them. */
#define K0 UINT64_C(0xc3a5c85c97cb3127)
#define K1 UINT64_C(0xb492b66fbe98f273)
#define K2 UINT64_C(0x9ae16a3b2f90404f)
#define K3 UINT64_C(0xc949d7c7509e6557)
#define KM UINT64_C(0x9ddfea08eb382d69)

#define CHUNK 64 /* bytes of a step over a long text */

struct pair {
  uint64_t first, second;
};

/* Written out, compilers make one load of it. */
static uint64_t get32(const uint8_t *byte) {
  return byte[0] | (uint32_t)byte[1] << 8 | (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

static uint64_t get64(const uint8_t *byte) {
  return get32(byte) | get32(byte + 4) << 32;
}

static uint64_t rotate(uint64_t x, unsigned bits) {
  return x >> bits | x << (64 - bits);
}

static uint64_t shift_mix(uint64_t x) {
  return x ^ x >> 47;
}

static uint64_t mix_two(uint64_t low, uint64_t high) {
  const uint64_t a = shift_mix((low ^ high) * KM);
  return shift_mix((high ^ a) * KM) * KM;
}

static uint64_t hash_to_16(const uint8_t *s, size_t size) {
  if (size > 8) {
    const uint64_t a = get64(s), b = get64(s + size - 8);
    return mix_two(a, rotate(b + size, (unsigned)size)) ^ b;
  }
  if (size >= 4) return mix_two(size + (get32(s) << 3), get32(s + size - 4));
  if (size == 0) return K2;
  const uint32_t y = s[0] + ((uint32_t)s[size >> 1] << 8);
  const uint32_t z = (uint32_t)size + ((uint32_t)s[size - 1] << 2);
  return shift_mix(y * K2 ^ z * K3) * K2;
}

static uint64_t hash_to_32(const uint8_t *s, size_t size) {
  const uint64_t a = get64(s) * K1, b = get64(s + 8);
  const uint64_t c = get64(s + size - 8) * K2, d = get64(s + size - 16) * K0;
  return mix_two(rotate(a - b, 43) + rotate(c, 30) + d, a + rotate(b ^ K3, 20) - c + size);
}

/* Thirty-two bytes that begin with a, and have z at their end. */
static struct pair hash_half(const uint8_t *s, uint64_t a, uint64_t z) {
  uint64_t b = rotate(a + z, 52), c = rotate(a, 37);
  a += get64(s + 8);
  c += rotate(a, 7);
  a += get64(s + 16);
  return (struct pair){ a + z, b + rotate(a, 31) + c };
}

static uint64_t hash_to_64(const uint8_t *s, size_t size) {
  const uint8_t *end = s + size;
  const uint64_t start = get64(s) + (size + get64(end - 16)) * K0;
  const struct pair v = hash_half(s, start, get64(s + 24));
  const struct pair w = hash_half(end - 32, get64(s + 16) + get64(end - 32), get64(end - 8));
  const uint64_t r = shift_mix((v.first + w.second) * K2 + (w.first + v.second) * K0);
  return shift_mix(r * K0 + v.second) * K2;
}

static struct pair hash_weakly(const uint8_t *s, uint64_t a, uint64_t b) {
  const uint64_t z = get64(s + 24);
  a += get64(s);
  b = rotate(b + a + z, 21);
  const uint64_t c = a;
  a += get64(s + 8);
  a += get64(s + 16);
  return (struct pair){ a + z, b + rotate(a, 44) + c };
}

/* The end first, then every 64 bytes from the start. */
static uint64_t hash_long(const uint8_t *s, size_t size) {
  const uint8_t *end = s + size;
  uint64_t x = get64(s), y = get64(end - 16) ^ K1, z = get64(end - 56) ^ K0;
  struct pair v = hash_weakly(end - 64, size, y), w = hash_weakly(end - 32, size * K1, K0);
  z += shift_mix(v.second) * K1;
  x = rotate(z + x, 39) * K1;
  y = rotate(y, 33) * K1;
  for (size_t left = (size - 1) / CHUNK; left > 0; left--, s += CHUNK) {
    x = rotate(x + y + v.first + get64(s + 16), 37) * K1 ^ w.second;
    y = rotate(y + v.second + get64(s + 48), 42) * K1 ^ v.first;
    z = rotate(z ^ w.first, 33);
    v = hash_weakly(s, v.second * K1, x + w.first);
    w = hash_weakly(s + 32, z + w.second, y);
    const uint64_t kept = z;
    z = x;
    x = kept;
  }
  return mix_two(mix_two(v.first, w.first) + shift_mix(y) * K1 + z,
                 mix_two(v.second, w.second) + x);
}

uint64_t ft_city_hash64(struct ft_span bytes) {
  const uint8_t *s = (const uint8_t *)bytes.data;
  if (bytes.size <= 16) return hash_to_16(s, bytes.size);
  if (bytes.size <= 32) return hash_to_32(s, bytes.size);
  return bytes.size <= 64 ? hash_to_64(s, bytes.size) : hash_long(s, bytes.size);
}
