/* Runs the files of a corpus through one fuzz target, without libFuzzer. */
#include "test/fuzz/target.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int replay_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    return 1;
  }
  struct stat status;
  int failed = fstat(fileno(file), &status) != 0;
  size_t size = failed ? 0 : (size_t)status.st_size;
  /* Exactly `size` bytes on the heap, so that AddressSanitizer sees a read behind the end. */
  uint8_t *bytes = malloc(size ? size : 1);
  failed = failed || !bytes || fread(bytes, 1, size, file) != size;
  if (!failed)
    LLVMFuzzerTestOneInput(bytes, size);
  else
    fprintf(stderr, "%s: cannot be read\n", path);
  free(bytes);
  fclose(file);
  return failed;
}

static int replay_folder(const char *folder) {
  DIR *listing = opendir(folder);
  if (!listing) /* no corpus yet */
    return 0;
  int failed = 0;
  for (struct dirent *entry = readdir(listing); entry; entry = readdir(listing)) {
    char path[4096];
    int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (entry->d_name[0] != '.' && length > 0 && (size_t)length < sizeof path)
      failed |= replay_file(path);
  }
  closedir(listing);
  return failed;
}

int main(int argc, char **argv) {
  LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
  int failed = 0;
  for (int i = 1; i < argc; i++) {
    struct stat status;
    if (stat(argv[i], &status) == 0 && S_ISREG(status.st_mode))
      failed |= replay_file(argv[i]);
    else
      failed |= replay_folder(argv[i]);
  }
  return failed;
}
