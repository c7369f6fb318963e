/* The search of thresholds for each number of levels: a part of a kernel, included behind its `search`,
 * which is compiled once for each. */
#ifndef FORETELL_PREDICT_KERNEL_SEARCH_BODY_H
#define FORETELL_PREDICT_KERNEL_SEARCH_BODY_H

static void search_levels(uint64_t *plane, uint64_t *nan, const void *plan,
                          const struct ft_input *input, const float *value) {
  const float *table = FT_PART(plan, float, input->threshold);
  switch (input->levels) {
  case 1: search(1, plane, nan, table, value); break;
  case 2: search(2, plane, nan, table, value); break;
  case 3: search(3, plane, nan, table, value); break;
  case 4: search(4, plane, nan, table, value); break;
  case 5: search(5, plane, nan, table, value); break;
  case 6: search(6, plane, nan, table, value); break;
  case 7: search(7, plane, nan, table, value); break;
  case 8: search(8, plane, nan, table, value); break;
  case 9: search(9, plane, nan, table, value); break;
  case 10: search(10, plane, nan, table, value); break;
  case 11: search(11, plane, nan, table, value); break;
  case 12: search(12, plane, nan, table, value); break;
  default: search(13, plane, nan, table, value); break;
  }
}

#endif
