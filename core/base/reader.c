#include "foretell/buffer.h"

#include <string.h>

struct ft_reader ft_reader_of(struct ft_span bytes) {
  return (struct ft_reader){ .data = (const uint8_t *)bytes.data, .left = bytes.size };
}

struct ft_span ft_reader_bytes(struct ft_reader *reader, size_t size) {
  if (reader->failed || size > reader->left) {
    reader->failed = true;
    return (struct ft_span){ NULL, 0 };
  }
  struct ft_span bytes = { (const char *)reader->data, size };
  if (size) reader->data += size; /* data may be NULL in an empty reader */
  reader->left -= size;
  return bytes;
}

static uint64_t read_little(struct ft_reader *reader, size_t bytes) {
  struct ft_span span = ft_reader_bytes(reader, bytes);
  uint64_t value = 0;
  for (size_t i = 0; i < span.size; i++)
    value |= (uint64_t)(uint8_t)span.data[i] << (8 * i);
  return value;
}

uint8_t ft_reader_u8(struct ft_reader *reader) {
  return (uint8_t)read_little(reader, 1);
}

uint16_t ft_reader_u16(struct ft_reader *reader) {
  return (uint16_t)read_little(reader, 2);
}

uint32_t ft_reader_u32(struct ft_reader *reader) {
  return (uint32_t)read_little(reader, 4);
}

uint64_t ft_reader_u64(struct ft_reader *reader) {
  return read_little(reader, 8);
}

float ft_reader_f32(struct ft_reader *reader) {
  uint32_t bits = ft_reader_u32(reader);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

double ft_reader_f64(struct ft_reader *reader) {
  uint64_t bits = ft_reader_u64(reader);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

struct ft_span ft_reader_string(struct ft_reader *reader) {
  uint32_t size = ft_reader_u32(reader);
  return ft_reader_bytes(reader, size);
}

uint32_t ft_reader_count(struct ft_reader *reader, size_t item_bytes) {
  uint32_t count = ft_reader_u32(reader);
  if (item_bytes && count > reader->left / item_bytes) reader->failed = true;
  return reader->failed ? 0 : count;
}

enum ft_status ft_reader_check(const struct ft_reader *reader, bool whole, const char *what,
                               struct ft_error *err) {
  if (reader->failed) return ft_fail(err, FT_CORRUPT, "%s is cut short", what);
  if (whole && reader->left)
    return ft_fail(err, FT_CORRUPT, "%s has %zu bytes too many", what, reader->left);
  return FT_OK;
}
