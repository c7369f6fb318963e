/* CatBoost's JSON and its binary format. */
#include "test/fuzz/model_target.h"

#include "core/import/catboost/catboost.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const struct ft_span bytes = { (const char *)data, size };
  read_in_every_way(ft_catboost_is_binary(bytes) ? ft_catboost_binary_read : ft_catboost_json_read,
                    data, size);
  return 0;
}
