#!/usr/bin/env python3
"""Models of scikit-learn's own making, with its own predictions: sklearn_models.py FOLDER [ROWS [SEED]]

Writes what make.py writes, in the same form, as skops files and some by joblib. The committed ones
(test/fixtures/import/sklearn/VERSION) are of 20 rows and seed 1:

    1.2.2, 1.3.2, 1.5.2   numpy 1.26.4, pandas 2.1.4 (1.5.2: 2.2.3), skops 0.11.0
    1.9.1                 skops 0.16.0

All numbers are float32 numbers; where scikit-learn refuses NaN, NULL is not tried.
"""
import pathlib
import sys
import warnings
import zipfile

import joblib
import numpy as np
import pandas as pd
import sklearn
import skops.io
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (ExtraTreesClassifier, ExtraTreesRegressor, GradientBoostingClassifier,
                              GradientBoostingRegressor, HistGradientBoostingClassifier,
                              HistGradientBoostingRegressor, RandomForestClassifier, RandomForestRegressor,
                              VotingRegressor)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import (ElasticNet, GammaRegressor, Lasso, LinearRegression, LogisticRegression,
                                  PoissonRegressor, Ridge, SGDClassifier, SGDRegressor, TweedieRegressor)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (FunctionTransformer, MaxAbsScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder,
                                   RobustScaler, StandardScaler)
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from cases import WORDS, Cases, make_rows, make_score

VERSION = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
NUMBERS = ["a", "b", "c d", "i"]
FLOATS = ["DOUBLE PRECISION", "REAL", "DOUBLE PRECISION", "REAL"]
MIXED = FLOATS + ["VARCHAR", "INTEGER"]
ALL = NUMBERS + ["s", "k"]
# What the committed files of older versions have; the newest has all but the large ones.
OLD = ["tree", "forest_four", "boosting_two", "logistic_each", "logistic_multinomial",
       "pipeline_ordinal", "hist_keys", "hist_words"]
PICKLED = ["forest_four", "hist_words", "pipeline_ordinal"]
LARGE = ["extra", "ridge", "lasso", "elastic", "boosting_zero", "boosting_huber", "pipeline_boosting", "pipeline_logistic",
         "hist_codes", "net_four", "poisson",
         "hist", "hist_two", "boosting_exponential", "pipeline_forest"]


class Models:
    def __init__(self, cases, train, rows, size):
        self.cases, self.train, self.rows, self.size = cases, train, rows, size

    def add(self, name, model, target, columns=NUMBERS, types=FLOATS, returns="DOUBLE PRECISION", complete=False):
        """Fits, saves and predicts; a complete model has columns without NaN: fa, fb, …"""
        if self.size <= 1000 and (name in LARGE or (VERSION < (1, 9) and name not in OLD)):
            return
        if complete:
            columns = ["f" + column for column in columns]
        name = "sk_" + name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(self.train[columns], target)
            file = f"{name}.skops"
            drop_states(model)
            skops.io.dump(model, self.cases.folder / file, compression=zipfile.ZIP_DEFLATED, compresslevel=9)
            rows = self.rows[columns]
            if returns == "DOUBLE PRECISION" and hasattr(model, "classes_"):
                predicted = model.predict_proba(rows)[:, 1]
            elif hasattr(model, "predict_proba") and len(model.classes_) > 2:
                predicted = model.predict_proba(rows)
            else:
                predicted = model.predict(rows)
        self.cases.add(name, file, columns, types, returns, predicted, largest_of(model))
        if self.size > 1000 or name.removeprefix("sk_") in PICKLED:
            self.add_pickled(name, model, columns, types, returns, predicted)

    def add_pickled(self, name, model, columns, types, returns, predicted):
        file = f"{name}.joblib"
        joblib.dump(model, self.cases.folder / file, compress=0 if self.size > 1000 else 3)
        self.cases.add(name + "_joblib", file, columns, types, returns, predicted, largest_of(model))


