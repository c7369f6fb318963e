/* Any bytes as a model server's answer: values of the right count and type, or an error. */
#include "test/fuzz/target.h"

#include <assert.h>
#include <string.h>

#include "core/remote/answer.h"
#include "foretell/remote.h"

struct taking {
  size_t count;
  struct ft_answer_form form;
};

static enum ft_status take(void *self, size_t row, const struct ft_remote_value *value,
                           struct ft_error *err) {
  struct taking *taking = self;
  (void)err;
  assert(row == taking->form.first + taking->count);
  taking->count++;
  assert(value->null || taking->form.json || taking->form.type != FT_BOOL || value->integer == 0 ||
         value->integer == 1);
  assert(!value->text.size || ft_span_is_utf8(value->text));
  return FT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2) return 0;
  struct ft_span body = { (const char *)data + 2, size - 2 };
  struct taking taking = { .form = { .type = (enum ft_type)(1 + data[0] % (FT_TYPE_COUNT - 1)),
                                     .rows = data[1] & 0x3f,
                                     .lines = data[1] & 0x40,
                                     .json = data[1] & 0x80,
                                     .first = 5 } };
  struct ft_error err = { 0 };
  struct ft_remote_output output = { &taking, take };
  if (taking.form.json) taking.form.type = FT_TEXT;
  if (taking.form.json && !taking.form.lines) taking.form.rows = 1;
  enum ft_status status = ft_answer_read(body, &taking.form, &output, &err);
  if (status == FT_OK)
    assert(taking.count == taking.form.rows);
  else
    assert(status == FT_DATA && err.message[0] && taking.count <= taking.form.rows);
  char words[40];
  ft_answer_clean(words, sizeof words, body, FT_SPAN("secret"));
  assert(strlen(words) < sizeof words && ft_span_is_utf8(ft_span_of(words)));
  return 0;
}
