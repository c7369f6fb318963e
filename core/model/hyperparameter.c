/* The rows give XGBoost's own bounds as the hard ones and Redshift ML's as the documented range. */
#include "foretell/objective.h"

#include <math.h>

#include "core/model/wordlist.h"

#define MANY    2147483647.0
#define ENDLESS 1e30

/* name, aliases, least, most, low, high, default, help */
#define WHOLE(name, aliases, min, max, low, high, standard, help) \
  { name, aliases, FT_VALUE_INTEGER, min, max, low, high, NULL, standard, false, true, help }
#define REAL(name, aliases, min, max, low, high, standard, help) \
  { name, aliases, FT_VALUE_REAL, min, max, low, high, NULL, standard, false, true, help }
#define WORD(name, words, standard, help) \
  { name, NULL, FT_VALUE_WORD, 0, 0, 0, 0, words, standard, false, true, help }
/* kind, least, most: read, and not handed to the learner */
#define UNUSED(name, aliases, kind, min, max, help) \
  { name, aliases, kind, min, max, min, max, NULL, NULL, false, false, help }
#define CENTRES(name, kind, min, max, words, standard, help) \
  { name, NULL, kind, min, max, min, max, words, standard, true, false, help }

static const struct ft_hyperparameter_rule rules[] = {
  WHOLE("num_class", NULL, 2, 1000, 2, 1000, NULL, "number of classes; only for multi:softmax"),
  { "num_round", "num_rounds num_boost_round n_estimators", FT_VALUE_INTEGER, 1, 100000, 1, 100000,
    NULL, "100", false, false, "number of trees, or of trees a class" },
  WORD("tree_method", "auto exact approx hist gpu_hist", "auto",
       "how splits are searched; gpu_hist is trained as hist"),
  WHOLE("max_depth", NULL, 0, 31, 0, 10, "6", "deepest level of a tree; 0: no limit"),
  REAL("min_child_weight", NULL, 0, ENDLESS, 0, 120, "1", "least weight of the rows in a leaf"),
  REAL("subsample", NULL, 0.001, 1, 0.5, 1, "1", "fraction of the rows that a tree sees"),
  REAL("gamma", "min_split_loss", 0, ENDLESS, 0, 5, "0", "least gain of a split"),
  REAL("alpha", "reg_alpha", 0, ENDLESS, 0, 1000, "0", "L1 penalty on leaves"),
  REAL("eta", "learning_rate", 0.000001, 1, 0.1, 0.5, "0.3",
       "how much of a tree's answer is added"),
  REAL("colsample_bylevel", "colsample_byleve", 0.001, 1, 0.1, 1, "1",
       "fraction of the features a level sees"),
  REAL("colsample_bynode", NULL, 0.001, 1, 0.1, 1, "1", "fraction of the features a split sees"),
  REAL("colsample_bytree", NULL, 0.001, 1, 0.5, 1, "1", "fraction of the features a tree sees"),
  REAL("lambda", "reg_lambda", 0, ENDLESS, 0, 1000, "1", "L2 penalty on leaves"),
  REAL("max_delta_step", NULL, 0, ENDLESS, 0, 10, "0", "largest step of a leaf; 0: no limit"),
  /* beyond Redshift's list */
  WORD("booster", "gbtree", "gbtree", "the kind of learner"),
  REAL("base_score", NULL, -ENDLESS, ENDLESS, -ENDLESS, ENDLESS, NULL,
       "prediction before the first tree"),
  REAL("scale_pos_weight", NULL, 0.000001, ENDLESS, 0.000001, ENDLESS, "1",
       "weight of the rows of the second class"),
  WORD(
      "eval_metric",
      "rmse rmsle mae mape mphe logloss error error@ merror mlogloss auc aucpr ndcg ndcg@ map map@ "
      "tweedie-nloglik@",
      NULL, "metric printed for the training rows"),
  WHOLE("max_bin", NULL, 2, 65535, 2, 65535, "256", "bins of a feature, for hist and approx"),
  WHOLE("max_leaves", NULL, 0, MANY, 0, MANY, "0", "most leaves of a tree; 0: no limit"),
  WORD("grow_policy", "depthwise lossguide", "depthwise", "which leaf is split next"),
  WORD("sampling_method", "uniform", "uniform", "how the rows of a tree are drawn"),
  WHOLE("num_parallel_tree", NULL, 1, 1000, 1, 1000, "1", "trees of a round"),
  REAL("tweedie_variance_power", NULL, 1.000001, 1.999999, 1.000001, 1.999999, "1.5",
       "of reg:tweedie: near 2 gamma, near 1 Poisson"),
  REAL("huber_slope", NULL, 0.000001, ENDLESS, 0.000001, ENDLESS, "1",
       "of reg:pseudohubererror: where errors begin to count linearly"),
  WHOLE("max_cat_to_onehot", NULL, 1, MANY, 1, MANY, "4",
        "features with fewer categories are split one against the rest"),
  WHOLE("max_cat_threshold", NULL, 1, MANY, 1, MANY, "64", "most categories of a split's set"),
  WHOLE("seed", "random_state", 0, MANY, 0, MANY, "0",
        "random numbers of the learner; SETTINGS (SEED n) is for all of the training"),
  UNUSED("nthread", "n_jobs", FT_VALUE_INTEGER, -1, MANY, "no effect: the trainer takes its share"),
  UNUSED("verbosity", "silent", FT_VALUE_INTEGER, 0, 3, "no effect"),

  CENTRES("k", FT_VALUE_INTEGER, 1, MANY, NULL, NULL, "number of clusters; required"),
  CENTRES("feature_dim", FT_VALUE_INTEGER, 1, MANY, NULL, NULL, "number of features; found anyway"),
  CENTRES("epochs", FT_VALUE_INTEGER, 1, MANY, NULL, "1", "passes over the rows"),
  CENTRES("eval_metrics", FT_VALUE_TEXT, 0, 0, NULL, "[\"msd\"]", "msd, ssd or both"),
  CENTRES("extra_center_factor", FT_VALUE_INTEGER, 1, MANY, "auto", "auto",
          "centres tried before the last k"),
  CENTRES("half_life_time_size", FT_VALUE_INTEGER, 0, MANY, NULL, "0",
          "rows after which a row's weight has halved; 0: never"),
  CENTRES("init_method", FT_VALUE_WORD, 0, 0, "random kmeans++", "random", "first centres"),
  CENTRES("local_lloyd_init_method", FT_VALUE_WORD, 0, 0, "random kmeans++", "kmeans++",
          "first centres of the last step"),
  CENTRES("local_lloyd_max_iter", FT_VALUE_INTEGER, 1, MANY, NULL, "300",
          "most rounds of the last step"),
  CENTRES("local_lloyd_num_trials", FT_VALUE_INTEGER, 1, MANY, "auto", "auto",
          "times the last step is tried"),
  CENTRES("local_lloyd_tol", FT_VALUE_REAL, 0, 1, NULL, "0.0001", "change at which it has settled"),
  CENTRES("mini_batch_size", FT_VALUE_INTEGER, 1, MANY, NULL, "5000", "rows of a step"),
  { .name = NULL },
};

