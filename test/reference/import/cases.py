"""Rows, a target and the files of a folder of models: shared by the recipes beside this file.

All numbers are float32 numbers, so that a comparison of doubles and one of floats agree.
"""
import pathlib
import sys

import numpy as np
import pandas as pd

NUMBERS = ["a", "b", "c d", "i"]
WORDS = ["red", "green", "blue", "lilac", "it's", "UPPER", "x y", "\"q\""]
KEYS = [10, 20, 30, 40, 500, -7]


def make_rows(count, random):
    frame = pd.DataFrame({name: random.standard_normal(count).astype("f4") for name in NUMBERS[:3]})
    frame["a"] *= np.float32(100)
    frame["i"] = random.integers(-3, 9, count).astype("f4")
    for name in NUMBERS:
        frame.loc[random.random(count) < 0.15, name] = np.nan
    frame["s"] = pd.Categorical(random.choice(WORDS, count).astype(object), categories=WORDS)
    frame["k"] = pd.Categorical(random.choice(KEYS, count), categories=sorted(KEYS))
    frame.loc[random.random(count) < 0.1, "s"] = None
    return frame


def make_score(frame, random):
    effect = dict(zip(WORDS, [0, 1, -1, 2, .5, -2, 1.5, .2]))
    score = np.nan_to_num(frame["a"].to_numpy()) / 60 + np.sin(3 * np.nan_to_num(frame["b"].to_numpy()))
    score += frame["s"].map(effect).astype("f8").fillna(0.7).to_numpy()
    score += frame["k"].astype("f8").to_numpy() / 200 + np.isnan(frame["i"].to_numpy()) * 0.5
    return score + random.standard_normal(len(frame)) * 0.2


class Cases:
    def __init__(self, folder, train, rows):
        self.folder, self.train, self.rows = folder, train, rows
        self.lines, self.expected = [], {}

    def add(self, name, file, columns, types, returns, predicted, largest=1.0, settings=""):
        predicted = np.asarray(predicted)
        names = []
        if predicted.ndim == 1:
            names.append(name)
            self.expected[name] = predicted
        else:
            for label in range(predicted.shape[1]):
                names.append(f"{name}_{label}")
                self.expected[names[-1]] = predicted[:, label]
        self.lines.append([name, file, ",".join(columns), ",".join(types), returns, ",".join(names),
                           repr(float(largest))] + [settings] * bool(settings))

    def write(self):
        frame = self.rows.copy()
        for name, values in self.expected.items():
            frame[name] = values if values.dtype.kind in "iuUO" else values.astype("f8")
        if "s" in frame:
            frame["s"] = frame["s"].astype(object)
        frame.to_csv(self.folder / "rows.csv", index=False, float_format="%.17g")
        text = "".join("\t".join(line) + "\n" for line in self.lines)
        (self.folder / "cases.tsv").write_text(text, encoding="utf-8")


FLOATS = ["DOUBLE PRECISION", "REAL", "DOUBLE PRECISION", "REAL"]
MIXED = FLOATS + ["VARCHAR", "INTEGER"]
ALL = NUMBERS + ["s", "k"]


def main(make, train_few=400, train_many=20000):
    """FOLDER [ROWS [SEED]]: make(cases, score, size) adds the models."""
    folder = pathlib.Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    random = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    folder.mkdir(parents=True, exist_ok=True)
    train = make_rows(train_few if size <= 1000 else train_many, random)
    score = make_score(train, random)
    cases = Cases(folder, train, make_rows(size, random))
    make(cases, score, size)
    cases.write()
