/* Pickles as graphs of passive values, and what is refused. The files of test/fixtures/import/pickle/values
 * are by test/reference/import/pickle_values.py. */
#include "core/import/pickle/pickle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "foretell/buffer.h"

#define FOLDER       "test/fixtures/import/pickle/values/"
#define SHOWN_BYTES  ((size_t)1 << 20)
#define SHOWN_LEVELS 6
#define PICKLE(text) ((struct ft_span){ (text), sizeof(text) - 1 })

static struct ft_arena arena;
static struct ft_error err;
static struct ft_buffer shown;

static int open_arena(void **state) {
  (void)state;
  ft_arena_init(&arena, (size_t)1 << 28);
  ft_buffer_init(&shown, SHOWN_BYTES);
  memset(&err, 0, sizeof err);
  return 0;
}

static int close_arena(void **state) {
  (void)state;
  ft_arena_release(&arena);
  ft_buffer_release(&shown);
  return 0;
}

/* ---- a graph in words ---- */

static void show(const struct ft_pickle *at, int levels);

static void show_list(const struct ft_pickle *at, int levels, const char *brackets) {
  ft_buffer_print(&shown, "%c", brackets[0]);
  for (uint32_t i = 0; i < ft_pickle_count(at); i++) {
    if (i) ft_buffer_print(&shown, " ");
    show(ft_pickle_item(at, i), levels);
  }
  ft_buffer_print(&shown, "%c", brackets[1]);
}

static void show_entries(const struct ft_pickle *at, int levels) {
  const struct ft_pickle_dict *dict = ft_pickle_entries(at);
  ft_buffer_print(&shown, "{");
  for (uint32_t i = 0; i < dict->count; i++) {
    if (i) ft_buffer_print(&shown, " ");
    show(dict->entry[i].key, levels);
    ft_buffer_print(&shown, ":");
    show(dict->entry[i].value, levels);
  }
  ft_buffer_print(&shown, "}");
}

static void show_object(const struct ft_pickle *at, int levels) {
  ft_buffer_print(&shown, "%.*s", FT_SPAN_ARG(ft_pickle_class(at)));
  show(at->of.object->args, levels);
  if (at->of.object->state) show(at->of.object->state, levels);
  if (ft_pickle_count(at)) show_list(at, levels, "[]");
  if (ft_pickle_entries(at)->count) show_entries(at, levels);
}

static void show_item(const struct ft_pickle_array *array, size_t index, int levels) {
  struct ft_span text;
  int64_t integer;
  if (array->dtype->kind == 'O')
    show(ft_pickle_array_item(array, index), levels);
  else if (ft_pickle_array_integer(&integer, array, index))
    ft_buffer_print(&shown, "%lld", (long long)integer);
  else if (array->dtype->kind == 'f')
    ft_buffer_print(&shown, "%g", ft_pickle_array_number(array, index));
  else if (ft_pickle_array_text(&text, &arena, array, index, &err) == FT_OK)
    ft_buffer_print(&shown, "'%.*s'", FT_SPAN_ARG(text));
}

static void show_items(const struct ft_pickle_array *array, int levels) {
  for (size_t i = 0; i < array->count; i++) {
    ft_buffer_print(&shown, i ? " " : "");
    show_item(array, i, levels);
  }
}

static void show_array(const struct ft_pickle_array *array, int levels) {
  ft_buffer_print(&shown, "%c%u", array->dtype->kind, array->dtype->size);
  for (uint32_t i = 0; i < array->dimensions; i++)
    ft_buffer_print(&shown, "%s%zu", i ? "x" : "@", array->shape[i]);
  ft_buffer_print(&shown, "[");
  if (!array->dtype->fields) show_items(array, levels);
  for (uint32_t f = 0; f < array->dtype->fields; f++) {
    struct ft_pickle_array view;
    struct ft_span name = array->dtype->field[f].name;
    char text[64];
    snprintf(text, sizeof text, "%.*s", FT_SPAN_ARG(name));
    assert_true(ft_pickle_array_field(&view, array, text));
    ft_buffer_print(&shown, "%s%s=", f ? "; " : "", text);
    show_items(&view, levels);
  }
  ft_buffer_print(&shown, "]");
}

