#include <string.h>

#include "shell/render.h"
#include "shell/width.h"

struct spelling {
  uint32_t first, last; /* characters */
};

/* Marks and controls of the direction of writing: they can make a text look like another one. */
static const struct spelling turning[] = { { 0x61C, 0x61C },
                                           { 0x200E, 0x200F },
                                           { 0x2028, 0x202E },
                                           { 0x2066, 0x2069 },
                                           { 0xFEFF, 0xFEFF } };

static bool is_turning(uint32_t code) {
  for (size_t i = 0; i < sizeof turning / sizeof turning[0]; i++)
    if (code >= turning[i].first && code <= turning[i].last) return true;
  return false;
}

static void append_control(struct ft_buffer *out, uint32_t code) {
  if (code == '\n')
    ft_buffer_append_text(out, FT_SPAN("\\n"));
  else if (code == '\t')
    ft_buffer_append_text(out, FT_SPAN("\\t"));
  else if (code == '\r')
    ft_buffer_append_text(out, FT_SPAN("\\r"));
  else
    ft_buffer_print(out, "\\x%02x", code);
}

void ft_visible_append(struct ft_buffer *out, struct ft_span text) {
  size_t done = 0; /* what is harmless goes out in one piece */
  for (size_t at = 0; at < text.size;) {
    unsigned char byte = (unsigned char)text.data[at];
    uint32_t code = byte;
    size_t size = 1;
    if (byte >= 0x80)
      size = ft_width_decode((struct ft_span){ text.data + at, text.size - at }, &code);
    bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    if (control || code == UINT32_MAX || (byte >= 0x80 && is_turning(code))) {
      ft_buffer_append(out, text.data + done, at - done);
      if (control)
        append_control(out, code);
      else if (code == UINT32_MAX)
        ft_buffer_append_text(out, FT_SPAN("\xEF\xBF\xBD"));
      else
        ft_buffer_print(out, "\\u%04x", code);
      done = at + size;
    }
    at += size;
  }
  if (text.size > done) ft_buffer_append(out, text.data + done, text.size - done);
}

size_t ft_visible_lines(struct ft_buffer *out, struct ft_span text) {
  size_t lines = 1;
  while (text.size > 0 && (text.data[text.size - 1] == '\n' || text.data[text.size - 1] == '\r'))
    text.size--;
  const char *end;
  while (text.size > 0 && (end = memchr(text.data, '\n', text.size)) != NULL) {
    size_t size = (size_t)(end - text.data);
    bool pair = size > 0 && text.data[size - 1] == '\r';
    ft_visible_append(out, (struct ft_span){ text.data, size - pair });
    ft_buffer_u8(out, '\n');
    text = (struct ft_span){ end + 1, text.size - size - 1 };
    lines++;
  }
  ft_visible_append(out, text);
  return lines;
}

void ft_visible_write(FILE *out, const char *text) {
  struct ft_buffer shown;
  ft_buffer_init(&shown, (size_t)1 << 24);
  ft_visible_lines(&shown, ft_span_of(text));
  if (!shown.failed && shown.size > 0) fwrite(shown.data, 1, shown.size, out);
  ft_buffer_release(&shown);
}
