#include <string.h>

#include "shell/render.h"
#include "shell/width.h"

/* One line a column, for rows that are wider than the terminal. */

static size_t widest_name(const struct ft_render *render) {
  size_t widest = 0;
  for (size_t c = 0; c < render->columns; c++) {
    size_t width = ft_width_of(ft_span_of(render->heading[c].name));
    if (width > widest) widest = width;
  }
  return widest;
}

/* The further lines of a value stand below its first. */
static void write_value(FILE *out, struct ft_span text, size_t indent) {
  for (;;) {
    const char *end = memchr(text.data, '\n', text.size);
    size_t size = end ? (size_t)(end - text.data) : text.size;
    fwrite_unlocked(text.data, 1, size, out);
    putc_unlocked('\n', out);
    if (!end) return;
    fprintf(out, "%*s", (int)indent, "");
    text = (struct ft_span){ end + 1, text.size - size - 1 };
  }
}

enum ft_status ft_lines_row(struct ft_render *render, const struct ft_span *cell,
                            struct ft_error *err) {
  if (render->limits.rows > 0 && render->rows >= render->limits.rows) return FT_OK;
  size_t widest = widest_name(render);
  struct ft_buffer text;
  ft_buffer_init(&text, (size_t)1 << 30);
  if (render->rows > 0) putc_unlocked('\n', render->out);
  for (size_t c = 0; c < render->columns; c++) {
    ft_buffer_reset(&text);
    ft_visible_append(&text, ft_span_of(render->heading[c].name));
    size_t blanks = widest - ft_width_of(ft_span_of(render->heading[c].name));
    fprintf(render->out, "%*s%.*s = ", (int)blanks, "", FT_SPAN_ARG(ft_buffer_view(&text)));
    ft_buffer_reset(&text);
    ft_visible_lines(&text, cell[c].data ? cell[c] : FT_SPAN("NULL"));
    struct ft_span shown = ft_buffer_view(&text);
    write_value(render->out, shown.data ? shown : FT_SPAN(""), widest + 3);
  }
  enum ft_status status = ft_buffer_check(&text, "a value", err);
  ft_buffer_release(&text);
  return status;
}

enum ft_status ft_lines_end(struct ft_render *render, struct ft_error *err) {
  (void)err;
  char rows[32], hidden[32];
  uint64_t limit = render->limits.rows;
  uint64_t missing = limit > 0 && render->rows > limit ? render->rows - limit : 0;
  if (!render->limits.footer && missing == 0) return FT_OK;
  fprintf(render->out, "%s%s row%s", render->rows ? "\n" : "", ft_count_text(render->rows, rows),
          render->rows == 1 ? "" : "s");
  if (missing > 0)
    fprintf(render->out, ", %s not shown (.rows to change)", ft_count_text(missing, hidden));
  putc_unlocked('\n', render->out);
  return FT_OK;
}
