/* LightGBM's text, and its dumps. */
#include "test/fuzz/model_target.h"

#include "core/import/lightgbm/lightgbm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct ft_span bytes = { (const char *)data, size };
  if (ft_lightgbm_is_json(bytes))
    read_in_every_way(ft_lightgbm_json_read, data, size);
  else
    read_in_every_way(ft_lightgbm_read, data, size);
  return 0;
}
