#include "core/import/base/sentinel.h"

#include <math.h>

static enum ft_status fail_own(struct ft_error *err, const struct ft_import *import) {
  ft_fail(err, FT_INVALID, "the file itself says that %s is a missing value", import->missing);
  return ft_fail_hint(err, "Leave MISSING out.");
}

/* The codes of categories are counted from 0; a column of integers may hold any. */
static bool may_be_category(const struct ft_model *model, const struct ft_encoder *encoder,
                            float low, float high) {
  const bool whole = floorf(high) >= low;
  const bool text = model->field[encoder->field].type == FT_TEXT;
  if (encoder->kind == FT_ENCODE_CITY) return whole && !text;
  const bool category = encoder->kind == FT_ENCODE_CATEGORY || encoder->kind == FT_ENCODE_CITY;
  if (encoder->kind == FT_ENCODE_STATISTIC) return true; /* of any fields */
  return category && whole && (high >= 0 || !text);
}

/* Statistics see numbers as they are. */
static bool combines_number(const struct ft_encoder *encoder) {
  const struct ft_statistic *statistic = encoder->statistic;
  for (uint32_t i = 0; statistic && i < statistic->parts; i++)
    if (statistic->part[i].kind == FT_COMBINE_ABOVE) return true;
  return false;
}

static enum ft_status fail_combined(struct ft_error *err, const char *missing) {
  ft_fail(err, FT_UNSUPPORTED,
          "%s cannot be a missing value where numbers are combined with categories", missing);
  return ft_fail_hint(err, "Leave MISSING out, and write NULLIF(column, %s) for its numbers.",
                      missing);
}

static enum ft_status fail_category(struct ft_error *err, const struct ft_model *model,
                                    const struct ft_encoder *encoder, const char *missing) {
  const char *name = model->field[encoder->field].name;
  ft_fail(err, FT_UNSUPPORTED, "%s cannot be a missing value where \"%.60s\" is a category",
          missing, name);
  return ft_fail_hint(err, "Leave MISSING out, and write NULLIF(column, %s) for its numbers.",
                      missing);
}

enum ft_status ft_sentinel_set(struct ft_import *import, struct ft_arena *arena, float low,
                               float high, struct ft_error *err) {
  struct ft_model *model = &import->model;
  struct ft_encoder *encoder = FT_ARENA_NEW(arena, struct ft_encoder, model->features);
  const char *missing = ft_arena_print(arena, "%.9g", (double)low / 2 + (double)high / 2);
  if (!encoder || !missing) return ft_arena_fail(err, "the model");
  for (uint32_t i = 0; i < model->features; i++) {
    encoder[i] = model->encoder[i];
    const bool other = encoder[i].low != low || encoder[i].high != high;
    if (encoder[i].kind == FT_ENCODE_SENTINEL && other) return fail_own(err, import);
    if (may_be_category(model, &encoder[i], low, high))
      return fail_category(err, model, &encoder[i], missing);
    if (combines_number(&encoder[i])) return fail_combined(err, missing);
    if (encoder[i].kind != FT_ENCODE_NUMBER) continue;
    encoder[i].kind = FT_ENCODE_SENTINEL;
    encoder[i].low = low;
    encoder[i].high = high;
  }
  model->encoder = encoder;
  import->missing = missing;
  return FT_OK;
}
