/* What is said of a class that a model does not have. */
#include "foretell/buffer.h"
#include "foretell/plan.h"

#define LIST_BYTES  300 /* of the classes named in the hint */
#define GIVEN_BYTES 100

/* A boolean label is kept as t or f; it is shown as the word that both hosts take. */
static struct ft_span shown(const struct ft_plan *plan, size_t label) {
  struct ft_span text = ft_plan_label(plan, label);
  if (ft_plan_target(plan)->type != FT_BOOL) return text;
  if (ft_span_equal(text, FT_SPAN("t"))) return FT_SPAN("true");
  return ft_span_equal(text, FT_SPAN("f")) ? FT_SPAN("false") : text;
}

static void list_classes(struct ft_buffer *out, const struct ft_plan *plan) {
  size_t labels = ft_plan_labels(plan), i = 0;
  for (; i < labels && (i == 0 || out->size + shown(plan, i).size < LIST_BYTES); i++) {
    struct ft_span label = shown(plan, i);
    if (label.size > GIVEN_BYTES) label.size = GIVEN_BYTES;
    ft_buffer_print(out, "%s\"%.*s\"", i ? ", " : "", FT_SPAN_ARG(label));
  }
  if (i < labels) ft_buffer_print(out, " and %zu more", labels - i);
}

enum ft_status ft_plan_fail_class(const struct ft_plan *plan, struct ft_span given,
                                  const char *caller, struct ft_error *err) {
  struct ft_buffer list;
  ft_buffer_init(&list, 1 << 16);
  list_classes(&list, plan);
  if (given.size > GIVEN_BYTES) given.size = GIVEN_BYTES;
  struct ft_span words = ft_buffer_view(&list);
  ft_fail(err, FT_INVALID, "%s has no class \"%.*s\"", caller, FT_SPAN_ARG(given));
  ft_fail_hint(err, "Its classes are %.*s.", FT_SPAN_ARG(words));
  ft_buffer_release(&list);
  return FT_INVALID;
}
