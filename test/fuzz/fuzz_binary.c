/* XGBoost's binary format. */
#include "test/fuzz/model_target.h"

#include "core/import/xgboost/xgboost.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  read_in_every_way(ft_xgboost_binary_read, data, size);
  return 0;
}
