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
  { FT_FORM_IMPORT, "models made elsewhere are not supported yet",
    "FROM takes a table or a query in parentheses: the model is trained here." },
  { FT_FORM_REMOTE, "models behind an endpoint (SAGEMAKER) are not supported yet",
    "FROM a table or a query with a TARGET trains a model here." },
  { FT_FORM_EXTERNAL, "external models (MODEL_TYPE BEDROCK) are not supported yet",
    "CREATE MODEL … FROM a table or a query trains a model here." },
};

struct later_learner {
  enum ft_model_type type;
  const char *word;
};

static const struct later_learner later_learners[] = {
  { FT_MODEL_TYPE_KMEANS, "KMEANS" },
  { FT_MODEL_TYPE_FORECAST, "FORECAST" },
};

static enum ft_status check_form(const struct ft_create_model *create, struct ft_error *err) {
  for (size_t i = 0; i < sizeof(later_forms) / sizeof(later_forms[0]); i++) {
    if (later_forms[i].form != create->form) continue;
    ft_fail(err, FT_UNSUPPORTED, "%s", later_forms[i].message);
    ft_fail_hint(err, "%s", later_forms[i].hint);
    return ft_fail_at(err, create->form == FT_FORM_IMPORT ? create->query_position : 0);
  }
  return FT_OK;
}

static enum ft_status check_learner(const struct ft_create_model *create, struct ft_error *err) {
  for (size_t i = 0; i < sizeof(later_learners) / sizeof(later_learners[0]); i++) {
    if (later_learners[i].type != create->model_type) continue;
    ft_fail(err, FT_UNSUPPORTED, "MODEL_TYPE %s is not supported yet", later_learners[i].word);
    return ft_fail_hint(err, "Leave MODEL_TYPE out, or say XGBOOST, MLP or LINEAR_LEARNER.");
  }
  return FT_OK;
}

static enum ft_status check_preprocessors(const struct ft_create_model *create,
                                          struct ft_error *err) {
  struct ft_span given = ft_span_trim(create->preprocessors);
  if (!given.size || ft_span_equal_nocase(given, FT_SPAN("none")) ||
      ft_span_equal(given, FT_SPAN("[]")))
    return FT_OK;
  ft_fail(err, FT_UNSUPPORTED, "PREPROCESSORS other than 'none' are not supported yet");
  ft_fail_hint(err, "Leave PREPROCESSORS out: every column is prepared by its type.");
  return ft_fail_at(err, create->preprocessors_position);
}

enum ft_status ft_supported_check(const struct ft_create_model *create, struct ft_error *err) {
  FT_TRY(check_form(create, err));
  FT_TRY(check_learner(create, err));
  return check_preprocessors(create, err);
}
