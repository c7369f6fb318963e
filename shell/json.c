#include <string.h>

#include "shell/render.h"
#include "shell/width.h"

static void quote_control(struct ft_buffer *out, unsigned char byte) {
  static const char names[] = "btn\0fr"; /* from 8 on */
  if (byte >= 8 && byte <= 13 && names[byte - 8])
    ft_buffer_print(out, "\\%c", names[byte - 8]);
  else
    ft_buffer_print(out, "\\u%04x", byte);
}

void ft_json_quote(struct ft_buffer *out, struct ft_span text) {
  ft_buffer_u8(out, '"');
  for (size_t at = 0; at < text.size;) {
    uint32_t code;
    size_t size = ft_width_decode((struct ft_span){ text.data + at, text.size - at }, &code);
    if (code == UINT32_MAX)
      ft_buffer_append_text(out, FT_SPAN("\xEF\xBF\xBD"));
    else if (code < 0x20 || code == 0x7F)
      quote_control(out, (unsigned char)code);
    else if (code == '"' || code == '\\')
      ft_buffer_print(out, "\\%c", (char)code);
    else
      ft_buffer_append(out, text.data + at, size);
    at += size;
  }
  ft_buffer_u8(out, '"');
}

static bool is_taken(const struct ft_render *render, size_t columns, struct ft_span key) {
  for (size_t c = 0; c < columns; c++)
    if (ft_span_equal(render->key[c], key)) return true;
  return false;
}

/* Keys of an object are to be unique, columns of a query need not be: x, x_1, x_2 … */
static enum ft_status make_key(struct ft_render *render, size_t column, struct ft_error *err) {
  const char *name = render->heading[column].name;
  struct ft_buffer text;
  ft_buffer_init(&text, (size_t)1 << 24);
  for (size_t copy = 0; copy <= column; copy++) {
    char *numbered = copy == 0 ? ft_arena_text(&render->arena, ft_span_of(name))
                               : ft_arena_print(&render->arena, "%s_%zu", name, copy);
    ft_buffer_reset(&text);
    ft_json_quote(&text, ft_span_of(numbered));
    if (!numbered || !is_taken(render, column, ft_buffer_view(&text))) break;
  }
  char *key = text.failed ? NULL : ft_arena_text(&render->arena, ft_buffer_view(&text));
  ft_buffer_release(&text);
  if (!key) return ft_arena_fail(err, "the result");
  render->key[column] = ft_span_of(key);
  return FT_OK;
}

enum ft_status ft_json_begin(struct ft_render *render, struct ft_error *err) {
  render->key = FT_ARENA_NEW(&render->arena, struct ft_span, render->columns);
  if (!render->key) return ft_arena_fail(err, "the result");
  for (size_t c = 0; c < render->columns; c++)
    FT_TRY(make_key(render, c, err));
  return FT_OK;
}

static void write_object(struct ft_render *render, const struct ft_span *cell) {
  FILE *out = render->out;
  putc_unlocked('{', out);
  for (size_t c = 0; c < render->columns; c++) {
    if (c > 0) putc_unlocked(',', out);
    fwrite_unlocked(render->key[c].data, 1, render->key[c].size, out);
    putc_unlocked(':', out);
    struct ft_span value = cell[c].data ? cell[c] : FT_SPAN("null");
    fwrite_unlocked(value.data, 1, value.size, out);
  }
  putc_unlocked('}', out);
}

enum ft_status ft_json_row(struct ft_render *render, const struct ft_span *cell,
                           struct ft_error *err) {
  (void)err;
  fputs_unlocked(render->rows == 0 ? "[" : ",\n ", render->out);
  write_object(render, cell);
  return FT_OK;
}

enum ft_status ft_json_end(struct ft_render *render, struct ft_error *err) {
  (void)err;
  fputs_unlocked(render->rows == 0 ? "[]\n" : "]\n", render->out);
  return FT_OK;
}

enum ft_status ft_jsonlines_row(struct ft_render *render, const struct ft_span *cell,
                                struct ft_error *err) {
  (void)err;
  write_object(render, cell);
  putc_unlocked('\n', render->out);
  return FT_OK;
}
