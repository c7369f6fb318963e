/* Files that are compressed as a whole, and what is in them. */
#include "test/fuzz/model_target.h"

#include "core/import/archived.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  read_in_every_way(ft_archived_read_compressed, data, size);
  return 0;
}
