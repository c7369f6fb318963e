/* The names that a pickle may refer to: the list of all that is taken.
 *
 * A name is never looked up, imported or called: it only says what an object is. That the list is short
 * keeps what is no model from looking like one, and lets the error say what the file really is. */
#ifndef FORETELL_IMPORT_PICKLE_NAMES_H
#define FORETELL_IMPORT_PICKLE_NAMES_H

#include "core/import/pickle/pickle_graph.h"

/* What comes of calling a name. */
enum ft_pickle_makes {
  FT_PICKLE_MAKES_OBJECT = 0,    /* a passive object */
  FT_PICKLE_MAKES_BYTES,         /* bytes(…), bytearray(…) */
  FT_PICKLE_MAKES_ENCODED,       /* _codecs.encode(text, "latin1") */
  FT_PICKLE_MAKES_DICT,          /* OrderedDict(), defaultdict(factory) */
  FT_PICKLE_MAKES_LIST,          /* list(items) */
  FT_PICKLE_MAKES_SET,           /* set(items), frozenset(items) */
  FT_PICKLE_MAKES_RECONSTRUCTED, /* copyreg._reconstructor(class, base, state) */
  FT_PICKLE_MAKES_ARRAY,         /* numpy's _reconstruct(class, shape, type): state follows */
  FT_PICKLE_MAKES_FROM_BUFFER,   /* numpy's _frombuffer(bytes, dtype, shape, order) */
  FT_PICKLE_MAKES_DTYPE,         /* numpy.dtype(code, …): state follows */
  FT_PICKLE_MAKES_SCALAR,        /* numpy's scalar(dtype, bytes) */
  FT_PICKLE_MAKES_WRAPPED_ARRAY  /* joblib's NumpyArrayWrapper: its state, then the array's bytes */
};

/* A node for a class or a function.
 *
 * Errors: FT_UNSUPPORTED  it is not in the list */
enum ft_status ft_pickle_new_global(struct ft_pickle **out, struct ft_pickle_reading *reading,
                                    struct ft_span module, struct ft_span name,
                                    struct ft_error *err) FT_MUST_CHECK;

#endif
