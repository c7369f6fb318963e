/* A query's rows, read by a cursor with the caller's rights and row-level security. */
#include "hosts/postgres/query.h"

#include <executor/spi.h>
#include <stdlib.h>
#include <string.h>
#include <utils/memutils.h>

#include "hosts/postgres/deadline.h"
#include "hosts/postgres/guard.h"
#include "hosts/postgres/value.h"

#define FETCH_ROWS 2048

struct stream {
  const char *query;
  const struct ft_field *field;
  size_t fields;
  const struct ft_sink *sink;
  MemoryContext all;              /* of the stream */
  MemoryContext batch;            /* of one batch's texts */
  struct ft_value_reader *reader; /* one a column of the batch */
  size_t columns;                 /* of the batch: the fields, and a text that the sink wants */
  struct ft_column *column;
  char **values;       /* FETCH_ROWS values a column */
  uint64_t **validity; /* FETCH_ROWS bits a column */
};

static void make_columns(struct stream *stream) {
  size_t count = stream->columns = stream->fields + (stream->sink->text_of > 0);
  stream->reader = palloc0(count * sizeof *stream->reader);
  stream->column = palloc0(count * sizeof *stream->column);
  stream->values = palloc0(count * sizeof *stream->values);
  stream->validity = palloc0(count * sizeof *stream->validity);
  for (size_t i = 0; i < count; i++) {
    enum ft_type type = i < stream->fields ? stream->field[i].type : FT_TEXT;
    stream->values[i] = palloc0(FETCH_ROWS * ft_type_bytes(type));
    stream->validity[i] = palloc0(FETCH_ROWS / 8);
    stream->column[i] = (struct ft_column){ type, stream->values[i], stream->validity[i] };
  }
}

static enum ft_status bind_columns(struct stream *stream, TupleDesc columns, struct ft_error *err) {
  if ((size_t)columns->natts != stream->fields)
    return ft_fail(err, FT_INTERNAL, "the query's columns have changed");
  for (size_t i = 0; i < stream->fields; i++)
    FT_TRY(ft_value_reader_init(&stream->reader[i], &stream->field[i],
                                TupleDescAttr(columns, (int)i)->atttypid, err));
  int text = (int)stream->sink->text_of - 1;
  if (text >= 0)
    ft_value_reader_text(&stream->reader[stream->fields], TupleDescAttr(columns, text)->atttypid);
  return FT_OK;
}

static enum ft_status read_column(struct stream *stream, size_t i, const SPITupleTable *rows,
                                  uint64 count, struct ft_error *err) {
  size_t bytes = ft_type_bytes(stream->column[i].type);
  int at = (int)(i < stream->fields ? i : stream->sink->text_of - 1) + 1;
  memset(stream->validity[i], 0, FETCH_ROWS / 8);
  for (uint64 r = 0; r < count; r++) {
    bool missing;
    Datum value = SPI_getbinval(rows->vals[r], rows->tupdesc, at, &missing);
    if (!missing)
      FT_TRY(
          ft_value_read(stream->values[i] + r * bytes, &missing, &stream->reader[i], value, err));
    if (!missing) stream->validity[i][r / 64] |= (uint64_t)1 << (r % 64);
  }
  return FT_OK;
}

static enum ft_status take_rows(struct stream *stream, const SPITupleTable *rows, uint64 count,
                                struct ft_error *err) {
  MemoryContext before = MemoryContextSwitchTo(stream->batch);
  for (size_t i = 0; i < stream->columns; i++)
    FT_TRY(read_column(stream, i, rows, count, err));
  MemoryContextSwitchTo(before);
  struct ft_batch batch = { (size_t)count, stream->columns, stream->column };
  FT_TRY(stream->sink->take(stream->sink->self, &batch, err));
  MemoryContextReset(stream->batch);
  return FT_OK;
}

static enum ft_status pump(struct stream *stream, Portal cursor, struct ft_error *err) {
  for (;;) {
    SPI_cursor_fetch(cursor, true, FETCH_ROWS);
    uint64 count = SPI_processed;
    if (!count) return FT_OK;
    SPITupleTable *rows = SPI_tuptable;
    FT_TRY(take_rows(stream, rows, count, err));
    SPI_freetuptable(rows);
  }
}

static enum ft_status stream_all(void *self, struct ft_error *err) {
  struct stream *stream = self;
  stream->all =
      AllocSetContextCreate(CurrentMemoryContext, "foretell rows", ALLOCSET_DEFAULT_SIZES);
  stream->batch = AllocSetContextCreate(stream->all, "foretell batch", ALLOCSET_DEFAULT_SIZES);
  MemoryContext before = MemoryContextSwitchTo(stream->all);
  ft_deadline_set(stream->sink->deadline_ms);
  make_columns(stream);
  SPIPlanPtr plan = SPI_prepare(stream->query, 0, NULL);
  /* Read-only: a query that writes is refused. */
  Portal cursor = SPI_cursor_open(NULL, plan, NULL, NULL, true);
  FT_TRY(bind_columns(stream, cursor->tupDesc, err));
  MemoryContextSwitchTo(before);
  FT_TRY(pump(stream, cursor, err));
  SPI_cursor_close(cursor);
  SPI_freeplan(plan);
  return FT_OK;
}

enum ft_status ft_query_stream(void *self, struct ft_span query, const struct ft_field *field,
                               size_t fields, const struct ft_sink *sink, struct ft_error *err) {
  struct ft_session *session = self;
  char *text = strndup(query.data, query.size); /* palloc would raise here */
  if (!text) return ft_fail(err, FT_NOMEM, "out of memory for the query");
  struct stream stream = { .query = text, .field = field, .fields = fields, .sink = sink };
  enum ft_status status = ft_guard_query(session, stream_all, &stream, query, 0, err);
  ft_deadline_clear();
  if (stream.all) MemoryContextDelete(stream.all);
  free(text);
  FT_TRY(status);
  /* Training takes long: end the transaction that read the rows, so that nothing waits for it. */
  return session->atomic ? FT_OK : ft_guard_bare(session, SPI_commit, err);
}