def drop_states(model):
    """States of random generators, which nothing needs, are most of a small file."""
    for step in [model] + [step for _, step in getattr(model, "steps", [])]:
        for part in [step, *np.ravel(getattr(step, "estimators_", []))]:
            part.random_state = None
            for name in ["_rng", "_random_state", "_optimizer", "_feature_subsample_rng", "loss_curve_"]:
                vars(part).pop(name, None)


def largest_of(model):
    model = model[-1] if hasattr(model, "steps") else model
    trees = [model] if hasattr(model, "tree_") else np.ravel(getattr(model, "estimators_", []))
    if hasattr(model, "classes_") or not len(trees):
        return 1.0
    return max(1.0, max(np.abs(tree.tree_.value).max() for tree in trees))


def prepare(columns):
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    return ColumnTransformer([("n", numbers, columns), ("w", words, ["s"]),
                              ("k", OneHotEncoder(drop="first"), ["k"])])


def make_models(models, score):
    few, depth = (30, 8) if models.size > 1000 else (2, 3)
    classes = np.digitize(score, np.quantile(score, [.3, .6, .8]))
    two = (classes > 1).astype(int)
    positive = np.exp(score / 3)
    complete = {"complete": VERSION < (1, 4)}
    models.add("tree", DecisionTreeRegressor(max_depth=depth + 2), score, complete=VERSION < (1, 3))
    models.add("tree_class", DecisionTreeClassifier(max_depth=depth), two, returns="INTEGER", complete=VERSION < (1, 3))
    models.add("forest", RandomForestRegressor(few, max_depth=depth), score * 1000, **complete)
    models.add("forest_two", RandomForestClassifier(few, max_depth=depth, class_weight="balanced"), two, **complete)
    models.add("forest_ties", RandomForestClassifier(few, min_samples_leaf=1), two, returns="INTEGER", **complete)
    models.add("forest_four", RandomForestClassifier(few, max_depth=depth), classes, returns="INTEGER", **complete)
    models.add("extra", ExtraTreesRegressor(few, max_depth=depth), score, complete=VERSION < (1, 6))
    models.add("extra_four", ExtraTreesClassifier(few, max_depth=depth), classes, returns="VARCHAR",
               complete=VERSION < (1, 6))
    models.add("boosting", GradientBoostingRegressor(n_estimators=few, max_depth=3), score, complete=True)
    models.add("boosting_huber", GradientBoostingRegressor(loss="huber", n_estimators=few, max_depth=3), score * 100,
               complete=True)
    models.add("boosting_zero", GradientBoostingRegressor(init="zero", n_estimators=few), score, complete=True)
    models.add("boosting_two", GradientBoostingClassifier(n_estimators=few, max_depth=3), two, complete=True)
    models.add("boosting_exponential", GradientBoostingClassifier(loss="exponential", n_estimators=few), two,
               complete=True)
    models.add("boosting_four", GradientBoostingClassifier(n_estimators=few, max_depth=2), classes, returns="INTEGER",
               complete=True)
    hist = {"max_iter": few, "max_leaf_nodes": 31 if models.size > 1000 else 5, "min_samples_leaf": 5}
    models.add("hist", HistGradientBoostingRegressor(**hist), score)
    models.add("hist_poisson", HistGradientBoostingRegressor(loss="poisson", **hist), np.floor(positive * 3))
    models.add("hist_two", HistGradientBoostingClassifier(**hist), two)
    models.add("hist_four", HistGradientBoostingClassifier(**hist), classes, returns="INTEGER")
    models.add("hist_codes", HistGradientBoostingRegressor(categorical_features=[1], **hist), score, ["a", "code"],
               ["DOUBLE PRECISION", "INTEGER"])
    models.add("hist_keys", HistGradientBoostingRegressor(categorical_features=["code"], **hist), score, ["code", "a"],
               ["INTEGER", "DOUBLE PRECISION"])
    if VERSION >= (1, 4):
        models.add("hist_words", HistGradientBoostingRegressor(categorical_features="from_dtype", **hist), score,
                   NUMBERS + ["word"], FLOATS + ["VARCHAR"])
    nets = {"hidden_layer_sizes": (6, 4), "max_iter": 300}
    models.add("net", make_pipeline(StandardScaler(), MLPRegressor(activation="tanh", **nets)), score, complete=True)
    models.add("net_two", make_pipeline(prepare(NUMBERS), MLPClassifier(**nets)), two, ALL, MIXED)
    models.add("net_four", make_pipeline(StandardScaler(), MLPClassifier(activation="logistic", **nets)), classes,
               returns="INTEGER", complete=True)
    for name, model in [("linear", LinearRegression()), ("ridge", Ridge()), ("lasso", Lasso(0.01)),
                        ("elastic", ElasticNet(0.01))]:
        models.add(name, model, score, complete=True)
    models.add("far", LinearRegression(), score, ["far", "a"], FLOATS[:2], complete=True)
    models.add("sgd", make_pipeline(StandardScaler(), SGDRegressor()), score, complete=True)
    models.add("poisson", make_pipeline(StandardScaler(), PoissonRegressor()), np.floor(positive * 3), complete=True)
    models.add("gamma", make_pipeline(MinMaxScaler(), GammaRegressor()), positive, complete=True)
    models.add("tweedie", make_pipeline(MaxAbsScaler(), TweedieRegressor(power=1.5)), positive, complete=True)
    models.add("logistic", make_pipeline(RobustScaler(), LogisticRegression()), two, complete=True)
    models.add("logistic_four", make_pipeline(StandardScaler(), LogisticRegression()), classes, returns="INTEGER",
               complete=True)
    if VERSION < (1, 8):
        models.add("logistic_each", make_pipeline(StandardScaler(), LogisticRegression(solver="liblinear")), classes,
                   returns="INTEGER", complete=True)
        models.add("logistic_multinomial",
                   make_pipeline(StandardScaler(), LogisticRegression(multi_class="multinomial")), two, complete=True)
    models.add("sgd_four", make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", random_state=1)), classes,
               returns="INTEGER", complete=True)
    models.add("svc", make_pipeline(StandardScaler(), LinearSVC()), two, returns="INTEGER", complete=True)
    models.add("svc_four", make_pipeline(StandardScaler(), LinearSVC()), classes, returns="INTEGER", complete=True)
    models.add("pipeline", make_pipeline(prepare(NUMBERS), LinearRegression()), score, ALL, MIXED)
    models.add("pipeline_logistic", make_pipeline(prepare(NUMBERS), LogisticRegression()), two, ALL, MIXED)
    models.add("pipeline_forest", make_pipeline(prepare(NUMBERS), RandomForestClassifier(few, max_depth=depth)),
               classes, ALL, MIXED, "INTEGER")
    models.add("pipeline_boosting", make_pipeline(prepare(NUMBERS), GradientBoostingRegressor(n_estimators=few)),
               score, ALL, MIXED)
    ordinal = ColumnTransformer(
        [("w", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["s", "k"]),
         ("n", SimpleImputer(strategy="constant", fill_value=-9), ["a", "i"]), ("d", "drop", ["b"])],
        remainder="passthrough")
    models.add("pipeline_ordinal", make_pipeline(ordinal, SimpleImputer(), DecisionTreeRegressor(max_depth=depth + 2)),
               score, ALL, MIXED)


