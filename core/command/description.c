#include "core/command/description.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIRST_CAPACITY 64
#define CELL_BYTES     1024 /* of a printed value */
#define PATH_BYTES     64
#define SMALL_REAL     1e-3 /* fixed decimals would show little of what is smaller, */
#define LARGE_REAL     1e15 /* and too much of what is larger */

static bool make_room(struct ft_description *description) {
  if (description->rows < description->capacity) return true;
  size_t capacity = description->capacity ? description->capacity * 2 : FIRST_CAPACITY;
  struct ft_span *cell = FT_ARENA_NEW(description->arena, struct ft_span, capacity * 2);
  if (!cell) return false;
  if (description->rows) memcpy(cell, description->cell, description->rows * 2 * sizeof(*cell));
  description->cell = cell;
  description->capacity = capacity;
  return true;
}

void ft_description_add(struct ft_description *description, const char *key, struct ft_span value) {
  const char *copy = ft_arena_text(description->arena, value);
  if (!copy || !make_room(description)) {
    description->failed = true;
    return;
  }
  struct ft_span *cell = &description->cell[description->rows++ * 2];
  cell[0] = ft_span_of(key);
  cell[1] = (struct ft_span){ copy, value.size };
}

void ft_description_print(struct ft_description *description, const char *key, const char *format,
                          ...) {
  char text[CELL_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  ft_description_add(description, key, ft_span_of(text));
}

void ft_description_write_real(char out[FT_DESCRIPTION_REAL], double value, int decimals) {
  bool plain = value == 0 || (fabs(value) >= SMALL_REAL && fabs(value) < LARGE_REAL);
  if (plain)
    snprintf(out, FT_DESCRIPTION_REAL, "%.*f", decimals, value);
  else
    snprintf(out, FT_DESCRIPTION_REAL, "%.6g", value);
  for (char *byte = out; *byte; byte++)
    if (*byte == ',') *byte = '.';
}

void ft_description_real(struct ft_description *description, const char *key, double value,
                         int decimals) {
  char text[FT_DESCRIPTION_REAL];
  ft_description_write_real(text, value, decimals);
  ft_description_add(description, key, ft_span_of(text));
}

const json_t *ft_description_member(const struct ft_description *description, const char *path) {
  const json_t *member = description->manifest;
  while (member && *path) {
    char key[PATH_BYTES];
    size_t size = strcspn(path, ".");
    if (size >= sizeof(key)) return NULL;
    memcpy(key, path, size);
    key[size] = '\0';
    member = json_object_get(member, key);
    path += size;
    if (*path == '.') path++;
  }
  return member;
}

const char *ft_description_text(const struct ft_description *description, const char *path) {
  return json_string_value(ft_description_member(description, path));
}

double ft_description_number(const struct ft_description *description, const char *path,
                             double otherwise) {
  const json_t *member = ft_description_member(description, path);
  return json_is_number(member) ? json_number_value(member) : otherwise;
}

enum ft_status ft_description_grid(struct ft_grid *out, struct ft_description *description,
                                   struct ft_error *err) {
  static const char *const names[] = { "Key", "Value" };
  if (description->failed) return ft_arena_fail(err, "the model's description");
  *out = (struct ft_grid){ .columns = 2,
                           .rows = description->rows,
                           .name = names,
                           .cell = description->cell };
  return FT_OK;
}

const json_t *ft_description_main_metric(const struct ft_description *description) {
  size_t i;
  const json_t *metric;
  json_array_foreach(ft_description_member(description, "metrics"), i, metric) {
    if (json_is_true(json_object_get(metric, "main"))) return metric;
  }
  return NULL;
}
