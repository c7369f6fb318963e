#include <string.h>

#include "shell/render.h"

/* An empty string is "", so that it is not taken for NULL, which is nothing at all. */
static bool needs_quotes(struct ft_span text) {
  if (text.size == 0) return true;
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] == '"' || text.data[i] == ',' || text.data[i] == '\n' || text.data[i] == '\r')
      return true;
  return false;
}

static void write_value(FILE *out, struct ft_span text) {
  if (!text.data) return;
  if (!needs_quotes(text)) {
    fwrite_unlocked(text.data, 1, text.size, out);
    return;
  }
  putc_unlocked('"', out);
  for (size_t i = 0; i < text.size; i++) {
    if (text.data[i] == '"') putc_unlocked('"', out);
    putc_unlocked(text.data[i], out);
  }
  putc_unlocked('"', out);
}

enum ft_status ft_csv_begin(struct ft_render *render, struct ft_error *err) {
  (void)err;
  for (size_t c = 0; c < render->columns; c++) {
    if (c > 0) putc_unlocked(',', render->out);
    write_value(render->out, ft_span_of(render->heading[c].name));
  }
  putc_unlocked('\n', render->out);
  return FT_OK;
}

enum ft_status ft_csv_row(struct ft_render *render, const struct ft_span *cell,
                          struct ft_error *err) {
  (void)err;
  for (size_t c = 0; c < render->columns; c++) {
    if (c > 0) putc_unlocked(',', render->out);
    write_value(render->out, cell[c]);
  }
  putc_unlocked('\n', render->out);
  return FT_OK;
}