const struct ft_hyperparameter_rule *ft_hyperparameter_table(void) {
  return rules;
}

const struct ft_hyperparameter_rule *ft_hyperparameter_find(struct ft_span name, bool kmeans) {
  for (const struct ft_hyperparameter_rule *row = rules; row->name; row++)
    if (row->kmeans == kmeans &&
        (ft_span_equal_nocase(ft_span_of(row->name), name) || ft_wordlist_has(row->aliases, name)))
      return row;
  return NULL;
}

const char *ft_hyperparameter_nearest(struct ft_span name, bool kmeans) {
  const char *best = NULL;
  size_t min = FT_WORD_FAR;
  for (const struct ft_hyperparameter_rule *row = rules; row->name; row++) {
    if (row->kmeans != kmeans) continue;
    size_t distance = ft_word_distance(name, ft_span_of(row->name));
    struct ft_span alias;
    for (size_t at = 0; ft_wordlist_next(&alias, row->aliases, &at);)
      if (ft_word_distance(name, alias) < distance) distance = ft_word_distance(name, alias);
    if (distance >= min) continue;
    min = distance;
    best = row->name;
  }
  return best;
}

/* Decimal digits with one optional point, summed in double: exact for the bounds of the table, and
 * without a locale's idea of the point. */
static bool read_digits(const char **at, const char *end, double *value, int *scale) {
  bool any = false, point = false;
  for (; *at < end; ++*at) {
    char c = **at;
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      any = true;
      *value = *value * 10 + (c - '0');
      if (point) --*scale;
    } else {
      break;
    }
  }
  return any;
}

