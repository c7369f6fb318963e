#include "shell/result.h"

#include <stdlib.h>
#include <unistd.h>

#include "shell/interrupt.h"
#include "shell/pager.h"
#include "shell/width.h"

#define ROW_MAX_BYTES ((size_t)1 << 30)
#define GRID_WIDTH    100 /* cells of a description where no terminal limits them */
#define VALUE_MIN     30

static struct ft_render_limits limits_of(const struct ft_shell_session *session) {
  struct ft_render_limits limits = { .rows = session->rows,
                                     .ascii = session->ascii,
                                     .colour = session->colour,
                                     .footer = !session->quiet };
  if (!session->terminal) return limits;
  limits.width = ft_terminal_width(STDOUT_FILENO);
  if (session->interactive && !session->rows_chosen && ft_pager_wanted())
    limits.page = ft_terminal_height(STDOUT_FILENO);
  return limits;
}

/* A row's cells in one buffer, and where each begins and ends. */
struct row {
  struct ft_buffer text;
  struct ft_span *cell;
  size_t *end;
};

static enum ft_status row_init(struct row *row, struct ft_arena *arena, size_t columns,
                               struct ft_error *err) {
  row->cell = FT_ARENA_NEW(arena, struct ft_span, columns);
  row->end = FT_ARENA_NEW(arena, size_t, columns);
  if (!row->cell || !row->end) return ft_arena_fail(err, "the result");
  ft_buffer_init(&row->text, ROW_MAX_BYTES);
  return FT_OK;
}

/* The buffer may move while the cells are printed: spans are made at the end. */
static enum ft_status take_row(struct row *row, struct ft_answer *answer, size_t columns,
                               size_t index, bool json, struct ft_error *err) {
  ft_buffer_reset(&row->text);
  for (size_t c = 0; c < columns; c++) {
    if (json)
      ft_answer_print_json(&row->text, answer, c, index);
    else
      ft_answer_print_text(&row->text, answer, c, index);
    row->end[c] = row->text.size;
  }
  FT_TRY(ft_buffer_check(&row->text, "a row of the result", err));
  const char *data = row->text.data ? (const char *)row->text.data : "";
  for (size_t c = 0, begin = 0; c < columns; begin = row->end[c++])
    row->cell[c] = ft_answer_is_null(answer, c, index)
                       ? (struct ft_span){ NULL, 0 }
                       : (struct ft_span){ data + begin, row->end[c] - begin };
  return FT_OK;
}

static enum ft_status show_chunks(struct ft_render *render, struct row *row,
                                  struct ft_answer *answer, struct ft_error *err) {
  for (;;) {
    size_t rows;
    FT_TRY(ft_answer_next(answer, &rows, err));
    if (rows == 0) return FT_OK;
    for (size_t r = 0; r < rows; r++) {
      FT_TRY(take_row(row, answer, render->columns, r, render->format->json, err));
      FT_TRY(ft_render_row(render, row->cell, err));
    }
    if (ft_interrupt_pending()) return ft_fail(err, FT_CANCELLED, "the statement was cancelled");
  }
}

/* A renderer that writes as it goes must not meet the progress line. */
static void clear_screen_for(struct ft_shell_session *session) {
  if (!session->format->keeps && session->terminal) session->progress.out = NULL;
  ft_progress_line_hide(&session->progress);
}

static enum ft_status show_rows(struct ft_shell_session *session, struct ft_answer *answer,
                                struct ft_error *err) {
  size_t columns = ft_answer_columns(answer);
  struct ft_heading *heading = FT_ARENA_NEW(&session->arena, struct ft_heading, columns);
  struct row row;
  if (!heading) return ft_arena_fail(err, "the result");
  FT_TRY(row_init(&row, &session->arena, columns, err));
  for (size_t c = 0; c < columns; c++)
    heading[c] = (struct ft_heading){ ft_answer_name(answer, c),
                                      ft_answer_cell_kind(answer, c) == FT_CELL_NUMBER };
  struct ft_render_limits limits = limits_of(session);
  struct ft_render render;
  FILE *progress = session->progress.out;
  clear_screen_for(session);
  enum ft_status status =
      ft_render_begin(&render, session->format, session->out, heading, columns, &limits, err);
  if (status == FT_OK) status = show_chunks(&render, &row, answer, err);
  ft_progress_line_hide(&session->progress);
  session->progress.out = progress;
  if (status == FT_OK) status = ft_render_end(&render, err);
  ft_render_release(&render);
  ft_buffer_release(&row.text);
  return status;
}

