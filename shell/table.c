#include <stdlib.h>
#include <string.h>

#include "shell/box.h"
#include "shell/pager.h"
#include "shell/render.h"
#include "shell/width.h"

#define CELL_MAX_BYTES 65536 /* of one value that is kept; more is never seen */
#define CELL_MAX_WIDTH 200   /* cells, where no terminal limits the width */
#define ALL_ROWS       SIZE_MAX

/* The first rows, and a ring of the last ones; together never more than the limit. A row is its
 * cells as they will be shown, then their text, in one block. */
struct ft_text_table {
  struct ft_shown **first;
  size_t firsts, first_capacity, first_limit;
  struct ft_shown **last;
  size_t last_limit;
  uint64_t rows;
  struct ft_buffer text; /* of the row being made */
  struct ft_shown *shown;
};

void ft_table_free(struct ft_text_table *table) {
  if (!table) return;
  for (size_t r = 0; r < table->firsts; r++)
    free(table->first[r]);
  free(table->first);
  for (size_t r = 0; table->last && r < table->last_limit; r++)
    free(table->last[r]);
  free(table->last);
  ft_buffer_release(&table->text);
  free(table);
}

/* With a pager more rows are worth keeping than without. */
static size_t rows_kept(const struct ft_render_limits *limits) {
  if (limits->rows == 0) return ALL_ROWS;
  return limits->page > 0 && limits->rows < FT_PAGER_ROWS ? FT_PAGER_ROWS : limits->rows;
}

enum ft_status ft_table_begin(struct ft_render *render, struct ft_error *err) {
  struct ft_text_table *table = calloc(1, sizeof *table);
  if (!table) return ft_arena_fail(err, "the table");
  render->table = table;
  ft_buffer_init(&table->text, (size_t)1 << 30);
  size_t kept = rows_kept(&render->limits);
  table->last_limit = kept == ALL_ROWS ? 0 : kept / 2;
  table->first_limit = kept - table->last_limit;
  table->shown = FT_ARENA_NEW(&render->arena, struct ft_shown, render->columns);
  if (table->last_limit > 0) table->last = calloc(table->last_limit, sizeof *table->last);
  if (!table->shown || (table->last_limit > 0 && !table->last))
    return ft_arena_fail(err, "the table");
  return FT_OK;
}

static struct ft_span text_of(struct ft_span cell) {
  if (!cell.data) return FT_SPAN("NULL");
  if (cell.size > CELL_MAX_BYTES) cell.size = CELL_MAX_BYTES;
  return cell;
}

static size_t widest_line(const struct ft_shown *cell) {
  struct ft_span text = { cell->text, cell->size };
  if (cell->lines == 1) return ft_width_of(text);
  size_t widest = 0;
  while (text.size > 0) {
    const char *end = memchr(text.data, '\n', text.size);
    size_t size = end ? (size_t)(end - text.data) : text.size;
    size_t width = ft_width_of((struct ft_span){ text.data, size });
    if (width > widest) widest = width;
    size += end ? 1 : 0;
    text = (struct ft_span){ text.data + size, text.size - size };
  }
  return widest;
}

/* The row as one block: the cells' texts point behind the cells. */
static struct ft_shown *make_row(struct ft_text_table *table, const struct ft_span *cell,
                                 size_t columns) {
  ft_buffer_reset(&table->text);
  for (size_t c = 0; c < columns; c++) {
    size_t before = table->text.size;
    table->shown[c].lines = ft_visible_lines(&table->text, text_of(cell[c]));
    table->shown[c].size = table->text.size - before;
    table->shown[c].null = !cell[c].data;
  }
  size_t head = columns * sizeof *table->shown;
  struct ft_shown *row = table->text.failed ? NULL : malloc(head + table->text.size + 1);
  if (!row) return NULL;
  char *text = (char *)row + head;
  if (table->text.size > 0) memcpy(text, table->text.data, table->text.size);
  for (size_t c = 0; c < columns; c++) {
    row[c] = table->shown[c];
    row[c].text = text;
    row[c].width = widest_line(&row[c]);
    text += row[c].size;
  }
  return row;
}

static bool keep_first(struct ft_text_table *table, struct ft_shown *row) {
  if (table->firsts == table->first_capacity) {
    size_t capacity = table->first_capacity ? table->first_capacity * 2 : 64;
    struct ft_shown **grown = realloc(table->first, capacity * sizeof *grown);
    if (!grown) return false;
    table->first = grown;
    table->first_capacity = capacity;
  }
  table->first[table->firsts++] = row;
  return true;
}

