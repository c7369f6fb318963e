/* Loaded into a server together with AddressSanitizer's library, and run before every other library
 * (linked with -z initfirst): the sanitizer then starts here.
 *
 * It starts at the first malloc, and asks dlerror for a text there. In a server that would be within
 * the constructor of libgpg-error, which calls bindtextdomain: glibc then asks for the text under
 * the lock that it holds, and every program of the server hangs. */
#include <stdlib.h>

static void *volatile kept;

__attribute__((constructor)) static void allocate(void) {
  kept = malloc(1);
  free(kept);
}
