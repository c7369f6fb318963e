#include "foretell/label_text.h"

#include <string.h>

#define LIMIT_BYTES ((size_t)1 << 24)

void ft_label_texts_init(struct ft_label_texts *texts) {
  *texts = (struct ft_label_texts){ 0 };
  ft_arena_init(&texts->arena, LIMIT_BYTES);
}

void ft_label_texts_release(struct ft_label_texts *texts) {
  ft_arena_release(&texts->arena);
  *texts = (struct ft_label_texts){ 0 };
}

/* Where the value is, or would be. */
static uint32_t place_of(const struct ft_label_texts *texts, double value) {
  uint32_t low = 0, high = texts->items;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (texts->item[middle].value < value)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

const struct ft_label_text *ft_label_texts_find(const struct ft_label_texts *texts, double value) {
  uint32_t at = place_of(texts, value);
  return at < texts->items && texts->item[at].value == value ? &texts->item[at] : NULL;
}

/* Without zeros at the end of a fraction: 1.50 and 1.5 are one value to PostgreSQL's numeric. */
static struct ft_span trim_zeros(struct ft_span text) {
  if (!text.size || !memchr(text.data, '.', text.size)) return text;
  while (text.data[text.size - 1] == '0')
    text.size--;
  if (text.data[text.size - 1] == '.') text.size--;
  return text;
}

static enum ft_status keep(struct ft_span *out, struct ft_label_texts *texts, struct ft_span text,
                           struct ft_error *err) {
  const char *copy = ft_arena_text(&texts->arena, text);
  if (!copy) return ft_arena_fail(err, "the labels");
  *out = (struct ft_span){ copy, text.size };
  return FT_OK;
}

static enum ft_status insert(struct ft_label_texts *texts, uint32_t at, double value,
                             struct ft_span text, struct ft_error *err) {
  struct ft_span copy;
  texts->many = texts->items == FT_LABEL_TEXTS_MAX;
  if (texts->many) {
    texts->items = 0;
    return FT_OK;
  }
  if (!texts->item)
    texts->item = FT_ARENA_NEW(&texts->arena, struct ft_label_text, FT_LABEL_TEXTS_MAX);
  if (!texts->item) return ft_arena_fail(err, "the labels");
  FT_TRY(keep(&copy, texts, text, err));
  memmove(&texts->item[at + 1], &texts->item[at], (texts->items - at) * sizeof *texts->item);
  texts->item[at] = (struct ft_label_text){ .value = value, .text = copy };
  texts->items++;
  return FT_OK;
}

enum ft_status ft_label_texts_add(struct ft_label_texts *texts, double value, struct ft_span text,
                                  struct ft_error *err) {
  if (texts->many || value != value) return FT_OK;
  uint32_t at = place_of(texts, value);
  if (at == texts->items || texts->item[at].value != value)
    return insert(texts, at, value, text, err);
  struct ft_label_text *item = &texts->item[at];
  if (ft_span_equal(item->text, text)) return FT_OK;
  if (ft_span_equal(trim_zeros(item->text), trim_zeros(text))) {
    item->text = trim_zeros(item->text);
    return FT_OK;
  }
  return item->other.data ? FT_OK : keep(&item->other, texts, text, err);
}

void ft_label_texts_write(struct ft_buffer *out, const struct ft_label_texts *texts) {
  ft_buffer_u32(out, texts->items);
  for (uint32_t i = 0; i < texts->items; i++) {
    const struct ft_label_text *item = &texts->item[i];
    ft_buffer_f64(out, item->value);
    ft_buffer_string(out, item->text);
    ft_buffer_u8(out, item->other.data != NULL);
    if (item->other.data) ft_buffer_string(out, item->other);
  }
}

static enum ft_status read_item(struct ft_label_texts *out, struct ft_reader *reader,
                                struct ft_error *err) {
  double value = ft_reader_f64(reader);
  struct ft_span text = ft_reader_string(reader);
  struct ft_span other = ft_reader_u8(reader) ? ft_reader_string(reader) : (struct ft_span){ 0 };
  if (reader->failed || (out->items && !(value > out->item[out->items - 1].value)))
    return ft_fail(err, FT_CORRUPT, "the labels are not in order");
  FT_TRY(insert(out, out->items, value, text, err));
  return other.data ? keep(&out->item[out->items - 1].other, out, other, err) : FT_OK;
}

enum ft_status ft_label_texts_read(struct ft_label_texts *out, struct ft_span bytes,
                                   struct ft_error *err) {
  struct ft_reader reader = ft_reader_of(bytes);
  uint32_t items = ft_reader_count(&reader, 8 + 4 + 1);
  if (items > FT_LABEL_TEXTS_MAX || out->items)
    return ft_fail(err, FT_CORRUPT, "there are too many labels");
  for (uint32_t i = 0; i < items; i++)
    FT_TRY(read_item(out, &reader, err));
  return ft_reader_check(&reader, true, "the labels", err);
}
