/* A Python pickle as a graph of passive values. Nothing in the file is run, imported or looked up.
 *
 * Which    protocols 0 to 5, and joblib's files, in which the bytes of arrays follow the opcodes.
 * Names    a pickle names the classes and functions that Python would import and call. Only the names of
 *          pickle_names.c are taken; Python 2's __builtin__ and numpy 2's numpy._core are called builtins
 *          and numpy.core. An object is its class's name, the arguments of its constructor and
 *          its state. Of functions, only those that make a plain value are computed: bytes, dicts,
 *          sets, and numpy's arrays, types and numbers.
 * Shapes   values that the file shares are one node, and a graph may have cycles: whoever follows it
 *          must bound the depth.
 * Hostile  every length, index and mark is checked; opcodes, memory and nesting are limited.
 * Memory   the arena's, a small multiple of the file's size; texts, bytes and arrays point into the file
 *          wherever it has them as they are.
 * Threads  pure functions; a graph is read-only once read.
 * Source   CPython's Lib/pickle.py and pickletools.py; joblib's numpy_pickle.py; numpy's
 *          ndarray.__reduce__ and dtype.__reduce__. */
#ifndef FORETELL_IMPORT_PICKLE_PICKLE_H
#define FORETELL_IMPORT_PICKLE_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "foretell/arena.h"
#include "foretell/error.h"
#include "foretell/span.h"

enum ft_pickle_kind {
  FT_PICKLE_NONE = 0,
  FT_PICKLE_BOOL,    /* integer: 0 or 1 */
  FT_PICKLE_INTEGER, /* integer */
  FT_PICKLE_LONG,    /* an integer beyond 64 bits; its value is not kept */
  FT_PICKLE_REAL,    /* real */
  FT_PICKLE_TEXT,    /* text: UTF-8; of Python 2's str: any bytes */
  FT_PICKLE_BYTES,   /* text: bytes and bytearray */
  FT_PICKLE_TUPLE,   /* list */
  FT_PICKLE_LIST,    /* list */
  FT_PICKLE_SET,     /* list; frozenset, too */
  FT_PICKLE_DICT,    /* dict; OrderedDict and defaultdict, too */
  FT_PICKLE_GLOBAL,  /* text: "module.name" of a class or a function */
  FT_PICKLE_OBJECT,  /* object */
  FT_PICKLE_DTYPE,   /* dtype */
  FT_PICKLE_ARRAY    /* array */
};

struct ft_pickle;

struct ft_pickle_list {
  const struct ft_pickle **item;
  uint32_t count;
  uint32_t room; /* allocated, for the reader */
};

struct ft_pickle_entry {
  const struct ft_pickle *key;
  const struct ft_pickle *value;
};

struct ft_pickle_dict {
  struct ft_pickle_entry *entry; /* as the file sets them: the last one of a key counts */
  uint32_t count;
  uint32_t room;
};

/* An object as its class's __reduce__ wrote it. */
struct ft_pickle_object {
  const struct ft_pickle *type;  /* FT_PICKLE_GLOBAL: its class, or the function that makes it */
  const struct ft_pickle *args;  /* FT_PICKLE_TUPLE: what the constructor is given */
  const struct ft_pickle *state; /* its attributes: mostly a dict; NULL: none */
  struct ft_pickle_list items;   /* appended: of a list's subclass */
  struct ft_pickle_dict entries; /* set by key: of a dict's subclass, as sklearn.utils.Bunch */
};

/* numpy's type of an array's items. */
struct ft_pickle_dtype {
  char kind; /* b bool, i and u integer, f float, c complex, S bytes, U text, O object, V fields or
                raw bytes, M and m dates and durations */
  bool big_endian;
  uint32_t size; /* bytes of an item */
  uint32_t fields;
  const struct ft_pickle_field *field; /* of a structured type, as sklearn's nodes of trees */
};

struct ft_pickle_field {
  struct ft_span name;
  const struct ft_pickle_dtype *dtype;
  uint32_t offset; /* bytes from the item's first; offset + dtype's size stays within the item */
};

