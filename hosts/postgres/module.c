#include "hosts/postgres/module.h"

#include <fmgr.h>
#include <limits.h>
#include <miscadmin.h>
#include <utils/guc.h>

#include "foretell/memory.h"
#include "hosts/postgres/jsonname.h"

PG_MODULE_MAGIC;

void _PG_init(void);

char *ft_key_file = NULL;
int ft_trainer_threads = 0;
static char *trainer = NULL;
static int trainer_memory_mb = -1;
char *ft_artifacts = NULL;
static char *allowed_endpoints = NULL;
static int remote_timeout_s = 60;
static bool dropping = false;

const char *ft_trainer_path(void) {
  static char path[MAXPGPATH * 2];
  if (trainer && trainer[0]) return trainer;
  snprintf(path, sizeof path, "%s/foretell/libexec/foretell/foretell-trainer", pkglib_path);
  return path;
}

uint64 ft_trainer_memory_bytes(void) {
  return trainer_memory_mb < 0 ? ft_memory_trainer_bytes() : (uint64)trainer_memory_mb << 20;
}

struct ft_remote_rules ft_remote_rules_of_server(void) {
  struct ft_remote_rules rules =
      ft_remote_rules_of_environment(allowed_endpoints ? allowed_endpoints : "");
  rules.timeout_ms = (uint32)remote_timeout_s * 1000;
  return rules;
}

void ft_begin_dropping(void) {
  (void)set_config_option("foretell.dropping", "on", PGC_INTERNAL, PGC_S_OVERRIDE, GUC_ACTION_SAVE,
                          true, 0, false);
}

/* Who may be called from here is the administrator's to say; by default nobody. */
static void define_remote(void) {
  DefineCustomStringVariable(
      "foretell.allowed_endpoints",
      "Hosts that remote models and S3 may be called at: host, host:port, *.domain, or * for all.",
      "Separated by commas. Empty: none.", &allowed_endpoints, "", PGC_SUSET, 0, NULL, NULL, NULL);
  DefineCustomStringVariable(
      "foretell.artifacts", "Folder or s3:// prefix below which the models of jobs are.",
      "Empty: FROM 'name' is not looked up.", &ft_artifacts, "", PGC_SUSET, 0, NULL, NULL, NULL);
  DefineCustomIntVariable("foretell.remote_timeout", "Time for one answer of a remote model.", NULL,
                          &remote_timeout_s, 60, 1, 86400, PGC_USERSET, GUC_UNIT_S, NULL, NULL,
                          NULL);
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
      "foretell.trainer_memory", "Memory that the training of one model may take.",
      "-1: half of the machine's, or of its control group's. 0: no limit.", &trainer_memory_mb, -1,
      -1, INT_MAX, PGC_SUSET, GUC_UNIT_MB, NULL, NULL, NULL);
  DefineCustomIntVariable("foretell.trainer_threads",
                          "Threads that the training of one model may use.",
                          "0: as many as there are processors.", &ft_trainer_threads, 0, 0, 1024,
                          PGC_USERSET, 0, NULL, NULL, NULL);
  DefineCustomBoolVariable("foretell.dropping", "Functions are being dropped by foretell itself.",
                           NULL, &dropping, false, PGC_INTERNAL,
                           GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE | GUC_DISALLOW_IN_FILE, NULL, NULL,
                           NULL);
  define_remote();
  MarkGUCPrefixReserved("foretell");
}
