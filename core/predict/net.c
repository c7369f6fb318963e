#include "core/predict/net.h"

#include "core/predict/kernel.h"

static size_t max(size_t a, size_t b) {
  return a > b ? a : b;
}

enum ft_status ft_net_work_make(struct ft_net_work *out, struct ft_arena *arena,
                                const struct ft_net *net, uint32_t nets, struct ft_error *err) {
  size_t terms = 0, width = 0, last = 0;
  for (uint32_t n = 0; n < nets; n++) {
    terms = max(terms, net[n].terms);
    last = max(last, net[n].layer[net[n].layers - 1].outputs);
    for (uint32_t l = 0; l < net[n].layers; l++)
      width = max(width, net[n].layer[l].outputs);
  }
  struct ft_net_work work = {
    .term = FT_ARENA_NEW(arena, float, terms *FT_NET_ROWS),
    .layer = { FT_ARENA_NEW(arena, float, width *FT_NET_ROWS),
               FT_ARENA_NEW(arena, float, width *FT_NET_ROWS) },
    .last = FT_ARENA_NEW(arena, float, last *FT_NET_ROWS),
  };
  if (!work.term || !work.layer[0] || !work.layer[1] || !work.last)
    return ft_arena_fail(err, "the prediction");
  *out = work;
  return FT_OK;
}

static void add_margins(double *margin, const struct ft_net *net, uint32_t outputs, double weight,
                        const float *last, size_t rows) {
  for (size_t r = 0; r < rows; r++)
    for (uint32_t g = 0; g < outputs; g++)
      margin[r * outputs + g] +=
          weight * (net->base[g] + (double)last[(size_t)g * FT_NET_ROWS + r]);
}

static struct ft_net_input part_of(const struct ft_net_input *input, size_t first) {
  struct ft_net_input part = *input;
  part.rows = input->rows - first < FT_NET_ROWS ? input->rows - first : FT_NET_ROWS;
  if (part.row)
    part.row += first;
  else
    part.feature += first;
  return part;
}

enum ft_status ft_net_run(double *margin, const struct ft_net *net, uint32_t outputs, double weight,
                          const struct ft_net_input *input, struct ft_error *err) {
  const struct ft_kernel *kernel;
  struct ft_net_work work;
  struct ft_arena arena;
  FT_TRY(ft_kernel_active(&kernel, err));
  ft_arena_init(&arena, FT_ARENA_DEFAULT_LIMIT);
  enum ft_status status = ft_net_work_make(&work, &arena, net, 1, err);
  for (size_t first = 0; first < input->rows && status == FT_OK; first += FT_NET_ROWS) {
    const struct ft_net_input part = part_of(input, first);
    const float *last = kernel->run_net(net, &part, &work);
    add_margins(margin + first * outputs, net, outputs, weight, last, part.rows);
  }
  ft_arena_release(&arena);
  return status;
}
