/* LightGBM's text. */
#include "test/fuzz/model_target.h"

#include "core/import/lightgbm/lightgbm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  read_in_every_way(ft_lightgbm_read, data, size);
  return 0;
}
