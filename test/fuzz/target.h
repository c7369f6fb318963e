/* A fuzz target: one function that is given bytes and must neither crash nor leak.
 *
 * libFuzzer calls it in a -Dfuzz=true build, replay.c calls it for the files of a corpus. */
#ifndef FORETELL_TEST_FUZZ_TARGET_H
#define FORETELL_TEST_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Always returns 0. `data` is borrowed and need not end in a zero byte. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