static bool read_exponent(const char **at, const char *end, int *scale) {
  if (*at == end || (**at != 'e' && **at != 'E')) return true;
  ++*at;
  bool minus = *at < end && **at == '-';
  if (*at < end && (**at == '-' || **at == '+')) ++*at;
  int exponent = 0;
  const char *start = *at;
  for (; *at < end && **at >= '0' && **at <= '9' && exponent <= 30; ++*at)
    exponent = exponent * 10 + (**at - '0');
  *scale += minus ? -exponent : exponent;
  return *at > start && exponent <= 30;
}

static bool read_number(struct ft_span text, double *out) {
  const char *at = text.data, *end = text.data + text.size;
  if (text.size == 0 || text.size > 64) return false;
  bool minus = *at == '-';
  if (*at == '-' || *at == '+') at++;
  double value = 0;
  int scale = 0;
  if (!read_digits(&at, end, &value, &scale) || !read_exponent(&at, end, &scale) || at != end)
    return false;
  /* Powers of ten up to 22 are exact, so one division rounds once. */
  double power = 1;
  for (int i = 0; i < scale || i < -scale; i++)
    power *= 10;
  value = scale < 0 ? value / power : value * power;
  *out = minus ? -value : value;
  return isfinite(value);
}

static bool is_whole(struct ft_span text) {
  for (size_t i = 0; i < text.size; i++)
    if (text.data[i] == '.' || text.data[i] == 'e' || text.data[i] == 'E') return false;
  return true;
}

static enum ft_status fail_value(const struct ft_hyperparameter_rule *rule, struct ft_span value,
                                 struct ft_error *err) {
  enum ft_status status =
      ft_fail(err, FT_INVALID, "the value \"%.*s\" of %s is not legal",
              value.size > 64 ? 64 : (int)value.size, value.data ? value.data : "", rule->name);
  const char *kind = rule->kind == FT_VALUE_INTEGER ? "an integer" : "a number";
  const char *or_word = rule->words && rule->kind != FT_VALUE_WORD ? " or auto" : "";
  if (rule->kind == FT_VALUE_WORD)
    ft_fail_hint(err, "Legal are: %s.", rule->words);
  else if (rule->min <= -ENDLESS)
    ft_fail_hint(err, "It is %s%s.", kind, or_word);
  else if (rule->max >= MANY)
    ft_fail_hint(err, "It is %s of at least %.9g%s.", kind, rule->min, or_word);
  else
    ft_fail_hint(err, "It is %s from %.9g to %.9g%s.", kind, rule->min, rule->max, or_word);
  return status;
}

enum ft_status ft_hyperparameter_check(bool *outside, const struct ft_hyperparameter_rule *rule,
                                       struct ft_span value, struct ft_error *err) {
  double number = 0;
  bool beyond = false;
  if (rule->kind == FT_VALUE_WORD || rule->words) {
    bool listed = ft_wordlist_has(rule->words, value);
    if (!listed && rule->kind == FT_VALUE_WORD) return fail_value(rule, value, err);
    if (listed) {
      *outside = false;
      return FT_OK;
    }
  }
  if (rule->kind == FT_VALUE_INTEGER || rule->kind == FT_VALUE_REAL) {
    if (!read_number(value, &number) || (rule->kind == FT_VALUE_INTEGER && !is_whole(value)) ||
        number < rule->min || number > rule->max)
      return fail_value(rule, value, err);
    beyond = number < rule->low || number > rule->high;
  }
  *outside = beyond;
  return FT_OK;
}