def make_more(models, score):
    """Drawn last, so that the models before stay as they are."""
    # a mean that is large beside the deviation: the difference is what counts
    models.add("net_near", make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(4,), activation="tanh", max_iter=300)), score,
               ["near", "a"], ["REAL", "REAL"], complete=True)
    # leaves of thousands beside those that decide
    two = (score > np.median(score)).astype(int)
    boosting = GradientBoostingClassifier(n_estimators=6, max_depth=2, subsample=.5, learning_rate=.9, random_state=11)
    models.add("boosting_huge", boosting, two, complete=True)
    slices = ColumnTransformer([("n", StandardScaler(), slice("fb", "fc d"))], remainder="passthrough")
    models.add("pipeline_slice", make_pipeline(slices, LinearRegression()), score, complete=True)


def make_examples(folder):
    """Labels that are texts, and a class that is not read, for test/sql/import_sklearn.test."""
    plans, answers = pd.DataFrame({"Plan": ["a", "b", "c"] * 5}), ["no", "yes", "maybe"] * 5
    tree = make_pipeline(OneHotEncoder(), DecisionTreeClassifier(random_state=0))
    numbers = np.arange(15).reshape(-1, 1)
    weighted = make_pipeline(ColumnTransformer([("n", StandardScaler(), [0])], transformer_weights={"n": 2}),
                             LogisticRegression())
    nones = pd.DataFrame({"Plan": pd.Series(["a", "b", None] * 5, dtype=object)})
    ordinal = make_pipeline(OrdinalEncoder(), LinearRegression()).fit(nones, [0, 10, 20] * 5)
    skops.io.dump(ordinal, folder / "nones.skops", compression=zipfile.ZIP_DEFLATED)
    for name, model, rows in [("plans", tree, plans), ("neighbours", KNeighborsClassifier(2), numbers),
                              ("scaler", StandardScaler(), numbers), ("weighted", weighted, numbers)]:
        model.fit(rows, answers)
        skops.io.dump(model, folder / f"{name}.skops", compression=zipfile.ZIP_DEFLATED)
    make_refused(folder)


