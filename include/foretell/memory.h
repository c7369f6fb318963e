/* The memory that this machine has for a process, and sizes as text.
 *
 * Units  bytes
 * Source proc(5): meminfo; the kernel's admin-guide: cgroup-v2.rst, cgroup-v1/memory.rst */
#ifndef FORETELL_MEMORY_H
#define FORETELL_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define FT_MEMORY_TEXT_BYTES 32

/* The smallest of the machine's memory and the limits of the control groups (version 1 and 2) that
 * this process is in; 0 when nothing tells. `root` is put before /proc and /sys: "" but in tests. */
uint64_t ft_memory_machine_bytes(const char *root);

/* What a trainer may take where nobody says otherwise: half of the machine's memory, 0 (no limit)
 * when that is not known. */
uint64_t ft_memory_trainer_bytes(void);

/* Such as "512 MB" or "11.7 GB", of 1024 each; `out` has FT_MEMORY_TEXT_BYTES. */
void ft_memory_text(char *out, uint64_t bytes);

#endif
