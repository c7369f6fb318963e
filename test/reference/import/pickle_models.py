#!/usr/bin/env python3
"""Pickled models and joblib's files, of whichever of XGBoost, LightGBM and CatBoost there are.

    pickle_models.py FOLDER [ROWS [SEED]]

Writes what make.py does; of fewer than 1,000 rows only those named in FEW, but for the newest versions. The
committed ones (test/fixtures/import/pickle) are of 20 rows and seed 1: those of a version are by versions.py,
newest/ is by Python 3.11.7 with xgboost 3.2.0, lightgbm 4.7.0, catboost 1.2.10, numpy 2.4.6, pandas 3.1.1,
scikit-learn 1.9.1 and joblib 1.6.0.
"""
import importlib
import pickle
import warnings

import joblib
import numpy as np

from cases import ALL, FLOATS, MIXED, NUMBERS, main

FEW = {"xgb_booster", "xgb_nameless", "xgb_answers", "xgb_early", "xgb_parallel", "xgb_zeros", "lgb_booster", "lgb_answers",
       "lgb_early"}
ANSWERS = np.array(["no", "perhaps", "yes"])


def load(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


xgb, lgb, cat = load("xgboost"), load("lightgbm"), load("catboost")
sklearn = load("sklearn") if xgb and lgb else None


def version_of(library):
    return tuple(int(part) for part in library.__version__.split(".")[:2])


NEWEST = bool(xgb and lgb)


class Pickles:
    def __init__(self, cases, score, size):
        self.cases, self.score, self.large = cases, np.asarray(score), size > 1000
        self.rounds, self.depth = (30, 6) if self.large else (2, 2)
        self.classes = np.digitize(self.score, np.quantile(self.score, [.4, .7]))
        self.plain, self.rows = cases.train[NUMBERS], cases.rows[NUMBERS]

    def add(self, name, model, predicted, protocol=None, returns="DOUBLE PRECISION", columns=NUMBERS, types=FLOATS,
            compress=None, file=None):
        if not (NEWEST or self.large or name in FEW):
            return
        if file is None and compress is None:
            file = f"{name}.pkl"
            (self.cases.folder / file).write_bytes(pickle.dumps(model, protocol))
        elif file is None:
            file = f"{name}.joblib"
            joblib.dump(model, self.cases.folder / file, compress=compress)
        self.cases.add(name, file, columns, types, returns, predicted)

    def fit_early(self, model, **extra):
        """The learning rate is too high, so that it stops soon."""
        half, x, y = len(self.score) // 2, self.plain, self.score
        return model.fit(x[:half], y[:half], eval_set=[(x[half:], y[half:])], **extra)


def add_xgboost(pickles):
    version, x, y, rows = version_of(xgb), pickles.plain, pickles.score, pickles.rows
    square = {"objective": "reg:squarederror"}
    settings = {"n_estimators": pickles.rounds, "max_depth": pickles.depth, "n_jobs": 2}
    native = {"max_depth": pickles.depth, "nthread": 2}
    booster = xgb.train(native | square, xgb.DMatrix(x, y), pickles.rounds)
    pickles.add("xgb_booster", booster, booster.predict(xgb.DMatrix(rows)), 2)
    booster = xgb.train(native | {"objective": "binary:logistic"}, xgb.DMatrix(x.to_numpy(), pickles.classes > 1),
                        pickles.rounds)
    pickles.add("xgb_nameless", booster, booster.predict(xgb.DMatrix(rows.to_numpy())), 3)
    model = xgb.XGBRegressor(**settings, **square).fit(x, y)
    pickles.add("xgb_regressor", model, model.predict(rows), 0)
    named = version < (1, 6)  # those encoded any label
    answers = pickles.classes // 2
    model = xgb.XGBClassifier(**settings).fit(x, ANSWERS[answers * 2] if named else answers)
    pickles.add("xgb_answers", model, model.predict(rows).astype("U" if named else "i8"), 4, "VARCHAR")
    pickles.add("xgb_probability", model, model.predict_proba(rows)[:, 1], file="xgb_answers.pkl")
    model = xgb.XGBClassifier(**settings).fit(x, pickles.classes * 10 + 5 if named else pickles.classes)
    pickles.add("xgb_classes", model, model.predict(rows), None, "INTEGER")
    early = {"early_stopping_rounds": 2}
    constructor, call = (early, {}) if version >= (1, 6) else ({}, early)
    model = xgb.XGBRegressor(learning_rate=1.2, **(settings | {"n_estimators": 60}), **square, **constructor)
    pickles.fit_early(model, verbose=False, **call)
    pickles.add("xgb_early", model, model.predict(rows))
    pickles.add("xgb_early_booster", model.get_booster(), model.get_booster().predict(xgb.DMatrix(rows)))
    model = xgb.XGBRegressor(learning_rate=1.2, num_parallel_tree=3, subsample=0.7, **(settings | {"n_estimators": 60}),
                             **square, **constructor)
    pickles.fit_early(model, verbose=False, **call)
    pickles.add("xgb_parallel" if version < (1, 6) else "xgb_parallel_early", model, model.predict(rows))
    model = xgb.XGBRegressor(missing=0.0, **settings, **square).fit(x.fillna(0), y)
    pickles.add("xgb_zeros", model, model.predict(rows.fillna(0)))
    model = xgb.XGBRFRegressor(**settings, **square).fit(x, y)
    pickles.add("xgb_forest", model, model.predict(rows), compress=0)
    for way in ("zlib", "gzip", "bz2", "lzma", "xz"):
        pickles.add(f"xgb_{way}", model, model.predict(rows), compress=(way, 3))


def add_lightgbm(pickles):
    x, y, rows = pickles.cases.train, pickles.score, pickles.cases.rows[ALL]
    mixed = {"columns": ALL, "types": MIXED}
    quiet = {} if version_of(lgb) < (3, 0) else {"verbose": -1}
    settings = {"n_estimators": pickles.rounds, "num_leaves": 2 ** pickles.depth, "n_jobs": 2, "min_child_samples": 5,
                "learning_rate": 0.7} | quiet
    native = {"num_leaves": 2 ** pickles.depth, "num_threads": 2, "verbose": -1}
    booster = lgb.train(native, lgb.Dataset(x, y), pickles.rounds)
    pickles.add("lgb_booster", booster, booster.predict(rows), 2, **mixed)
    model = lgb.LGBMRegressor(**settings).fit(x, y)
    pickles.add("lgb_regressor", model, model.predict(rows), 1, **mixed)
    model = lgb.LGBMClassifier(**settings).fit(x, ANSWERS[pickles.classes // 2 * 2])
    pickles.add("lgb_answers", model, model.predict(rows), None, "VARCHAR", **mixed)
    pickles.add("lgb_probability", model, model.predict_proba(rows)[:, 1], file="lgb_answers.pkl", **mixed)
    model = lgb.LGBMClassifier(**settings).fit(x, ANSWERS[pickles.classes])
    pickles.add("lgb_words", model, model.predict(rows), None, "VARCHAR", compress=0, **mixed)
    model = lgb.LGBMClassifier(**settings).fit(x, pickles.classes * 10 + 5)
    pickles.add("lgb_classes", model, model.predict(rows), None, "INTEGER", compress=("zlib", 3), **mixed)
    if version_of(lgb) >= (4, 0):
        early = {"callbacks": [lgb.early_stopping(2, verbose=False)]}
    else:
        early = {"verbose": False, "early_stopping_rounds": 2}
    model = lgb.LGBMRegressor(**(settings | {"n_estimators": 60, "learning_rate": 1.2}))
    pickles.fit_early(model, **early)
    pickles.add("lgb_early", model, model.predict(pickles.rows))
    pickles.add("lgb_early_booster", model.booster_, model.booster_.predict(pickles.rows))


def add_catboost(pickles):
    x, y, rows = pickles.plain, pickles.score, pickles.rows
    settings = {"iterations": pickles.rounds, "depth": pickles.depth, "verbose": 0, "allow_writing_files": False,
                "thread_count": 2}
    model = cat.CatBoostRegressor(**settings).fit(x, y)
    pickles.add("cat_regressor", model, model.predict(rows))
    model = cat.CatBoostClassifier(**settings).fit(x, ANSWERS[pickles.classes])
    pickles.add("cat_words", model, model.predict(rows)[:, 0], None, "VARCHAR", compress=("gzip", 3))


def add_sklearn(pickles):
    """That its objects are reached; sklearn_models.py has what is read of them."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline

    x, y, rows = pickles.plain, pickles.score, pickles.rows
    model = make_pipeline(SimpleImputer(), LinearRegression()).fit(x, y)
    pickles.add("sk_linear", model, model.predict(rows), 5)
    model = make_pipeline(SimpleImputer(), RandomForestRegressor(2, max_depth=pickles.depth, random_state=1)).fit(x, y)
    pickles.add("sk_forest", model, model.predict(rows), compress=0)


def make(cases, score, size):
    warnings.simplefilter("ignore")
    pickles = Pickles(cases, score, size)
    for library, add in ((xgb, add_xgboost), (lgb, add_lightgbm), (cat, add_catboost), (sklearn, add_sklearn)):
        if library:
            add(pickles)


if __name__ == "__main__":
    main(make)
