#include "foretell/job.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define HEADER_BYTES 5 /* length and kind */
/* Memory grows as bytes come: a length alone is only a claim. */
#define STEP_BYTES ((size_t)1 << 18)

static bool is_kind(uint8_t kind) {
  return kind != FT_FRAME_NONE && strchr("JBFLEPNAX", kind);
}

/* Move on over `sent` bytes of the two runs. */
static void advance(struct iovec part[2], size_t sent) {
  for (int i = 0; i < 2; i++) {
    size_t step = sent < part[i].iov_len ? sent : part[i].iov_len;
    if (step) part[i].iov_base = (char *)part[i].iov_base + step;
    part[i].iov_len -= step;
    sent -= step;
  }
}

enum ft_status ft_frame_send(int descriptor, enum ft_frame_kind kind, struct ft_span payload,
                             struct ft_error *err) {
  assert(is_kind((uint8_t)kind));
  if (payload.size > FT_FRAME_MAX_BYTES - 1)
    return ft_fail(err, FT_LIMIT, "a message of %zu bytes is too large to send", payload.size);
  uint32_t length = (uint32_t)payload.size + 1;
  uint8_t header[HEADER_BYTES] = { (uint8_t)length, (uint8_t)(length >> 8), (uint8_t)(length >> 16),
                                   (uint8_t)(length >> 24), (uint8_t)kind };
  /* writev only reads, though its type does not say so. */
  struct iovec part[2] = { { header, sizeof header },
                           { (void *)(uintptr_t)payload.data, payload.size } };
  while (part[0].iov_len || part[1].iov_len) {
    ssize_t sent = writev(descriptor, part, 2);
    if (sent < 0 && errno != EINTR)
      return ft_fail(err, FT_IO, "cannot write to the pipe: %s", strerror(errno));
    if (sent > 0) advance(part, (size_t)sent);
  }
  return FT_OK;
}

/* Read until `size` bytes are there or the file ends; *got says how many came. */
static enum ft_status read_some(int descriptor, void *bytes, size_t size, size_t *got,
                                struct ft_error *err) {
  *got = 0;
  while (*got < size) {
    ssize_t came = read(descriptor, (char *)bytes + *got, size - *got);
    if (came == 0) break;
    if (came < 0 && errno != EINTR)
      return ft_fail(err, FT_IO, "cannot read from the pipe: %s", strerror(errno));
    if (came > 0) *got += (size_t)came;
  }
  return FT_OK;
}

static enum ft_status fail_short(struct ft_error *err) {
  return ft_fail(err, FT_IO, "the pipe ended in the middle of a message");
}

static enum ft_status read_payload(int descriptor, struct ft_buffer *payload, size_t size,
                                   struct ft_error *err) {
  while (size) {
    size_t step = size < STEP_BYTES ? size : STEP_BYTES;
    size_t got;
    void *place = ft_buffer_extend(payload, step);
    FT_TRY(ft_buffer_check(payload, "a message", err));
    FT_TRY(read_some(descriptor, place, step, &got, err));
    if (got < step) return fail_short(err);
    size -= step;
  }
  return FT_OK;
}

enum ft_status ft_frame_receive(int descriptor, enum ft_frame_kind *kind, struct ft_buffer *payload,
                                uint32_t maximum, struct ft_error *err) {
  uint8_t header[HEADER_BYTES];
  size_t got;
  FT_TRY(read_some(descriptor, header, sizeof header, &got, err));
  if (got > 0 && got < sizeof header) return fail_short(err);
  ft_buffer_reset(payload);
  if (got == 0) {
    *kind = FT_FRAME_NONE;
    return FT_OK;
  }
  struct ft_reader reader = ft_reader_of((struct ft_span){ (const char *)header, sizeof header });
  uint32_t length = ft_reader_u32(&reader);
  uint8_t tag = ft_reader_u8(&reader);
  if (length == 0 || !is_kind(tag))
    return ft_fail(err, FT_CORRUPT, "what came through the pipe is not a message");
  if (length > FT_FRAME_MAX_BYTES || length - 1 > maximum)
    return ft_fail(err, FT_CORRUPT, "a message of %u bytes is larger than %u", length - 1, maximum);
  FT_TRY(read_payload(descriptor, payload, length - 1, err));
  *kind = (enum ft_frame_kind)tag;
  return FT_OK;
}
