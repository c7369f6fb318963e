#include "hosts/duckdb/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHERS 077 /* rights of all but the user */

void ft_file_look(struct ft_file *out, const char *path) {
  struct stat about;
  *out = (struct ft_file){ .path = path, .is_new = true, .mask = OTHERS };
  if (!path || stat(path, &about) != 0) return;
  out->is_new = about.st_size == 0;
  out->mask = ~about.st_mode & OTHERS;
}

void ft_file_remember(struct ft_file *file) {
  struct stat about;
  if (!file->path || stat(file->path, &about) != 0) return;
  file->device = about.st_dev;
  file->inode = about.st_ino;
}

enum ft_status ft_file_check_present(const struct ft_file *file, struct ft_error *err) {
  struct stat about;
  if (!file->path) return FT_OK;
  bool there = stat(file->path, &about) == 0;
  if (there && about.st_dev == file->device && about.st_ino == file->inode) return FT_OK;
  ft_fail(err, FT_IO,
          there ? "another file took the place of \"%s\" while it was open, nothing can be stored"
                : "the file \"%s\" was deleted or moved while it was open, nothing can be stored",
          file->path);
  return ft_fail_hint(
      err, "Queries still see the old rows: save them with COPY … TO, then open the file again.");
}

/* A folder's path, "." where the file's has none. */
static char *folder_of(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
}

enum ft_status ft_file_check_writable(const struct ft_file *file, struct ft_error *err) {
  if (!file->path) return FT_OK;
  char *folder = folder_of(file->path), *log = NULL;
  if (!folder || asprintf(&log, "%s.wal", file->path) < 0) {
    free(folder);
    return ft_fail(err, FT_NOMEM, "out of memory for the file's name");
  }
  bool has_log = access(log, F_OK) == 0;
  bool writable = faccessat(AT_FDCWD, has_log ? log : folder, W_OK, AT_EACCESS) == 0;
  free(folder);
  free(log);
  if (writable) return FT_OK;
  ft_fail(err, FT_PRIVILEGE,
          "no permission to write in the folder of \"%s\", nothing can be stored", file->path);
  return ft_fail_hint(err,
                      "Open it with -r (--readonly) to query it and to predict, or copy it to a "
                      "folder that you may write.");
}