static void show_bytes(struct ft_span bytes) {
  ft_buffer_print(&shown, "#");
  for (size_t i = 0; i < bytes.size; i++)
    ft_buffer_print(&shown, "%02x", (unsigned)(unsigned char)bytes.data[i]);
}

static void show(const struct ft_pickle *at, int levels) {
  if (levels-- == 0) {
    ft_buffer_print(&shown, "...");
    return;
  }
  switch (at->kind) {
  case FT_PICKLE_NONE: ft_buffer_print(&shown, "None"); break;
  case FT_PICKLE_BOOL: ft_buffer_print(&shown, at->of.integer ? "True" : "False"); break;
  case FT_PICKLE_INTEGER: ft_buffer_print(&shown, "%lld", (long long)at->of.integer); break;
  case FT_PICKLE_LONG: ft_buffer_print(&shown, "long"); break;
  case FT_PICKLE_REAL: ft_buffer_print(&shown, "%#g", at->of.real); break;
  case FT_PICKLE_TEXT: ft_buffer_print(&shown, "'%.*s'", FT_SPAN_ARG(at->of.text)); break;
  case FT_PICKLE_BYTES: show_bytes(at->of.text); break;
  case FT_PICKLE_TUPLE: show_list(at, levels, "()"); break;
  case FT_PICKLE_LIST: show_list(at, levels, "[]"); break;
  case FT_PICKLE_SET: show_list(at, levels, "<>"); break;
  case FT_PICKLE_DICT: show_entries(at, levels); break;
  case FT_PICKLE_GLOBAL: ft_buffer_print(&shown, "%.*s", FT_SPAN_ARG(at->of.text)); break;
  case FT_PICKLE_OBJECT: show_object(at, levels); break;
  case FT_PICKLE_DTYPE: ft_buffer_print(&shown, "dtype"); break;
  case FT_PICKLE_ARRAY: show_array(at->of.array, levels); break;
  }
}

static struct ft_span words_of(const struct ft_pickle *at) {
  ft_buffer_reset(&shown);
  show(at, SHOWN_LEVELS);
  assert_false(shown.failed);
  return ft_buffer_view(&shown);
}

static void assert_words(const struct ft_pickle *at, const char *words) {
  struct ft_span is = words_of(at);
  if (!ft_span_equal(is, ft_span_of(words)))
    fail_msg("\"%.*s\" is not \"%s\"", FT_SPAN_ARG(is), words);
}

static const struct ft_pickle *read_well(struct ft_span bytes) {
  const struct ft_pickle *value = NULL;
  if (ft_pickle_read(&value, &arena, bytes, &err) != FT_OK) fail_msg("%s", err.message);
  return value;
}

static struct ft_span read_file(const char *name) {
  char path[200];
  snprintf(path, sizeof path, FOLDER "%s", name);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s is missing", path);
  static char bytes[65536];
  struct ft_span span = { bytes, fread(bytes, 1, sizeof bytes, file) };
  fclose(file);
  return span;
}

/* ---- what is read ---- */

#define NUMBERS                                                                     \
  "None True False 1 -2 300 70000 1099511627776 -9223372036854775808 "              \
  "9223372036854775807 long 1.50000 -inf 'a'\\é€😀\n' #00ff27 #6162 # () (1) " \
  "(1 2) (1 2 3) (1 2 3 4) [] {'k':[1] 2:'v'} <7> <8> {'a':1} {'b':2} "
#define ARRAYS                                                                          \
  " ['once'] ['once'] i4@2x3[0 1 2 3 4 5] f8@2x3[0 0.5 1 1.5 2 2.5] f4[2.5] b1@2[1 0] " \
  "U8@2['no' 'né'] S2@2['x' 'yz'] O8@3['o' None 3] "                                   \
  "V17@2[left=1 -4; gain=2.5 5.5; u=3 6] u2@2[1 258] f2@1[0.5] f8@0x3[] 1.50000 -3 True 'é'"

