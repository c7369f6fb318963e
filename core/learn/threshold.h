/* Thresholds of a forest, moved off the training values to the middle of the gap that they split.
 *
 * A learner's cuts are values of the rows. Any place between the largest value below a cut and the
 * least value that is not below it sorts the training rows alike; the middle is no value of theirs,
 * and a value never seen goes to the side that it is nearer to.
 *
 * Numbers  float32; where two neighbouring floats leave no middle, and where all rows lie on one side,
 *          a threshold stays. Margins of the training rows keep their bits. */
#ifndef FORETELL_LEARN_THRESHOLD_H
#define FORETELL_LEARN_THRESHOLD_H

#include "core/learn/grown_on.h"
#include "foretell/model.h"

/* `node` are a forest's nodes, whose thresholds are changed in place; rows are borrowed.
 * Errors: FT_NOMEM; nothing is moved then */
enum ft_status ft_threshold_centre(struct ft_node *node, uint32_t nodes,
                                   const struct ft_grown_on *grown_on,
                                   struct ft_error *err) FT_MUST_CHECK;

#endif
