/* What a model is worth: SHOW MODEL's part between Redshift's and our own. */
#include <stdio.h>
#include <string.h>

#include "core/command/description.h"

enum named_class { NO_CLASS = 0, POSITIVE, MOST_FREQUENT };

/* A metric in words; %s stands for a class. */
struct metric_words {
  const char *name; /* behind "validation:" or "train:" */
  const char *what;
  const char *perfect;
  const char *without; /* who scores the baseline; NULL: none is known */
  enum named_class named;
};

static const struct metric_words words[] = {
  { "f1_binary", "F1 of %s: rows found and answers right in one number", "1", "always answering %s",
    POSITIVE },
  { "accuracy", "share of right answers", "1", "always answering %s", MOST_FREQUENT },
  { "multiclass_accuracy", "share of right answers", "1", "always answering %s", MOST_FREQUENT },
  { "auc", "how well its probabilities put rows in order", "1", "guessing", NO_CLASS },
  { "f1_macro", "mean F1 of the classes", "1", "guessing by their shares", NO_CLASS },
  { "log_loss", "how far its probabilities are from the truth", "0",
    "giving each class its share of the rows", NO_CLASS },
  { "mse", "mean squared error", "0", "always answering the mean", NO_CLASS },
  { "rmse", "error in the target's unit, where large ones count more", "0",
    "always answering the mean", NO_CLASS },
  { "mae", "mean error in the target's unit", "0", "always answering the mean", NO_CLASS },
  { "r2", "share of the differences between rows that it explains", "1",
    "always answering the mean", NO_CLASS },
  { "error", "share of wrong answers", "0", NULL, NO_CLASS },
  { "merror", "share of wrong answers", "0", NULL, NO_CLASS },
  { "logloss", "how far its probabilities are from the truth", "0", NULL, NO_CLASS },
  { "mlogloss", "how far its probabilities are from the truth", "0", NULL, NO_CLASS },
  { "rmsle", "error of the logarithms", "0", NULL, NO_CLASS },
  { "mape", "mean error as a share of the target", "0", NULL, NO_CLASS },
  { "ndcg", "how well it puts rows in order", "1", NULL, NO_CLASS },
};

#define PIECE_BYTES 400

static const struct metric_words *words_of(const json_t *metric) {
  const char *name = json_string_value(json_object_get(metric, "name"));
  const char *colon = name ? strchr(name, ':') : NULL;
  for (size_t i = 0; colon && i < sizeof(words) / sizeof(words[0]); i++)
    if (strcmp(words[i].name, colon + 1) == 0) return &words[i];
  return NULL;
}

static const char *most_frequent(const struct ft_description *description) {
  size_t i;
  const json_t *class, *max = NULL;
  json_array_foreach(ft_description_member(description, "classes"), i, class) {
    double rows = json_number_value(json_object_get(class, "rows"));
    if (!max || rows > json_number_value(json_object_get(max, "rows"))) max = class;
  }
  return json_string_value(json_object_get(max, "label"));
}

/* Words with a class in double quotes where they have room for one. */
static void write_words(char out[PIECE_BYTES], const struct ft_description *description,
                        const struct metric_words *of, const char *text) {
  const char *place = strstr(text, "%s");
  const char *label = of->named == POSITIVE ? ft_description_text(description, "positive")
                                            : most_frequent(description);
  if (!place)
    snprintf(out, PIECE_BYTES, "%s", text);
  else
    snprintf(out, PIECE_BYTES, "%.*s\"%s\"%s", (int)(place - text), text, label ? label : "",
             place + 2);
}

/* Four digits, or all those before the point. */
static void write_short(char out[FT_DESCRIPTION_REAL], double value) {
  int decimals = 0;
  double digits = value < 0 ? -value : value;
  for (; value != 0 && digits < 1000 && decimals < 6; digits *= 10)
    decimals++;
  ft_description_write_real(out, value, decimals);
}

static bool read_number(double *out, const json_t *metric, const char *key) {
  const json_t *value = json_object_get(metric, key);
  *out = json_number_value(value);
  return json_is_number(value);
}

static void add_heading(struct ft_description *description, const char *key) {
  if (!ft_description_main_metric(description)) return;
  ft_description_add(description, "", (struct ft_span){ "", 0 });
  ft_description_add(description, key, (struct ft_span){ "", 0 });
}

static void add_verdict(struct ft_description *description, const char *key) {
  const char *verdict = ft_description_text(description, "verdict.text");
  if (verdict) ft_description_add(description, key, ft_span_of(verdict));
}

static void add_meaning(struct ft_description *description, const char *key) {
  const struct metric_words *of = words_of(ft_description_main_metric(description));
  char what[PIECE_BYTES];
  if (!of) return;
  write_words(what, description, of, of->what);
  ft_description_print(description, key, "%s; %s is perfect", what, of->perfect);
}

/* The bounds with as many decimals as their distance has two digits in. */
static void add_interval(struct ft_description *description, const char *key) {
  double from, to;
  const json_t *metric = ft_description_main_metric(description);
  if (!read_number(&from, metric, "low") || !read_number(&to, metric, "high")) return;
  char low[FT_DESCRIPTION_REAL], high[FT_DESCRIPTION_REAL];
  double distance = to - from;
  int decimals = 0;
  while (distance < 10 && decimals < 6 && distance > 0) {
    distance *= 10;
    decimals++;
  }
  ft_description_write_real(low, from, decimals);
  ft_description_write_real(high, to, decimals);
  ft_description_print(description, key, "%s … %s (the true score is in here, 95 %% sure)", low,
                       high);
}

