#!/usr/bin/env python3
"""test/reference/civil.py > test/reference/civil.csv: dates by Python's own calendar.

Days since 1970-01-01, then year, month, day, day of the year and weekday (0 Monday). Python knows
the years 1 to 9999; the calendar repeats every 146097 days, by which the test goes further.
"""
import random
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
generator = random.Random(1582)
days = {date(y, m, d) for y in (1, 4, 99, 100, 400, 1582, 1600, 1700, 1899, 1900, 1969, 1970, 1999, 2000, 2023, 2024,
                                2100, 2400, 9999) for m, d in ((1, 1), (2, 28), (3, 1), (12, 31))}
days |= {date(y, 2, 29) for y in (4, 400, 1600, 1904, 2000, 2024, 2400)}
days |= {EPOCH + timedelta(generator.randrange(-719162, 2932897)) for _ in range(300)}
print("days,year,month,day,yearday,weekday")
for day in sorted(days):
    print((day - EPOCH).days, day.year, day.month, day.day, day.timetuple().tm_yday, day.weekday(), sep=",")
