#include "hosts/postgres/module.h"

#include <fmgr.h>
#include <limits.h>
#include <miscadmin.h>
#include <utils/guc.h>

#include "hosts/postgres/jsonname.h"

PG_MODULE_MAGIC;

void _PG_init(void);

char *ft_key_file = NULL;
int ft_trainer_threads = 0;
static char *trainer = NULL;
static int trainer_memory_mb = 0;

const char *ft_trainer_path(void) {
  static char path[MAXPGPATH * 2];
  if (trainer && trainer[0]) return trainer;
  snprintf(path, sizeof path, "%s/foretell/libexec/foretell/foretell-trainer", pkglib_path);
  return path;
}

uint64 ft_trainer_memory_bytes(void) {
  return (uint64)trainer_memory_mb << 20;
}

/* Only a superuser may say which program the server starts. */
void _PG_init(void) {
  if (!ft_json_is_sound())
    ereport(ERROR, (errcode(ERRCODE_CONFIG_FILE_ERROR),
                    errmsg("the jansson library of this system cannot be used in a server")));
  DefineCustomStringVariable("foretell.trainer", "Full path of the program that trains models.",
                             "Empty: the one that was installed with the extension.", &trainer, "",
                             PGC_SUSET, 0, NULL, NULL, NULL);
  DefineCustomStringVariable("foretell.key_file",
                             "Full path of the file with the key that models are sealed with.",
                             "Empty: new models are not sealed.", &ft_key_file, "", PGC_SIGHUP,
                             GUC_SUPERUSER_ONLY, NULL, NULL, NULL);
  DefineCustomIntVariable(
      "foretell.trainer_memory", "Memory that the training of one model may take.", "0: no limit.",
      &trainer_memory_mb, 0, 0, INT_MAX, PGC_SUSET, GUC_UNIT_MB, NULL, NULL, NULL);
  DefineCustomIntVariable("foretell.trainer_threads",
                          "Threads that the training of one model may use.",
                          "0: as many as there are processors.", &ft_trainer_threads, 0, 0, 1024,
                          PGC_USERSET, 0, NULL, NULL, NULL);
  MarkGUCPrefixReserved("foretell");
}
