/* A learner's options by name: what its struct of options has, for whoever shows them, hands them on or
 * varies them. */
#ifndef FORETELL_LEARN_OPTION_H
#define FORETELL_LEARN_OPTION_H

#include <stddef.h>
#include <stdint.h>

enum ft_learner_option_kind { FT_OPTION_REAL = 0 /* double */, FT_OPTION_COUNT /* uint32_t */ };

struct ft_learner_option {
  const char *name; /* as SHOW MODEL has it; NULL ends a table */
  enum ft_learner_option_kind kind;
  size_t offset; /* within the struct of options */
};

#define FT_OPTION_TEXT 24 /* bytes that ft_option_print writes at most */

double ft_option_get(const struct ft_learner_option *option, const void *options);
/* Rounded to nearest where it is a count; `value` is within its range. */
void ft_option_set(const struct ft_learner_option *option, void *options, double value);
/* As a decimal number that reads back as the same float32. */
void ft_option_print(char text[FT_OPTION_TEXT], const struct ft_learner_option *option,
                     const void *options);

#endif
