#include "foretell/memory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_BYTES 4352
#define LINE_BYTES 4096

static uint64_t smaller(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

/* A file of one number; "max", or no such file, is no limit. */
static uint64_t read_limit(const char *path) {
  FILE *file = fopen(path, "re");
  if (!file) return UINT64_MAX;
  uint64_t bytes = UINT64_MAX;
  if (fscanf(file, "%" SCNu64, &bytes) != 1 || bytes == 0) bytes = UINT64_MAX;
  fclose(file);
  return bytes;
}

static uint64_t read_total(const char *root) {
  char path[PATH_BYTES], line[LINE_BYTES];
  snprintf(path, sizeof path, "%s/proc/meminfo", root);
  FILE *file = fopen(path, "re");
  uint64_t kilobytes = 0;
  while (file && !kilobytes && fgets(line, sizeof line, file))
    if (sscanf(line, "MemTotal: %" SCNu64 " kB", &kilobytes) != 1) kilobytes = 0;
  if (file) fclose(file);
  return kilobytes ? kilobytes * 1024 : UINT64_MAX;
}

/* The limits of a group and of those above it. In a container the path may be the outside's: its
 * own group then stands at the top. */
static uint64_t read_group(const char *root, const char *mount, const char *name, char *group) {
  uint64_t bytes = UINT64_MAX;
  for (;;) {
    char path[PATH_BYTES];
    if (snprintf(path, sizeof path, "%s%s%s/%s", root, mount, group, name) < (int)sizeof path)
      bytes = smaller(bytes, read_limit(path));
    char *slash = strrchr(group, '/');
    if (!slash) return bytes;
    *slash = 0;
  }
}

/* Is "memory" among the words of `list`, which commas part? */
static bool has_memory(const char *list) {
  for (const char *word = list; word; word = strchr(word, ',')) {
    if (*word == ',') word++;
    size_t size = strcspn(word, ",");
    if (size == 6 && memcmp(word, "memory", 6) == 0) return true;
  }
  return false;
}

/* A line "number:controllers:path"; version 2 has no controllers. */
static uint64_t read_line(const char *root, char *line) {
  char *list = strchr(line, ':');
  char *group = list ? strchr(list + 1, ':') : NULL;
  if (!group) return UINT64_MAX;
  list++;
  *group++ = 0;
  group[strcspn(group, "\n")] = 0;
  if (*list && !has_memory(list)) return UINT64_MAX;
  return *list ? read_group(root, "/sys/fs/cgroup/memory", "memory.limit_in_bytes", group)
               : read_group(root, "/sys/fs/cgroup", "memory.max", group);
}

static uint64_t read_groups(const char *root) {
  char path[PATH_BYTES], line[LINE_BYTES];
  snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
  FILE *file = fopen(path, "re");
  uint64_t bytes = UINT64_MAX;
  while (file && fgets(line, sizeof line, file))
    bytes = smaller(bytes, read_line(root, line));
  if (file) fclose(file);
  return bytes;
}

uint64_t ft_memory_machine_bytes(const char *root) {
  uint64_t bytes = smaller(read_total(root), read_groups(root));
  return bytes == UINT64_MAX ? 0 : bytes;
}

uint64_t ft_memory_trainer_bytes(void) {
  return ft_memory_machine_bytes("") / 2;
}

void ft_memory_text(char *out, uint64_t bytes) {
  static const char *const unit[] = { "bytes", "kB", "MB", "GB", "TB" };
  double size = (double)bytes;
  size_t u = 0;
  for (; u < 4 && size >= 1024; u++)
    size /= 1024;
  /* one digit after the point where it says something */
  int digits = size < 100 && size * 10 != (double)(uint64_t)size * 10;
  snprintf(out, FT_MEMORY_TEXT_BYTES, "%.*f %s", digits, size, unit[u]);
}
