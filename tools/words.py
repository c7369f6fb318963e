#!/usr/bin/env python3
"""Finds private words where the field has a term: a newcomer should not have to learn a second language.

WORDS has a pattern and the field's term; FOLDERS are where each is looked for. A line that must have the
word says `words.py: ok` in a comment.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LEARNING = ("core/learn", "core/train", "trainer")
DOCS = ("docs", "README.md", "CONTRIBUTING.md")
ALL = LEARNING + DOCS
CODE = ("core", "include", "hosts", "shell")

# pattern, the field's term, where
WORDS = [
    (r"\b(haste|hasten\w*|hasty)\b", "learning_rate_factor, speed_up", ALL),
    (r"\bmixtures?\b", "ensemble", ALL),
    (r"\bforetold\b", "estimated, predicted", ALL),
    (r"\bfinals\b|\bfinal fits?\b", "refit", ALL),
    (r"\bkept aside\b|\baside_\w+|\w+_aside\b", "held out, hold-out", ALL),
    (r"\bdealt\b|\b\w*_deal\b", "split, assigned to folds", ALL),
    (r"\bnets? of bends\b|\bbends\b", "spline, hinges, knots", ALL),
    (r"\b\w*standing_\w*|\bft_standing\b", "regression_state", LEARNING),
    (r"\bdrawn (to nothing|towards)\b", "shrunk to zero, shrunk towards", ALL),
    (r"\brows drawn again\b", "bootstrap", ALL),
    (r"\b(trains|valids|scoreds|seens|helds|covers)\b(?= *[;,=)<>+*/-])", "n_train, n_valid, …", LEARNING),
    (r"\b(?:[A-Z]+_)*(MOST|LEAST)_[A-Z_]+\b", "MAX_, MIN_", CODE),
    (r"\b(most|least)_\w+\b", "max_, min_", CODE),
    (r"\b([Hh]e|[Hh]is|[Hh]im)\b", "it, the caller's, the user's, their", ALL + CODE),
    (r"\b(quiet|brisk|loose|swift) (net|trees|extra trees)\b", "a name that says size or depth", ALL),
]
ALLOWED = re.compile(r"words\.py: ok|(?i:most_frequent)|at_most|at_least|least_(?:squares|absolute)\w*")


def files_of(place):
    path = ROOT / place
    if path.is_file():
        return [path]
    return sorted(p for p in path.rglob("*") if p.suffix in (".c", ".h", ".md"))


def main():
    found = 0
    for pattern, term, places in WORDS:
        expression = re.compile(pattern)
        for path in sorted({file for place in places for file in files_of(place)}):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = expression.search(ALLOWED.sub("", line))
                if match and "words.py: ok" not in line:
                    print(f"{path.relative_to(ROOT)}:{number}: \"{match.group(0)}\": {term}")
                    found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
