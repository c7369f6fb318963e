#include "core/train/given.h"

enum ft_status ft_given_train(struct ft_run *run, struct ft_error *err) {
  (void)run;
  return ft_fail(err, FT_UNSUPPORTED, "AUTO OFF is not supported yet");
}
