#include "core/train/leaderboard.h"

#include <string.h>

#include "core/learn/learner.h"

static const char *end_sentence(enum ft_search_end end) {
  switch (end) {
  case FT_SEARCH_CONVERGED: return "the last candidates made the model no better";
  case FT_SEARCH_WORK: return "the search budget for data of this size was used up";
  case FT_SEARCH_TRIALS: return "MAX_TRIALS was reached";
  case FT_SEARCH_CLOCK: return "MAX_RUNTIME was reached";
  case FT_SEARCH_STOPPED: return "it was stopped by the user, who kept the best so far";
  default: return "all candidates were tried";
  }
}

/* Share of a candidate in the model. */
static double weight_of(const struct ft_refits *refits, const struct ft_candidate *candidate) {
  for (uint32_t i = 0; i < refits->refits; i++)
    if (refits->refit[i].candidate == candidate) return refits->refit[i].weight;
  return 0;
}

static const char *state_word(enum ft_candidate_state state, const char *tried) {
  return state == FT_CANDIDATE_TRIED ? tried : state == FT_CANDIDATE_CUT ? "cut" : "skipped";
}

void ft_leaderboard_add(struct ft_report *report, const struct ft_search *search,
                        const struct ft_refits *refits, enum ft_metric metric, const char *tried) {
  for (uint32_t i = 0; i < search->candidates && report->trials < FT_RUN_MAX_TRIALS; i++) {
    const struct ft_candidate *candidate = &search->candidate[i];
    if (candidate->state == FT_CANDIDATE_RUNNING) continue;
    report->trial[report->trials++] =
        (struct ft_run_trial){ .name = candidate->configuration->name,
                               .learner = candidate->configuration->learner->name,
                               .metric = ft_metric_shown(metric),
                               .score = candidate->trial.score,
                               .loss = candidate->trial.loss,
                               .seconds = candidate->trial.seconds,
                               .rounds = candidate->trial.rounds,
                               .weight = weight_of(refits, candidate),
                               .state = state_word(candidate->state, tried) };
  }
}

/* The heaviest one; NULL: none has a weight. */
static const struct ft_candidate *heaviest(const struct ft_refits *refits) {
  const struct ft_refit *max = NULL;
  for (uint32_t i = 0; i < refits->refits; i++)
    if (refits->refit[i].weight > (max ? max->weight : 0)) max = &refits->refit[i];
  return max ? max->candidate : NULL;
}

static const char *model_type(const struct ft_refits *refits) {
  const char *type = NULL;
  for (uint32_t i = 0; i < refits->refits; i++) {
    if (refits->refit[i].weight == 0) continue;
    const char *own = refits->refit[i].candidate->configuration->learner->model_type;
    type = !type || strcmp(own, type) == 0 ? own : "ensemble";
  }
  return type;
}

/* A configuration's options by name.
 * Errors: FT_NOMEM */
static enum ft_status list_options(struct ft_report *report, struct ft_arena *arena,
                                   const struct ft_configuration *configuration,
                                   struct ft_error *err) {
  const struct ft_learner_option *option = configuration->learner->option;
  size_t count = 0;
  while (option[count].name)
    count++;
  struct ft_hyperparameter *parameter = FT_ARENA_NEW(arena, struct ft_hyperparameter, count);
  if (!parameter) return ft_arena_fail(err, "the report");
  for (size_t i = 0; i < count; i++) {
    char text[FT_OPTION_TEXT];
    ft_option_print(text, &option[i], configuration->options);
    parameter[i] =
        (struct ft_hyperparameter){ option[i].name, ft_arena_text(arena, ft_span_of(text)) };
    if (!parameter[i].value) return ft_arena_fail(err, "the report");
  }
  report->hyperparameter = parameter;
  report->hyperparameters = count;
  return FT_OK;
}

enum ft_status ft_leaderboard_close(struct ft_report *report, struct ft_arena *arena,
                                    const struct ft_search *search, const struct ft_refits *refits,
                                    struct ft_error *err) {
  const struct ft_candidate *max = heaviest(refits);
  report->model_type = model_type(refits);
  report->ended = end_sentence(search->end);
  report->status = search->end == FT_SEARCH_CLOCK     ? "MaxAutoMLJobRuntimeReached"
                   : search->end == FT_SEARCH_TRIALS  ? "MaxTrialsReached"
                   : search->end == FT_SEARCH_STOPPED ? "Stopped"
                                                      : "Completed";
  return max ? list_options(report, arena, max->configuration, err) : FT_OK;
}
