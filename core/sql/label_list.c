#include "core/sql/label_list.h"

#include <string.h>

#include "foretell/model.h"

static struct ft_span behind(struct ft_span text, size_t size) {
  return (struct ft_span){ text.data + size, text.size - size };
}

static struct ft_span without_blanks(struct ft_span text) {
  while (text.size && text.data[0] == ' ')
    text = behind(text, 1);
  return text;
}

static enum ft_status fail_label(struct ft_error *err, const char *why) {
  ft_fail(err, FT_INVALID, "LABELS has %s", why);
  return ft_fail_hint(err, "Write LABELS 'no,yes'; a label with a comma stands in double quotes: "
                           "'\"no, never\",yes'.");
}

/* From the opening quote to behind the closing one; `rest` moves on. */
static enum ft_status read_quoted(struct ft_span *out, struct ft_arena *arena, struct ft_span *rest,
                                  struct ft_error *err) {
  char *label = FT_ARENA_NEW(arena, char, rest->size);
  size_t size = 0, at = 1;
  if (!label) return ft_arena_fail(err, "the labels");
  for (; at < rest->size; at++) {
    if (rest->data[at] == '"' && (at + 1 == rest->size || rest->data[at + 1] != '"')) break;
    at += rest->data[at] == '"';
    label[size++] = rest->data[at];
  }
  if (at == rest->size) return fail_label(err, "a double quote without its end");
  *rest = without_blanks(behind(*rest, at + 1));
  if (rest->size && rest->data[0] != ',')
    return fail_label(err, "something between a double quote and the comma");
  *out = (struct ft_span){ label, size };
  return FT_OK;
}

static enum ft_status read_label(struct ft_span *out, struct ft_arena *arena, struct ft_span *rest,
                                 struct ft_error *err) {
  *rest = without_blanks(*rest);
  if (rest->size && rest->data[0] == '"') return read_quoted(out, arena, rest, err);
  const char *comma = rest->size ? memchr(rest->data, ',', rest->size) : NULL;
  const size_t size = comma ? (size_t)(comma - rest->data) : rest->size;
  *out = ft_span_trim((struct ft_span){ rest->data, size });
  *rest = behind(*rest, size);
  return out->size ? FT_OK : fail_label(err, "a label of nothing");
}

enum ft_status ft_label_list_read(const struct ft_span **out, uint32_t *count,
                                  struct ft_arena *arena, struct ft_span text,
                                  struct ft_error *err) {
  size_t max = 1;
  for (size_t i = 0; i < text.size; i++)
    max += text.data[i] == ',';
  struct ft_span *label = FT_ARENA_NEW(arena, struct ft_span, max);
  uint32_t read = 0;
  if (!label) return ft_arena_fail(err, "the labels");
  for (bool more = true; more; read++) {
    if (read == FT_MODEL_MAX_LABELS)
      return ft_fail(err, FT_LIMIT, "LABELS has more than %d labels", FT_MODEL_MAX_LABELS);
    FT_TRY(read_label(&label[read], arena, &text, err));
    for (uint32_t i = 0; i < read; i++)
      if (ft_span_equal(label[i], label[read])) return fail_label(err, "a label twice");
    more = text.size > 0; /* the comma */
    if (more) text = behind(text, 1);
  }
  *out = label;
  *count = read;
  return FT_OK;
}
