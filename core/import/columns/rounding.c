#include "core/import/columns/rounding.h"

#include <math.h>
#include <stdio.h>

#include "core/import/columns/derive.h"

#define EXACT_INTEGERS 0x1p24
/* What a scaled number may be off by: where no integer is exact, and where only fractions are cut. */
#define TOLERANCE          2e-7
#define FRACTION_TOLERANCE 1e-4

/* Are the field's values float32 where they come from? */
static bool is_single(const struct ft_columns *columns, const struct ft_prepared_column *column) {
  const struct ft_column_step *step = column->last;
  while (step->before && step->wide)
    step = step->before;
  return !step->wide || ft_column_derived(columns, column) ||
         columns->import->model.field[column->field].type == FT_FLOAT32;
}

static double allowed(enum ft_type type, double centre) {
  if (fabs(centre) > EXACT_INTEGERS) return TOLERANCE;
  return type == FT_FLOAT64 || type == FT_DECIMAL ? FRACTION_TOLERANCE : INFINITY;
}

static enum ft_status refuse(const struct ft_column_source *source, const char *name, double centre,
                             struct ft_error *err) {
  char why[160];
  snprintf(why, sizeof why,
           "numbers of its column \"%.63s\" lie around %.10g, of which float32 loses digits", name,
           centre);
  enum ft_status refused = ft_column_refuse(source, why, err);
  if (!err) return refused;
  return ft_fail_hint(
      err,
      "Subtract a constant in SQL, in the training's query and in the call: %.63s - "
      "%.10g%s.",
      name, centre,
      fabs(centre) > EXACT_INTEGERS ? "" : "; or give it an integer type, if it has no fractions");
}

enum ft_status ft_column_check_rounding(const struct ft_columns *columns,
                                        const struct ft_column_source *source,
                                        const struct ft_prepared_column *column,
                                        const struct ft_column_form *form, struct ft_error *err) {
  const double error = fabs(form->centre * form->scale) * 0x1p-24;
  if (is_single(columns, column)) return FT_OK;
  const struct ft_field *field = &columns->import->model.field[column->field];
  /* a step from one value to another is a threshold, as a tree's */
  if (error <= allowed(field->type, form->centre) || form->high - form->low <= error) return FT_OK;
  return refuse(source, field->name, round(form->centre), err);
}
