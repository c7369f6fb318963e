#include "core/train/budget.h"

#include <assert.h>
#include <math.h>

#define STANDARD_NS 1000.0
#define OUTPUT_NS \
  125.0 /* trees are grown for each class: of many classes even a few rounds take longer */

double ft_budget_standard_ns(uint32_t outputs) {
  return fmax(STANDARD_NS, OUTPUT_NS * outputs);
}

/* What giving up one more fit of the part costs. */
static double loss_of(const struct ft_budget_part *part) {
  /* From k to k - 1 fits: w² gain ((1 - 1/k) - (1 - 1/(k - 1))). A gain of 0 is kept above 0, so
   * that savings still decide. */
  assert(part->kept > 1);
  double square = part->weight * part->weight * fmax(part->gain, 1e-12);
  return square * (1.0 / (part->kept - 1) - 1.0 / part->kept);
}

void ft_budget_keep(struct ft_budget_part *part, uint32_t parts, double max_ns, double max_bytes) {
  double ns = 0, bytes = 0;
  uint32_t left = 0;
  for (uint32_t i = 0; i < parts; i++) {
    /* Start from all fits: giving up one at a time keeps the order of what goes the same for any
     * budget. */
    assert(part[i].fits > 0);
    part[i].kept = part[i].fits;
    ns += part[i].kept * part[i].ns;
    bytes += part[i].kept * part[i].bytes;
    left += part[i].kept;
  }
  while (left > parts && (ns > max_ns || bytes > max_bytes)) {
    double min = INFINITY;
    uint32_t next = 0;
    for (uint32_t i = 0; i < parts; i++) {
      /* A candidate stays in the model with one fit at least; whole candidates go elsewhere
       * (ensemble.h). */
      if (part[i].kept == 1) continue;
      /* Only a limit that is exceeded counts, as the share of what is spent on it. */
      double saved =
          (ns > max_ns ? part[i].ns / ns : 0) + (bytes > max_bytes ? part[i].bytes / bytes : 0);
      /* Loss for a unit saved: the greedy rule of the fractional knapsack. */
      double price = loss_of(&part[i]) / fmax(saved, 1e-300);
      if (!(price < min)) continue;
      min = price;
      next = i;
    }
    part[next].kept--;
    left--;
    ns -= part[next].ns;
    bytes -= part[next].bytes;
  }
}