static void every_kind_of_value_is_read_in_every_protocol(void **state) {
  (void)state;
  static const char *const files[] = { "protocol0.pkl",        "protocol1.pkl",
                                       "protocol2.pkl",        "protocol3.pkl",
                                       "protocol4.pkl",        "protocol5.pkl",
                                       "numpy1_protocol0.pkl", "numpy1_protocol2.pkl",
                                       "numpy1_protocol5.pkl", "values.joblib" };
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    print_message("%s\n", files[i]);
    struct ft_span bytes = read_file(files[i]);
    assert_true(ft_pickle_fits(bytes));
    assert_words(read_well(bytes), "[" NUMBERS "builtins.slice(1 None None)" ARRAYS "]");
  }
}

static void what_an_object_has_is_found(void **state) {
  (void)state;
  const struct ft_pickle *object = read_well(PICKLE(
      "\x80\x02"
      "csklearn.dummy\nD\n)\x81}(X\x01\0\0\0aK\x01X\x01\0\0\0bX\x01\0\0\0xX\x01\0\0\0aK\x02ub."));
  int64_t integer = 7;
  assert_true(ft_span_equal(ft_pickle_class(object), FT_SPAN("sklearn.dummy.D")));
  assert_true(ft_pickle_integer(&integer, ft_pickle_get(object, "a")));
  assert_int_equal(integer, 2); /* the last of its name */
  assert_true(ft_span_equal(ft_pickle_text(ft_pickle_get(object, "b")), FT_SPAN("x")));
  assert_null(ft_pickle_get(object, "c"));
  assert_null(ft_pickle_get(ft_pickle_get(object, "a"), "a"));
  assert_false(ft_pickle_integer(&integer, ft_pickle_get(object, "b")));
  assert_true(ft_pickle_is_none(ft_pickle_get(NULL, "a")));
}

static void objects_of_old_protocols_are_the_same(void **state) {
  (void)state;
  assert_words(read_well(PICKLE("ccopy_reg\n_reconstructor\np0\n(cxgboost.core\nBooster\n"
                                "c__builtin__\nobject\nNtR(dp1\nS'a'\nI01\nsb.")),
               "xgboost.core.Booster(xgboost.core.Booster builtins.object None){'a':True}");
  assert_words(read_well(PICKLE("(I1\nF2.5\nisklearn.old\nC\n(dS'a\\x41\\101\\n'\nL12L\nsb.")),
               "sklearn.old.C(1 2.50000){'aAA\n':12}");
  assert_words(read_well(PICKLE("(csklearn.old\nC\nI-1\no.")), "sklearn.old.C(-1)");
  /* a dict's and a list's subclass */
  assert_words(read_well(PICKLE("\x80\x02"
                                "csklearn.utils\nBunch\n)\x81K\x01K\x02sK\x03"
                                "a.")),
               "sklearn.utils.Bunch()[3]{1:2}");
}

/* ---- what is refused ---- */

static void assert_refused(struct ft_span bytes, enum ft_status status, const char *words) {
  const struct ft_pickle *value = NULL;
  enum ft_status is = ft_pickle_read(&value, &arena, bytes, &err);
  if (is != status || !strstr(err.message, words))
    fail_msg("%s: \"%s\" instead of \"%s\"", ft_status_name(is), is ? err.message : "", words);
  assert_null(value);
}

