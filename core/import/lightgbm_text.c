/* The lines of LightGBM's text. */
#include <string.h>

#include "core/import/decimal.h"
#include "core/import/lightgbm.h"

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

const double *ft_lightgbm_numbers(struct ft_lightgbm_section section, const char *key, size_t count,
                                  struct ft_arena *arena) {
  struct ft_span value, word;
  if (!ft_lightgbm_value(&value, section, key)) return NULL;
  if (count > value.size) return NULL; /* before there is memory for them */
  double *number = FT_ARENA_NEW(arena, double, count);
  for (size_t i = 0; number && i < count; i++)
    if (!ft_lightgbm_word(&word, &value) || !ft_decimal_whole(&number[i], word)) return NULL;
  return number && !ft_lightgbm_word(&word, &value) ? number : NULL;
}
