#!/usr/bin/env python3
"""Models of CatBoost's own making, with their own predictions: catboost_models.py FOLDER [ROWS [SEED]]

Writes what make.py writes, in the same form. The committed ones (test/fixtures/import/catboost) are of
40 rows and seed 1, by catboost 1.2.10, numpy 2.4 and pandas 3.0; those in catboost/1.2, which are a few of
them, by catboost 1.2, the oldest that PyPI has for Python 3.11, numpy 1.26.4 and pandas 2.1.4. Numbers
are doubles, which CatBoost rounds to float32. CatBoost refuses missing categories: where the rows have
one, it is given a word that it has never seen.
"""
import json
import pathlib
import sys

import catboost
import numpy as np
import pandas as pd
from catboost import CatBoostClassifier, CatBoostRegressor

from cases import Cases

OLD = catboost.__version__ == "1.2"
KEPT_OF_OLD = ["cat_multi", "cat_lossguide", "cat_depthwise", "cat_ctr", "cat_ctr_json", "cat_onehot"]
NUMBERS = ["a", "b", "c d", "i"]
WORDS = ["red", "köln", "blue", "pink", "it's", "UPPER", "x y", "東京都", "a rather long name of more than thirty-two bytes",
         "and one of more than sixty-four bytes, as CatBoost hashes those in another way than shorter ones"]
UNSEEN = ["violet", "Köln"]
KEYS = [10, 20, 30, 40, 500, -7]
FLOATS = ["DOUBLE PRECISION", "REAL", "DOUBLE PRECISION", "INTEGER"]


MIXED = ["a", "c d", "s", "t", "k"]
MIXED_TYPES = ["DOUBLE PRECISION", "DOUBLE PRECISION", "VARCHAR", "VARCHAR", "INTEGER"]
CATEGORIES = ["s", "t", "k"]


def make_rows(count, random, words):
    frame = pd.DataFrame({name: random.standard_normal(count) for name in NUMBERS[:3]})
    frame["a"] *= 100
    frame["b"] = frame["b"].astype("f4").astype("f8")
    frame["i"] = random.integers(-3, 9, count).astype("f8")
    for name in NUMBERS[1:]:
        frame.loc[random.random(count) < 0.15, name] = np.nan
    frame["s"] = random.choice(np.array(words, dtype=object), count)
    frame["t"] = random.choice(np.array(["yes", "no", "perhaps"], dtype=object), count)
    frame["k"] = random.choice(KEYS + [99] * (words is not WORDS), count)
    return frame


def make_score(frame, random):
    score = frame["a"].to_numpy() / 60 + np.sin(3 * np.nan_to_num(frame["b"].to_numpy()))
    score += frame["s"].map(dict(zip(WORDS, [0, 1, -1, 2, .5, -2, 1.5, .2, -.7, .9]))).to_numpy()
    score += (frame["t"] == "yes").to_numpy() * (frame["k"] > 30).to_numpy() - frame["k"].to_numpy() / 400
    score += np.isnan(frame["i"].to_numpy()) * 0.5 + np.nan_to_num(frame["c d"].to_numpy()) ** 2 / 4
    return score + random.standard_normal(len(frame)) * 0.2


def save(model, path):
    """What a reader has no use for goes, to keep the files small."""
    if path.suffix == ".cbm":
        model.save_model(str(path))
        return
    model.save_model(str(path), format="json")
    document = json.loads(path.read_text(encoding="utf-8"))
    about = document["model_info"]
    about.pop("output_options", None)
    about["params"] = {"loss_function": about["params"]["loss_function"]}
    path.write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")


def largest_leaf(model):
    return max(1.0, np.abs(model.get_leaf_values()).max())


