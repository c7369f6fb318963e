#include "foretell/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES ((size_t)256)

void ft_buffer_init(struct ft_buffer *buffer, size_t maximum) {
  *buffer = (struct ft_buffer){ .maximum = maximum < SIZE_MAX / 2 ? maximum : SIZE_MAX / 2 };
}

void ft_buffer_release(struct ft_buffer *buffer) {
  free(buffer->data);
  ft_buffer_init(buffer, buffer->maximum);
}

void ft_buffer_reset(struct ft_buffer *buffer) {
  buffer->size = 0;
  buffer->failed = buffer->full = false;
}

/* Room for `count` bytes more, and one for the NUL that vsnprintf insists on. */
static bool reserve(struct ft_buffer *buffer, size_t count) {
  bool full = count > buffer->maximum - buffer->size;
  if (buffer->failed || full) {
    if (!buffer->failed) buffer->full = full;
    buffer->failed = true;
    return false;
  }
  if (buffer->data && count <= buffer->capacity - buffer->size) return true;
  size_t capacity = buffer->capacity ? 2 * buffer->capacity : FIRST_BYTES;
  if (capacity > buffer->maximum) capacity = buffer->maximum;
  if (capacity < buffer->size + count) capacity = buffer->size + count;
  uint8_t *data = realloc(buffer->data, capacity + 1);
  if (!data) {
    buffer->failed = true;
    return false;
  }
  buffer->data = data;
  buffer->capacity = capacity;
  return true;
}

void ft_buffer_append(struct ft_buffer *buffer, const void *bytes, size_t size) {
  if (!reserve(buffer, size) || size == 0) return;
  memcpy(buffer->data + buffer->size, bytes, size);
  buffer->size += size;
}

void ft_buffer_append_text(struct ft_buffer *buffer, struct ft_span text) {
  ft_buffer_append(buffer, text.data, text.size);
}

void ft_buffer_print(struct ft_buffer *buffer, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) buffer->failed = true;
  if (length < 0 || !reserve(buffer, (size_t)length)) return;
  va_start(arguments, format);
  vsnprintf((char *)buffer->data + buffer->size, (size_t)length + 1, format, arguments);
  va_end(arguments);
  buffer->size += (size_t)length;
}

/* The `bytes` lowest bytes of `value`, lowest first. */
static void append_little(struct ft_buffer *buffer, uint64_t value, size_t bytes) {
  if (!reserve(buffer, bytes)) return;
  for (size_t i = 0; i < bytes; i++)
    buffer->data[buffer->size++] = (uint8_t)(value >> (8 * i));
}

void ft_buffer_u8(struct ft_buffer *buffer, uint8_t value) {
  append_little(buffer, value, 1);
}

void ft_buffer_u16(struct ft_buffer *buffer, uint16_t value) {
  append_little(buffer, value, 2);
}

void ft_buffer_u32(struct ft_buffer *buffer, uint32_t value) {
  append_little(buffer, value, 4);
}

void ft_buffer_u64(struct ft_buffer *buffer, uint64_t value) {
  append_little(buffer, value, 8);
}

void ft_buffer_f32(struct ft_buffer *buffer, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  append_little(buffer, bits, 4);
}

void ft_buffer_f64(struct ft_buffer *buffer, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  append_little(buffer, bits, 8);
}

void ft_buffer_string(struct ft_buffer *buffer, struct ft_span text) {
  if (text.size > UINT32_MAX) buffer->failed = true;
  ft_buffer_u32(buffer, (uint32_t)text.size);
  ft_buffer_append_text(buffer, text);
}

void *ft_buffer_extend(struct ft_buffer *buffer, size_t count) {
  if (!reserve(buffer, count)) return NULL;
  void *start = memset(buffer->data + buffer->size, 0, count);
  buffer->size += count;
  return start;
}

struct ft_span ft_buffer_view(const struct ft_buffer *buffer) {
  return (struct ft_span){ (const char *)buffer->data, buffer->size };
}

enum ft_status ft_buffer_check(const struct ft_buffer *buffer, const char *what,
                               struct ft_error *err) {
  if (!buffer->failed) return FT_OK;
  if (!buffer->full) return ft_fail(err, FT_NOMEM, "out of memory for %s", what);
  return ft_fail(err, FT_NOMEM, "%s is larger than %zu bytes", what, buffer->maximum);
}