/* Each would run a program, or reach one that does, if Python loaded it. */
static const struct {
  struct ft_span bytes;
  const char *name;
} hostile[] = {
  { PICKLE("cposix\nsystem\n(S'echo'\ntR."), "\"posix.system\"" },
  { PICKLE("cnt\nsystem\n(S'echo'\ntR."), "\"nt.system\"" },
  { PICKLE("cos\nsystem\n(S'echo'\ntR."), "\"os.system\"" },
  { PICKLE("(S'echo'\niposix\nsystem\n."), "\"posix.system\"" },
  { PICKLE("(cposix\nsystem\nS'echo'\no."), "\"posix.system\"" },
  { PICKLE("c__builtin__\neval\n(S'1'\ntR."), "\"builtins.eval\"" },
  { PICKLE("\x80\x04\x8c\x08"
           "builtins\x8c\x04"
           "exec\x93\x8c\x01"
           "1\x85R."),
    "\"builtins.exec\"" },
  { PICKLE("\x80\x02"
           "cbuiltins\ngetattr\n."),
    "\"builtins.getattr\"" },
  { PICKLE("\x80\x02"
           "cbuiltins\n__import__\n."),
    "\"builtins.__import__\"" },
  { PICKLE("\x80\x02"
           "csubprocess\nPopen\n)\x81."),
    "\"subprocess.Popen\"" },
  { PICKLE("\x80\x02"
           "cnumpy.testing._private.utils\nrunstring\n."),
    "runstring" },
  { PICKLE("\x80\x02"
           "cnumpy\nload\n."),
    "\"numpy.load\"" },
  { PICKLE("\x80\x02"
           "coperator\nmethodcaller\n."),
    "\"operator.methodcaller\"" },
  { PICKLE("\x80\x02"
           "cfunctools\nreduce\n."),
    "\"functools.reduce\"" },
  { PICKLE("\x80\x02"
           "cjoblib.numpy_pickle\nload\n."),
    "\"joblib.numpy_pickle.load\"" },
  { PICKLE("\x80\x02"
           "cdill._dill\n_create_code\n."),
    "\"dill._dill._create_code\"" },
  { PICKLE("\x80\x02"
           "csklearnx\nA\n."),
    "\"sklearnx.A\"" },
  { PICKLE("\x80\x04\x8c\x08"
           "builtins\x8c\x0d"
           "dict.fromkeys\x93."),
    "\"builtins.dict.fromkeys\"" },
  { PICKLE("\x80\x02"
           "cnumpy\ndtype\0\n."),
    "\"numpy.dtype?\"" },
  /* within what is read: an argument, a state, an item */
  { PICKLE("\x80\x02"
           "csklearn.dummy\nD\ncposix\nsystem\n\x85R."),
    "\"posix.system\"" },
  { PICKLE("\x80\x02"
           "cxgboost.core\nBooster\n)\x81}X\x06\0\0\0handlecposix\nsystem\n)Rsb."),
    "\"posix.system\"" },
  { PICKLE("\x80\x02]cposix\nsystem\n)Ra0K\x01."), "\"posix.system\"" },
};

static void what_would_run_is_refused_by_name(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
    assert_refused(hostile[i].bytes, FT_UNSUPPORTED, hostile[i].name);
    assert_non_null(strstr(err.message, "no part of a model"));
    assert_true(err.hint[0]);
  }
}

static void what_is_elsewhere_is_refused(void **state) {
  (void)state;
  assert_refused(PICKLE("P17\n."), FT_UNSUPPORTED, "outside of the file");
  assert_refused(PICKLE("\x80\x02K\x01Q."), FT_UNSUPPORTED, "outside of the file");
  assert_refused(PICKLE("\x80\x02\x82\x01."), FT_UNSUPPORTED, "registry");
  assert_refused(PICKLE("\x80\x02\x83\x01\0."), FT_UNSUPPORTED, "registry");
  assert_refused(PICKLE("\x80\x02\x84\x01\0\0\0."), FT_UNSUPPORTED, "registry");
  assert_refused(PICKLE("\x80\x05\x97."), FT_UNSUPPORTED, "buffer");
  assert_refused(PICKLE("\x80\x05K\x01\x98."), FT_UNSUPPORTED, "buffer");
  assert_refused(PICKLE("\x80\x06N."), FT_UNSUPPORTED, "protocol 6");
}

