/* Rows that trees are fitted to in tests, and what any learner of 40 trees must do with them. */
#ifndef FORETELL_TEST_TREE_SHEET_H
#define FORETELL_TEST_TREE_SHEET_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/learn/loss.h"
#include "foretell/random.h"
#include "test/unit/fit_once.h"

#define FEATURES 3
#define MAX      3000

/* Numbers by rule: feature 0 decides, some of feature 1 is missing, feature 2 is noise. */
struct sheet {
  float value[FEATURES * MAX];
  double target[MAX];
  uint32_t row[MAX];
  uint32_t categories[FEATURES];
  struct ft_features features;
  struct ft_fit_data data;
};

static struct sheet *make_sheet(size_t rows, enum ft_problem problem, uint32_t outputs) {
  struct sheet *sheet = calloc(1, sizeof *sheet);
  struct ft_random random = ft_random_seeded(7);
  for (size_t r = 0; r < rows; r++) {
    double x = ft_random_unit(&random), noise = ft_random_unit(&random);
    sheet->value[r] = (float)x;
    sheet->value[rows + r] = r % 5 == 0 ? NAN : (float)(x + noise);
    sheet->value[2 * rows + r] = (float)ft_random_unit(&random);
    double score = x + 0.3 * ft_random_unit(&random);
    sheet->target[r] = problem == FT_REGRESSION ? 4 * (score - 0.65)
                       : outputs == 1           ? score > 0.65
                                                : floor(score / 1.31 * outputs);
    sheet->row[r] = (uint32_t)r;
  }
  sheet->features = (struct ft_features){ .value = sheet->value,
                                          .rows = rows,
                                          .features = FEATURES,
                                          .categories = sheet->categories };
  sheet->data = (struct ft_fit_data){ .features = &sheet->features,
                                      .target = sheet->target,
                                      .problem = problem,
                                      .outputs = outputs,
                                      .seed = 5,
                                      .scale = 1 };
  return sheet;
}

/* The last fifth of the rows is predicted. */
static struct ft_fit_task task_of_sheet(const struct sheet *sheet,
                                        const struct ft_configuration *configuration,
                                        uint32_t threads) {
  size_t rows = sheet->features.rows, n_train = rows - rows / 5;
  return (struct ft_fit_task){ .data = &sheet->data,
                               .configuration = configuration,
                               .train = sheet->row,
                               .n_train = n_train,
                               .valid = sheet->row + n_train,
                               .n_valid = rows - n_train,
                               .max_rounds = 1000,
                               .threads = threads,
                               .deadline = 1e300 };
}

static double loss_of(const struct ft_fit *fit, const struct ft_fit_task *task) {
  return ft_loss_mean(task->data->problem, task->data->outputs, fit->margin,
                      task->data->target + task->n_train, task->n_valid);
}

static void expect_better_than_base(const struct ft_configuration *configuration,
                                    enum ft_problem problem, uint32_t outputs, double share) {
  struct sheet *sheet = make_sheet(1500, problem, outputs);
  struct ft_fit_task task = task_of_sheet(sheet, configuration, 1);
  struct ft_arena arena;
  struct ft_fit fit = fit_once(&arena, &task);
  double found = loss_of(&fit, &task);
  double base[8];
  ft_loss_base(base, problem, outputs, sheet->target, sheet->row, task.n_train);
  for (size_t i = 0; i < task.n_valid; i++)
    memcpy(fit.margin + i * outputs, base, outputs * sizeof *base);
  assert_int_equal(fit.rounds, 40);
  assert_int_equal(fit.member.forest.trees, 40 * outputs);
  assert_true(found < share * loss_of(&fit, &task));
  ft_arena_release(&arena);
  free(sheet);
}

#endif
