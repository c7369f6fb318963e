/* Dates of the proleptic Gregorian calendar from a count of days.
 *
 * Units    days since 1970-01-01; any int64 whose quotient by 86400000000 fits, which is more than
 *          every date and timestamp type holds.
 * Threads  pure functions. */
#ifndef FORETELL_PREDICT_CIVIL_H
#define FORETELL_PREDICT_CIVIL_H

#include <stdint.h>

struct ft_civil {
  int64_t year;    /* astronomical: 0 is 1 BC */
  int32_t month;   /* 1 … 12 */
  int32_t day;     /* 1 … 31 */
  int32_t yearday; /* 1 … 366 */
  int32_t weekday; /* 0 Monday … 6 Sunday */
};

struct ft_civil ft_civil_of(int64_t days);

/* Quotient towards minus infinity; divisor > 0. */
static inline int64_t ft_floor_divide(int64_t value, int64_t divisor) {
  return value / divisor - (value % divisor < 0);
}

#endif
