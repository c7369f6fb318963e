#include "core/train/verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_LABEL_BYTES 60
#define PIECE_BYTES     300

struct words {
  char text[PIECE_BYTES];
};

/* A label in double quotes, cut between characters. */
static struct words quote(const struct ft_verdict *verdict, uint32_t label) {
  struct ft_span text = verdict->target->label[label];
  struct words words;
  bool cut = text.size > MAX_LABEL_BYTES;
  if (cut) text.size = MAX_LABEL_BYTES;
  while (cut && text.size && ((unsigned char)text.data[text.size] & 0xc0) == 0x80)
    text.size--;
  snprintf(words.text, sizeof words.text, "\"%.*s%s\"", FT_SPAN_ARG(text), cut ? "…" : "");
  return words;
}

static uint32_t most_frequent(const struct ft_verdict *verdict) {
  uint32_t max = 0;
  for (uint32_t l = 1; l < verdict->target->labels; l++)
    if (verdict->classes[l].rows > verdict->classes[max].rows) max = l;
  return max;
}

/* Of a share: never "100 %" or "0 %" of what is less or more. */
static struct words percent(double part, double whole) {
  struct words words;
  double share = whole > 0 ? 100 * part / whole : 0, shown = floor(share + 0.5);
  if (shown >= 100 && share < 100) shown = 99;
  bool little = shown < 1 && share > 0;
  snprintf(words.text, sizeof words.text, little ? "less than 1 %%" : "%.0f %%", shown);
  return words;
}

/* What a model that knows nothing does. */
static struct words without(const struct ft_verdict *verdict) {
  struct words words, label;
  switch (verdict->score[0].metric) {
  case FT_METRIC_AUC: snprintf(words.text, sizeof words.text, "guessing"); break;
  case FT_METRIC_F1_MACRO:
    snprintf(words.text, sizeof words.text, "guessing by how frequent each class is");
    break;
  case FT_METRIC_F1:
  case FT_METRIC_ACCURACY:
    label = quote(verdict, verdict->score[0].metric == FT_METRIC_F1 ? verdict->target->positive
                                                                    : most_frequent(verdict));
    snprintf(words.text, sizeof words.text, "always answering %.100s", label.text);
    break;
  default:
    snprintf(words.text, sizeof words.text, "always answering the mean, %.6g", verdict->mean);
  }
  return words;
}

/* The model answers but one class: which; else `labels`. */
static uint32_t only_answer(const struct ft_verdict *verdict) {
  for (uint32_t l = 0; l < verdict->target->labels; l++)
    if (verdict->classes[l].answered == verdict->rows) return l;
  return verdict->target->labels;
}

/* What it can do, of a model that is better. */
static struct words describe(const struct ft_verdict *verdict) {
  const struct ft_named_score *main = &verdict->score[0];
  struct words words;
  if (main->metric == FT_METRIC_F1) {
    const struct ft_class_score *class = &verdict->classes[verdict->target->positive];
    struct words found = percent((double)class->right, (double)class->rows);
    struct words right = percent((double)class->right, (double)class->answered);
    struct words label = quote(verdict, verdict->target->positive);
    snprintf(words.text, sizeof words.text,
             "it finds %.20s of the rows of %.100s, and %.20s of its answers %.100s are right",
             found.text, label.text, right.text, label.text);
  } else if (main->metric == FT_METRIC_ACCURACY) {
    struct words right = percent(main->value, 1), always = percent(main->baseline, 1);
    snprintf(words.text, sizeof words.text,
             "%.20s of its answers are right, where that gives %.20s", right.text, always.text);
  } else if (verdict->target->problem == FT_REGRESSION) {
    double squared = main->metric == FT_METRIC_RMSE ? 2 : 1;
    double left = main->baseline > 0 ? pow(main->value / main->baseline, squared) : 1;
    struct words explained = percent(1 - left, 1);
    snprintf(words.text, sizeof words.text, "it explains %.20s of the differences between the rows",
             explained.text);
  } else {
    snprintf(words.text, sizeof words.text, "%s %.3f, where that gives %.3f",
             strchr(main->name, ':') + 1, main->value, main->baseline);
  }
  return words;
}

static const struct ft_named_score *find_score(const struct ft_verdict *verdict,
                                               enum ft_metric metric) {
  for (size_t i = 0; i < verdict->scores; i++)
    if (verdict->score[i].metric == metric) return &verdict->score[i];
  return NULL;
}

/* Its answers are no use, its probabilities may be. */
static struct words rank(const struct ft_verdict *verdict) {
  const struct ft_named_score *auc = find_score(verdict, FT_METRIC_AUC);
  struct words words = { "" };
  if (!auc || auc == verdict->score || !auc->better) return words;
  struct words label = quote(verdict, verdict->target->positive);
  snprintf(
      words.text, sizeof words.text,
      "; but its probabilities put rows of %.100s before others better than guessing (auc %.3f, "
      "guessing gives 0.5)",
      label.text, auc->value);
  return words;
}

static void write_no_better(char out[FT_VERDICT_BYTES], const struct ft_verdict *verdict) {
  struct words that = without(verdict), rest = rank(verdict);
  uint32_t only = verdict->target->labels ? only_answer(verdict) : 0;
  if (only == verdict->target->labels) {
    snprintf(out, FT_VERDICT_BYTES, "no better than %.150s, as far as %zu rows tell%.240s",
             that.text, verdict->rows, rest.text);
    return;
  }
  struct words label = quote(verdict, only), other = { "the others" };
  if (verdict->target->labels == 2) other = quote(verdict, 1 - only);
  snprintf(out, FT_VERDICT_BYTES,
           "no better than always answering %.100s: it found nothing that tells %.100s apart%.240s",
           label.text, other.text, rest.text);
}

void ft_verdict_write(char out[FT_VERDICT_BYTES], const struct ft_verdict *verdict) {
  struct words that = without(verdict), what;
  if (!verdict->score[0].interval) {
    snprintf(out, FT_VERDICT_BYTES, "too few rows to tell whether it is better than %.150s",
             that.text);
  } else if (verdict->score[0].doubtful) {
    snprintf(
        out, FT_VERDICT_BYTES,
        "perhaps better than %.150s: %zu rows are too few to be sure, since they chose the model "
        "and judge it, too",
        that.text, verdict->rows);
  } else if (verdict->score[0].better) {
    what = describe(verdict);
    snprintf(out, FT_VERDICT_BYTES, "better than %.150s: %.230s", that.text, what.text);
  } else {
    write_no_better(out, verdict);
  }
}
