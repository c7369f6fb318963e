#include "shell/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/secret.h"

bool ft_history_path(char *path, size_t size) {
  const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  if (state && state[0] == '/') {
    int length = snprintf(path, size, "%s/foretell", state);
    if (length < 0 || (size_t)length + sizeof "/history" > size) return false;
    /* Both may be missing on a new account; a failure shows when the file is opened. */
    mkdir(state, 0700);
    mkdir(path, 0700);
    strcat(path, "/history");
    return true;
  }
  if (!home || !*home) return false;
  int length = snprintf(path, size, "%s/.foretell_history", home);
  return length > 0 && (size_t)length < size;
}

static bool write_all(int descriptor, const void *bytes, size_t size) {
  const char *from = bytes;
  while (size > 0) {
    ssize_t done = write(descriptor, from, size);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    from += done;
    size -= (size_t)done;
  }
  return true;
}

static bool read_file(struct ft_buffer *text, const char *path) {
  char block[65536];
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status;
  if (descriptor < 0) return false;
  bool regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  if (regular && status.st_size > (off_t)FT_HISTORY_MAX_BYTES)
    lseek(descriptor, -(off_t)FT_HISTORY_MAX_BYTES, SEEK_END);
  ssize_t got = 0;
  while (regular && (got = read(descriptor, block, sizeof block)) > 0)
    ft_buffer_append(text, block, (size_t)got);
  close(descriptor);
  return regular && !text->failed;
}

/* The first line of a text, without its end; the text begins behind it then. */
static struct ft_span next_line(struct ft_span *text) {
  const char *end = memchr(text->data, '\n', text->size);
  size_t size = end ? (size_t)(end - text->data) : text->size;
  struct ft_span line = { text->data, size };
  size += end ? 1 : 0;
  *text = (struct ft_span){ text->data + size, text->size - size };
  return line;
}

/* What may stay of the file: of one that has grown too long the newer half, and no secrets. */
static void copy_kept(struct ft_buffer *out, struct ft_span text) {
  if (text.size >= FT_HISTORY_MAX_BYTES) {
    const char *line = memchr(text.data + text.size / 2, '\n', text.size - text.size / 2);
    size_t gone = line ? (size_t)(line - text.data) + 1 : 0;
    text = (struct ft_span){ text.data + gone, text.size - gone };
  }
  while (text.size > 0) {
    struct ft_span line = next_line(&text);
    if (ft_secret_is_in(line)) continue;
    ft_buffer_append_text(out, line);
    ft_buffer_u8(out, '\n');
  }
}

static void rewrite(const char *path, struct ft_span text) {
  char fresh[4200];
  if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh) return;
  int descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return;
  bool written = write_all(descriptor, text.data, text.size);
  if (close(descriptor) == 0 && written) written = rename(fresh, path) == 0;
  if (!written) unlink(fresh);
}

static void take_line(struct ft_span line, struct ft_buffer *statement,
                      void (*take)(void *self, const char *statement), void *self) {
  ft_buffer_reset(statement);
  for (size_t i = 0; i < line.size; i++) {
    char byte = line.data[i];
    if (byte == '\\' && i + 1 < line.size) byte = line.data[++i] == 'n' ? '\n' : line.data[i];
    if (byte) ft_buffer_u8(statement, (uint8_t)byte);
  }
  ft_buffer_u8(statement, 0);
  if (!statement->failed && statement->size > 1) take(self, (const char *)statement->data);
}

void ft_history_load(const char *path, void (*take)(void *self, const char *statement),
                     void *self) {
  struct ft_buffer text, kept, statement;
  ft_buffer_init(&text, 2 * FT_HISTORY_MAX_BYTES);
  ft_buffer_init(&kept, 2 * FT_HISTORY_MAX_BYTES + 1);
  ft_buffer_init(&statement, FT_HISTORY_MAX_BYTES + 1);
  if (read_file(&text, path)) {
    copy_kept(&kept, ft_buffer_view(&text));
    struct ft_span rest = ft_buffer_view(&kept);
    if (!kept.failed && kept.size < text.size) rewrite(path, rest);
    while (rest.size > 0)
      take_line(next_line(&rest), &statement, take, self);
  }
  ft_buffer_release(&statement);
  ft_buffer_release(&kept);
  ft_buffer_release(&text);
}

void ft_history_append(const char *path, struct ft_span statement) {
  struct ft_buffer line;
  bool blank = statement.size > 0 && statement.data[0] == ' ';
  if (blank || ft_secret_is_in(statement)) return;
  ft_buffer_init(&line, FT_HISTORY_MAX_BYTES / 4);
  for (size_t i = 0; i < statement.size; i++) {
    if (statement.data[i] == '\n')
      ft_buffer_append_text(&line, FT_SPAN("\\n"));
    else if (statement.data[i] == '\\')
      ft_buffer_append_text(&line, FT_SPAN("\\\\"));
    else
      ft_buffer_u8(&line, (uint8_t)statement.data[i]);
  }
  ft_buffer_u8(&line, '\n');
  int descriptor =
      line.failed ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor >= 0) {
    (void)!write_all(descriptor, line.data, line.size);
    close(descriptor);
  }
  ft_buffer_release(&line);
}