static void calls_of_what_is_no_name_are_refused(void **state) {
  (void)state;
  assert_refused(PICKLE("\x80\x02K\x01)R."), FT_CORRUPT, "no name");
  assert_refused(PICKLE("\x80\x02"
                        "csklearn.a\nB\n)\x81)R."),
                 FT_CORRUPT, "no name");
  assert_refused(PICKLE("\x80\x02"
                        "csklearn.a\nB\nK\x01R."),
                 FT_CORRUPT, "no tuple");
  assert_refused(PICKLE("\x80\x02"
                        "c_codecs\nencode\nX\x01\0\0\0aX\x05\0\0\0rot13\x86R."),
                 FT_CORRUPT, "latin1");
  assert_refused(PICKLE("\x80\x02K\x01K\x02\x93."), FT_CORRUPT, "no text");
  assert_refused(PICKLE("\x80\x02K\x01}b."), FT_CORRUPT, "no object");
}

static void claims_of_lengths_are_checked(void **state) {
  (void)state;
  static const struct ft_span claims[] = {
    PICKLE("\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f."),
    PICKLE("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff."),
    PICKLE("\x80\x05\x96\x10\0\0\0\0\0\0\0."),
    PICKLE("\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xffN."),
    PICKLE("\x80\x02X\xff\xff\xff\xff."),
    PICKLE("\x80\x02\x8b\xff\xff\xff\x7f."),
    PICKLE("\x80\x02T\xff\xff\xff\xff."),
    PICKLE("\x80\x02Nr\xf0\xff\xff\xff."),
    PICKLE("Np99999999999999999999\n."),
    PICKLE("Np-1\n."),
    PICKLE("Ng0\n."),
    PICKLE("\x80\x02h\x05."),
    PICKLE("\x80\x02j\xff\xff\xff\xff."),
    PICKLE("\x80\x02X\x01\0\0\0\xff."),
  };
  for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
    assert_refused(claims[i], FT_CORRUPT, "the pickle cannot be read");
}

/* Every opcode on an empty stack, on a mark, and on values that do not suit it. */
static void no_opcode_takes_what_is_not_there(void **state) {
  (void)state;
  static const struct ft_span before[] = { PICKLE(""),
                                           PICKLE("("),
                                           PICKLE("N("),
                                           PICKLE("NN"),
                                           PICKLE("(N"),
                                           PICKLE("}}N"),
                                           PICKLE("])]"),
                                           PICKLE("(((("),
                                           PICKLE("K\x01K\x02K\x03"),
                                           PICKLE("U\x01"
                                                  "a)") };
  static const struct ft_span after[] = { PICKLE("."), PICKLE("\0\0\0\0\0\0\0\0."),
                                          PICKLE("1\n1\n."),
                                          PICKLE("\xff\xff\xff\xff\xff\xff\xff\xff.") };
  for (int opcode = 0; opcode < 256; opcode++) {
    for (size_t b = 0; b < sizeof before / sizeof *before; b++) {
      for (size_t a = 0; a < sizeof after / sizeof *after; a++) {
        char text[64];
        size_t size = before[b].size;
        const struct ft_pickle *value;
        memcpy(text, before[b].data, size);
        text[size++] = (char)opcode;
        memcpy(text + size, after[a].data, after[a].size);
        (void)!ft_pickle_read(&value, &arena, (struct ft_span){ text, size + after[a].size }, &err);
      }
    }
  }
  assert_refused(PICKLE("."), FT_CORRUPT, "not on its stack");
  assert_refused(PICKLE("N(."), FT_CORRUPT, "not on its stack");
  assert_refused(PICKLE("Nt."), FT_CORRUPT, "a mark");
  assert_refused(PICKLE("N(Na."), FT_CORRUPT, "not on its stack");
  assert_refused(PICKLE("}(Nu."), FT_CORRUPT, "without a value");
  assert_refused(PICKLE(")Na."), FT_CORRUPT, "no list");
}

