#include "shell/failure.h"

#include <string.h>

#include "shell/render.h"
#include "shell/width.h"

#define LINE_WIDTH 100 /* cells of a line that are shown where no terminal says */
#define INDENT     2

struct place {
  struct ft_span line; /* without its end */
  size_t at;           /* bytes into the line */
  size_t number;       /* of the line, from 1 */
  size_t column;       /* characters, from 1 */
};

static struct place find_place(struct ft_span script, size_t position) {
  struct place place = { .number = 1 };
  size_t start = 0;
  if (position > script.size) position = script.size;
  for (size_t i = 0; i < position; i++)
    if (script.data[i] == '\n') {
      place.number++;
      start = i + 1;
    }
  size_t end = start;
  while (end < script.size && script.data[end] != '\n')
    end++;
  if (end > start && script.data[end - 1] == '\r') end--;
  place.line = (struct ft_span){ script.data ? script.data + start : "", end - start };
  place.at = position - start;
  if (place.at > place.line.size) place.at = place.line.size;
  place.column = ft_width_characters(place.line, place.at) + 1;
  return place;
}

/* Append a piece of a line as it is shown: tabs are blanks; returns its cells. */
static size_t append_piece(struct ft_buffer *out, struct ft_span piece) {
  size_t before = out->size;
  for (size_t done = 0; done < piece.size;) {
    const char *tab = memchr(piece.data + done, '\t', piece.size - done);
    size_t end = tab ? (size_t)(tab - piece.data) : piece.size;
    ft_visible_append(out, (struct ft_span){ piece.data + done, end - done });
    if (tab) ft_buffer_append_text(out, FT_SPAN("    "));
    done = end + (tab ? 1 : 0);
  }
  if (out->failed || out->size == before) return 0;
  return ft_width_of((struct ft_span){ (const char *)out->data + before, out->size - before });
}

/* A long line is shown around the place: begin with a character at most `room` bytes before it. */
static size_t window_start(const struct place *place, size_t room) {
  if (place->at <= room) return 0;
  size_t start = place->at - room;
  while (start < place->at && ((unsigned char)place->line.data[start] & 0xC0) == 0x80)
    start++;
  return start;
}

static void print_line(FILE *out, const struct ft_failure *failure, const struct place *place) {
  size_t width = failure->width > 20 ? failure->width : LINE_WIDTH;
  size_t room = width - INDENT - 4;
  size_t start = ft_width_of(place->line) <= room ? 0 : window_start(place, room / 2);
  struct ft_buffer text;
  ft_buffer_init(&text, (size_t)1 << 26);
  if (start > 0) ft_buffer_append_text(&text, FT_SPAN("…"));
  struct ft_span before = { place->line.data + start, place->at - start };
  size_t caret = append_piece(&text, before) + (start > 0 ? 1 : 0);
  struct ft_span after = { place->line.data + place->at, place->line.size - place->at };
  size_t cells, fits = ft_width_fit(after, room > caret ? room - caret : 1, &cells);
  append_piece(&text, (struct ft_span){ after.data, fits });
  if (fits < after.size) ft_buffer_append_text(&text, FT_SPAN("…"));
  struct ft_span shown = ft_buffer_view(&text);
  if (!text.failed)
    fprintf(out, "%*s%.*s\n%*s%s^%s\n", INDENT, "", FT_SPAN_ARG(shown), (int)(INDENT + caret), "",
            failure->colour ? "\033[1;31m" : "", failure->colour ? "\033[0m" : "");
  ft_buffer_release(&text);
}

static void print_place(FILE *out, const struct ft_failure *failure) {
  const struct ft_error *error = failure->error;
  size_t position = failure->offset + (error->position > 0 ? error->position - 1 : 0);
  struct place place = find_place(failure->script, position);
  /* Of a script of one line the line says nothing. */
  if (error->position == 0 && !failure->file && place.number == 1) return;
  if (failure->file) {
    ft_visible_write(out, failure->file);
    fputs(", ", out);
  }
  if (error->position == 0) {
    fprintf(out, "line %zu\n", place.number);
    return;
  }
  fprintf(out, "line %zu, column %zu:\n", place.number, place.column);
  print_line(out, failure, &place);
}

/* A terminal would break long words of advice anywhere: break them at blanks. */
static void print_hint(FILE *out, const struct ft_failure *failure) {
  static const char label[] = "hint:";
  size_t indent = sizeof label, width = failure->width > 2 * indent ? failure->width - indent : 0;
  struct ft_buffer visible, text;
  ft_buffer_init(&visible, (size_t)1 << 16);
  ft_buffer_init(&text, (size_t)1 << 16);
  ft_visible_append(&visible, ft_span_of(failure->error->hint));
  ft_text_wrap(&text, ft_buffer_view(&visible), width ? width : SIZE_MAX);
  fprintf(out, "%s%s%s ", failure->colour ? "\033[1m" : "", label,
          failure->colour ? "\033[0m" : "");
  struct ft_span rest = ft_buffer_view(&text);
  for (size_t i = 0; i < rest.size; i++) {
    putc(rest.data[i], out);
    if (rest.data[i] == '\n') fprintf(out, "%*s", (int)indent, "");
  }
  putc('\n', out);
  ft_buffer_release(&text);
  ft_buffer_release(&visible);
}

void ft_failure_print(FILE *out, const struct ft_failure *failure) {
  const struct ft_error *error = failure->error;
  const char *red = failure->colour ? "\033[1;31m" : "";
  const char *off = failure->colour ? "\033[0m" : "";
  fprintf(out, "%serror %s:%s ", red, ft_status_sqlstate(error->status), off);
  ft_visible_write(out, error->message);
  putc('\n', out);
  if (failure->place) print_place(out, failure);
  if (error->hint[0]) print_hint(out, failure);
}
