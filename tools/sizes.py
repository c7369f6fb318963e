#!/usr/bin/env python3
"""Reports files and functions that have grown too long: 800 lines a file, 60 a function.

tools/sizes_allowed.txt lists exceptions: path or path:function, then the reason. Relies on the
layout that clang-format gives: a function's body ends with a brace in the first column.
"""
import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("core", "trainer", "hosts", "shell", "include", "test", "bench")
FILE_LINES, FUNCTION_LINES = 800, 60
NAME = re.compile(r"([A-Za-z_]\w*)\s*\(")


def functions_of(lines):
    """(name, first line, number of lines) of every function."""
    start, name, in_body = None, None, False
    for number, line in enumerate(lines, 1):
        if start is None and re.match(r"[A-Za-z_].*\(", line):
            match = NAME.search(line)
            start, name, in_body = number, match.group(1) if match else "?", False
        if start is None:
            continue
        if not in_body:
            in_body = line.endswith("{")
            if not in_body and line.endswith((";", "}")):  # a prototype, or all on one line
                start = None
        elif line.startswith("}"):
            if not line.startswith("};"):
                yield name, start, number - start + 1
            start = None


def allowed():
    listed = {}
    path = ROOT / "tools/sizes_allowed.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            where, _, reason = line.partition(" ")
            listed[where] = reason.strip()
    return listed


def main():
    exceptions, unused = allowed(), set(allowed())
    lengths, errors = [], []
    for path in sorted(p for f in FOLDERS for p in (ROOT / f).rglob("*.[ch]")):
        where = str(path.relative_to(ROOT))
        lines = path.read_text(encoding="utf-8").splitlines()
        found = [(where, 1, len(lines), FILE_LINES)]
        for name, start, size in functions_of(lines):
            found.append((f"{where}:{name}", start, size, FUNCTION_LINES))
            if not where.startswith("test"):
                lengths.append(size)
        for what, start, size, limit in found:
            if size > limit:
                unused.discard(what)
                if not exceptions.get(what):
                    errors.append(f"{where}:{start}: {what.rpartition(':')[2]} has {size} lines")
    errors += [f"tools/sizes_allowed.txt: {what} is no longer too long" for what in sorted(unused)]
    print("\n".join(errors) if errors else "", end="\n" if errors else "")
    if lengths:
        short = sum(size < 40 for size in lengths) / len(lengths)
        print(f"check: {len(lengths)} functions, median {statistics.median(lengths):g} lines, "
              f"{100 * short:.1f} % under 40")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
