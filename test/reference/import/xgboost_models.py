#!/usr/bin/env python3
"""Models of whichever version of XGBoost this Python has, in each format that it writes; run by versions.py.

Each model is written in one format, in turn; with more than 1,000 rows, in all of them. Categories on the
processor's cores came with 1.6, so 1.5 has none. A booster of dart drops trees when 0.90 predicts, unless
it is told how many trees to take.
"""
import re

import numpy as np
import xgboost as xgb

from cases import FLOATS, NUMBERS, main

VERSION = tuple(int(part) for part in xgb.__version__.split(".")[:2])


def write_binary(booster, path):
    booster.save_model(str(path) if VERSION < (2, 1) else str(path) + ".deprecated")
    return path if VERSION < (2, 1) else path.with_name(path.name + ".deprecated")


def write_text(booster, path, ending):
    path = path.with_name(f"{path.name}.{ending}")
    booster.save_model(str(path))
    return path


def write_state(booster, path):
    """The bytes that a pickle of the booster holds."""
    path = path.with_name(path.name + ".raw")
    path.write_bytes(bytes(booster.__getstate__()["handle"]))
    return path


FORMATS = {"state": write_state}
if VERSION < (3, 1):
    FORMATS["binary"] = write_binary
if VERSION >= (1, 0):
    FORMATS["json"] = lambda booster, path: write_text(booster, path, "json")
if VERSION >= (1, 6):
    FORMATS["ubj"] = lambda booster, path: write_text(booster, path, "ubj")


def largest_leaf(booster):
    leaves = re.findall(r"leaf=([^,\n]+)", "".join(booster.get_dump()))
    return max([1.0] + [abs(float(leaf)) for leaf in leaves])


