#include "core/command/supported.h"

struct later_form {
  enum ft_create_form form;
  const char *message;
  const char *hint;
};

static const struct later_form later_forms[] = {
  { FT_FORM_KMEANS, "KMEANS models are not supported yet",
    "Clusters come later; give a TARGET to train a model that predicts it." },
  { FT_FORM_FORECAST, "FORECAST models are not supported yet",
    "Time series come later; a regression on lagged columns works today." },
  { FT_FORM_EXTERNAL, "external models (MODEL_TYPE BEDROCK) are not supported yet",
    "CREATE MODEL … FROM a table or a query trains a model here." },
};

enum ft_status ft_supported_check(const struct ft_create_model *create, struct ft_error *err) {
  for (size_t i = 0; i < sizeof(later_forms) / sizeof(later_forms[0]); i++) {
    if (later_forms[i].form != create->form) continue;
    ft_fail(err, FT_UNSUPPORTED, "%s", later_forms[i].message);
    ft_fail_hint(err, "%s", later_forms[i].hint);
    return FT_UNSUPPORTED;
  }
  return FT_OK;
}
