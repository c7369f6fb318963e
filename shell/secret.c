#include "shell/secret.h"

#include <string.h>
#include <strings.h>

/* in any case, and anywhere in the statement */
static const char *const secret_words[] = {
  "secret",       "password",   "passwd",      "passphrase",  "encryption_key",
  "kms_key",      "access_key", "accesskey",   "api_key",     "session_token",
  "access_token", "bearer",     "credentials", "private_key", NULL,
};

static bool has_word(struct ft_span text, const char *word) {
  size_t size = strlen(word);
  for (size_t at = 0; at < text.size && size <= text.size - at; at++)
    if (strncasecmp(text.data + at, word, size) == 0) return true;
  return false;
}

static bool ends_authority(char byte) {
  return byte <= ' ' || strchr("/?#'\"", byte);
}

/* scheme://user:password@host */
static bool has_password(struct ft_span text) {
  bool colon = false, inside = false;
  for (size_t at = 0; at < text.size; at++) {
    char byte = text.data[at];
    if (text.size - at >= 3 && memcmp(text.data + at, "://", 3) == 0) {
      inside = true;
      colon = false;
      at += 2;
    } else if (inside && byte == '@' && colon) {
      return true;
    } else if (ends_authority(byte)) {
      inside = false;
    } else if (byte == ':') {
      colon = true;
    }
  }
  return false;
}

bool ft_secret_is_in(struct ft_span statement) {
  for (const char *const *word = secret_words; *word; word++)
    if (has_word(statement, *word)) return true;
  return has_password(statement);
}
