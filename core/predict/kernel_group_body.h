/* The trees of a group, for each depth: a part of a kernel, included behind its `add_trees`, which is
 * compiled once for each. */
#ifndef FORETELL_PREDICT_KERNEL_GROUP_BODY_H
#define FORETELL_PREDICT_KERNEL_GROUP_BODY_H

static void add_group(const void *plan, const struct ft_group *group, const uint64_t *mask,
                      int64_t *sum) {
  switch (group->depth) {
  case 1: add_trees(1, plan, group, mask, sum); break;
  case 2: add_trees(2, plan, group, mask, sum); break;
  case 3: add_trees(3, plan, group, mask, sum); break;
  case 4: add_trees(4, plan, group, mask, sum); break;
  case 5: add_trees(5, plan, group, mask, sum); break;
  case 6: add_trees(6, plan, group, mask, sum); break;
  case 7: add_trees(7, plan, group, mask, sum); break;
  default: add_trees(8, plan, group, mask, sum); break;
  }
}

#endif