static void add_baseline(struct ft_description *description, const char *key) {
  const json_t *metric = ft_description_main_metric(description);
  const struct metric_words *of = words_of(metric);
  char number[FT_DESCRIPTION_REAL], without[PIECE_BYTES];
  double baseline;
  if (!of || !of->without || !read_number(&baseline, metric, "baseline")) return;
  write_short(number, baseline);
  write_words(without, description, of, of->without);
  ft_description_print(description, key, "%s (%s)", number, without);
}

static void add_validation(struct ft_description *description, const char *key) {
  const char *method = ft_description_text(description, "validation.method");
  double rows = ft_description_number(description, "validation.rows", 0);
  double folds = ft_description_number(description, "validation.folds", 0);
  if (!method) return;
  if (folds > 1)
    ft_description_print(description, key,
                         "%s: %.0f rows, each scored by a model that had not seen it, %.0f folds",
                         method, rows, folds);
  else
    ft_description_print(description, key, "%s: %.0f rows that the model had not seen", method,
                         rows);
}

static void add_positive(struct ft_description *description, const char *key) {
  const char *positive = ft_description_text(description, "positive");
  if (positive) ft_description_add(description, key, ft_span_of(positive));
}

/* Of two classes: from which probability of the positive one on a row is given it. */
static void add_threshold(struct ft_description *description, const char *key) {
  char text[FT_DESCRIPTION_REAL];
  const char *positive = ft_description_text(description, "positive");
  double threshold = ft_description_number(description, "threshold", -1);
  if (!positive || threshold < 0) return;
  ft_description_write_real(text, threshold, 6);
  ft_description_print(description, key, "%s (the answer is \"%s\" from this probability of it on)",
                       text, positive);
}

static void add_class(struct ft_description *description, const char *key, const json_t *class) {
  const char *label = json_string_value(json_object_get(class, "label"));
  double rows, recall, precision;
  if (!label || !read_number(&rows, class, "rows")) return;
  struct ft_buffer *text = &description->text;
  ft_buffer_reset(text);
  ft_buffer_print(text, "\"%s\": ", label);
  if (read_number(&recall, class, "recall"))
    ft_buffer_print(text, "finds %.0f %% of %.0f rows (recall)", 100 * recall, rows);
  else
    ft_buffer_print(text, "no rows");
  if (read_number(&precision, class, "precision"))
    ft_buffer_print(text, ", %.0f %% of these answers are right (precision)", 100 * precision);
  else
    ft_buffer_print(text, ", never answered");
  description->failed |= text->failed;
  ft_description_add(description, key, ft_buffer_view(text));
}

#define MAX_CLASSES 50

static void add_classes(struct ft_description *description, const char *key) {
  size_t i;
  const json_t *class, *classes = ft_description_member(description, "classes");
  json_array_foreach(classes, i, class) {
    if (i == MAX_CLASSES) {
      ft_description_print(description, "", "and %zu more", json_array_size(classes) - i);
      return;
    }
    add_class(description, i ? "" : key, class);
  }
}

/* All but the one that the model was judged by, which is Redshift's. */
static void add_metric(struct ft_description *description, const json_t *metric) {
  const char *name = json_string_value(json_object_get(metric, "name"));
  const struct metric_words *of = words_of(metric);
  char number[FT_DESCRIPTION_REAL], base[FT_DESCRIPTION_REAL];
  char what[PIECE_BYTES], without[PIECE_BYTES];
  double value, baseline;
  if (!name || !read_number(&value, metric, "value")) return;
  const char *key = ft_arena_text(description->arena, ft_span_of(name));
  if (!key) {
    description->failed = true;
    return;
  }
  ft_description_write_real(number, value, 6);
  if (!of) {
    ft_description_add(description, key, ft_span_of(number));
    return;
  }
  write_words(what, description, of, of->what);
  if (of->without && read_number(&baseline, metric, "baseline")) {
    write_short(base, baseline);
    write_words(without, description, of, of->without);
    ft_description_print(description, key, "%s (%s: %s is perfect, %s gives %s)", number, what,
                         of->perfect, without, base);
  } else {
    ft_description_print(description, key, "%s (%s: %s is perfect)", number, what, of->perfect);
  }
}

static void add_metrics(struct ft_description *description, const char *key) {
  size_t i;
  const json_t *metric;
  (void)key;
  json_array_foreach(ft_description_member(description, "metrics"), i, metric) {
    if (!json_is_true(json_object_get(metric, "main"))) add_metric(description, metric);
  }
}

const struct ft_description_rule ft_description_score_rules[] = {
  { "SCORES:", add_heading },
  { "Verdict", add_verdict },
  { "Score", add_meaning },
  { "Score Interval", add_interval },
  { "Baseline", add_baseline },
  { "Validation", add_validation },
  { "Positive Class", add_positive },
  { "Threshold", add_threshold },
  { "Classes", add_classes },
  { "", add_metrics },
  { NULL, NULL },
};