static void a_file_cut_anywhere_is_refused(void **state) {
  (void)state;
  static const char *const files[] = { "protocol0.pkl", "protocol2.pkl", "protocol5.pkl",
                                       "values.joblib" };
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    struct ft_span whole = read_file(files[i]);
    for (size_t size = 0; size < whole.size; size++) {
      /* of its own, so that a read beyond the end is seen */
      char *copy = malloc(size + !size);
      const struct ft_pickle *value;
      assert_non_null(copy);
      memcpy(copy, whole.data, size);
      assert_int_not_equal(ft_pickle_read(&value, &arena, (struct ft_span){ copy, size }, &err),
                           FT_OK);
      free(copy);
    }
  }
}

/* ---- bombs ---- */

static void what_is_shared_takes_no_memory(void **state) {
  (void)state;
  /* 60 lists of ten times the one before: 10^60 items, if they were written out */
  char text[2048] = "]";
  size_t size = 1;
  for (int level = 0; level < 60; level++) {
    memcpy(text + size, "q\0]q\1(h\0h\0h\0h\0h\0h\0h\0h\0h\0h\0e", 27);
    text[size + 1] = (char)(2 * level);
    text[size + 4] = (char)(2 * level + 1);
    for (int i = 0; i < 10; i++)
      text[size + 7 + 2 * (size_t)i] = (char)(2 * level);
    size += 27;
  }
  text[size++] = '.';
  const struct ft_pickle *value = read_well((struct ft_span){ text, size });
  assert_int_equal(ft_pickle_count(value), 10);
  assert_ptr_equal(ft_pickle_item(value, 0), ft_pickle_item(value, 9));
  assert_true(arena.used < (size_t)1 << 18);
}

static void depth_and_cycles_end(void **state) {
  (void)state;
  size_t size = 200000;
  char *deep = malloc(size);
  assert_non_null(deep);
  memset(deep, '\x85', size);
  deep[0] = 'N';
  deep[size - 1] = '.';
  assert_int_equal(ft_pickle_count(read_well((struct ft_span){ deep, size })), 1);
  free(deep);
  const struct ft_pickle *cycle = read_well(PICKLE("]q\0h\0a."));
  assert_ptr_equal(ft_pickle_item(cycle, 0), cycle);
}

static void texts_are_not_decoded_again_and_again(void **state) {
  (void)state;
  static char text[1 << 16];
  size_t size = 0, letters = 20000;
  memcpy(text, "\x80\x02X\0\0\0\0", 7);
  text[3] = (char)(letters & 255);
  text[4] = (char)(letters >> 8);
  memset(text + 7, 'a', letters);
  size = 7 + letters;
  memcpy(text + size, "q\0", 2);
  size += 2;
  for (int i = 0; i < 1000; i++) {
    memcpy(text + size, "c_codecs\nencode\nh\0X\x06\0\0\0latin1\x86R", 31);
    size += 31;
  }
  text[size++] = '.';
  assert_refused((struct ft_span){ text, size }, FT_LIMIT, "more text");
  /* a set of a set's items, each with one more */
  static char sets[1 << 20];
  size = 0;
  memcpy(sets, "\x80\x02(", 3);
  memset(sets + 3, 'N', 500000);
  memcpy(sets + 500003, "lq\0", 3);
  size = 500006;
  for (int i = 0; i < 1000; i++) {
    memcpy(sets + size, "cbuiltins\nset\nh\0\x85R(N\x90", 21);
    size += 21;
  }
  sets[size++] = '.';
  assert_refused((struct ft_span){ sets, size }, FT_LIMIT, "values");
}

/* ---- arrays ---- */

#define DTYPE   "cnumpy\ndtype\n(S'f8'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntb"
#define NDARRAY "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
#define EIGHT   "S'\\x00\\x00\\x00\\x00\\x00\\x00\\xf8\\x3f'\n"

