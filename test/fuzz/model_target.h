/* A model file made elsewhere, for the fuzz targets of its readers: read as a value and as a class,
 * with as many fields as it asks for; what is accepted has to predict. */
#ifndef FORETELL_TEST_FUZZ_MODEL_TARGET_H
#define FORETELL_TEST_FUZZ_MODEL_TARGET_H

#include <stdlib.h>
#include <string.h>

#include "core/import/import.h"
#include "foretell/plan.h"
#include "test/fuzz/target.h"

#define MODEL_ROWS 3

static void predict_with(const struct ft_model *model, struct ft_arena *arena) {
  static const uint64_t validity[1] = { 5 };
  struct ft_error err;
  struct ft_plan *plan;
  struct ft_scratch *scratch;
  if (ft_plan_make(&plan, model, &err) != FT_OK) {
    if (err.status == FT_CORRUPT) abort(); /* it was checked */
    return;
  }
  size_t labels = ft_plan_labels(plan);
  struct ft_column *column = FT_ARENA_NEW(arena, struct ft_column, model->fields);
  void *zeros = ft_arena_take(arena, MODEL_ROWS, sizeof(struct ft_span));
  double *probability = FT_ARENA_NEW(arena, double, MODEL_ROWS *labels);
  double value[MODEL_ROWS];
  uint32_t label[MODEL_ROWS];
  if (column && zeros && probability && ft_scratch_make(&scratch, plan, NULL) == FT_OK) {
    for (uint32_t i = 0; i < model->fields; i++)
      column[i] = (struct ft_column){ model->field[i].type, zeros, validity };
    const struct ft_batch batch = { .rows = MODEL_ROWS,
                                    .columns = model->fields,
                                    .column = column };
    if (ft_plan_predict(plan, scratch, &batch, value, label, probability, NULL) != FT_OK) abort();
    ft_scratch_free(scratch);
  }
  ft_plan_close(plan);
}

typedef enum ft_status (*model_reader)(struct ft_import *out, struct ft_arena *arena,
                                       struct ft_span bytes, struct ft_error *err);

/* Two arguments are numbers, the third is a text, the fourth an integer: as in the corpus. */
static void read_model(model_reader read, struct ft_span bytes, uint32_t fields,
                       enum ft_type result) {
  static const enum ft_type types[] = { FT_FLOAT64, FT_FLOAT32, FT_FLOAT64,
                                        FT_FLOAT32, FT_TEXT,    FT_INT32 };
  struct ft_arena arena;
  struct ft_error err;
  struct ft_field field[6];
  for (uint32_t i = 0; i < fields; i++)
    field[i] = (struct ft_field){ "x", fields == 2 && i == 1 ? FT_INT32 : types[i], 0, 0 };
  struct ft_import_request request = { fields, field, { "prediction", result, 0, 0 } };
  struct ft_import import = { .request = &request };
  ft_arena_init(&arena, (size_t)1 << 30);
  if (read(&import, &arena, bytes, &err) == FT_OK && !import.artifact.size &&
      ft_model_check(&import.model, &err) == FT_OK)
    predict_with(&import.model, &arena);
  ft_arena_release(&arena);
}

static void read_in_every_way(model_reader read, const uint8_t *data, size_t size) {
  struct ft_span bytes = { (const char *)data, size };
  for (uint32_t fields = 2; fields <= 6; fields += 2) {
    read_model(read, bytes, fields, FT_FLOAT64);
    read_model(read, bytes, fields, FT_TEXT);
  }
}

#endif
