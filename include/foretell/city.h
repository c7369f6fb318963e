/* CityHash64, which CatBoost knows its categories by. It has no key: good for looking up what a file
 * of another library has, not for hiding it.
 *
 * Threads  pure functions.
 * Source   Pike and Alakuijala, "CityHash", version 1.0 (2011). */
#ifndef FORETELL_CITY_H
#define FORETELL_CITY_H

#include <stdint.h>

#include "foretell/span.h"

uint64_t ft_city_hash64(struct ft_span bytes);

#endif
