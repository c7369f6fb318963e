#include <string.h>

#include "core/predict/derive.h"
#include "core/predict/plan_parts.h"
#include "core/predict/transform.h"
#include "foretell/plan.h"

/* Below so many rows of a block they are predicted one by one. */
#define FEW_ROWS 24

static bool fill_scratch(struct ft_scratch *scratch, const struct ft_plan *plan) {
  const struct ft_plan_block *block = plan->block;
  struct ft_arena *arena = &scratch->arena;
  size_t features = plan->encoding.features ? plan->encoding.features : 1;
  size_t columns = plan->sums > plan->labels ? plan->sums : plan->labels;
  scratch->source = FT_ARENA_NEW(arena, struct ft_source, features);
  scratch->block = FT_ARENA_NEW(arena, float, features *FT_FEATURE_STRIDE);
  scratch->sum = FT_ARENA_NEW(arena, int64_t, (size_t)block->max_outputs * FT_BLOCK_ROWS);
  scratch->margin = FT_ARENA_NEW(arena, double, columns *FT_BLOCK_ROWS);
  scratch->work = (struct ft_kernel_work){
    .source = scratch->source,
    .block = scratch->block,
    .mask = FT_ARENA_NEW(arena, uint64_t, (size_t)block->max_masks * FT_MASK_WORDS),
    .code_mask = FT_ARENA_NEW(arena, uint64_t, (size_t)block->max_codes * FT_MASK_WORDS),
    .bit = FT_ARENA_NEW(arena, uint8_t, (size_t)block->max_masks + FT_RANK_SPARE),
  };
  if (ft_city_make(&scratch->city, arena, &plan->encoding, FT_BLOCK_ROWS, NULL) != FT_OK)
    return false;
  if (ft_net_work_make(&scratch->net, arena, plan->net, plan->nets, NULL) != FT_OK) return false;
  if (ft_linear_work_make(&scratch->linear, arena, block, NULL) != FT_OK) return false;
  return scratch->source && scratch->block && scratch->sum && scratch->margin &&
         scratch->work.mask && scratch->work.code_mask && scratch->work.bit;
}

enum ft_status ft_scratch_make(struct ft_scratch **out, const struct ft_plan *plan,
                               struct ft_error *err) {
  struct ft_arena arena;
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  struct ft_scratch *scratch = FT_ARENA_NEW(&arena, struct ft_scratch, 1);
  if (!scratch) {
    ft_arena_release(&arena);
    return ft_arena_fail(err, "the prediction");
  }
  scratch->arena = arena; /* from here on the scratch is in its own arena */
  if (!fill_scratch(scratch, plan)) {
    ft_scratch_free(scratch);
    return ft_arena_fail(err, "the prediction");
  }
  *out = scratch;
  return FT_OK;
}

void ft_scratch_free(struct ft_scratch *scratch) {
  if (!scratch) return;
  struct ft_arena arena = scratch->arena;
  ft_arena_release(&arena);
}

static bool is_number(const struct ft_feature *feature) {
  return feature->kind == FT_ENCODE_NUMBER;
}

/* Whole blocks of numbers are read where they are; all else is encoded into the scratch's block. */
static void fill_sources(const struct ft_plan *plan, struct ft_scratch *scratch,
                         const struct ft_encode_input *input, size_t first, size_t rows) {
  for (uint32_t f = 0; f < plan->encoding.features; f++) {
    const struct ft_feature *feature = &plan->encoding.feature[f];
    float *encoded = scratch->block + (size_t)f * FT_FEATURE_STRIDE;
    const uint32_t used = plan->feature[f].used;
    if (!used) continue;
    if (feature->kind == FT_ENCODE_DERIVED) {
      ft_derive_feature(scratch->block, FT_FEATURE_STRIDE, f, feature, rows);
      scratch->source[f] = (struct ft_source){ .type = FT_FLOAT32, .value = encoded };
      continue;
    }
    const struct ft_column *column = &input->column[feature->field];
    bool in_place = rows == FT_BLOCK_ROWS && is_number(feature);
    if (!in_place || (used & 2))
      ft_encode_feature(encoded, FT_FEATURE_STRIDE, feature, input, first, rows);
    scratch->source[f] = (struct ft_source){ .type = FT_FLOAT32, .value = encoded };
    if (in_place)
      scratch->source[f] = (struct ft_source){
        .type = column->type,
        .value = (const char *)column->values + first * ft_type_bytes(column->type),
        .validity = column->validity ? column->validity + first / 64 : NULL,
      };
  }
}