def make_numbers(cases, score, size):
    train, rows = cases.train[NUMBERS], cases.rows[NUMBERS]
    few, depth = (50, 6) if size > 1000 else (4, 3)
    usual = {"iterations": few, "depth": depth, "verbose": 0, "random_seed": 7, "thread_count": 2,
             "allow_writing_files": False}
    classes = np.digitize(score, np.quantile(score, [.3, .6, .8]))
    positive = np.exp(score / 3)

    def fit(name, make, target, ending="cbm", returns="DOUBLE PRECISION", predict=None, data=train, **parameters):
        if OLD and name not in KEPT_OF_OLD:
            return
        options = usual | parameters
        model = make(**{key: value for key, value in options.items() if value is not None})
        model.fit(data, target)
        save(model, cases.folder / f"{name}.{ending}")
        given = rows if data is train else rows.to_numpy()
        predicted = predict(model, given) if predict else model.predict(given)
        cases.add(name, f"{name}.{ending}", NUMBERS, FLOATS, returns, predicted, largest_leaf(model))

    def second(model, given):
        return model.predict_proba(given)[:, 1]

    def each(model, given):
        return model.predict_proba(given)

    def label(model, given):
        return model.predict(given).ravel().astype(int)

    fit("cat_rmse", CatBoostRegressor, score)
    fit("cat_rmse_json", CatBoostRegressor, score, "json")
    fit("cat_nan_max", CatBoostRegressor, score, nan_mode="Max")
    fit("cat_binary", CatBoostClassifier, classes > 1, predict=second)
    fit("cat_class", CatBoostClassifier, (classes > 1).astype(int), "json", "INTEGER", label)
    fit("cat_multi", CatBoostClassifier, classes, "cbm", "INTEGER", each)
    fit("cat_multi_nodes", CatBoostClassifier, classes, "json", "INTEGER", each, grow_policy="Depthwise")
    fit("cat_ova", CatBoostClassifier, classes, "cbm", "VARCHAR", each, loss_function="MultiClassOneVsAll")
    fit("cat_two", CatBoostClassifier, (classes > 1).astype(int), "cbm", predict=second,
        loss_function="MultiClass")
    fit("cat_depthwise", CatBoostRegressor, score, "json", grow_policy="Depthwise")
    fit("cat_lossguide", CatBoostRegressor, score, "cbm", grow_policy="Lossguide", max_leaves=8, depth=None)
    fit("cat_poisson", CatBoostRegressor, np.floor(positive * 3), loss_function="Poisson")
    fit("cat_tweedie", CatBoostRegressor, np.floor(positive * 2), "json",
        loss_function="Tweedie:variance_power=1.4")
    fit("cat_entropy", CatBoostClassifier, 1 / (1 + np.exp(-score)), predict=second,
        loss_function="CrossEntropy")
    fit("cat_large", CatBoostRegressor, 1e6 + 1e4 * score, data=train.to_numpy())
    if size > 1000:
        fit("cat_thousand", CatBoostRegressor, score, iterations=1000, learning_rate=0.1)
        fit("cat_deep", CatBoostRegressor, score, iterations=20, depth=12)
        fit("cat_deep_multi", CatBoostClassifier, classes, "cbm", "INTEGER", each, iterations=20, depth=9)
        fit("cat_quantile", CatBoostRegressor, score, loss_function="Quantile:alpha=0.8")
        fit("cat_mae", CatBoostRegressor, score * 100, loss_function="MAE")
        fit("cat_lossguide_json", CatBoostRegressor, score, "json", grow_policy="Lossguide", depth=None)


def statistics(*kinds):
    return {"simple_ctr": list(kinds), "combinations_ctr": list(kinds)}


def make_categories(cases, score, size):
    train, rows = cases.train[MIXED], cases.rows[MIXED]
    few, depth = (60, 6) if size > 1000 else (5, 3)
    usual = {"iterations": few, "depth": depth, "verbose": 0, "random_seed": 7, "thread_count": 2,
             "allow_writing_files": False, "cat_features": CATEGORIES, "max_ctr_complexity": 2}
    classes = np.digitize(score, np.quantile(score, [.3, .6, .8]))
    given = rows.fillna({"s": "nobody has seen this"})

    def fit(name, make, target, ending="cbm", returns="DOUBLE PRECISION", predict=None, **parameters):
        if OLD and name not in KEPT_OF_OLD:
            return
        model = make(**(usual | parameters))
        model.fit(train, target)
        save(model, cases.folder / f"{name}.{ending}")
        predicted = predict(model) if predict else model.predict(given)
        cases.add(name, f"{name}.{ending}", MIXED, MIXED_TYPES, returns, predicted, largest_leaf(model))

    def second(model):
        return model.predict_proba(given)[:, 1]

    def each(model):
        return model.predict_proba(given)

    fit("cat_onehot", CatBoostRegressor, score, one_hot_max_size=20)
    fit("cat_onehot_json", CatBoostRegressor, score, "json", one_hot_max_size=20, grow_policy="Depthwise")
    fit("cat_ctr", CatBoostRegressor, score, max_ctr_complexity=1)
    fit("cat_ctr_binary", CatBoostClassifier, classes > 1, predict=second)
    fit("cat_ctr_json", CatBoostClassifier, classes > 1, "json", predict=second, one_hot_max_size=3)
    fit("cat_ctr_multi", CatBoostClassifier, classes, "cbm", "INTEGER", each)
    fit("cat_ctr_buckets", CatBoostRegressor, score, "json", **statistics("Buckets:TargetBorderCount=3"))
    fit("cat_ctr_mean", CatBoostRegressor, score, **statistics("BinarizedTargetMeanValue:TargetBorderCount=4"))
    fit("cat_ctr_counter", CatBoostRegressor, score, **statistics("Counter"), one_hot_max_size=3)
    if size > 1000:
        fit("cat_ctr_deep", CatBoostRegressor, score, iterations=300, max_ctr_complexity=4)
        fit("cat_ctr_deep_json", CatBoostRegressor, score, "json", iterations=100, max_ctr_complexity=4,
            one_hot_max_size=3)
        fit("cat_ctr_borders", CatBoostRegressor, score, **statistics("Borders:TargetBorderCount=5:Prior=0.3"))
        fit("cat_ctr_mean_json", CatBoostRegressor, score, "json",
            **statistics("BinarizedTargetMeanValue:TargetBorderCount=1:Prior=0/1"))
        fit("cat_ctr_lossguide", CatBoostRegressor, score, grow_policy="Lossguide")
        fit("cat_ctr_nan", CatBoostRegressor, score, nan_mode="Max", max_ctr_complexity=3)


def main():
    folder = pathlib.Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    random = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    folder.mkdir(parents=True, exist_ok=True)
    train = make_rows(400 if size <= 1000 else 20000, random, WORDS)
    score = make_score(train, random)
    rows = make_rows(size, random, WORDS + UNSEEN)
    rows.loc[random.random(size) < 0.1, "s"] = None
    cases = Cases(folder, train, rows)
    make_numbers(cases, score, size)
    make_categories(cases, score, size)
    cases.write()


if __name__ == "__main__":
    main()
