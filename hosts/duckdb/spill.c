#include "hosts/duckdb/spill.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME     "lock"
#define RANDOM_SUFFIX "XXXXXX" /* as mkdtemp wants it */
#define SUFFIX_BYTES  (sizeof RANDOM_SUFFIX - 1)
#define MAX_TRIES     4 /* a session that starts may take a folder for a killed one's */

/* Where folders stand, and how their names begin: "/data" and "shop.db.tmp-". */
struct place {
  char *parent; /* owned */
  char *prefix; /* owned */
};

static void release_place(struct place *place) {
  free(place->parent);
  free(place->prefix);
}

static bool find_place(struct place *out, const char *database) {
  const char *chosen = getenv("TMPDIR");
  const char *slash = database ? strrchr(database, '/') : NULL;
  *out = (struct place){ NULL, NULL };
  if (!database) {
    out->parent = strdup(chosen && chosen[0] ? chosen : "/tmp");
    out->prefix = strdup("foretell-");
    return out->parent && out->prefix;
  }
  out->parent = slash ? strndup(database, (size_t)(slash - database) + 1) : strdup(".");
  if (asprintf(&out->prefix, "%s.tmp-", slash ? slash + 1 : database) < 0) out->prefix = NULL;
  return out->parent && out->prefix;
}

/* The folder's lock file, locked; -1 with errno. The lock ends with the descriptor, or its process. */
static int lock_folder(int folder) {
  int lock = openat(folder, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  int number = errno;
  close(lock);
  errno = number;
  return -1;
}

/* Only what DuckDB and we put there: a folder with anything else in it stays. */
static void remove_folder(int parent, const char *name, int folder) {
  DIR *list = fdopendir(dup(folder));
  for (struct dirent *entry = NULL; list && (entry = readdir(list));)
    if (strncmp(entry->d_name, "duckdb_temp_", strlen("duckdb_temp_")) == 0)
      unlinkat(folder, entry->d_name, 0);
  if (list) closedir(list);
  unlinkat(folder, LOCK_NAME, 0);
  unlinkat(parent, name, AT_REMOVEDIR);
}

static void remove_abandoned(int parent, const char *name) {
  struct stat about;
  int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return;
  bool ours = fstat(folder, &about) == 0 && about.st_uid == geteuid();
  int lock = ours ? lock_folder(folder) : -1;
  if (lock >= 0) {
    remove_folder(parent, name, folder);
    close(lock);
  }
  close(folder);
}

static void remove_all_abandoned(const struct place *place) {
  size_t prefix = strlen(place->prefix);
  DIR *list = opendir(place->parent);
  for (struct dirent *entry = NULL; list && (entry = readdir(list));)
    if (strncmp(entry->d_name, place->prefix, prefix) == 0 &&
        strlen(entry->d_name) == prefix + SUFFIX_BYTES)
      remove_abandoned(dirfd(list), entry->d_name);
  if (list) closedir(list);
}

/* Is the locked file still the one of that name? Who took the folder for a killed session's has
 * removed it. */
static bool stands(int lock, int folder) {
  struct stat held, named;
  return fstat(lock, &held) == 0 && fstatat(folder, LOCK_NAME, &named, 0) == 0 &&
         held.st_ino == named.st_ino;
}

/* Make and lock a folder; false: it is not there, or no longer. */
static bool make_folder(struct ft_spill *out, char *path) {
  if (!mkdtemp(path)) return false;
  int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int lock = folder < 0 ? -1 : lock_folder(folder);
  bool lockless = lock < 0 && (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP);
  bool made = folder >= 0 && (lockless || (lock >= 0 && stands(lock, folder)));
  if (folder >= 0) close(folder);
  if (made) {
    *out = (struct ft_spill){ path, lock };
  } else {
    if (lock >= 0) close(lock);
    rmdir(path);
  }
  return made;
}

/* A folder at that place; none where it takes no files. */
static enum ft_status open_at(struct ft_spill *out, const char *database, struct ft_error *err) {
  struct place place;
  char *path = NULL;
  bool named = find_place(&place, database);
  if (named) remove_all_abandoned(&place);
  for (int tries = 0; named && !out->folder && tries < MAX_TRIES; tries++) {
    if (asprintf(&path, "%s/%s" RANDOM_SUFFIX, place.parent, place.prefix) < 0) {
      named = false;
    } else if (!make_folder(out, path)) {
      free(path);
    }
  }
  release_place(&place);
  return named ? FT_OK : ft_fail(err, FT_NOMEM, "out of memory for a session");
}

enum ft_status ft_spill_open(struct ft_spill *out, const char *database, struct ft_error *err) {
  *out = FT_SPILL_NONE;
  if (database) FT_TRY(open_at(out, database, err));
  return out->folder ? FT_OK : open_at(out, NULL, err);
}

void ft_spill_close(struct ft_spill *spill) {
  int folder = spill->folder ? open(spill->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  if (folder >= 0) {
    remove_folder(AT_FDCWD, spill->folder, folder);
    close(folder);
  }
  if (spill->lock >= 0) close(spill->lock);
  free(spill->folder);
  *spill = FT_SPILL_NONE;
}
