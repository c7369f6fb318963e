/* The trainer as a child process: started, watched, ended.
 *
 * Start     by posix_spawn of a fixed path, with descriptors 0 to 2 only, default signal
 *           dispositions, an empty signal mask and a small environment; in a process group of its
 *           own, so that a terminal's Ctrl-C reaches it only through us.
 * Pipes     `input` is a socket (so that writing to a dead trainer is an error and never a signal);
 *           `output` and `errors` are pipes; our ends do not block and close on exec.
 * End       a process that was started is killed and reaped by ft_trainer_process_close, whatever
 *           it does.
 * Threads   one thread a process. No signal handler, disposition or mask of the caller changes. */
#ifndef FORETELL_COMMAND_TRAINER_PROCESS_H
#define FORETELL_COMMAND_TRAINER_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "foretell/error.h"
#include "foretell/host.h"

#define FT_TRAINER_TAIL_BYTES 512

struct ft_trainer_process {
  pid_t pid;                        /* 0: none, or reaped */
  uint64_t memory_bytes;            /* its limit; 0: none */
  const char *memory_setting;       /* where users set it; NULL: nowhere */
  int input;                        /* we write; -1: closed */
  int output;                       /* we read; -1: closed */
  int errors;                       /* we read; -1: closed */
  bool ended;                       /* reaped: `status` is valid */
  int status;                       /* of waitpid */
  char tail[FT_TRAINER_TAIL_BYTES]; /* the last of what it wrote on `errors` */
  uint32_t tail_bytes;
};

/* Start the host's trainer, which sets the limit of its memory on itself.
 *
 * Errors: FT_TRAINER  it cannot be started; FT_IO  no descriptors left */
enum ft_status ft_trainer_process_open(struct ft_trainer_process *process,
                                       const struct ft_host *host,
                                       struct ft_error *err) FT_MUST_CHECK;

/* Kill and reap what is still there, close what is open. */
void ft_trainer_process_close(struct ft_trainer_process *process);

/* Tell it to end with the best that it has (FT_STOP_SIGNAL). */
void ft_trainer_process_stop(struct ft_trainer_process *process);

/* Read what is there on `errors` into the tail; closes it at its end. */
void ft_trainer_process_read_errors(struct ft_trainer_process *process);

/* Has it ended? Reaps it then. */
bool ft_trainer_process_ended(struct ft_trainer_process *process);

/* Says how much memory it may take, and where that is set, when it ran out of it (FT_NOMEM). */
void ft_trainer_process_name_limit(const struct ft_trainer_process *process, struct ft_error *err);

/* The failure of a trainer that ended without a word, from its exit status and its last words.
 * Waits a moment for it to end, kills it when it does not. FT_TRAINER, or FT_NOMEM when its last
 * words are of memory. */
enum ft_status ft_trainer_process_explain(struct ft_trainer_process *process, struct ft_error *err);

#endif