enum ft_status ft_table_row(struct ft_render *render, const struct ft_span *cell,
                            struct ft_error *err) {
  struct ft_text_table *table = render->table;
  uint64_t index = table->rows++;
  bool first = index < table->first_limit;
  if (!first && table->last_limit == 0) return FT_OK; /* one row is shown: the first */
  struct ft_shown *row = make_row(table, cell, render->columns);
  if (!row) return ft_arena_fail(err, "the table");
  if (!first) {
    size_t slot = (size_t)((index - table->first_limit) % table->last_limit);
    free(table->last[slot]);
    table->last[slot] = row;
  } else if (!keep_first(table, row)) {
    free(row);
    return ft_arena_fail(err, "the table");
  }
  return FT_OK;
}

/* How many rows stand at the top, how many at the bottom, when at most `limit` are shown. */
struct part {
  uint64_t top, bottom;
};

static struct part part_of(const struct ft_text_table *table, size_t limit) {
  if (limit == 0 || table->rows <= limit) return (struct part){ table->rows, 0 };
  return (struct part){ limit - limit / 2, limit / 2 };
}

static const struct ft_shown *row_at(const struct ft_text_table *table, uint64_t index) {
  if (index < table->first_limit) return table->first[index];
  return table->last[(index - table->first_limit) % table->last_limit];
}

static void widen(struct ft_box_column *column, const struct ft_shown *row, size_t columns) {
  for (size_t c = 0; c < columns; c++)
    if (row[c].width > column[c].width) column[c].width = row[c].width;
}

static enum ft_status make_columns(struct ft_render *render, struct part part,
                                   struct ft_box_column **out, struct ft_error *err) {
  struct ft_text_table *table = render->table;
  struct ft_box_column *column =
      FT_ARENA_NEW(&render->arena, struct ft_box_column, render->columns);
  if (!column) return ft_arena_fail(err, "the table");
  for (size_t c = 0; c < render->columns; c++) {
    ft_buffer_reset(&table->text);
    ft_visible_append(&table->text, text_of(ft_span_of(render->heading[c].name)));
    char *name = ft_arena_text(&render->arena, ft_buffer_view(&table->text));
    if (!name) return ft_arena_fail(err, "the table");
    struct ft_span text = ft_span_of(name);
    column[c].name = (struct ft_shown){ name, text.size, ft_width_of(text), 1, false };
    column[c].width = column[c].name.width;
    column[c].right = render->heading[c].right;
  }
  for (uint64_t r = 0; r < part.top; r++)
    widen(column, row_at(table, r), render->columns);
  for (uint64_t r = table->rows - part.bottom; r < table->rows; r++)
    widen(column, row_at(table, r), render->columns);
  *out = column;
  return FT_OK;
}

static void write_footer(const struct ft_render *render, FILE *out, struct part part,
                         size_t shown) {
  char rows[32], hidden[32];
  uint64_t missing = render->table->rows - part.top - part.bottom;
  if (!render->limits.footer && missing == 0 && shown == render->columns) return;
  fprintf(out, "%s row%s", ft_count_text(render->table->rows, rows),
          render->table->rows == 1 ? "" : "s");
  if (missing > 0) fprintf(out, ", %s not shown (.rows to change)", ft_count_text(missing, hidden));
  if (shown < render->columns)
    fprintf(out, ", %zu of %zu columns not shown (.mode lines shows all)", render->columns - shown,
            render->columns);
  putc('\n', out);
}

static void write_table(struct ft_render *render, FILE *out, struct part part,
                        struct ft_box_column *column) {
  const struct ft_text_table *table = render->table;
  struct ft_box box = { .out = out,
                        .column = column,
                        .columns = render->columns,
                        .ascii = render->limits.ascii,
                        .colour = render->limits.colour };
  size_t shown = ft_box_fit(&box, render->limits.width, CELL_MAX_WIDTH);
  ft_box_head(&box);
  for (uint64_t r = 0; r < part.top; r++)
    ft_box_row(&box, row_at(table, r));
  if (part.top + part.bottom < table->rows) ft_box_gap(&box);
  for (uint64_t r = table->rows - part.bottom; r < table->rows; r++)
    ft_box_row(&box, row_at(table, r));
  ft_box_foot(&box);
  write_footer(render, out, part, shown);
}

enum ft_status ft_table_end(struct ft_render *render, struct ft_error *err) {
  struct ft_text_table *table = render->table;
  bool long_one = render->limits.page > 0 && table->rows + 5 > render->limits.page;
  struct ft_pager pager = { 0 };
  FILE *paged = long_one ? ft_pager_open(&pager) : NULL;
  struct part part = part_of(table, paged ? rows_kept(&render->limits) : render->limits.rows);
  struct ft_box_column *column = NULL;
  enum ft_status status = make_columns(render, part, &column, err);
  if (status == FT_OK) write_table(render, paged ? paged : render->out, part, column);
  if (paged) ft_pager_close(&pager);
  return status;
}
