/* Rows as CSV, as a model server reads them.
 *
 * Shapes   one row a line, ended by '\n'; no header; fields quoted where RFC 4180 needs it.
 * NULLs    an empty field; an empty text is "" in quotes.
 * Numbers  with as many digits as bring the same bits back; NaN, Infinity, -Infinity.
 * Others   booleans t and f, dates 2026-11-22, times 13:45:00, timestamps 2026-11-22 13:45:00.25, with
 *          +00 behind those in UTC, as Redshift unloads them. */
#ifndef FORETELL_REMOTE_CSV_H
#define FORETELL_REMOTE_CSV_H

#include "foretell/batch.h"
#include "foretell/buffer.h"

void ft_csv_write_row(struct ft_buffer *out, const struct ft_batch *batch, size_t row);

#endif
