/* skops files. The bytes are the schema and the arrays, with SEPARATOR between them, and are packed here:
 * a zip's sums would otherwise refuse nearly all that is tried. Array i is named "i.npy". Bytes that
 * begin like a zip are one as they are. */
#include "test/fuzz/model_target.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>

#include "core/import/sklearn/sklearn.h"

#define SEPARATOR "\x00\xff\x00\xff"

static void add(struct archive *zip, int index, struct ft_span bytes) {
  char name[32];
  struct archive_entry *entry = archive_entry_new();
  snprintf(name, sizeof name, index ? "%d.npy" : "schema.json", index - 1);
  archive_entry_set_pathname(entry, name);
  archive_entry_set_size(entry, (int64_t)bytes.size);
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_perm(entry, 0644);
  if (archive_write_header(zip, entry) == ARCHIVE_OK && bytes.size)
    (void)!archive_write_data(zip, bytes.data, bytes.size);
  archive_entry_free(entry);
}

static size_t pack(char *out, size_t room, struct ft_span bytes) {
  struct archive *zip = archive_write_new();
  size_t used = 0;
  archive_write_set_format_zip(zip);
  archive_write_zip_set_compression_store(zip);
  archive_write_set_bytes_in_last_block(zip, 1);
  if (archive_write_open_memory(zip, out, room, &used) == ARCHIVE_OK) {
    for (int index = 0; index < 1000; index++) {
      const char *end = bytes.size ? memmem(bytes.data, bytes.size, SEPARATOR, 4) : NULL;
      size_t size = end ? (size_t)(end - bytes.data) : bytes.size;
      add(zip, index, (struct ft_span){ bytes.data, size });
      if (!end) break;
      bytes = (struct ft_span){ end + 4, bytes.size - size - 4 };
    }
  }
  archive_write_close(zip);
  archive_write_free(zip);
  return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size > 4 && memcmp(data, "PK\x03\x04", 4) == 0) {
    read_in_every_way(ft_sklearn_skops_read, data, size);
    return 0;
  }
  size_t room = size + 400000; /* headers of at most 1000 files */
  char *zip = malloc(room);
  if (!zip) return 0;
  size_t used = pack(zip, room, (struct ft_span){ (const char *)data, size });
  read_in_every_way(ft_sklearn_skops_read, (const uint8_t *)zip, used);
  free(zip);
  return 0;
}
