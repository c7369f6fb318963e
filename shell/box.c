#include "shell/box.h"

#include <string.h>

#include "shell/width.h"

#define TEXT_MIN 8 /* cells of a text column before columns are hidden */

struct border {
  const char *left, *middle, *right, *line;
};

enum { TOP, RULE, BOTTOM, SIDE, BORDERS };

static const struct border unicode_border[BORDERS] = { { "┌", "┬", "┐", "─" },
                                                       { "├", "┼", "┤", "─" },
                                                       { "└", "┴", "┘", "─" },
                                                       { "│", "│", "│", "" } };
static const struct border ascii_border[BORDERS] = { { "+", "+", "+", "-" },
                                                     { "+", "+", "+", "-" },
                                                     { "+", "+", "+", "-" },
                                                     { "|", "|", "|", "" } };

static const struct border *border_of(const struct ft_box *box, int kind) {
  return box->ascii ? &ascii_border[kind] : &unicode_border[kind];
}

static bool any_hidden(const struct ft_box *box) {
  for (size_t c = 0; c < box->columns; c++)
    if (box->column[c].hidden) return true;
  return false;
}

static size_t total_width(const struct ft_box *box) {
  size_t total = 1 + (any_hidden(box) ? 4 : 0);
  for (size_t c = 0; c < box->columns; c++)
    if (!box->column[c].hidden) total += box->column[c].width + 3;
  return total;
}

/* Take the missing cells from the widest text columns, evenly, down to the least. */
static void narrow_texts(struct ft_box *box, size_t width, size_t min, bool numbers) {
  size_t total = total_width(box);
  while (total > width) {
    size_t widest = 0, next = min, count = 0;
    for (size_t c = 0; c < box->columns; c++)
      if (numbers || !box->column[c].right)
        if (box->column[c].width > widest) widest = box->column[c].width;
    if (widest <= min) return;
    for (size_t c = 0; c < box->columns; c++) {
      if (!numbers && box->column[c].right) continue;
      if (box->column[c].width == widest)
        count++;
      else if (box->column[c].width > next)
        next = box->column[c].width;
    }
    size_t step = (total - width + count - 1) / count;
    if (step > widest - next) step = widest - next;
    for (size_t c = 0; c < box->columns; c++)
      if ((numbers || !box->column[c].right) && box->column[c].width == widest) {
        box->column[c].width -= step;
        total -= step;
      }
  }
}

/* The middle goes first: identifiers tend to be at the left, results at the right. */
static size_t hide_columns(struct ft_box *box, size_t width) {
  size_t shown = box->columns;
  size_t next = box->columns / 2;
  while (shown > 1 && total_width(box) > width) {
    box->column[next].hidden = true;
    shown--;
    size_t left = next, right = next;
    while (left > 0 && box->column[left].hidden)
      left--;
    while (right + 1 < box->columns && box->column[right].hidden)
      right++;
    bool from_left =
        right >= box->columns || box->column[right].hidden || left + 1 > box->columns - right;
    next = from_left ? left : right;
  }
  return shown;
}

size_t ft_box_fit(struct ft_box *box, size_t width, size_t widest) {
  for (size_t c = 0; c < box->columns; c++) {
    if (width == 0 && box->column[c].width > widest) box->column[c].width = widest;
    if (box->column[c].width == 0) box->column[c].width = 1;
  }
  if (width == 0) return box->columns;
  narrow_texts(box, width, TEXT_MIN, false);
  size_t shown = hide_columns(box, width);
  if (total_width(box) > width) narrow_texts(box, width, 1, true);
  return shown;
}

static void write_times(FILE *out, const char *text, size_t times) {
  for (size_t i = 0; i < times; i++)
    fputs_unlocked(text, out);
}

static const char *ellipsis_of(const struct ft_box *box) {
  return box->ascii ? "~" : "…";
}

