#include "core/train/cast.h"

#include <stdlib.h>
#include <string.h>

#define MAX_VALUES 2000 /* looked at */
#define MAX_BYTES  40   /* of a number or a date */

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static struct ft_span trimmed(struct ft_span text) {
  while (text.size && text.data[0] == ' ')
    text = (struct ft_span){ text.data + 1, text.size - 1 };
  while (text.size && text.data[text.size - 1] == ' ')
    text.size--;
  return text;
}

/* What people write where there is no value. */
static bool is_nothing(struct ft_span text) {
  static const char *const nothing[] = { "",     "NA",   "N/A", "n/a", "NaN", "nan",
                                         "NULL", "null", "?",   "-",   "None" };
  for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
    if (ft_span_equal(text, ft_span_of(nothing[i]))) return true;
  return false;
}

/* Digits with at most one point, a sign, an exponent. A leading zero makes a code of it: 01234. */
static bool is_number(struct ft_span text) {
  size_t at = 0, digits = 0, points = 0;
  if (at < text.size && (text.data[at] == '-' || text.data[at] == '+')) at++;
  if (text.size - at > 1 && text.data[at] == '0' && is_digit(text.data[at + 1])) return false;
  for (; at < text.size && (is_digit(text.data[at]) || text.data[at] == '.'); at++) {
    digits += text.data[at] != '.';
    points += text.data[at] == '.';
  }
  if (digits == 0 || points > 1) return false;
  if (at == text.size) return true;
  if (text.data[at] != 'e' && text.data[at] != 'E') return false;
  at++;
  if (at < text.size && (text.data[at] == '-' || text.data[at] == '+')) at++;
  size_t first = at;
  while (at < text.size && is_digit(text.data[at]))
    at++;
  return at == text.size && at > first;
}

/* 2026-11-22, 2026/11/22, 22.11.2026, 11/22/2026, and what may follow of a time. */
static bool is_date(struct ft_span text) {
  static const char *const form[] = { "dddd-dd-dd", "dddd/dd/dd", "dd.dd.dddd", "dd/dd/dddd",
                                      "dd-dd-dddd" };
  if (text.size < 10 || text.size > MAX_BYTES) return false;
  if (text.size > 10 && text.data[10] != ' ' && text.data[10] != 'T') return false;
  for (size_t f = 0; f < sizeof form / sizeof *form; f++) {
    size_t i = 0;
    while (i < 10 && (form[f][i] == 'd' ? is_digit(text.data[i]) : text.data[i] == form[f][i]))
      i++;
    if (i == 10) return true;
  }
  return false;
}

static bool all_are(const struct ft_dictionary *dictionary, bool (*is)(struct ft_span)) {
  uint32_t looked = 0, found = 0;
  for (uint32_t i = 0; i < dictionary->entries && looked < MAX_VALUES; i++, looked++) {
    struct ft_span text = trimmed(dictionary->text[i]);
    if (is_nothing(text)) continue;
    if (text.size > MAX_BYTES || !is(text)) return false;
    found++;
  }
  return found >= FT_CAST_MIN_VALUES;
}

void ft_cast_warn(struct ft_run *run, const struct ft_table *table) {
  for (uint32_t f = 0; f < table->fields; f++) {
    if (table->field[f].type != FT_TEXT || f == run->job->target) continue;
    const struct ft_dictionary *dictionary = &table->column[f].dictionary;
    const char *what = all_are(dictionary, is_number) ? "numbers"
                       : all_are(dictionary, is_date) ? "dates"
                                                      : NULL;
    if (what)
      ft_run_warn(
          run, "column \"%s\" holds %s as text: cast it in the query, so that their order counts",
          table->field[f].name, what);
  }
}
