#!/usr/bin/env python3
"""Writes shell/width_ranges.h, and the expected widths of test/reference/width.csv.

    python3 test/reference/width.py ranges > shell/width_ranges.h
    python3 test/reference/width.py values > test/reference/width.csv

Source: the Unicode character database as Python's unicodedata carries it (general categories Mn, Me
and Cf take no cell; East Asian Width W and F take two), Unicode Standard Annex 11.
"""
import sys
import unicodedata

SOFT_HYPHEN = 0xAD


def width(code):
    char = chr(code)
    category = unicodedata.category(char)
    if category in ("Mn", "Me") or (category == "Cf" and code != SOFT_HYPHEN):
        return 0
    if 0x1160 <= code <= 0x11FF:  # Hangul vowels and finals join the syllable before them
        return 0
    if unicodedata.east_asian_width(char) in "WF":
        return 2
    return 1


def ranges(wanted):
    first = None
    for code in range(0x80, 0x110001):
        inside = code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF and width(code) == wanted
        if inside and first is None:
            first = code
        elif not inside and first is not None:
            yield first, code - 1
            first = None


def print_ranges():
    print("/* Made by test/reference/width.py from Unicode", unicodedata.unidata_version, "*/")
    print("/* clang-format off */")
    for name, wanted in (("zero_range", 0), ("wide_range", 2)):
        print(f"static const uint32_t {name}[][2] = {{")
        row = []
        for pair in ranges(wanted):
            row.append("{ 0x%X, 0x%X }," % pair)
            if len(row) == 5:
                print("  " + " ".join(row))
                row = []
        print("  " + " ".join(row) + "\n};" if row else "};")
    print("/* clang-format on */")


def print_values():
    print("code,width")
    for code in list(range(0xA0, 0x3400, 7)) + list(range(0xAC00, 0x20000, 211)) + [0xE0100]:
        if not 0xD800 <= code <= 0xDFFF and not 0x1F1E6 <= code <= 0x1F1FF:
            print(f"{code},{width(code)}")


if __name__ == "__main__":
    print_values() if sys.argv[1:] == ["values"] else print_ranges()