static void write_border(const struct ft_box *box, int kind) {
  const struct border *border = border_of(box, kind);
  fputs_unlocked(border->left, box->out);
  bool first = true, gap = false;
  for (size_t c = 0; c < box->columns; c++) {
    bool hidden = box->column[c].hidden;
    if (hidden && gap) continue;
    gap = hidden;
    if (!first) fputs_unlocked(border->middle, box->out);
    first = false;
    write_times(box->out, border->line, (hidden ? 1 : box->column[c].width) + 2);
  }
  fputs_unlocked(border->right, box->out);
  putc_unlocked('\n', box->out);
}

static void write_cell(const struct ft_box *box, const struct ft_box_column *column,
                       const struct ft_shown *cell, bool head) {
  struct ft_span text = { cell->text, cell->size };
  size_t width = cell->width;
  bool cut = width > column->width;
  if (cut) text.size = ft_width_fit(text, column->width - 1, &width);
  size_t blanks = column->width - width - cut;
  const char *style = head ? "\033[1m" : cell->null ? "\033[2m" : NULL;
  if (!box->colour) style = NULL;
  if (column->right) write_times(box->out, " ", blanks);
  if (style) fputs_unlocked(style, box->out);
  fwrite_unlocked(text.data, 1, text.size, box->out);
  if (cut) fputs_unlocked(ellipsis_of(box), box->out);
  if (style) fputs_unlocked("\033[0m", box->out);
  if (!column->right) write_times(box->out, " ", blanks);
}

/* Line `index` of a cell; empty below its last. */
static struct ft_shown line_of(const struct ft_shown *cell, size_t index) {
  if (cell->lines <= 1 && index == 0) return *cell;
  struct ft_shown line = { .text = cell->text, .size = 0, .lines = 1, .null = cell->null };
  if (index >= cell->lines) return line;
  const char *end = cell->text + cell->size;
  for (; index > 0; index--)
    line.text = (const char *)memchr(line.text, '\n', (size_t)(end - line.text)) + 1;
  const char *next = memchr(line.text, '\n', (size_t)(end - line.text));
  line.size = (size_t)((next ? next : end) - line.text);
  line.width = ft_width_of((struct ft_span){ line.text, line.size });
  return line;
}

/* Line `index` of a row of cells; `cell` NULL: the head; `every` not NULL: the same text in every column. */
static void write_line(const struct ft_box *box, const struct ft_shown *cell, size_t index,
                       const char *every) {
  const struct border *side = border_of(box, SIDE);
  const struct ft_shown dots = { every, every ? strlen(every) : 0, 1, 1, true };
  const struct ft_box_column narrow = { .width = 1 };
  const struct ft_shown more = { ellipsis_of(box), strlen(ellipsis_of(box)), 1, 1, true };
  bool gap = false;
  for (size_t c = 0; c < box->columns; c++) {
    const struct ft_box_column *column = &box->column[c];
    if (column->hidden && gap) continue;
    gap = column->hidden;
    fputs_unlocked(side->left, box->out);
    putc_unlocked(' ', box->out);
    struct ft_shown part = every ? dots : line_of(cell ? &cell[c] : &column->name, index);
    write_cell(box, gap ? &narrow : column, gap ? &more : &part, !cell && !every);
    putc_unlocked(' ', box->out);
  }
  fputs_unlocked(side->right, box->out);
  putc_unlocked('\n', box->out);
}

void ft_box_head(const struct ft_box *box) {
  write_border(box, TOP);
  write_line(box, NULL, 0, NULL);
  write_border(box, RULE);
}

void ft_box_row(const struct ft_box *box, const struct ft_shown *cell) {
  size_t lines = 1;
  for (size_t c = 0; c < box->columns; c++)
    if (!box->column[c].hidden && cell[c].lines > lines) lines = cell[c].lines;
  for (size_t index = 0; index < lines; index++)
    write_line(box, cell, index, NULL);
}

void ft_box_gap(const struct ft_box *box) {
  write_line(box, NULL, 0, box->ascii ? ":" : "⋮");
}

void ft_box_foot(const struct ft_box *box) {
  write_border(box, BOTTOM);
}
