#include "core/import/own.h"

#include "foretell/artifact.h"

static enum ft_status fail_argument(const struct ft_field *has, const struct ft_field *given,
                                    uint32_t index, struct ft_error *err) {
  ft_fail(err, FT_INVALID, "argument %u (\"%s\") of the model has type %s, not %s",
          (unsigned)index + 1, has->name, ft_type_sql(has->type), ft_type_sql(given->type));
  return ft_fail_hint(err, "Write the types that the model was trained with.");
}

static bool is_value(enum ft_type type) {
  return type == FT_FLOAT32 || type == FT_FLOAT64 || type == FT_DECIMAL;
}

static enum ft_status check_request(const struct ft_model *model,
                                    const struct ft_import_request *request, struct ft_error *err) {
  if (model->fields != request->fields)
    return ft_fail(err, FT_INVALID, "the model has %u inputs where FUNCTION gives %u types",
                   (unsigned)model->fields, (unsigned)request->fields);
  for (uint32_t i = 0; i < model->fields; i++)
    if (model->field[i].type != request->field[i].type)
      return fail_argument(&model->field[i], &request->field[i], i, err);
  enum ft_type given = request->target.type, has = model->target.type;
  bool fits = model->problem == FT_REGRESSION ? is_value(given) : given == has || given == FT_TEXT;
  if (fits) return FT_OK;
  ft_fail(err, FT_INVALID, "the model does not return %s", ft_type_sql(given));
  return ft_fail_hint(err, "Write RETURNS %s.",
                      model->problem == FT_REGRESSION ? "DOUBLE PRECISION" : ft_type_sql(has));
}

enum ft_status ft_own_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                           struct ft_error *err) {
  struct ft_artifact artifact;
  FT_TRY(ft_artifact_read(&artifact, arena, bytes, err));
  FT_TRY(check_request(&artifact.model, out->request, err));
  out->format = "Foretell";
  out->model = artifact.model;
  out->artifact = bytes;
  return FT_OK;
}
