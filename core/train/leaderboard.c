#include "core/train/leaderboard.h"

static const char *learner_word(enum ft_learner learner) {
  switch (learner) {
  case FT_LEARN_RANDOM_FOREST: return "random forest";
  case FT_LEARN_EXTRA_TREES: return "extra trees";
  case FT_LEARN_LINEAR: return "linear";
  case FT_LEARN_NET: return "net";
  default: return "boosted trees";
  }
}

static const char *type_word(enum ft_learner learner) {
  switch (learner) {
  case FT_LEARN_EXTRA_TREES: return "extra_trees";
  case FT_LEARN_LINEAR: return "linear_learner";
  case FT_LEARN_NET: return "mlp";
  default: return "xgboost";
  }
}

static const char *end_sentence(enum ft_search_end end) {
  switch (end) {
  case FT_SEARCH_CONVERGED: return "the last candidates made the model no better";
  case FT_SEARCH_WORK: return "as much was tried as pays for data of this size";
  case FT_SEARCH_TRIALS: return "MAX_TRIALS was reached";
  case FT_SEARCH_CLOCK: return "MAX_RUNTIME was reached";
  case FT_SEARCH_STOPPED: return "it was stopped by the user, who kept the best so far";
  default: return "all candidates were tried";
  }
}

/* Share of a candidate in the model. */
static double weight_of(const struct ft_finals *finals, const struct ft_candidate *candidate) {
  for (uint32_t i = 0; i < finals->finals; i++)
    if (finals->final[i].candidate == candidate) return finals->final[i].weight;
  return 0;
}

static const char *state_word(enum ft_candidate_state state, const char *tried) {
  return state == FT_CANDIDATE_TRIED ? tried : state == FT_CANDIDATE_CUT ? "cut" : "skipped";
}

void ft_leaderboard_add(struct ft_report *report, const struct ft_search *search,
                        const struct ft_finals *finals, enum ft_metric metric, const char *tried) {
  for (uint32_t i = 0; i < search->candidates && report->trials < FT_RUN_MOST_TRIALS; i++) {
    const struct ft_candidate *candidate = &search->candidate[i];
    if (candidate->state == FT_CANDIDATE_RUNNING) continue;
    report->trial[report->trials++] =
        (struct ft_run_trial){ .name = candidate->configuration->name,
                               .learner = learner_word(candidate->configuration->learner),
                               .metric = ft_metric_shown(metric),
                               .score = candidate->trial.score,
                               .loss = candidate->trial.loss,
                               .seconds = candidate->trial.seconds,
                               .rounds = candidate->trial.rounds,
                               .weight = weight_of(finals, candidate),
                               .state = state_word(candidate->state, tried) };
  }
}

/* The heaviest one; NULL: none has a weight. */
static const struct ft_candidate *heaviest(const struct ft_finals *finals) {
  const struct ft_final *most = NULL;
  for (uint32_t i = 0; i < finals->finals; i++)
    if (finals->final[i].weight > (most ? most->weight : 0)) most = &finals->final[i];
  return most ? most->candidate : NULL;
}

static const char *model_type(const struct ft_finals *finals) {
  const char *type = NULL;
  for (uint32_t i = 0; i < finals->finals; i++) {
    if (finals->final[i].weight == 0) continue;
    const char *own = type_word(finals->final[i].candidate->configuration->learner);
    type = !type || own == type ? own : "ensemble";
  }
  return type;
}

void ft_leaderboard_close(struct ft_report *report, const struct ft_search *search,
                          const struct ft_finals *finals) {
  const struct ft_candidate *most = heaviest(finals);
  report->model_type = model_type(finals);
  report->ended = end_sentence(search->end);
  report->status = search->end == FT_SEARCH_CLOCK     ? "MaxAutoMLJobRuntimeReached"
                   : search->end == FT_SEARCH_TRIALS  ? "MaxTrialsReached"
                   : search->end == FT_SEARCH_STOPPED ? "Stopped"
                                                      : "Completed";
  if (!most) return;
  report->hyperparameter = most->configuration->parameter;
  while (report->hyperparameters < FT_CONFIGURATION_PARAMETERS &&
         most->configuration->parameter[report->hyperparameters].name)
    report->hyperparameters++;
}
