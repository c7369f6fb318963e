/* LightGBM's text: its lines, its head. */
#include <math.h>
#include <string.h>

#include "core/import/document/decimal.h"
#include "core/import/lightgbm/lightgbm.h"

bool ft_lightgbm_line(struct ft_span *line, struct ft_span *text) {
  if (text->size == 0) return false;
  const char *end = memchr(text->data, '\n', text->size);
  size_t size = end ? (size_t)(end - text->data) : text->size;
  size_t past = end ? size + 1 : size;
  *line = (struct ft_span){ text->data, size };
  if (size && text->data[size - 1] == '\r') line->size--;
  *text = (struct ft_span){ text->data + past, text->size - past };
  return true;
}

bool ft_lightgbm_word(struct ft_span *word, struct ft_span *line) {
  while (line->size && (*line->data == ' ' || *line->data == '\t')) {
    line->data++;
    line->size--;
  }
  if (line->size == 0) return false;
  const char *end = memchr(line->data, ' ', line->size);
  size_t size = end ? (size_t)(end - line->data) : line->size;
  *word = (struct ft_span){ line->data, size };
  *line = (struct ft_span){ line->data + size, line->size - size };
  return true;
}

bool ft_lightgbm_value(struct ft_span *out, struct ft_lightgbm_section section, const char *key) {
  size_t size = strlen(key);
  struct ft_span line;
  while (ft_lightgbm_line(&line, &section.text)) {
    if (line.size <= size || line.data[size] != '=' || memcmp(line.data, key, size) != 0) continue;
    *out = (struct ft_span){ line.data + size + 1, line.size - size - 1 };
    return true;
  }
  return false;
}

bool ft_lightgbm_flag(struct ft_lightgbm_section section, const char *key) {
  struct ft_span line;
  while (ft_lightgbm_line(&line, &section.text))
    if (ft_span_equal(line, ft_span_of(key))) return true;
  return false;
}

bool ft_lightgbm_count(uint32_t *out, struct ft_lightgbm_section section, const char *key) {
  struct ft_span value;
  double number;
  if (!ft_lightgbm_value(&value, section, key) || !ft_decimal_whole(&number, value)) return false;
  if (!(number >= 0 && number < 2147483648.0) || number != (double)(uint32_t)number) return false;
  *out = (uint32_t)number;
  return true;
}

static enum ft_status fail_list(struct ft_error *err, const char *key) {
  return ft_fail(err, FT_CORRUPT, "the LightGBM model cannot be read: %s", key);
}

enum ft_status ft_lightgbm_numbers(const double **out, struct ft_lightgbm_section section,
                                   const char *key, size_t count, struct ft_arena *arena,
                                   struct ft_error *err) {
  struct ft_span value, word;
  /* Counted before there is memory for them. */
  if (!ft_lightgbm_value(&value, section, key) || count > value.size) return fail_list(err, key);
  double *number = FT_ARENA_NEW(arena, double, count);
  if (!number) return ft_arena_fail(err, "the model's trees");
  for (size_t i = 0; i < count; i++)
    if (!ft_lightgbm_word(&word, &value) || !ft_decimal_whole(&number[i], word))
      return fail_list(err, key);
  if (ft_lightgbm_word(&word, &value)) return fail_list(err, key);
  *out = number;
  return FT_OK;
}

static bool is_coded(struct ft_span info) {
  return info.size && info.data[0] != '[' && !ft_span_equal(info, FT_SPAN("none"));
}

static void name_inputs(struct ft_lightgbm *out, struct ft_lightgbm_section head) {
  struct ft_span names = { "", 0 }, infos = { "", 0 }, info;
  (void)ft_lightgbm_value(&names, head, "feature_names");
  (void)ft_lightgbm_value(&infos, head, "feature_infos");
  for (uint32_t i = 0; i < out->features; i++) {
    (void)ft_lightgbm_word(&out->input[i].name, &names);
    if (ft_lightgbm_word(&info, &infos)) out->input[i].coded = is_coded(info);
  }
}

static double number_of(struct ft_lightgbm_section head, const char *key) {
  uint32_t number;
  return ft_lightgbm_count(&number, head, key) ? number : NAN;
}

static enum ft_status read_head(struct ft_lightgbm *out, struct ft_arena *arena,
                                struct ft_lightgbm_section head, struct ft_error *err) {
  (void)ft_lightgbm_value(&out->version, head, "version");
  (void)ft_lightgbm_value(&out->objective, head, "objective");
  out->average = ft_lightgbm_flag(head, "average_output");
  FT_TRY(ft_lightgbm_shape(out, arena, number_of(head, "max_feature_idx"),
                           number_of(head, "num_class"), number_of(head, "num_tree_per_iteration"),
                           err));
  name_inputs(out, head);
  return FT_OK;
}

/* The last line has the categories of a data frame's columns. */
static enum ft_status find_categories(struct ft_lightgbm *out, struct ft_arena *arena,
                                      struct ft_span text, struct ft_error *err) {
  static const char key[] = "pandas_categorical:";
  struct ft_span line;
  while (ft_lightgbm_line(&line, &text)) {
    if (line.size < sizeof key || memcmp(line.data, key, sizeof key - 1) != 0) continue;
    line = (struct ft_span){ line.data + sizeof key - 1, line.size - (sizeof key - 1) };
    if (ft_span_equal(ft_span_trim(line), FT_SPAN("null"))) return FT_OK;
    return ft_json_read(&out->categories, arena, line, err);
  }
  return FT_OK;
}

/* The head ends where the first tree begins. */
static struct ft_lightgbm_section head_of(struct ft_span bytes) {
  struct ft_lightgbm_section head = { .text = { bytes.data, 0 } };
  struct ft_span line, rest = bytes;
  while (ft_lightgbm_line(&line, &rest)) {
    if (line.size > 5 && memcmp(line.data, "Tree=", 5) == 0) break;
    if (ft_span_equal(line, FT_SPAN("end of trees"))) break;
    head.text.size = (size_t)(rest.data - bytes.data);
  }
  return head;
}

enum ft_status ft_lightgbm_read(struct ft_import *out, struct ft_arena *arena, struct ft_span bytes,
                                struct ft_error *err) {
  struct ft_lightgbm from = { .outputs = 0 };
  const struct ft_lightgbm_section head = head_of(bytes);
  const struct ft_span rest = { bytes.data + head.text.size, bytes.size - head.text.size };
  FT_TRY(read_head(&from, arena, head, err));
  FT_TRY(ft_lightgbm_trees_read(&from.trees, arena, rest, from.features, from.outputs, err));
  FT_TRY(find_categories(&from, arena, rest, err));
  return ft_lightgbm_make(out, arena, &from, err);
}
