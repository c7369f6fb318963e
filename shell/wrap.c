#include "shell/render.h"
#include "shell/width.h"

/* The word at the beginning of `text`: up to a blank or the end of the line. */
static size_t word_bytes(struct ft_span text) {
  size_t size = 0;
  while (size < text.size && text.data[size] != ' ' && text.data[size] != '\n')
    size++;
  return size;
}

void ft_text_wrap(struct ft_buffer *out, struct ft_span text, size_t width) {
  size_t cells = 0; /* of the line so far */
  for (size_t at = 0; at < text.size;) {
    struct ft_span rest = { text.data + at, text.size - at };
    if (*rest.data == '\n') {
      ft_buffer_u8(out, '\n');
      cells = 0;
      at++;
      continue;
    }
    size_t blanks = 0;
    while (blanks < rest.size && rest.data[blanks] == ' ')
      blanks++;
    struct ft_span word = { rest.data + blanks, rest.size - blanks };
    word.size = word_bytes(word);
    size_t wide = ft_width_of(word);
    bool breaks = cells > 0 && word.size > 0 && cells + blanks + wide > width;
    if (breaks)
      ft_buffer_u8(out, '\n');
    else
      ft_buffer_append(out, rest.data, blanks);
    ft_buffer_append(out, word.data, word.size);
    cells = (breaks ? 0 : cells + blanks) + wide;
    at += blanks + word.size;
  }
}
