/* What travels between a host and its trainer: the bytes of a pipe, frame by frame, each payload
 * given to its reader; and the same bytes as a batch of columns whose types they choose. */
#include "test/fuzz/target.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "foretell/batch.h"
#include "foretell/job.h"

#define MAX_COLUMNS 8

/* Reading must reach every value that it declared good. */
static size_t touch_batch(const struct ft_batch *batch) {
  size_t sum = 0;
  for (size_t i = 0; i < batch->columns; i++)
    for (size_t row = 0; row < batch->rows; row++) {
      const struct ft_column *column = &batch->column[i];
      const struct ft_span *text = column->values;
      if (!ft_column_has(column, row)) continue;
      if (column->type != FT_TEXT)
        sum += ((const uint8_t *)column->values)[row * ft_type_bytes(column->type)];
      else if (text[row].size)
        sum += (uint8_t)text[row].data[0] + (uint8_t)text[row].data[text[row].size - 1];
    }
  return sum;
}

/* The payload's first byte counts columns, then come their types, then the batch. */
static void read_batch(struct ft_arena *arena, struct ft_span bytes) {
  struct ft_field field[MAX_COLUMNS];
  struct ft_batch batch;
  struct ft_error err;
  struct ft_reader reader = ft_reader_of(bytes);
  size_t columns = ft_reader_u8(&reader) % (MAX_COLUMNS + 1);
  for (size_t i = 0; i < columns; i++)
    field[i] =
        (struct ft_field){ "c", (enum ft_type)(ft_reader_u8(&reader) % FT_TYPE_COUNT), 0, 0 };
  struct ft_span rest = ft_reader_bytes(&reader, reader.left);
  volatile size_t sum = 0;
  if (ft_batch_read(&batch, arena, rest, field, columns, &err) == FT_OK) sum = touch_batch(&batch);
  (void)sum;
}

/* A job that was read can be written, and reads back. */
static void read_job(struct ft_arena *arena, struct ft_span json) {
  struct ft_job job, again;
  struct ft_buffer text;
  struct ft_error err;
  if (ft_job_read(&job, arena, json, &err) != FT_OK) return;
  ft_buffer_init(&text, 1 << 24);
  if (ft_job_write(&text, &job, &err) != FT_OK ||
      ft_job_read(&again, arena, ft_buffer_view(&text), &err) != FT_OK || again.seed != job.seed)
    __builtin_trap();
  ft_buffer_release(&text);
}

static void read_payload(struct ft_arena *arena, enum ft_frame_kind kind, struct ft_span payload) {
  struct ft_progress progress;
  struct ft_error err, failure;
  char text[100];
  enum ft_status status = FT_OK;
  if (kind == FT_FRAME_JOB) read_job(arena, payload);
  if (kind == FT_FRAME_BATCH) read_batch(arena, payload);
  if (kind == FT_FRAME_PROGRESS) status = ft_progress_read(&progress, payload, &err);
  if (kind == FT_FRAME_NOTICE) status = ft_notice_read(text, sizeof text, payload, &err);
  if (kind == FT_FRAME_ERROR) status = ft_failure_read(&failure, payload, &err);
  assert(status == FT_OK || status == FT_CORRUPT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct ft_arena arena;
  struct ft_buffer payload;
  struct ft_error err;
  enum ft_frame_kind kind = FT_FRAME_NONE;
  int file = memfd_create("frames", 0);
  if (file < 0 || write(file, data, size) != (ssize_t)size || lseek(file, 0, SEEK_SET) != 0)
    __builtin_trap();
  ft_arena_init(&arena, 1 << 26);
  ft_buffer_init(&payload, 1 << 20);
  while (ft_frame_receive(file, &kind, &payload, 1 << 20, &err) == FT_OK && kind != FT_FRAME_NONE)
    read_payload(&arena, kind, ft_buffer_view(&payload));
  ft_buffer_release(&payload);
  ft_arena_release(&arena);
  close(file);
  return 0;
}