static void add_passes(const struct ft_plan *plan, const struct ft_forest_block *forest,
                       struct ft_scratch *scratch, size_t rows) {
  const struct ft_pass *pass = FT_PART(plan->block, struct ft_pass, forest->pass);
  for (uint64_t i = 0; i < forest->pass.count; i++) {
    if (rows >= FEW_ROWS)
      plan->kernel->add_block(plan->block, &pass[i], &scratch->work, scratch->sum);
    for (size_t r = 0; rows < FEW_ROWS && r < rows; r++)
      plan->kernel->add_row(plan->block, &pass[i], &scratch->work, r, scratch->sum);
  }
  if (forest->walk_tree.count > 0)
    ft_walk_add(plan->block, forest, scratch->block, 0, rows, scratch->sum);
}

/* A member's sums of one output, in double. */
static void add_scaled(double *margin, double *sum, const struct ft_plan *plan,
                       const struct ft_member_block *member, size_t rows) {
  if (member->scale != FT_SCALE_MARGIN)
    plan->kernel->margin_each(sum, rows, (enum ft_scale)member->scale, plan->link);
  for (size_t r = 0; r < rows; r++)
    margin[r] += member->weight * sum[r];
}

static void add_forest(const struct ft_plan *plan, const struct ft_member_block *member,
                       struct ft_scratch *scratch, size_t rows) {
  const struct ft_forest_block *forest = &plan->forest[member->index];
  const int64_t *constant = FT_PART(plan->block, int64_t, forest->constant);
  const double *base = FT_PART(plan->block, double, forest->base);
  const size_t kept = rows < FEW_ROWS ? rows : FT_BLOCK_ROWS; /* kernels fill whole blocks */
  double *margin = scratch->margin + (size_t)member->sum * FT_BLOCK_ROWS;
  for (uint32_t g = 0; g < member->outputs; g++)
    for (size_t r = 0; r < kept; r++)
      scratch->sum[(size_t)g * FT_BLOCK_ROWS + r] = constant[g];
  add_passes(plan, forest, scratch, rows);
  for (uint32_t g = 0; g < member->outputs; g++) {
    const int64_t *sum = scratch->sum + (size_t)g * FT_BLOCK_ROWS;
    double scaled[FT_BLOCK_ROWS];
    for (size_t r = 0; r < rows; r++)
      scaled[r] = base[g] + forest->unit * (double)sum[r];
    add_scaled(margin + (size_t)g * FT_BLOCK_ROWS, scaled, plan, member, rows);
  }
}

static void add_net(const struct ft_plan *plan, const struct ft_member_block *member,
                    struct ft_scratch *scratch, size_t rows) {
  const struct ft_net *net = &plan->net[member->index];
  double *margin = scratch->margin + (size_t)member->sum * FT_BLOCK_ROWS;
  for (size_t first = 0; first < rows; first += FT_NET_ROWS) {
    const struct ft_net_input input = {
      .feature = scratch->block + first,
      .stride = FT_FEATURE_STRIDE,
      .rows = rows - first < FT_NET_ROWS ? rows - first : FT_NET_ROWS,
    };
    const float *last = plan->kernel->run_net(net, &input, &scratch->net);
    for (uint32_t g = 0; g < member->outputs; g++) {
      double sum[FT_NET_ROWS];
      for (size_t r = 0; r < input.rows; r++)
        sum[r] = net->base[g] + (double)last[(size_t)g * FT_NET_ROWS + r];
      add_scaled(margin + (size_t)g * FT_BLOCK_ROWS + first, sum, plan, member, input.rows);
    }
  }
}

