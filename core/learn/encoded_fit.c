#include "core/learn/encoded_fit.h"

#include "core/learn/category_view.h"
#include "core/learn/effect_order.h"

static enum ft_status fit_view(struct ft_fit *out, struct ft_arena *arena,
                               const struct ft_fit_task *task, const struct ft_view *view,
                               ft_fit_learner *learner, struct ft_error *err) {
  struct ft_fit_data data = *task->data;
  struct ft_fit_task seen = *task;
  data.features = &view->features;
  seen.data = &data;
  FT_TRY(learner(out, arena, &seen, err));
  return out->done ? ft_view_restore(&out->member.forest, arena, view, err) : FT_OK;
}

/* A linear fit's members are read, and of no use thereafter. */
static enum ft_status find_places(struct ft_view_target *target, struct ft_arena *arena,
                                  const struct ft_fit_task *task, struct ft_error *err) {
  if (task->configuration->encoding != FT_ENCODING_EFFECT_ORDER) return FT_OK;
  return ft_effect_order_order(&target->place, arena, task, err);
}

static enum ft_status fit_within(struct ft_fit *out, struct ft_arena *arena,
                                 struct ft_arena *places, const struct ft_fit_task *task,
                                 ft_fit_learner *learner, struct ft_error *err) {
  const struct ft_fit_data *data = task->data;
  bool encode = task->configuration->encoding == FT_ENCODING_TARGET_MEAN;
  struct ft_view_rows rows = { data->features, task->train, task->n_train };
  struct ft_view_target target = { .value = data->target,
                                   .problem = data->problem,
                                   .outputs = data->outputs,
                                   .min_codes =
                                       encode ? FT_VIEW_MIN_CODES_ENCODED : FT_VIEW_MIN_CODES };
  struct ft_view view;
  FT_TRY(find_places(&target, places, task, err));
  enum ft_status status = ft_view_make(&view, &rows, &target, err);
  if (status == FT_OK) status = fit_view(out, arena, task, &view, learner, err);
  ft_view_release(&view);
  return status;
}

enum ft_status ft_encoded_fit(struct ft_fit *out, struct ft_arena *arena,
                              const struct ft_fit_task *task, ft_fit_learner *learner,
                              struct ft_error *err) {
  struct ft_arena places;
  ft_arena_init(&places, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = fit_within(out, arena, &places, task, learner, err);
  ft_arena_release(&places);
  return status;
}
