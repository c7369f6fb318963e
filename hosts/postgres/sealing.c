#include "hosts/postgres/sealing.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utils/acl.h>
#include <utils/lsyscache.h>

#include <miscadmin.h>

#include "foretell/arena.h"
#include "foretell/hash.h"
#include "foretell/seal.h"
#include "hosts/postgres/module.h"

#define TEXT_BYTES (2 * FT_SEAL_KEY_BYTES)

bool ft_sealing_is_on(void) {
  return ft_key_file && ft_key_file[0];
}

static enum ft_status take_key(struct ft_seal_key *out, struct ft_span bytes,
                               struct ft_error *err) {
  struct ft_span text = ft_span_trim(bytes);
  struct ft_sha256 parsed; /* 64 hexadecimal digits, too */
  if (bytes.size == FT_SEAL_KEY_BYTES) {
    memcpy(out->byte, bytes.data, FT_SEAL_KEY_BYTES);
    return FT_OK;
  }
  if (ft_sha256_parse(&parsed, text, NULL) != FT_OK)
    return ft_fail(err, FT_IO, "the key file has neither 32 bytes nor 64 hexadecimal digits");
  memcpy(out->byte, parsed.byte, FT_SEAL_KEY_BYTES);
  return FT_OK;
}

static enum ft_status check_file(int file, struct ft_error *err) {
  struct stat about;
  if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
    return ft_fail(err, FT_IO, "the key file is not a file");
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) == 0) return FT_OK;
  ft_fail(err, FT_IO, "the key file can be read by others than its owner");
  return ft_fail_hint(err, "chmod 600 it.");
}

static enum ft_status read_key(struct ft_seal_key *out, struct ft_error *err) {
  char bytes[TEXT_BYTES + 8];
  if (!ft_sealing_is_on()) {
    ft_fail(err, FT_IO, "the model is sealed, and this server has no key file");
    return ft_fail_hint(err, "Set foretell.key_file to a copy of the key that it was made with.");
  }
  int file = open(ft_key_file, O_RDONLY | O_CLOEXEC);
  if (file < 0) return ft_fail(err, FT_IO, "the key file cannot be read: %s", strerror(errno));
  enum ft_status status = check_file(file, err);
  ssize_t size = status == FT_OK ? read(file, bytes, sizeof bytes) : 0;
  close(file);
  if (status == FT_OK)
    status = take_key(out, (struct ft_span){ bytes, size > 0 ? (size_t)size : 0 }, err);
  explicit_bzero(bytes, sizeof bytes);
  return status;
}

/* Lengths first: no two pairs of names give the same bytes. */
static void describe(struct ft_buffer *out, const char *schema, const char *owner) {
  ft_buffer_init(out, 1 << 12);
  ft_buffer_string(out, ft_span_of(schema));
  ft_buffer_string(out, ft_span_of(owner));
}

enum ft_status ft_sealing_write(struct ft_buffer *out, const char *schema, const char *owner,
                                struct ft_span artifact, struct ft_error *err) {
  struct ft_seal_key key;
  struct ft_buffer about;
  if (!ft_sealing_is_on()) {
    ft_buffer_append_text(out, artifact);
    return ft_buffer_check(out, "the artifact", err);
  }
  FT_TRY(read_key(&key, err));
  describe(&about, schema, owner);
  enum ft_status status = ft_seal_write(out, &key, ft_buffer_view(&about), artifact, err);
  ft_buffer_release(&about);
  explicit_bzero(&key, sizeof key);
  return status;
}

static enum ft_status open_sealed(struct ft_buffer *out, const char *schema, const char *owner,
                                  struct ft_span stored, struct ft_error *err) {
  struct ft_seal_key key;
  struct ft_buffer about;
  FT_TRY(read_key(&key, err));
  describe(&about, schema, owner);
  enum ft_status status = ft_seal_open(out, &key, ft_buffer_view(&about), stored, err);
  ft_buffer_release(&about);
  explicit_bzero(&key, sizeof key);
  if (status == FT_CORRUPT)
    ft_fail_hint(err, "It belongs to schema \"%s\" and owner \"%s\" of a server with its key.",
                 schema, owner);
  return status;
}

enum ft_status ft_sealing_open(struct ft_span *out, Oid schema, Oid owner, struct ft_span stored,
                               struct ft_error *err) {
  if (!ft_seal_is_sealed(stored)) {
    *out = stored;
    return FT_OK;
  }
  const char *schema_name = get_namespace_name(schema);
  const char *owner_name = GetUserNameFromId(owner, true);
  char *copy = MemoryContextAllocHuge(CurrentMemoryContext, stored.size);
  struct ft_buffer opened;
  ft_buffer_init(&opened, SIZE_MAX);
  enum ft_status status = open_sealed(&opened, schema_name ? schema_name : "",
                                      owner_name ? owner_name : "", stored, err);
  if (status == FT_OK) memcpy(copy, opened.data, opened.size);
  *out = (struct ft_span){ copy, opened.size };
  ft_buffer_release(&opened);
  return status;
}
