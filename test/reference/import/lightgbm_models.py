#!/usr/bin/env python3
"""Models of one version of LightGBM, with its own predictions: lightgbm_models.py FOLDER [ROWS [SEED]]

Writes models as make.py does, of every objective, kind of boosting and kind of input that the version
has, as text and as dumps; of fewer than 1,000 rows only those named in FEW. versions.py runs it.
"""
import json
import pathlib
import sys

import lightgbm as lgb
import numpy as np
import pandas as pd

from cases import Cases

VERSION = tuple(int(part) for part in lgb.__version__.split(".")[:2])
NUMBERS = ["a", "b", "c d", "i"]
FLOATS = ["DOUBLE PRECISION", "REAL", "DOUBLE PRECISION", "REAL"]
WORDS = ["red", "grün", "naïve", "赤", "it's", "ß", "x y", "\"q\"", "a,b"]
KEYS = [-7, 10, 20, 30, 40, 500]
ALL = NUMBERS + ["s", "k"]
MIXED = FLOATS + ["VARCHAR", "INTEGER"]
FEW = {"reg_sqrt", "cross_entropy_lambda", "rf_poisson", "codes", "early", "zeros", "zeros_mixed", "linear",
       "linear_classes"}
DUMPED = {"codes", "rf_poisson", "linear", "zeros"}


def make_rows(count, random, unseen):
    frame = pd.DataFrame({name: random.standard_normal(count).astype("f4") for name in NUMBERS[:3]})
    frame["a"] *= np.float32(100)
    frame["i"] = random.integers(-3, 9, count).astype("f4")
    for name in NUMBERS:
        frame.loc[random.random(count) < 0.15, name] = np.nan
        frame.loc[random.random(count) < 0.1, name] = 0
    words, keys = WORDS + ["new"] * unseen, KEYS + [-8] * unseen
    frame["s"] = pd.Categorical(random.choice(words, count).astype(object), categories=words)
    frame["k"] = pd.Categorical(random.choice(keys, count), categories=sorted(keys))
    frame.loc[random.random(count) < 0.1, "s"] = None
    return frame


def make_score(frame, random):
    effect = dict(zip(WORDS, [0, 1, -1, 2, .5, -2, 1.5, .2, -.7]))
    score = np.nan_to_num(frame["a"].to_numpy()) / 60 + np.sin(3 * np.nan_to_num(frame["b"].to_numpy()))
    score += frame["s"].map(effect).astype("f8").fillna(0.7).to_numpy()
    score += frame["k"].astype("f8").to_numpy() / 200 + np.isnan(frame["i"].to_numpy()) * 0.5
    score += (frame["c d"].to_numpy() == 0) * 1.0
    return score + random.standard_normal(len(frame)) * 0.2