def make_refused(folder):
    """Models that are refused, each with a way out of its own."""
    from xgboost import XGBRegressor
    warnings.simplefilter("ignore")
    numbers = pd.DataFrame({"a": np.arange(40.) % 7, "seen": 1.6e9 + np.arange(40.) * 1e5})
    number, two = numbers["a"] * 2, (numbers["a"] > 3).astype(int)
    net = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(2,), max_iter=5, random_state=0))
    voting = VotingRegressor([("a", LinearRegression()), ("b", Ridge())])
    huge = GradientBoostingClassifier(n_estimators=2, max_depth=1).fit(numbers, two)
    huge.estimators_[0, 0].tree_.value[1], huge.estimators_[1, 0].tree_.value[1] = 1e30, 1e14
    drop_states(huge)
    joblib.dump(huge, folder / "huge.joblib", compress=3)
    union = make_pipeline(FeatureUnion([("s", StandardScaler()), ("m", MinMaxScaler())]), LinearRegression())
    for name, model, target in [
            ("seconds", net, number), ("labels", RandomForestClassifier(2, max_depth=2), np.c_[two, 1 - two]),
            ("targets", DecisionTreeRegressor(max_depth=2), np.c_[number, -number]), ("voting", voting, number),
            ("union", union, number), ("transformed", TransformedTargetRegressor(LinearRegression()), number),
            ("function", make_pipeline(FunctionTransformer(np.log1p), LinearRegression()), number),
            ("bayes", GaussianNB(), two),
            ("booster", make_pipeline(StandardScaler(), XGBRegressor(n_estimators=1, max_depth=1)), number)]:
        drop_states(model.fit(numbers, target))
        joblib.dump(model, folder / f"{name}.joblib", compress=3)


def main():
    folder = pathlib.Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    random = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    np.random.seed(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    folder.mkdir(parents=True, exist_ok=True)
    train, rows = make_rows(120 if size <= 1000 else 20000, random), make_rows(size, random)
    score = make_score(train, random)
    for frame in (train, rows):
        frame["s"], frame["k"] = frame["s"].astype(object), frame["k"].astype(int)
        for name in NUMBERS:
            frame["f" + name] = frame[name].fillna(0.5)
        frame["code"] = frame["s"].map({word: code for code, word in enumerate(sorted(WORDS)[:6])})
        frame["word"] = frame["s"].where(frame["s"].isin(sorted(WORDS)[:6])).astype(pd.CategoricalDtype(sorted(WORDS)[:6]))
        frame["fnear"] = (4e6 + frame["fa"] * 8).astype("f4")
        frame["ffar"] = (1.7e9 + frame["fa"] * 1e4).astype("f4")
        for name in frame.columns:
            if frame[name].dtype == "float32":
                frame[name] = frame[name].astype("f8")
    cases = Cases(folder, train, rows)
    models = Models(cases, train, rows, size)
    make_models(models, score)
    make_more(models, score)
    cases.write()
    if VERSION >= (1, 9) and size <= 1000:
        make_examples(folder)


if __name__ == "__main__":
    main()
