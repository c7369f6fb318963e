/* A growing run of bytes with a maximum, and a checked reader over bytes.
 *
 * Numbers  little-endian on every machine; doubles and floats as their IEEE bits.
 * Failure  sticky: after one failure every call fails and nothing is appended, so a writer may
 *          check once at the end with ft_buffer_check / ft_reader_check. */
#ifndef FORETELL_BUFFER_H
#define FORETELL_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/error.h"
#include "foretell/span.h"

struct ft_buffer {
  uint8_t *data;   /* owned (malloc) */
  size_t size;     /* bytes in use */
  size_t capacity; /* bytes allocated */
  size_t maximum;  /* bytes; never exceeded */
  bool failed;     /* out of memory, or past the maximum */
  bool full;       /* failed: the latter */
};

void ft_buffer_init(struct ft_buffer *buffer, size_t maximum);
void ft_buffer_release(struct ft_buffer *buffer);
void ft_buffer_reset(struct ft_buffer *buffer); /* empty, memory kept, failure cleared */

void ft_buffer_append(struct ft_buffer *buffer, const void *bytes, size_t size);
void ft_buffer_append_text(struct ft_buffer *buffer, struct ft_span text);
void ft_buffer_print(struct ft_buffer *buffer, const char *format, ...) FT_PRINTF(2, 3);
void ft_buffer_u8(struct ft_buffer *buffer, uint8_t value);
void ft_buffer_u16(struct ft_buffer *buffer, uint16_t value);
void ft_buffer_u32(struct ft_buffer *buffer, uint32_t value);
void ft_buffer_u64(struct ft_buffer *buffer, uint64_t value);
void ft_buffer_f32(struct ft_buffer *buffer, float value);
void ft_buffer_f64(struct ft_buffer *buffer, double value);
/* u32 length, then the bytes */
void ft_buffer_string(struct ft_buffer *buffer, struct ft_span text);
/* `count` zero bytes for the caller to fill; NULL after a failure */
void *ft_buffer_extend(struct ft_buffer *buffer, size_t count);

struct ft_span ft_buffer_view(const struct ft_buffer *buffer);
/* FT_NOMEM when any call failed, in words that say which way; `what` as in "the artifact" */
enum ft_status ft_buffer_check(const struct ft_buffer *buffer, const char *what,
                               struct ft_error *err) FT_MUST_CHECK;

struct ft_reader {
  const uint8_t *data; /* borrowed */
  size_t left;         /* bytes not read yet */
  bool failed;         /* a read wanted more than was left */
};

struct ft_reader ft_reader_of(struct ft_span bytes);
uint8_t ft_reader_u8(struct ft_reader *reader); /* 0 after a failure, as all below */
uint16_t ft_reader_u16(struct ft_reader *reader);
uint32_t ft_reader_u32(struct ft_reader *reader);
uint64_t ft_reader_u64(struct ft_reader *reader);
float ft_reader_f32(struct ft_reader *reader);
double ft_reader_f64(struct ft_reader *reader);
struct ft_span ft_reader_bytes(struct ft_reader *reader, size_t size); /* borrowed */
struct ft_span ft_reader_string(struct ft_reader *reader);             /* u32 length, bytes */
/* A u32 count of items of at least `item_bytes` each: fails when they cannot be in what is left,
 * so that a caller may allocate for the answer. */
uint32_t ft_reader_count(struct ft_reader *reader, size_t item_bytes);
/* FT_CORRUPT when a read failed, or bytes are left over and `whole` is set. */
enum ft_status ft_reader_check(const struct ft_reader *reader, bool whole, const char *what,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
