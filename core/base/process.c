#include "foretell/process.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void ft_process_keep_private(void) {
  const char *debug = getenv(FT_PROCESS_DEBUG);
  if (debug && debug[0] && strcmp(debug, "0") != 0) return;
  struct rlimit none = { 0, 0 };
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
}
