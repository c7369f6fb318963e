#include "core/command/model_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP_BYTES ((size_t)1 << 20)

static enum ft_status fail_file(struct ft_error *err, const char *path, const char *why) {
  return ft_fail(err, FT_IO, "could not read the file \"%s\": %s", path, why);
}

static enum ft_status check_file(const struct ft_buffer *out, int descriptor, const char *path,
                                 struct ft_error *err) {
  struct stat is;
  if (fstat(descriptor, &is) != 0) return fail_file(err, path, strerror(errno));
  if (S_ISDIR(is.st_mode)) return fail_file(err, path, "it is a folder");
  if (!S_ISREG(is.st_mode)) return fail_file(err, path, "it is no regular file");
  if (is.st_size < 0 || (uint64_t)is.st_size > out->maximum - out->size)
    return ft_fail(err, FT_LIMIT, "the file \"%s\" has %lld bytes, and at most %zu are read", path,
                   (long long)is.st_size, out->maximum);
  return FT_OK;
}

static enum ft_status read_all(struct ft_buffer *out, int descriptor, const char *path,
                               struct ft_error *err) {
  for (;;) {
    size_t before = out->size, room = out->maximum - before;
    size_t step = room < STEP_BYTES ? room : STEP_BYTES;
    void *place = ft_buffer_extend(out, step);
    FT_TRY(ft_buffer_check(out, "the file", err));
    ssize_t size = step ? read(descriptor, place, step) : 0;
    if (size < 0 && errno != EINTR) return fail_file(err, path, strerror(errno));
    out->size = before + (size > 0 ? (size_t)size : 0);
    if (size == 0) return FT_OK;
  }
}

enum ft_status ft_model_file_read(struct ft_buffer *out, const char *path, struct ft_error *err) {
  int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return fail_file(err, path, strerror(errno));
  enum ft_status status = check_file(out, descriptor, path, err);
  if (status == FT_OK) status = read_all(out, descriptor, path, err);
  close(descriptor);
  return status;
}