enum ft_status ft_result_show(struct ft_shell_session *session, struct ft_answer *answer,
                              struct ft_error *err) {
  char count[32];
  uint64_t changed;
  switch (ft_answer_kind(answer)) {
  case FT_RESULT_ROWS: return show_rows(session, answer, err);
  case FT_RESULT_CHANGED:
    changed = ft_answer_changed(answer);
    ft_progress_line_hide(&session->progress);
    ft_session_say(session, "%s, %s row%s", ft_answer_tag(answer), ft_count_text(changed, count),
                   changed == 1 ? "" : "s");
    return FT_OK;
  case FT_RESULT_NOTHING: break;
  }
  ft_progress_line_hide(&session->progress);
  ft_session_say(session, "%s", ft_answer_tag(answer));
  return FT_OK;
}

/* Cells that are left for the last column, beside the others. */
static size_t last_width(const struct ft_grid *grid, size_t limit) {
  size_t others = 1 + 3 * grid->columns;
  for (size_t c = 0; c + 1 < grid->columns; c++) {
    size_t widest = ft_width_of(ft_span_of(grid->name[c]));
    for (size_t r = 0; r < grid->rows; r++) {
      size_t width = ft_width_of(grid->cell[r * grid->columns + c]);
      if (width > widest) widest = width;
    }
    others += widest;
  }
  return limit > others + VALUE_MIN ? limit - others : VALUE_MIN;
}

/* A row of a description. In a table its long values go over several lines: none is cut. */
static enum ft_status take_grid_row(struct row *row, const struct ft_grid *grid, size_t index,
                                    const struct ft_render *render, struct ft_error *err) {
  const struct ft_span *cell = grid->cell + index * grid->columns;
  size_t limit = render->limits.width ? render->limits.width : GRID_WIDTH;
  size_t width = render->format->plain ? last_width(grid, limit) : 0;
  ft_buffer_reset(&row->text);
  for (size_t c = 0; c < grid->columns; c++) {
    if (cell[c].data && render->format->json)
      ft_json_quote(&row->text, cell[c]);
    else if (width > 0 && c + 1 == grid->columns)
      ft_text_wrap(&row->text, cell[c], width);
    else
      ft_buffer_append_text(&row->text, cell[c]);
    row->end[c] = row->text.size;
  }
  FT_TRY(ft_buffer_check(&row->text, "a row of the result", err));
  const char *data = row->text.data ? (const char *)row->text.data : "";
  for (size_t c = 0, begin = 0; c < grid->columns; begin = row->end[c++])
    row->cell[c] = cell[c].data ? (struct ft_span){ data + begin, row->end[c] - begin }
                                : (struct ft_span){ NULL, 0 };
  return FT_OK;
}

static enum ft_status show_grid_rows(struct ft_render *render, struct row *row,
                                     const struct ft_grid *grid, struct ft_error *err) {
  for (size_t r = 0; r < grid->rows; r++) {
    FT_TRY(take_grid_row(row, grid, r, render, err));
    FT_TRY(ft_render_row(render, row->cell, err));
  }
  return ft_render_end(render, err);
}

enum ft_status ft_grid_show(struct ft_shell_session *session, const struct ft_grid *grid,
                            struct ft_error *err) {
  struct ft_heading *heading = FT_ARENA_NEW(&session->arena, struct ft_heading, grid->columns);
  struct row row;
  if (!heading) return ft_arena_fail(err, "the result");
  FT_TRY(row_init(&row, &session->arena, grid->columns, err));
  for (size_t c = 0; c < grid->columns; c++)
    heading[c] = (struct ft_heading){ grid->name[c], false };
  struct ft_render_limits limits = limits_of(session);
  limits.footer = false;
  limits.rows = 0; /* all of a description, however long */
  struct ft_render render;
  ft_progress_line_hide(&session->progress);
  enum ft_status status =
      ft_render_begin(&render, session->format, session->out, heading, grid->columns, &limits, err);
  if (status == FT_OK) status = show_grid_rows(&render, &row, grid, err);
  ft_render_release(&render);
  ft_buffer_release(&row.text);
  return status;
}
