/* numpy's types, numbers and arrays within a pickle. */
#ifndef FORETELL_IMPORT_PICKLE_NUMPY_H
#define FORETELL_IMPORT_PICKLE_NUMPY_H

#include "core/import/pickle/pickle_graph.h"

/* numpy.dtype("f8", …) and its state (version, order, subtype, names, fields, size, …). */
enum ft_status ft_pickle_new_dtype(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                   const struct ft_pickle *args,
                                   struct ft_error *err) FT_MUST_CHECK;
enum ft_status ft_pickle_build_dtype(struct ft_pickle *dtype, struct ft_pickle_reading *reading,
                                     const struct ft_pickle *state,
                                     struct ft_error *err) FT_MUST_CHECK;

/* scalar(dtype, bytes): the number, bool or text that it is. */
enum ft_status ft_pickle_new_scalar(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                    const struct ft_pickle *args,
                                    struct ft_error *err) FT_MUST_CHECK;

/* An object becomes the array of the state (version, shape, dtype, fortran, bytes or items). */
enum ft_status ft_pickle_build_array(struct ft_pickle *object, struct ft_pickle_reading *reading,
                                     const struct ft_pickle *state,
                                     struct ft_error *err) FT_MUST_CHECK;
/* The same of joblib's wrapper: the bytes follow in the file. */
enum ft_status ft_pickle_inline_array(struct ft_pickle *object, struct ft_pickle_reading *reading,
                                      const struct ft_pickle *state,
                                      struct ft_error *err) FT_MUST_CHECK;
/* _frombuffer(bytes, dtype, shape, order) of protocol 5. */
enum ft_status ft_pickle_buffer_array(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                      const struct ft_pickle *args,
                                      struct ft_error *err) FT_MUST_CHECK;

#endif
