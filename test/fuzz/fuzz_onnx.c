/* The bytes of an ONNX model: whatever they are, the answer is an error or a model that predicts. What
 * FUNCTION asks for is drawn from the first two bytes. */
#include "test/fuzz/target.h"

#include <stdlib.h>

#include "core/import/import.h"
#include "core/import/onnx/onnx.h"
#include "foretell/batch.h"
#include "foretell/plan.h"

#define ROWS   3
#define MEMORY ((size_t)1 << 28)

static const enum ft_type types[][4] = {
  { FT_FLOAT32, FT_FLOAT32, FT_TEXT, FT_INT64 },
  { FT_FLOAT32, FT_FLOAT32, FT_FLOAT32, FT_FLOAT32 },
  { FT_FLOAT32, FT_FLOAT32, FT_INT64, FT_INT64 },
  { FT_TEXT, FT_FLOAT32, FT_INT64, FT_FLOAT32 },
};
static const enum ft_type targets[] = { FT_FLOAT64, FT_INT32, FT_TEXT, FT_BOOL };

/* Rows of zero bytes, the second all NULL. */
static void predict_some(const struct ft_model *model, const struct ft_field *field) {
  static const uint64_t validity[1] = { 5 };
  static const struct ft_span zeros[ROWS];
  struct ft_plan *plan;
  struct ft_scratch *scratch;
  struct ft_column column[4];
  double value[ROWS];
  uint32_t label[ROWS];
  for (size_t i = 0; i < 4; i++)
    column[i] = (struct ft_column){ field[i].type, zeros, validity };
  const struct ft_batch batch = { .rows = ROWS, .columns = model->fields, .column = column };
  if (ft_plan_make(&plan, model, NULL) != FT_OK) return;
  if (ft_scratch_make(&scratch, plan, NULL) == FT_OK) {
    if (ft_plan_predict(plan, scratch, &batch, value, label, NULL, NULL) != FT_OK) abort();
    ft_scratch_free(scratch);
  }
  ft_plan_close(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct ft_arena arena;
  struct ft_error err = { 0 };
  struct ft_field field[4] = { { 0 } };
  if (size < 2) return 0;
  for (size_t i = 0; i < 4; i++)
    field[i] = (struct ft_field){ .name = "x", .type = types[data[0] / 8 % 4][i] };
  const struct ft_import_request request = {
    .fields = data[0] & 1 ? 3 : 4,
    .field = field,
    .target = { .name = "y", .type = targets[data[1] % 4] },
  };
  struct ft_import import = { .request = &request };
  ft_arena_init(&arena, MEMORY);
  struct ft_span bytes = { (const char *)data + 2, size - 2 };
  if (ft_onnx_read(&import, &arena, bytes, &err) == FT_OK &&
      ft_model_check(&import.model, &err) == FT_OK)
    predict_some(&import.model, field);
  ft_arena_release(&arena);
  return 0;
}
