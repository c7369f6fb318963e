#include "core/predict/civil.h"

#include <stdbool.h>

#define CYCLE_DAYS   146097 /* of 400 years */
#define EPOCH_DAYS   719468 /* from 0000-03-01 to 1970-01-01 */
#define MARCH_TO_JAN 306    /* days from 1 March to 1 January */

/* Counted from 1 March a leap day is the last of its year, so that a day's number within the year
 * gives its month by the straight line (153 m + 2) / 5, and its year within the 400 by taking out
 * the leap days passed. */
struct ft_civil ft_civil_of(int64_t days) {
  int64_t shifted = days + EPOCH_DAYS;
  int64_t cycle = ft_floor_divide(shifted, CYCLE_DAYS);
  int64_t day = shifted - cycle * CYCLE_DAYS; /* of the cycle, 0 … 146096 */
  int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  day -= 365 * year + year / 4 - year / 100; /* of the year from March, 0 … 365 */
  int64_t month = (5 * day + 2) / 153;       /* from March, 0 … 11 */
  bool next = month >= 10;                   /* January and February belong to the next year */
  bool leap = year % 4 == 0 && (year % 100 != 0 || year == 0);
  return (struct ft_civil){
    .year = cycle * 400 + year + next,
    .month = (int32_t)(next ? month - 9 : month + 3),
    .day = (int32_t)(day - (153 * month + 2) / 5 + 1),
    .yearday = (int32_t)(next ? day - MARCH_TO_JAN + 1 : day + 60 + leap),
    .weekday = (int32_t)(days + 3 - 7 * ft_floor_divide(days + 3, 7)), /* 1970-01-01: Thursday */
  };
}