static void add_linear(const struct ft_plan *plan, const struct ft_member_block *member,
                       struct ft_scratch *scratch, const struct ft_encode_input *input,
                       size_t first, size_t rows) {
  ft_linear_run(&scratch->linear, plan->block, &plan->linear[member->index], &plan->encoding,
                input->column, scratch->block, first, rows);
  for (uint32_t g = 0; g < member->outputs; g++)
    add_scaled(scratch->margin + (size_t)(member->sum + g) * FT_BLOCK_ROWS,
               scratch->linear.sum + (size_t)g * FT_BLOCK_ROWS, plan, member, rows);
}

static void fill_margins(const struct ft_plan *plan, struct ft_scratch *scratch,
                         const struct ft_encode_input *input, size_t first, size_t rows) {
  for (uint32_t g = 0; g < plan->sums; g++)
    memset(scratch->margin + (size_t)g * FT_BLOCK_ROWS, 0, rows * sizeof *scratch->margin);
  for (uint32_t m = 0; m < plan->members; m++) {
    const struct ft_member_block *member = &plan->member[m];
    switch ((enum ft_learner_kind)member->kind) {
    case FT_LEARNER_NET: add_net(plan, member, scratch, rows); break;
    case FT_LEARNER_LINEAR_FOREST: add_linear(plan, member, scratch, input, first, rows); break;
    default: add_forest(plan, member, scratch, rows); break;
    }
  }
  ft_transform_sums(scratch->margin, plan->block, plan->kernel, rows);
}

/* A NaN's sign and payload differ between processors. Sums of huge leaves can make one. */
static void settle_nans(double *value, size_t count) {
  const uint64_t bits = UINT64_C(0x7ff8000000000000);
  double nan;
  memcpy(&nan, &bits, sizeof nan);
  for (size_t i = 0; i < count; i++)
    value[i] = value[i] != value[i] ? nan : value[i];
}

/* The probability of label 1 goes to the second row of `margin`, 1 - p to the first. */
static void split_binary(double *margin, size_t rows) {
  for (size_t r = 0; r < rows; r++) {
    margin[FT_BLOCK_ROWS + r] = margin[r];
    margin[r] = 1.0 - margin[r];
  }
}

/* Of one output. */
static void apply_own_link(const struct ft_plan *plan, double *margin, size_t rows) {
  switch (plan->link) {
  case FT_LINK_LOGISTIC: plan->kernel->logistic_each(margin, rows); break;
  case FT_LINK_EXP: plan->kernel->exp_each(margin, rows); break;
  case FT_LINK_HINGE:
    for (size_t r = 0; r < rows; r++)
      margin[r] = margin[r] > 0.0 ? 1.0 : 0.0;
    break;
  case FT_LINK_SIGNED_SQUARE:
    for (size_t r = 0; r < rows; r++)
      margin[r] *= margin[r] < 0.0 ? -margin[r] : margin[r];
    break;
  case FT_LINK_SOFTPLUS: plan->kernel->softplus_each(margin, rows); break;
  default: break; /* FT_LINK_IDENTITY */
  }
}

/* Margins to what they mean: a value, or a probability a label. */
static void apply_link(const struct ft_plan *plan, double *margin, size_t rows) {
  if (plan->link == FT_LINK_SOFTMAX)
    ft_softmax(margin, plan->outputs, plan->kernel, rows);
  else
    for (uint32_t g = 0; g < plan->outputs; g++)
      apply_own_link(plan, margin + (size_t)g * FT_BLOCK_ROWS, rows);
  if (plan->problem == FT_BINARY) split_binary(margin, rows);
  uint32_t columns = plan->labels ? plan->labels : 1;
  for (uint32_t l = 0; l < columns; l++)
    settle_nans(margin + (size_t)l * FT_BLOCK_ROWS, rows);
}

