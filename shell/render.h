/* Rows become text: one renderer a format, fed a row at a time.
 *
 * Shapes   a row is `columns` cells; a cell whose data is NULL is SQL's NULL.
 * Memory   lines, csv, json, jsonlines and markdown keep no row; table keeps the rows that it will show.
 * Threads  one thread a renderer.
 * Source   RFC 4180 (csv, with LF as the end of line), RFC 8259 (json), jsonlines.org,
 *          GitHub Flavored Markdown 0.29 (markdown). */
#ifndef FORETELL_SHELL_RENDER_H
#define FORETELL_SHELL_RENDER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "foretell/arena.h"
#include "foretell/buffer.h"
#include "foretell/error.h"
#include "foretell/span.h"

struct ft_heading {
  const char *name; /* the column's, as the query names it; borrowed until the end */
  bool right;       /* numbers stand at the right */
};

/* How much is shown, and how; for the formats table and lines. */
struct ft_render_limits {
  size_t rows;  /* at most so many are shown, first and last ones; 0: all */
  size_t width; /* cells of the terminal; 0: no limit */
  size_t page;  /* lines of the terminal when longer results go to the pager; 0: no pager */
  bool ascii;   /* no box drawing characters */
  bool colour;  /* escape sequences are welcome */
  bool footer;  /* a line with the number of rows */
};

struct ft_output_format;
struct ft_text_table;

struct ft_render {
  const struct ft_output_format *format;
  FILE *out; /* borrowed */
  struct ft_render_limits limits;
  struct ft_arena arena;            /* headings, keys, the table */
  const struct ft_heading *heading; /* columns; in the arena */
  size_t columns;
  uint64_t rows;               /* so far */
  struct ft_span *key;         /* json: "name": with quotes; in the arena */
  struct ft_text_table *table; /* table: the rows to show; owned */
};

struct ft_output_format {
  const char *name;
  bool json;  /* cells come as JSON values */
  bool plain; /* for people: tags, times and notes may stand between results */
  bool keeps; /* nothing is written before the end */
  enum ft_status (*begin)(struct ft_render *render, struct ft_error *err);
  enum ft_status (*row)(struct ft_render *render, const struct ft_span *cell, struct ft_error *err);
  enum ft_status (*end)(struct ft_render *render, struct ft_error *err);
};

/* The format of that name, or NULL; and all of them, ended by a NULL name. */
const struct ft_output_format *ft_format_by_name(struct ft_span name);
const struct ft_output_format *ft_formats(void);

/* Begin a result. The headings' names must live until ft_render_release.
 * Errors: FT_NOMEM, FT_IO (nobody reads any more, or the disk is full) */
enum ft_status ft_render_begin(struct ft_render *render, const struct ft_output_format *format,
                               FILE *out, const struct ft_heading *heading, size_t columns,
                               const struct ft_render_limits *limits,
                               struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_render_row(struct ft_render *render, const struct ft_span *cell,
                             struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_render_end(struct ft_render *render, struct ft_error *err) FT_MUST_CHECK;
void ft_render_release(struct ft_render *render); /* after begin, whether it failed or not */

/* The formats' own parts. */
enum ft_status ft_table_begin(struct ft_render *render, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_table_row(struct ft_render *render, const struct ft_span *cell,
                            struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_table_end(struct ft_render *render, struct ft_error *err) FT_MUST_CHECK;
void ft_table_free(struct ft_text_table *table); /* NULL is allowed */
enum ft_status ft_lines_row(struct ft_render *render, const struct ft_span *cell,
                            struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_lines_end(struct ft_render *render, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_csv_begin(struct ft_render *render, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_csv_row(struct ft_render *render, const struct ft_span *cell,
                          struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_json_begin(struct ft_render *render, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_json_row(struct ft_render *render, const struct ft_span *cell,
                           struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_json_end(struct ft_render *render, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_jsonlines_row(struct ft_render *render, const struct ft_span *cell,
                                struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_markdown_begin(struct ft_render *render, struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_markdown_row(struct ft_render *render, const struct ft_span *cell,
                               struct ft_error *err) FT_MUST_CHECK;

/* Append `text` as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void ft_json_quote(struct ft_buffer *out, struct ft_span text);

/* Append `text` so that it stays on its line and harms no terminal: control characters, marks
 * that turn the direction of writing and bytes that are not UTF-8 are spelled out. */
void ft_visible_append(struct ft_buffer *out, struct ft_span text);
/* The same, keeping its lines but not the last end of line; returns how many lines there are. */
size_t ft_visible_lines(struct ft_buffer *out, struct ft_span text);
void ft_visible_write(FILE *out, const char *text); /* those lines */

/* Append `text` with its lines broken at blanks, so that they take at most `width` cells each,
 * unless a word is longer. */
void ft_text_wrap(struct ft_buffer *out, struct ft_span text, size_t width);

/* 1234567 as "1,234,567"; `text` has room for 32 bytes. */
const char *ft_count_text(uint64_t count, char *text);

#endif
