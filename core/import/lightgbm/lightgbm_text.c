/* The lines of LightGBM's text. */
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