static void choose_labels(uint32_t *label, const struct ft_plan *plan, const double *probability,
                          size_t rows) {
  if (plan->problem == FT_BINARY) {
    for (size_t r = 0; r < rows; r++)
      label[r] = probability[FT_BLOCK_ROWS + r] >= plan->threshold;
    return;
  }
  memset(label, 0, rows * sizeof *label);
  for (uint32_t l = 1; l < plan->labels; l++)
    for (size_t r = 0; r < rows; r++)
      if (probability[(size_t)l * FT_BLOCK_ROWS + r] >
          probability[(size_t)label[r] * FT_BLOCK_ROWS + r])
        label[r] = l;
}

static void hand_out(struct ft_predictions out, const struct ft_plan *plan, const double *result,
                     size_t first, size_t block, size_t rows) {
  if (plan->problem == FT_REGRESSION) {
    if (out.value) memcpy(out.value + first, result, block * sizeof *result);
    return;
  }
  if (out.label) choose_labels(out.label + first, plan, result, block);
  for (uint32_t l = 0; out.probability && l < plan->labels; l++)
    memcpy(out.probability + (size_t)l * rows + first, result + (size_t)l * FT_BLOCK_ROWS,
           block * sizeof *result);
}

void ft_plan_run(const struct ft_plan *plan, struct ft_scratch *scratch,
                 const struct ft_encode_input *given, size_t rows, struct ft_predictions out) {
  struct ft_encode_input with = *given;
  const struct ft_encode_input *input = &with;
  with.city = scratch->city;
  for (size_t first = 0; first < rows; first += FT_BLOCK_ROWS) {
    size_t block = rows - first < FT_BLOCK_ROWS ? rows - first : FT_BLOCK_ROWS;
    ft_city_fill(scratch->city, &plan->encoding, input, first, block);
    fill_sources(plan, scratch, input, first, block);
    fill_margins(plan, scratch, input, first, block);
    apply_link(plan, scratch->margin, block);
    hand_out(out, plan, scratch->margin, first, block, rows);
  }
}

enum ft_status ft_plan_predict(const struct ft_plan *plan, struct ft_scratch *scratch,
                               const struct ft_batch *batch, double *value, uint32_t *label,
                               double *probability, struct ft_error *err) {
  FT_TRY(ft_encoding_check(plan->encoding.field, plan->encoding.fields, batch, err));
  const struct ft_encode_input input = { .column = batch->column };
  ft_plan_run(
      plan, scratch, &input, batch->rows,
      (struct ft_predictions){ .value = value, .label = label, .probability = probability });
  return FT_OK;
}

/* The probabilities of one row, for the order of its labels. */
struct ranking {
  const double *probability; /* of label 0 */
  size_t stride;             /* to the next label's */
  uint32_t *order;
};

static bool comes_after(const struct ranking *ranking, uint32_t a, uint32_t b) {
  double p = ranking->probability[a * ranking->stride];
  double q = ranking->probability[b * ranking->stride];
  return p < q || (p == q && a > b);
}

static void exchange(uint32_t *a, uint32_t *b) {
  uint32_t kept = *a;
  *a = *b;
  *b = kept;
}

/* Lets the label at `at` sink until none below it in the heap comes after it. */
static void sink(const struct ranking *ranking, uint32_t at, uint32_t count) {
  uint32_t *order = ranking->order;
  for (uint32_t child = 2 * at + 1; child < count; at = child, child = 2 * at + 1) {
    if (child + 1 < count && comes_after(ranking, order[child + 1], order[child])) child++;
    if (!comes_after(ranking, order[child], order[at])) return;
    exchange(&order[at], &order[child]);
  }
}

/* A heap sort: no memory, and it stays within bounds even where a NaN makes the order inconsistent. */
void ft_plan_rank(const struct ft_plan *plan, const double *probability, size_t rows, size_t row,
                  uint32_t *order) {
  const struct ranking ranking = { probability + row, rows, order };
  for (uint32_t l = 0; l < plan->labels; l++)
    order[l] = l;
  for (uint32_t i = plan->labels / 2; i-- > 0;)
    sink(&ranking, i, plan->labels);
  for (uint32_t left = plan->labels; left > 1; left--) {
    exchange(&order[0], &order[left - 1]);
    sink(&ranking, 0, left - 1);
  }
}