class Recipe:
    def __init__(self, cases, score, size):
        self.cases, self.size = cases, size
        self.few, self.depth = (12, 5) if size > 1000 else (2, 2)
        self.turn = 0
        self.score = score
        self.classes = np.digitize(score, np.quantile(score, [.4, .7]))

    def write(self, name, booster, formats, columns, types, returns, predicted):
        names = list(formats or FORMATS)
        if self.size <= 1000 and formats is None:
            names, self.turn = [names[self.turn % len(names)]], self.turn + 1
        for kind in names:
            if kind not in FORMATS or kind == "binary" and "category" in name:
                continue
            case = f"xgb_{name}_{kind}" if len(names) > 1 else f"xgb_{name}"
            file = FORMATS[kind](booster, self.cases.folder / case).name
            self.cases.add(case, file, columns, types, returns, predicted, largest_leaf(booster))

    def native(self, name, parameters, label, rounds=None, returns="DOUBLE PRECISION", formats=None, **more):
        data = xgb.DMatrix(self.cases.train[NUMBERS], label)
        parameters = {"max_depth": self.depth, "nthread": 2, "seed": 7, **parameters}
        booster = xgb.train(parameters, data, rounds or self.few, **more)
        limit = {"ntree_limit": 10000} if VERSION < (1, 0) and parameters.get("booster") == "dart" else {}
        predicted = booster.predict(xgb.DMatrix(self.cases.rows[NUMBERS]), **limit)
        self.write(name, booster, formats, NUMBERS, FLOATS, returns, predicted)

    def objectives(self):
        above = (self.classes > 0).astype(int)
        count = np.floor(np.exp(self.score / 3) * 3)
        squared = "reg:squarederror"
        self.native("regression", {"objective": squared}, self.score, formats=FORMATS)
        self.native("logistic", {"objective": "binary:logistic", "base_score": 0.3}, above)
        self.native("softprob", {"objective": "multi:softprob", "num_class": 3}, self.classes, returns="INTEGER")
        self.native("softmax", {"objective": "multi:softmax", "num_class": 3}, self.classes, 2, "REAL")
        self.native("dart", {"booster": "dart", "rate_drop": 0.4, "one_drop": 1}, self.score)
        self.native("dart_poisson", {"booster": "dart", "objective": "count:poisson", "base_score": 2.5,
                                     "rate_drop": 0.4}, count)
        linear = {"booster": "gblinear", "nthread": 1}
        self.native("linear", {"objective": "binary:logistic", "base_score": 0.3, **linear}, above)
        self.native("linear_classes", {"objective": "multi:softprob", "num_class": 3, **linear}, self.classes,
                    returns="INTEGER")
        self.native("forest", {"num_parallel_tree": 4, "subsample": 0.6, "eta": 1}, self.score, 1)
        self.native("poisson", {"objective": "count:poisson"}, count)
        self.native("gamma", {"objective": "reg:gamma", "base_score": 2}, count + 1)
        self.native("hinge", {"objective": "binary:hinge"}, above, returns="REAL")
        self.native("logitraw", {"objective": "binary:logitraw", "base_score": 0.3}, above)
        self.native("large", {"base_score": 1e6}, 1e6 + 1e4 * self.score)

    def early_stopping(self):
        """Booster.predict takes all rounds; the wrapper, since its files say that they are its own, the best ones."""
        train, half = self.cases.train[NUMBERS], len(self.cases.train) // 2
        label = self.score
        first, last = xgb.DMatrix(train[:half], label[:half]), xgb.DMatrix(train[half:], label[half:])
        booster = xgb.train({"max_depth": self.depth, "eta": 0.9}, first, 60, evals=[(last, "last")],
                            early_stopping_rounds=3, verbose_eval=False)
        limit = {"ntree_limit": 10000} if VERSION < (1, 4) else {"iteration_range": (0, 0)}
        rows = xgb.DMatrix(self.cases.rows[NUMBERS])
        self.write("stopped", booster, None, NUMBERS, FLOATS, "DOUBLE PRECISION", booster.predict(rows, **limit))
        if VERSION < (1, 0):
            return
        stop = {"early_stopping_rounds": 3}
        model = xgb.XGBClassifier(n_estimators=60, max_depth=1, learning_rate=1.2, objective="multi:softprob",
                                  **(stop if VERSION >= (1, 6) else {}))
        model.fit(train[:half], self.classes[:half], eval_set=[(train[half:], self.classes[half:])], verbose=False,
                  **(stop if VERSION < (1, 6) else {}))
        path = self.cases.folder / ("xgb_wrapper.json" if VERSION >= (2, 1) else "xgb_wrapper.model")
        model.save_model(str(path))
        self.cases.add("xgb_wrapper", path.name, NUMBERS, FLOATS, "INTEGER",
                       model.predict_proba(self.cases.rows[NUMBERS]), largest_leaf(model.get_booster()))

    def categories(self):
        """One-hot splits and partitions of codes, in a data frame without their values."""
        train, rows = self.cases.train, self.cases.rows
        code, row_code = (frame["s"].cat.codes.replace(-1, np.nan) for frame in (train, rows))
        rows["code"] = row_code
        for name, one_hot in (("category_sets", 1), ("category_one_hot", 100)):
            data = xgb.DMatrix(np.column_stack([train["a"], code]), self.score, feature_types=["q", "c"],
                               enable_categorical=True)
            booster = xgb.train({"tree_method": "hist" if VERSION >= (1, 7) else "approx", "max_depth": 3,
                                 "max_cat_to_onehot": one_hot, "nthread": 2}, data, self.few)
            predicted = booster.predict(xgb.DMatrix(np.column_stack([rows["a"], row_code]), feature_types=["q", "c"],
                                                    enable_categorical=True))
            self.write(name, booster, None, ["a", "code"], ["DOUBLE PRECISION", "INTEGER"], "DOUBLE PRECISION",
                       predicted)


    def accents(self):
        """Texts outside ASCII, which files have from 3.1 on, and right from 3.4 on; before, codes are passed."""
        train, rows = self.cases.train, self.cases.rows
        names = dict(zip(train["s"].cat.categories, ["赤", "grün", "naïve", "lilac", "it's", "ß", "x y", "zoë"]))
        for frame in (train, rows):
            frame["t"] = frame["s"].cat.rename_categories(names)
        rows["code"] = rows["t"].cat.codes.replace(-1, np.nan)
        data = xgb.DMatrix(train[["t", "a"]], self.score, enable_categorical=True)
        booster = xgb.train({"max_depth": 3, "max_cat_to_onehot": 1, "nthread": 2}, data, self.few)
        column, kind = ("t", "VARCHAR") if VERSION >= (3, 4) else ("code", "INTEGER")
        self.write("accents", booster, ["json", "ubj"], [column, "a"], [kind, "DOUBLE PRECISION"], "DOUBLE PRECISION",
                   booster.predict(xgb.DMatrix(rows[["t", "a"]], enable_categorical=True)))


def make(cases, score, size):
    recipe = Recipe(cases, score, size)
    if VERSION >= (3, 1):
        recipe.accents()
    if VERSION >= (3, 4) and size <= 1000:
        return
    recipe.objectives()
    recipe.early_stopping()
    if VERSION >= (1, 6):
        recipe.categories()


if __name__ == "__main__":
    main(make)
