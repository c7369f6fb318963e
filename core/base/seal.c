#include "foretell/seal.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "foretell/hash.h"

#define MAGIC       "FTSEAL1\n"
#define MAGIC_BYTES 8
#define ID_BYTES    8
#define NONCE_BYTES 12

bool ft_seal_is_sealed(struct ft_span bytes) {
  return bytes.size >= MAGIC_BYTES && memcmp(bytes.data, MAGIC, MAGIC_BYTES) == 0;
}

/* Which key it was, without telling the key. */
static enum ft_status name_key(uint8_t id[ID_BYTES], const struct ft_seal_key *key,
                               struct ft_error *err) {
  struct ft_span part[] = { FT_SPAN("foretell key id"),
                            { (const char *)key->byte, sizeof key->byte } };
  struct ft_sha256 hash;
  FT_TRY(ft_sha256_of(&hash, part, 2, err));
  memcpy(id, hash.byte, ID_BYTES);
  return FT_OK;
}

static bool encrypt(EVP_CIPHER_CTX *context, const struct ft_seal_key *key, const uint8_t *nonce,
                    struct ft_span about, struct ft_span bytes, uint8_t *out) {
  int size;
  return context && EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key->byte, nonce) &&
         EVP_EncryptUpdate(context, NULL, &size, (const uint8_t *)about.data, (int)about.size) &&
         EVP_EncryptUpdate(context, out, &size, (const uint8_t *)bytes.data, (int)bytes.size) &&
         EVP_EncryptFinal_ex(context, out + bytes.size, &size) &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, FT_SEAL_TAG_BYTES, out + bytes.size);
}

static bool decrypt(EVP_CIPHER_CTX *context, const struct ft_seal_key *key, const uint8_t *nonce,
                    struct ft_span about, struct ft_span bytes, uint8_t *out) {
  int size;
  const uint8_t *data = (const uint8_t *)bytes.data;
  return context && EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key->byte, nonce) &&
         EVP_DecryptUpdate(context, NULL, &size, (const uint8_t *)about.data, (int)about.size) &&
         EVP_DecryptUpdate(context, out, &size, data, (int)bytes.size) &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, FT_SEAL_TAG_BYTES,
                             (void *)(uintptr_t)(data + bytes.size)) &&
         EVP_DecryptFinal_ex(context, out + bytes.size, &size) > 0;
}

enum ft_status ft_seal_write(struct ft_buffer *out, const struct ft_seal_key *key,
                             struct ft_span about, struct ft_span bytes, struct ft_error *err) {
  uint8_t id[ID_BYTES], nonce[NONCE_BYTES];
  if (bytes.size > INT_MAX - FT_SEAL_TAG_BYTES || about.size > INT_MAX)
    return ft_fail(err, FT_LIMIT, "%zu bytes cannot be sealed at once", bytes.size);
  FT_TRY(name_key(id, key, err));
  if (RAND_bytes(nonce, sizeof nonce) != 1)
    return ft_fail(err, FT_INTERNAL, "no random numbers are available");
  ft_buffer_append(out, MAGIC, MAGIC_BYTES);
  ft_buffer_append(out, id, sizeof id);
  ft_buffer_append(out, nonce, sizeof nonce);
  uint8_t *place = ft_buffer_extend(out, bytes.size + FT_SEAL_TAG_BYTES);
  FT_TRY(ft_buffer_check(out, "the sealed bytes", err));
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  bool done = encrypt(context, key, nonce, about, bytes, place);
  EVP_CIPHER_CTX_free(context);
  return done ? FT_OK : ft_fail(err, FT_INTERNAL, "AES-256-GCM is not available");
}

static enum ft_status check_head(struct ft_span sealed, const struct ft_seal_key *key,
                                 struct ft_error *err) {
  uint8_t id[ID_BYTES];
  if (!ft_seal_is_sealed(sealed) || sealed.size < FT_SEAL_HEAD_BYTES + FT_SEAL_TAG_BYTES ||
      sealed.size > INT_MAX)
    return ft_fail(err, FT_CORRUPT, "these bytes are not sealed");
  FT_TRY(name_key(id, key, err));
  if (memcmp(sealed.data + MAGIC_BYTES, id, sizeof id) == 0) return FT_OK;
  return ft_fail(err, FT_CORRUPT, "the bytes are sealed with another key");
}

enum ft_status ft_seal_open(struct ft_buffer *out, const struct ft_seal_key *key,
                            struct ft_span about, struct ft_span sealed, struct ft_error *err) {
  FT_TRY(check_head(sealed, key, err));
  if (about.size > INT_MAX) return ft_fail(err, FT_CORRUPT, "the seal does not fit");
  const uint8_t *nonce = (const uint8_t *)sealed.data + MAGIC_BYTES + ID_BYTES;
  struct ft_span bytes = { sealed.data + FT_SEAL_HEAD_BYTES,
                           sealed.size - FT_SEAL_HEAD_BYTES - FT_SEAL_TAG_BYTES };
  size_t before = out->size;
  uint8_t *place =
      ft_buffer_extend(out, bytes.size + FT_SEAL_TAG_BYTES); /* room for the last block */
  FT_TRY(ft_buffer_check(out, "the sealed bytes", err));
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  bool done = decrypt(context, key, nonce, about, bytes, place);
  EVP_CIPHER_CTX_free(context);
  out->size = done ? before + bytes.size : before;
  if (done) return FT_OK;
  return ft_fail(err, FT_CORRUPT, "the seal is broken, or these bytes belong elsewhere");
}
