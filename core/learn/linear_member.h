/* Linear models as members: networks of one layer.
 *
 * Numbers  weights float32 in the target's unit; the origin stays double, in the base.
 * Owner    terms, lookups and weights of a member are the arena's; what it is made of is borrowed.
 * Threads  pure functions. */
#ifndef FORETELL_LEARN_LINEAR_MEMBER_H
#define FORETELL_LEARN_LINEAR_MEMBER_H

#include "core/learn/basis.h"
#include "core/learn/fit_task.h"

/* `weight` is outputs × columns of the basis, `origin` what a margin is where all columns are 0, both
 * of the scaled target. Columns that no output has a weight for are left out. Answers false in
 * `*whole` where the target's unit is too large for a float32.
 * Errors: FT_NOMEM */
enum ft_status ft_linear_member(struct ft_member *out, bool *whole, struct ft_arena *arena,
                                const struct ft_basis *basis, const double *weight,
                                const double *origin, const struct ft_fit_data *data,
                                struct ft_error *err) FT_MUST_CHECK;

/* Is the member a linear model? */
bool ft_linear_is(const struct ft_member *member);

/* Several linear models as one, their weights taken in: members of folds stand on the same terms, so
 * that their mean costs what one of them costs. The weight of `out` is 1.
 * Errors: FT_NOMEM */
enum ft_status ft_linear_merge(struct ft_member *out, struct ft_arena *arena,
                               const struct ft_member *member, uint32_t members, uint32_t outputs,
                               struct ft_error *err) FT_MUST_CHECK;

#endif
