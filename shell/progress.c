#include "shell/progress.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "shell/interrupt.h"
#include "shell/render.h"
#include "shell/width.h"

#define WAIT_US  500000
#define PAUSE_US 100000

int64_t ft_clock_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

FILE *ft_progress_stream(void) {
  const char *terminal = getenv("TERM");
  if (!isatty(STDERR_FILENO) || !terminal || strcmp(terminal, "dumb") == 0) return NULL;
  return stderr;
}

void ft_progress_line_begin(struct ft_progress_line *line) {
  line->begun_us = ft_clock_us();
  line->drawn_us = 0;
  line->reported = false;
}

/* printf at the end of what is there; cut when it is full. */
static void FT_PRINTF(3, 4) add(char *text, size_t size, const char *format, ...) {
  size_t used = strlen(text);
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text + used, size - used, format, arguments);
  va_end(arguments);
}

static void add_time(char *text, size_t size, const char *before, double seconds,
                     const char *after) {
  long whole = seconds < 1e9 ? (long)(seconds + 0.5) : 1000000000L;
  if (whole < 1) whole = 1; /* with 0 s left it would be over */
  if (whole < 100)
    add(text, size, "  %s%ld s%s", before, whole, after);
  else if (whole < 6000)
    add(text, size, "  %s%ld min%s", before, (whole + 30) / 60, after);
  else
    add(text, size, "  %s%ld h%s", before, (whole + 1800) / 3600, after);
}

void ft_progress_text(char *text, size_t size, const struct ft_progress *progress, double elapsed) {
  char rows[32];
  text[0] = '\0';
  add(text, size, "%s", progress->phase);
  if (progress->rows > 0) add(text, size, "  %s rows", ft_count_text(progress->rows, rows));
  if (progress->fraction >= 0 && progress->fraction <= 1)
    add(text, size, "  %d%%", (int)(progress->fraction * 100));
  if (progress->seconds_left >= 0)
    add_time(text, size, progress->at_most ? "at most " : "~", progress->seconds_left, " left");
  else
    add_time(text, size, "", elapsed, "");
  if (progress->metric[0] && isfinite(progress->score))
    add(text, size, "  best %s %.3f", progress->metric, progress->score);
}

static void draw(struct ft_progress_line *line, int64_t now, const struct ft_progress *progress) {
  char text[256];
  ft_progress_text(text, sizeof text, progress, (double)(now - line->begun_us) / 1e6);
  size_t width = ft_terminal_width(STDERR_FILENO), cells;
  if (width == 0) width = 80;
  struct ft_buffer shown; /* a report comes from another process: no escape sequence gets through */
  ft_buffer_init(&shown, 4096);
  ft_visible_append(&shown, ft_span_of(text));
  size_t fits = ft_width_fit(ft_buffer_view(&shown), width - 1, &cells);
  fprintf(line->out, "\r%.*s\033[K", (int)fits, (const char *)shown.data);
  fflush(line->out);
  ft_buffer_release(&shown);
  line->shown = true;
  line->drawn_us = now;
}

static bool is_time(const struct ft_progress_line *line, int64_t now) {
  return line->out && now - line->begun_us >= WAIT_US && now - line->drawn_us >= PAUSE_US;
}

void ft_progress_line_report(struct ft_progress_line *line, const struct ft_progress *progress) {
  if (!progress) {
    line->reported = false;
    ft_progress_line_hide(line);
    return;
  }
  line->reported = true;
  line->report = *progress;
  int64_t now = ft_clock_us();
  if (is_time(line, now)) draw(line, now, progress);
}

void ft_progress_line_tick(struct ft_progress_line *line, double fraction) {
  int64_t now = ft_clock_us();
  if (!is_time(line, now)) return;
  if (line->reported) {
    draw(line, now, &line->report);
    return;
  }
  double elapsed = (double)(now - line->begun_us) / 1e6;
  struct ft_progress query = { .phase = "running", .fraction = fraction, .seconds_left = -1 };
  /* The first hundredths say little about the rest. */
  if (fraction > 0.02 && fraction <= 1 && elapsed > 1)
    query.seconds_left = elapsed * (1 - fraction) / fraction;
  draw(line, now, &query);
}

void ft_progress_line_hide(struct ft_progress_line *line) {
  if (!line->shown) return;
  fputs("\r\033[K", line->out);
  fflush(line->out);
  line->shown = false;
}
