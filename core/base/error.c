#include "foretell/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct status_row {
  const char *name;
  const char *sqlstate;
  const char *text;
};

static const struct status_row status_table[] = {
#define STATUS_ROW(name, sqlstate, text) { #name, sqlstate, text },
  FT_STATUS_TABLE(STATUS_ROW)
#undef STATUS_ROW
};

static const struct status_row *row_of(enum ft_status status) {
  return &status_table[(unsigned)status < FT_STATUS_COUNT ? status : FT_INTERNAL];
}

/* Bytes of the character that `lead` begins; 1 for what begins none. */
static size_t character_bytes(unsigned char lead) {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
}

/* Take a character off the end that the cut went through. */
static void trim_cut_character(char *text, size_t length) {
  size_t back = 1;
  while (back < 4 && back < length && ((unsigned char)text[length - back] & 0xc0) == 0x80)
    back++;
  if (length && character_bytes((unsigned char)text[length - back]) > back)
    text[length - back] = '\0';
}

static void print_text(char *out, size_t size, const char *format, va_list arguments) {
  /* The arguments may point into `out`: a failure that quotes the one before it. */
  char scratch[sizeof(((struct ft_error *)0)->message)];
  assert(size <= sizeof scratch);
  int length = vsnprintf(scratch, size, format, arguments);
  if (length < 0) scratch[0] = '\0';
  if (length > 0 && (size_t)length >= size) trim_cut_character(scratch, size - 1);
  memcpy(out, scratch, strlen(scratch) + 1);
}

enum ft_status ft_fail(struct ft_error *err, enum ft_status status, const char *format, ...) {
  assert(status != FT_OK);
  if (!err) return status;
  va_list arguments;
  va_start(arguments, format);
  print_text(err->message, sizeof err->message, format, arguments);
  va_end(arguments);
  err->status = status;
  err->position = 0;
  err->hint[0] = '\0';
  return status;
}

enum ft_status ft_fail_hint(struct ft_error *err, const char *format, ...) {
  if (!err) return FT_INTERNAL;
  va_list arguments;
  va_start(arguments, format);
  print_text(err->hint, sizeof err->hint, format, arguments);
  va_end(arguments);
  return err->status;
}

enum ft_status ft_fail_at(struct ft_error *err, size_t position) {
  if (!err) return FT_INTERNAL;
  err->position = position;
  return err->status;
}

const char *ft_status_sqlstate(enum ft_status status) {
  return row_of(status)->sqlstate;
}

const char *ft_status_name(enum ft_status status) {
  return row_of(status)->name;
}

const char *ft_status_text(enum ft_status status) {
  return row_of(status)->text;
}

enum ft_status ft_status_by_name(const char *name) {
  for (int status = 0; name && status < FT_STATUS_COUNT; status++)
    if (strcmp(status_table[status].name, name) == 0) return (enum ft_status)status;
  return FT_INTERNAL;
}
