#include "shell/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/interrupt.h"

#define READ_BYTES 65536

static bool is_folder(int descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
}

enum ft_status ft_feed_open(struct ft_feed *feed, const char *path, struct ft_error *err) {
  bool input = strcmp(path, "-") == 0;
  int descriptor = input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return ft_fail(err, FT_IO, "the script \"%s\" cannot be read: %s", path, strerror(errno));
  if (!input && is_folder(descriptor)) {
    close(descriptor);
    return ft_fail(err, FT_IO, "the script \"%s\" cannot be read: it is a folder", path);
  }
  *feed = (struct ft_feed){ .file = input ? NULL : path, .descriptor = descriptor };
  ft_buffer_init(&feed->text, FT_FEED_MAX_BYTES);
  return FT_OK;
}

enum ft_status ft_feed_text(struct ft_feed *feed, struct ft_span text, struct ft_error *err) {
  *feed = (struct ft_feed){ .descriptor = -1, .ended = true };
  ft_buffer_init(&feed->text, FT_FEED_MAX_BYTES);
  ft_buffer_append_text(&feed->text, text);
  enum ft_status status = ft_buffer_check(&feed->text, "the script", err);
  if (status != FT_OK) ft_buffer_release(&feed->text);
  return status;
}

void ft_feed_close(struct ft_feed *feed) {
  if (feed->descriptor > STDIN_FILENO) close(feed->descriptor);
  ft_buffer_release(&feed->text);
}

static struct ft_span newest(const struct ft_feed *feed, size_t before) {
  return (struct ft_span){ (const char *)feed->text.data + before, feed->text.size - before };
}

/* Read until a statement may have become complete. A short one is looked at again after every
 * block, a long one only when there is a new semicolon: else a long one takes quadratic time. */
static enum ft_status read_more(struct ft_feed *feed, bool dot, struct ft_error *err) {
  char block[READ_BYTES];
  for (;;) {
    size_t before = feed->text.size, size;
    FT_TRY(ft_interrupt_read(&size, feed->descriptor, block, sizeof block, err));
    if (size == 0) {
      feed->ended = true;
      return FT_OK;
    }
    ft_buffer_append(&feed->text, block, size);
    FT_TRY(ft_buffer_check(&feed->text, "the script", err));
    struct ft_span fresh = newest(feed, before);
    if (memchr(fresh.data, dot ? '\n' : ';', fresh.size)) return FT_OK;
    if (feed->text.size - feed->offset < READ_BYTES) return FT_OK;
  }
}

static bool take_dot(struct ft_feed *feed, struct ft_piece *piece) {
  struct ft_span rest = newest(feed, piece->offset);
  const char *end = memchr(rest.data, '\n', rest.size);
  if (!end && !feed->ended) return false;
  size_t size = end ? (size_t)(end - rest.data) : rest.size;
  piece->text = ft_span_trim((struct ft_span){ rest.data, size });
  piece->complete = true;
  feed->offset = piece->offset + size + (end ? 1 : 0);
  return true;
}

enum ft_status ft_feed_next(enum ft_feed_kind *kind, struct ft_piece *piece, struct ft_feed *feed,
                            struct ft_error *err) {
  for (;;) {
    size_t offset = feed->offset;
    bool found = ft_script_next(ft_buffer_view(&feed->text), &offset, piece);
    bool dot = found && piece->text.size > 0 && piece->text.data[0] == '.';
    if (dot && take_dot(feed, piece)) {
      *kind = FT_FEED_DOT;
      return FT_OK;
    }
    if (!dot && found && (piece->complete || feed->ended)) {
      feed->offset = offset;
      *kind = FT_FEED_STATEMENT;
      return FT_OK;
    }
    if (feed->ended) {
      *kind = FT_FEED_END;
      return FT_OK;
    }
    FT_TRY(read_more(feed, dot, err));
  }
}

bool ft_feed_waits(const struct ft_feed *feed) {
  struct pollfd watched = { .fd = feed->descriptor, .events = POLLIN };
  size_t offset = feed->offset;
  struct ft_piece piece;
  bool complete = ft_script_next(ft_buffer_view(&feed->text), &offset, &piece) && piece.complete;
  return !feed->ended && !complete && poll(&watched, 1, 0) == 0;
}
