#include "shell/render.h"

/* What would end a cell, or begin a tag or an escape, is escaped; a new line becomes <br>. */
static void write_value(FILE *out, struct ft_span text) {
  for (size_t i = 0; i < text.size; i++) {
    char byte = text.data[i];
    if (byte == '\r' && i + 1 < text.size && text.data[i + 1] == '\n') continue;
    if (byte == '\n' || byte == '\r') {
      fputs_unlocked("<br>", out);
      continue;
    }
    if (byte == '|' || byte == '\\' || byte == '<' || byte == '`' || byte == '*' || byte == '_')
      putc_unlocked('\\', out);
    putc_unlocked(byte, out);
  }
}

enum ft_status ft_markdown_begin(struct ft_render *render, struct ft_error *err) {
  (void)err;
  for (size_t c = 0; c < render->columns; c++) {
    fputs_unlocked("| ", render->out);
    write_value(render->out, ft_span_of(render->heading[c].name));
    putc_unlocked(' ', render->out);
  }
  fputs_unlocked("|\n", render->out);
  for (size_t c = 0; c < render->columns; c++)
    fputs_unlocked(render->heading[c].right ? "| ---: " : "| --- ", render->out);
  fputs_unlocked("|\n", render->out);
  return FT_OK;
}

enum ft_status ft_markdown_row(struct ft_render *render, const struct ft_span *cell,
                               struct ft_error *err) {
  (void)err;
  for (size_t c = 0; c < render->columns; c++) {
    fputs_unlocked("| ", render->out);
    write_value(render->out, cell[c].data ? cell[c] : FT_SPAN("NULL"));
    putc_unlocked(' ', render->out);
  }
  fputs_unlocked("|\n", render->out);
  return FT_OK;
}
