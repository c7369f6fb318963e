#include "shell/render.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static enum ft_status begin_nothing(struct ft_render *render, struct ft_error *err) {
  (void)render;
  (void)err;
  return FT_OK;
}

static const struct ft_output_format format_table[] = {
  { "table", false, true, true, ft_table_begin, ft_table_row, ft_table_end },
  { "lines", false, true, false, begin_nothing, ft_lines_row, ft_lines_end },
  { "csv", false, false, false, ft_csv_begin, ft_csv_row, begin_nothing },
  { "json", true, false, false, ft_json_begin, ft_json_row, ft_json_end },
  { "jsonlines", true, false, false, ft_json_begin, ft_jsonlines_row, begin_nothing },
  { "markdown", false, false, false, ft_markdown_begin, ft_markdown_row, begin_nothing },
  { NULL, false, false, false, NULL, NULL, NULL },
};

const struct ft_output_format *ft_formats(void) {
  return format_table;
}

const struct ft_output_format *ft_format_by_name(struct ft_span name) {
  for (const struct ft_output_format *format = format_table; format->name; format++)
    if (ft_span_equal_nocase(name, ft_span_of(format->name))) return format;
  return NULL;
}

static enum ft_status check_output(FILE *out, struct ft_error *err) {
  if (!ferror(out)) return FT_OK;
  return ft_fail(err, FT_IO, "the output cannot be written: %s", strerror(errno ? errno : EIO));
}

enum ft_status ft_render_begin(struct ft_render *render, const struct ft_output_format *format,
                               FILE *out, const struct ft_heading *heading, size_t columns,
                               const struct ft_render_limits *limits, struct ft_error *err) {
  *render = (struct ft_render){ .format = format, .out = out, .limits = *limits };
  ft_arena_init(&render->arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_heading *copy = FT_ARENA_NEW(&render->arena, struct ft_heading, columns);
  if (!copy) return ft_arena_fail(err, "the result");
  if (columns > 0) memcpy(copy, heading, columns * sizeof *heading);
  render->heading = copy;
  render->columns = columns;
  FT_TRY(format->begin(render, err));
  return check_output(out, err);
}

enum ft_status ft_render_row(struct ft_render *render, const struct ft_span *cell,
                             struct ft_error *err) {
  FT_TRY(render->format->row(render, cell, err));
  render->rows++;
  return check_output(render->out, err);
}

enum ft_status ft_render_end(struct ft_render *render, struct ft_error *err) {
  FT_TRY(render->format->end(render, err));
  return check_output(render->out, err);
}

void ft_render_release(struct ft_render *render) {
  ft_table_free(render->table);
  render->table = NULL;
  ft_arena_release(&render->arena);
}

const char *ft_count_text(uint64_t count, char *text) {
  char digits[24];
  int size = snprintf(digits, sizeof digits, "%" PRIu64, count);
  char *out = text;
  for (int i = 0; i < size; i++) {
    if (i > 0 && (size - i) % 3 == 0) *out++ = ',';
    *out++ = digits[i];
  }
  *out = '\0';
  return text;
}
