/* SageMaker's archives, and every other format by its content. */
#include "test/fuzz/model_target.h"

#include "core/import/archived.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  read_in_every_way(ft_archived_read, data, size);
  return 0;
}
