/* Objects: what calling a class or function would make, and the state that follows. */
#ifndef FORETELL_IMPORT_PICKLE_REDUCE_H
#define FORETELL_IMPORT_PICKLE_REDUCE_H

#include "core/import/pickle/pickle_graph.h"

/* The value of global(*args): an object of that name, or the plain value that it stands for. */
enum ft_status ft_pickle_reduce(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                const struct ft_pickle *global, const struct ft_pickle *args,
                                struct ft_error *err) FT_MUST_CHECK;

/* Give the object its state. Arrays of joblib's take their bytes from where the reading is. */
enum ft_status ft_pickle_build(struct ft_pickle *object, struct ft_pickle_reading *reading,
                               const struct ft_pickle *state, struct ft_error *err) FT_MUST_CHECK;

#endif
