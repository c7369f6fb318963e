#include "hosts/postgres/number.h"

#include <fmgr.h>
#include <utils/fmgrprotos.h>

/* The stored form of a NUMERIC (PostgreSQL 9.1 and later, unchanged on disk since): a header of 16
 * bits (short form), or 16 bits and a weight of 16, then digits in base 10000. */
#define SIGN_MASK      0xC000
#define NEGATIVE       0x4000
#define SHORT          0x8000
#define SPECIAL        0xC000
#define SHORT_SIGN     0x2000
#define SHORT_WEIGHT   0x003F
#define SHORT_NEGATIVE 0x0040 /* the weight's sign */

#define EXACT_INTEGER ((int64)1 << 53)
#define EXACT_POWER   22 /* 10^22 is the last power of ten that a double holds exactly */

static const double powers[EXACT_POWER + 1] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

struct digits {
  bool negative;
  int weight; /* the first digit counts 10000^weight */
  int count;
  const char *digit; /* int16 each, perhaps not aligned */
};

/* False for NaN and the infinities. */
static bool read_header(struct digits *out, const char *data, size_t size) {
  uint16 header, next;
  memcpy(&header, data, sizeof header);
  if ((header & SIGN_MASK) == SPECIAL) return false;
  if (header & SHORT) {
    int weight = header & SHORT_WEIGHT;
    out->negative = header & SHORT_SIGN;
    out->weight = header & SHORT_NEGATIVE ? weight - (SHORT_WEIGHT + 1) : weight;
    out->digit = data + sizeof header;
    out->count = (int)((size - sizeof header) / sizeof(int16));
    return true;
  }
  if (size < 2 * sizeof header) return false;
  memcpy(&next, data + sizeof header, sizeof next);
  out->negative = (header & SIGN_MASK) == NEGATIVE;
  out->weight = (int16)next;
  out->digit = data + 2 * sizeof header;
  out->count = (int)((size - 2 * sizeof header) / sizeof(int16));
  return true;
}

/* One integer below 2^53, over or times an exact power of ten, is rounded once: correctly. */
static bool divide_once(double *out, const struct digits *digits) {
  int64 whole = 0;
  for (int i = 0; i < digits->count; i++) {
    int16 digit;
    memcpy(&digit, digits->digit + (size_t)i * sizeof digit, sizeof digit);
    if (whole > EXACT_INTEGER / 10000 - 1) return false;
    whole = whole * 10000 + digit;
  }
  int exponent = 4 * (digits->weight - digits->count + 1);
  if (exponent < -EXACT_POWER || exponent > EXACT_POWER) return false;
  double value =
      exponent < 0 ? (double)whole / powers[-exponent] : (double)whole * powers[exponent];
  *out = digits->negative ? -value : value;
  return true;
}

double ft_number_of_numeric(Datum value) {
  struct varlena *stored = (struct varlena *)DatumGetPointer(value);
  struct varlena *plain = pg_detoast_datum_packed(stored);
  struct digits digits;
  double result;
  size_t size = VARSIZE_ANY_EXHDR(plain);
  if (size < sizeof(uint16) || !read_header(&digits, VARDATA_ANY(plain), size) ||
      !divide_once(&result, &digits))
    result = DatumGetFloat8(DirectFunctionCall1(numeric_float8, PointerGetDatum(plain)));
  if (plain != stored) pfree(plain);
  return result;
}