def largest_leaf(booster):
    leaves, trees = [1.0], [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
    while trees:
        node = trees.pop()
        if "left_child" in node:
            trees += [node["left_child"], node["right_child"]]
        else:
            leaves.append(abs(node["leaf_value"]))
    return max(leaves)


class Models:
    def __init__(self, cases, size):
        self.cases, self.chosen = cases, FEW if size < 1000 else None
        self.rounds, self.leaves = (20, 31) if size > 1000 else (3, 6)

    def train(self, parameters, label, rounds=None, columns=ALL, data=None, **more):
        parameters = {"num_leaves": self.leaves, "min_data_in_leaf": 5, "min_data_per_group": 5, "verbose": -1,
                      "seed": 7, "num_threads": 1, "cat_smooth": 1, **parameters}
        group = more.pop("group", None)
        data = lgb.Dataset(self.cases.train[columns] if data is None else data, label, group=group,
                           params=dict(parameters))
        return lgb.train(parameters, data, rounds or self.rounds, **more)

    def add(self, name, booster, returns="DOUBLE PRECISION", columns=ALL, types=None, expected=None, rows=None):
        if self.chosen and name not in self.chosen:
            return
        types = types or (MIXED if len(columns) == len(ALL) else FLOATS)
        predicted = booster.predict(self.cases.rows[columns] if rows is None else rows)
        if expected:
            predicted = expected(predicted)
        booster.save_model(str(self.cases.folder / f"{name}.txt"))
        self.cases.add(f"lgb_{name}", f"{name}.txt", columns, types, returns, predicted, largest_leaf(booster))
        if not self.chosen or name in DUMPED:
            dump = json.dumps(booster.dump_model(), separators=(",", ":"))
            (self.cases.folder / f"{name}.json").write_text(dump, encoding="utf-8")
            self.cases.lines.append([f"lgb_{name}_dump", f"{name}.json"] + self.cases.lines[-1][2:])


def make_objectives(models, score):
    classes = np.digitize(score, np.quantile(score, [.3, .6, .8]))
    positive, share = np.exp(score / 3), 1 / (1 + np.exp(-score))
    labels = {"regression": score, "regression_l1": score * 100, "huber": score, "fair": score,
              "quantile": score, "mape": score + 9, "poisson": np.floor(positive * 3), "gamma": positive,
              "tweedie": np.floor(positive * 2), "cross_entropy": share, "cross_entropy_lambda": share}
    for objective, label in labels.items():
        models.add(objective, models.train({"objective": objective}, label))
    models.add("reg_sqrt", models.train({"reg_sqrt": True}, score * 30 + 100))
    models.add("reg_sqrt_l1", models.train({"objective": "regression_l1", "reg_sqrt": True}, score))
    query = [len(score) // 10] * 10
    for objective in ["lambdarank"] + ["rank_xendcg"] * (VERSION >= (3, 0)):
        models.add(objective, models.train({"objective": objective}, classes, group=query))
    positives = (classes > 1).astype(int)
    models.add("binary", models.train({"objective": "binary", "sigmoid": 2.5}, positives))
    models.add("class", models.train({"objective": "binary"}, positives), "BOOLEAN",
               expected=lambda p: (p > 0.5).astype(int))
    models.add("multiclass", models.train({"objective": "multiclass", "num_class": 4}, classes), "INTEGER")
    models.add("ova", models.train({"objective": "multiclassova", "num_class": 4, "sigmoid": 1.5}, classes), "VARCHAR")


def squared_error(predicted, data):
    return predicted - data.get_label(), np.ones_like(predicted)


def make_boostings(models, score):
    positives = (score > np.median(score)).astype(int)
    forest = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}
    models.add("dart", models.train({"boosting": "dart", "drop_rate": 0.4}, score))
    models.add("goss", models.train({"boosting": "goss", "learning_rate": 0.5}, score))
    models.add("rf", models.train(forest, score))
    models.add("rf_binary", models.train({**forest, "objective": "binary"}, positives))
    models.add("rf_poisson", models.train({**forest, "objective": "poisson"}, np.floor(np.exp(score / 3))))
    if VERSION < (4, 0):
        own = models.train({"objective": "none"}, score, fobj=squared_error)
    else:
        own = models.train({"objective": squared_error}, score)
    models.add("own_objective", own)
    train = models.cases.train
    held_out = lgb.Dataset(train[NUMBERS][::2], score[::2])
    early = {"early_stopping_rounds": 2} if VERSION < (4, 0) else {"callbacks": [lgb.early_stopping(2, verbose=False)]}
    booster = models.train({"learning_rate": 0.9, "num_leaves": 4, "metric": "l2"}, score[1::2], 60, NUMBERS, train[NUMBERS][1::2],
                           valid_sets=[held_out], **early)
    models.add("early", booster, columns=NUMBERS)


def make_missing(models, score):
    train = models.cases.train
    complete = train[NUMBERS].fillna(0.25)
    models.add("no_missing", models.train({}, score, columns=NUMBERS, data=complete), columns=NUMBERS)
    models.add("not_as_missing", models.train({"use_missing": False}, score, columns=NUMBERS), columns=NUMBERS)
    codes = np.column_stack([train["a"], train["s"].cat.codes.replace(-1, np.nan)])
    booster = models.train({"categorical_feature": [1]}, score, data=codes)
    code = models.cases.rows["s"].cat.codes.astype("f8").replace(-1, np.nan)
    code[::7] = -3
    models.cases.rows["code"] = code
    models.add("codes", booster, columns=["a", "code"], types=["DOUBLE PRECISION", "INTEGER"],
               rows=np.column_stack([models.cases.rows["a"], code]))


def make_zeros(models, score):
    zeros = {"zero_as_missing": True}
    models.add("zeros", models.train(zeros, score))
    models.add("zeros_numbers", models.train({**zeros, "objective": "binary"}, (score > 1).astype(int), columns=NUMBERS),
               columns=NUMBERS)
    first = models.train(zeros, score, columns=NUMBERS)
    models.add("zeros_mixed", models.train({}, score, columns=NUMBERS, init_model=first), columns=NUMBERS)


def make_linear(models, score):
    linear = {"linear_tree": True, "linear_lambda": 0.01}
    classes = np.digitize(score, np.quantile(score, [.4, .8]))
    models.add("linear", models.train(linear, score))
    models.add("linear_numbers", models.train({**linear, "min_data_in_leaf": 3}, score, columns=NUMBERS), columns=NUMBERS)
    models.add("linear_classes", models.train({**linear, "objective": "multiclass", "num_class": 3}, classes,
                                              columns=NUMBERS), "INTEGER", NUMBERS)
    models.add("linear_ova", models.train({**linear, "objective": "multiclassova", "num_class": 3, "sigmoid": 1.5},
                                          classes), "VARCHAR")
    models.add("linear_dart", models.train({**linear, "boosting": "dart", "drop_rate": 0.5}, score))
    models.add("linear_sqrt", models.train({**linear, "reg_sqrt": True}, score * 30 + 100))
    models.add("linear_poisson", models.train({**linear, "objective": "poisson"}, np.floor(np.exp(score / 3))))


def main():
    folder = pathlib.Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    random = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    folder.mkdir(parents=True, exist_ok=True)
    train = make_rows(400 if size <= 1000 else 8000, random, 0)
    score = make_score(train, random)
    models = Models(Cases(folder, train, make_rows(size, random, 1)), size)
    make_objectives(models, score)
    make_boostings(models, score)
    make_missing(models, score)
    make_zeros(models, score)
    if VERSION >= (3, 2):
        make_linear(models, score)
    models.cases.write()


if __name__ == "__main__":
    main()
