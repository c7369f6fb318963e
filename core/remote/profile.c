#include "core/remote/profile.h"

#include <string.h>

#define ENTRIES_MAX 16

static struct ft_span skip(struct ft_span text, size_t size) {
  return (struct ft_span){ text.data + size, text.size - size };
}

static struct ft_span take_line(struct ft_span *left) {
  const char *end = memchr(left->data, '\n', left->size);
  struct ft_span line = { left->data, end ? (size_t)(end - left->data) : left->size };
  *left = skip(*left, end ? line.size + 1 : line.size);
  return line;
}

/* A comment behind white space ends a section's line; values may hold '#'. */
static bool read_section(struct ft_span *name, struct ft_span line) {
  const char *end = memchr(line.data, ']', line.size);
  if (!end) return false;
  struct ft_span rest = ft_span_trim(skip(line, (size_t)(end - line.data) + 1));
  *name = ft_span_trim((struct ft_span){ line.data + 1, (size_t)(end - line.data) - 1 });
  return name->size && (!rest.size || rest.data[0] == '#' || rest.data[0] == ';');
}

static bool is_wanted(struct ft_span name, struct ft_span section, bool prefixed) {
  static const char word[] = "profile";
  size_t size = sizeof word - 1;
  bool standard = ft_span_equal(section, FT_SPAN("default"));
  if (!prefixed || (standard && ft_span_equal(name, section))) return ft_span_equal(name, section);
  if (name.size <= size || memcmp(name.data, word, size) != 0) return false;
  if (name.data[size] != ' ' && name.data[size] != '\t') return false;
  return ft_span_equal(ft_span_trim(skip(name, size)), section);
}

static bool read_pair(struct ft_span *name, struct ft_span *value, struct ft_span line) {
  const char *sign = memchr(line.data, '=', line.size);
  if (!sign) return false;
  *name = ft_span_trim((struct ft_span){ line.data, (size_t)(sign - line.data) });
  *value = ft_span_trim(skip(line, (size_t)(sign - line.data) + 1));
  return name->size > 0;
}

static void note(struct ft_profile_entry *entry, size_t entries, struct ft_span name,
                 struct ft_span value) {
  for (size_t i = 0; i < entries; i++)
    if (ft_span_equal_nocase(name, ft_span_of(entry[i].name))) entry[i].value = value;
}

static bool is_blank(struct ft_span line) {
  struct ft_span bare = ft_span_trim(line);
  return !bare.size || bare.data[0] == '#' || bare.data[0] == ';';
}

enum ft_status ft_profile_read(struct ft_profile_entry *entry, size_t entries, bool *found,
                               struct ft_span text, struct ft_span section, bool prefixed,
                               const char *file, struct ft_error *err) {
  struct ft_profile_entry read[ENTRIES_MAX];
  bool inside = false, seen = false, any = false;
  if (entries > ENTRIES_MAX) return ft_fail(err, FT_INTERNAL, "too many entries of a profile");
  memcpy(read, entry, entries * sizeof *entry);
  for (size_t number = 1; text.size; number++) {
    struct ft_span line = take_line(&text), name, value;
    if (is_blank(line)) continue;
    bool indented = line.data[0] == ' ' || line.data[0] == '\t';
    if (indented && any) continue;
    line = ft_span_trim(line);
    bool heading = line.data[0] == '[';
    bool good = heading ? read_section(&name, line) : any && read_pair(&name, &value, line);
    if (!good)
      return ft_fail(err, FT_INVALID, "line %zu of \"%s\" is neither [section] nor name = value",
                     number, file);
    any = true;
    if (heading) {
      inside = is_wanted(name, section, prefixed);
      seen |= inside;
    } else if (inside) {
      note(read, entries, name, value);
    }
  }
  memcpy(entry, read, entries * sizeof *entry);
  *found = seen;
  return FT_OK;
}