struct ft_pickle_array {
  const struct ft_pickle_dtype *dtype;
  uint32_t dimensions; /* 0: a single item */
  const size_t *shape; /* one a dimension */
  size_t count;        /* items: the product of the shape */
  bool fortran;        /* the first index runs fastest */
  const char *data;    /* of the first item; borrowed from the file; NULL with dtype O */
  size_t stride; /* bytes from an item to the next: more than dtype's size in a field's view */
  const struct ft_pickle *const *item; /* dtype O: the items; else NULL */
};

struct ft_pickle {
  enum ft_pickle_kind kind;
  uint32_t makes; /* FT_PICKLE_GLOBAL: for the reader (pickle_names.h) */
  union {
    int64_t integer;
    double real;
    struct ft_span text;
    struct ft_pickle_list list;
    struct ft_pickle_dict dict;
    struct ft_pickle_object *object;
    struct ft_pickle_dtype *dtype;
    const struct ft_pickle_array *array;
  } of;
};

/* Is it a pickle or a file of joblib's that is not compressed? */
bool ft_pickle_fits(struct ft_span bytes);

/* The value that the pickle at the beginning of `bytes` holds; it points into `bytes`.
 *
 * Errors: FT_UNSUPPORTED  a name that is no part of a model (message with the name), persistent ids,
 *                         extension codes, buffers kept elsewhere
 *         FT_CORRUPT      cut short, out of bounds, not a pickle
 *         FT_LIMIT, FT_NOMEM */
enum ft_status ft_pickle_read(const struct ft_pickle **out, struct ft_arena *arena,
                              struct ft_span bytes, struct ft_error *err) FT_MUST_CHECK;

/* All below take NULL, and any kind, for `at`: the answer is then "none". */

/* An attribute of an object, or the value of a dict's text key; NULL: none. */
const struct ft_pickle *ft_pickle_get(const struct ft_pickle *at, const char *name);
/* "sklearn.svm._classes.SVC" of an object of that class, or of the class itself; empty: neither. */
struct ft_span ft_pickle_class(const struct ft_pickle *at);
bool ft_pickle_is_none(const struct ft_pickle *at); /* None, or NULL */
/* A text, also one that numpy has as a scalar; empty: none. */
struct ft_span ft_pickle_text(const struct ft_pickle *at);
/* bytes, bytearray, or Python 2's str; empty: none. */
struct ft_span ft_pickle_bytes(const struct ft_pickle *at);
/* An integer or a bool, numpy's too; false: none, and `out` is untouched. */
bool ft_pickle_integer(int64_t *out, const struct ft_pickle *at);
/* A number or a bool, numpy's too; NaN: none. */
double ft_pickle_real(const struct ft_pickle *at);
/* Items of a tuple, list or set, and of a list's subclass; 0 and NULL: none. */
uint32_t ft_pickle_count(const struct ft_pickle *at);
const struct ft_pickle *ft_pickle_item(const struct ft_pickle *at, uint32_t index);
/* Entries of a dict, and of a dict's subclass, in the file's order; NULL: none. */
const struct ft_pickle_dict *ft_pickle_entries(const struct ft_pickle *at);

const struct ft_pickle_array *ft_pickle_array(const struct ft_pickle *at); /* NULL: none */
/* One field of an array of a structured dtype, as an array; false: none. */
bool ft_pickle_array_field(struct ft_pickle_array *out, const struct ft_pickle_array *array,
                           const char *name);
/* Item `index`, counted as if the last index of the shape ran fastest whatever the array's order, as
 * a number; NaN when it is none, or beyond the end. */
double ft_pickle_array_number(const struct ft_pickle_array *array, size_t index);
/* The same as an integer (of types b, i and u, and O with an integer); false: none. */
bool ft_pickle_array_integer(int64_t *out, const struct ft_pickle_array *array, size_t index);
/* The same as a text in UTF-8 (of types U and S, and O with a text); FT_CORRUPT: none. */
enum ft_status ft_pickle_array_text(struct ft_span *out, struct ft_arena *arena,
                                    const struct ft_pickle_array *array, size_t index,
                                    struct ft_error *err) FT_MUST_CHECK;
/* Item `index` of an array of dtype O; NULL: none. */
const struct ft_pickle *ft_pickle_array_item(const struct ft_pickle_array *array, size_t index);

#endif
