#include "core/learn/xgboost.h"

#include <inttypes.h>
#include <string.h>

#include "core/learn/xgboost_api.h"

/* XGBoost's words come with a stack trace; the first sentence is what a person can use. */
enum ft_status ft_xgboost_fail(struct ft_error *err, const char *doing) {
  const char *words = XGBGetLastError();
  if (strstr(words, "bad_alloc") || strstr(words, "Failed to allocate"))
    return ft_fail(err, FT_NOMEM, "out of memory while %s", doing);
  const char *colon = strstr(words, "Check failed: ");
  if (colon) words = colon + strlen("Check failed: ");
  size_t size = strcspn(words, "\n");
  return ft_fail(err, FT_TRAINER, "the learner failed while %s: %.*s", doing,
                 (int)(size < 400 ? size : 400), words);
}

enum ft_status ft_xgboost_array(struct ft_buffer *out, const float *data, size_t rows,
                                size_t columns, struct ft_error *err) {
  ft_buffer_print(out, "{\"data\":[%" PRIuPTR ",true],\"shape\":[%zu", (uintptr_t)data, rows);
  if (columns > 0) ft_buffer_print(out, ",%zu", columns);
  ft_buffer_print(out, "],\"typestr\":\"<f4\",\"version\":3}");
  return ft_buffer_check(out, "the learner's columns", err);
}