static void claims_of_arrays_are_checked(void **state) {
  (void)state;
  assert_words(read_well(PICKLE(NDARRAY "(I1\n(I1\nt" DTYPE "I0\n" EIGHT "tb.")), "f8@1[1.5]");
  static const struct ft_span broken[] = {
    PICKLE(NDARRAY "(I1\n(I2\nt" DTYPE "I0\n" EIGHT "tb."),
    PICKLE(NDARRAY "(I1\n(I0\nt" DTYPE "I0\n" EIGHT "tb."),
    PICKLE(NDARRAY "(I1\n(I-1\nt" DTYPE "I0\n" EIGHT "tb."),
    PICKLE(NDARRAY "(I1\n(I9223372036854775807\nI4\nt" DTYPE "I0\n" EIGHT "tb."),
    PICKLE(NDARRAY "(I1\n(I4294967296\nI4294967296\nI0\nt" DTYPE "I0\n" EIGHT "tb."),
    PICKLE(NDARRAY "(I1\nI1\n" DTYPE "I0\n" EIGHT "tb."),
    PICKLE(NDARRAY "(I1\n(I1\ntI5\nI0\n" EIGHT "tb."),
    PICKLE(NDARRAY "(I1\n(I1\nt" DTYPE "I0\n(ltb."),
    PICKLE(NDARRAY "(I1\n(I1\ntcnumpy\ndtype\n(S'O8'\nI0\nI1\ntRI0\n(ltb."),
    PICKLE(NDARRAY "(I1\n(I1\ntcnumpy\ndtype\n(S'O8'\nI0\nI1\ntRI0\n" EIGHT "tb."),
    PICKLE("cnumpy\ndtype\n(S'x8'\nI0\nI1\ntR."),
    PICKLE("cnumpy\ndtype\n(S'f99999999999999'\nI0\nI1\ntR."),
    /* a field beyond its item */
    PICKLE("cnumpy\ndtype\n(S'V8'\nI0\nI1\ntR(I3\nS'|'\nN(S'a'\nt(dS'a'\n(" DTYPE
           "I4\ntsI8\nI1\nI0\ntb."),
    PICKLE("cnumpy\ndtype\n(S'V8'\nI0\nI1\ntR(I3\nS'|'\nN(S'a'\nt(dS'a'\n(" DTYPE
           "I-4\ntsI8\nI1\nI0\ntb."),
  };
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
    assert_refused(broken[i], FT_CORRUPT, "the pickle cannot be read");
}

/* A type that changes after an array was checked with it must not change the array. */
static void an_array_keeps_its_type(void **state) {
  (void)state;
  const struct ft_pickle *value =
      read_well(PICKLE(DTYPE "p0\n0(" NDARRAY "(I1\n(I1\ntg0\nI0\n" EIGHT
                             "tbg0\n(I3\nS'<'\nNNNI800\nI-1\nI0\ntbl."));
  assert_words(ft_pickle_item(value, 0), "f8@1[1.5]");
}

static void reading_survives_every_failed_allocation(void **state) {
  (void)state;
  struct ft_span bytes = read_file("values.joblib");
  enum ft_status status = FT_NOMEM;
  for (size_t allowed = 0; status != FT_OK; allowed++) {
    const struct ft_pickle *value = NULL;
    ft_arena_allow(allowed);
    status = ft_pickle_read(&value, &arena, bytes, &err);
    ft_arena_allow(SIZE_MAX);
    assert_true(status == FT_OK || (status == FT_NOMEM && !value));
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)
  const struct CMUnitTest tests[] = {
    TEST(every_kind_of_value_is_read_in_every_protocol),
    TEST(what_an_object_has_is_found),
    TEST(objects_of_old_protocols_are_the_same),
    TEST(what_would_run_is_refused_by_name),
    TEST(what_is_elsewhere_is_refused),
    TEST(calls_of_what_is_no_name_are_refused),
    TEST(claims_of_lengths_are_checked),
    TEST(no_opcode_takes_what_is_not_there),
    TEST(a_file_cut_anywhere_is_refused),
    TEST(what_is_shared_takes_no_memory),
    TEST(depth_and_cycles_end),
    TEST(texts_are_not_decoded_again_and_again),
    TEST(claims_of_arrays_are_checked),
    TEST(an_array_keeps_its_type),
    TEST(reading_survives_every_failed_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
