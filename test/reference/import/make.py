#!/usr/bin/env python3
"""Models of XGBoost's and LightGBM's own making, with their own predictions: make.py FOLDER [ROWS [SEED]]

Writes the models, rows.csv with the columns that they take and what their library predicts, and
cases.tsv: name, file, columns, types, RETURNS, expected columns, largest leaf. A class's expected
column is compared exactly, a value within 1e-5 of max(1, |value|, largest leaf).

The committed ones (test/fixtures/import) are of 60 rows and seed 1, by xgboost 3.2.0, lightgbm 4.7.0 and
pandas 3.1.1. versions.py makes those of older versions. Words are ASCII: XGBoost up to 3.3 counts letters,
not bytes, where it writes down where a category ends.
"""
import lightgbm as lgb
import numpy as np
import xgboost as xgb

from cases import ALL, FLOATS, MIXED, NUMBERS, main


def leaf_of_xgboost(booster):
    try:
        frame = booster.trees_to_dataframe()
    except (ValueError, xgb.core.XGBoostError):
        return 1.0
    return max(1.0, frame.loc[frame.Feature == "Leaf", "Gain"].abs().max())


def make_xgboost(cases, score, size):
    train, rows = cases.train, cases.rows
    classes = np.digitize(score, np.quantile(score, [.3, .6, .8]))
    positive = np.exp(score / 3).astype("f4")
    few, depth = (20, 5) if size > 1000 else (5, 3)
    plain = xgb.DMatrix(train[NUMBERS], score)
    plain_rows = xgb.DMatrix(rows[NUMBERS])

    def native(name, parameters, label=score, ending="json", rounds=few, returns="DOUBLE PRECISION",
               expected=None):
        plain.set_label(label)
        booster = xgb.train({"max_depth": depth, "nthread": 2, "seed": 7} | parameters, plain, rounds)
        file = f"{name}.{ending}"
        booster.save_model(cases.folder / file)
        predicted = booster.predict(plain_rows)
        cases.add(name, file, NUMBERS, FLOATS, returns, expected(predicted) if expected else predicted,
                  leaf_of_xgboost(booster))

    native("xgb_squarederror", {"objective": "reg:squarederror"})
    native("xgb_binary", {"objective": "binary:logistic"}, (classes > 1).astype(int))
    native("xgb_class", {"objective": "binary:logistic"}, (classes > 1).astype(int), "json", few, "BOOLEAN",
           lambda p: (p > 0.5).astype(int))
    native("xgb_softprob", {"objective": "multi:softprob", "num_class": 4}, classes, "json", 4, "INTEGER")
    native("xgb_softmax", {"objective": "multi:softmax", "num_class": 4}, classes, "json", 4, "REAL")
    native("xgb_hinge", {"objective": "binary:hinge"}, (classes > 1).astype(int), returns="REAL")
    native("xgb_logitraw", {"objective": "binary:logitraw"}, (classes > 1).astype(int))
    native("xgb_poisson", {"objective": "count:poisson"}, np.floor(positive * 3))
    native("xgb_dart", {"booster": "dart", "rate_drop": 0.4, "one_drop": 1})
    native("xgb_linear", {"booster": "gblinear"})
    native("xgb_linear_classes", {"booster": "gblinear", "objective": "multi:softprob", "num_class": 4},
           classes, returns="INTEGER")
    native("xgb_forest", {"num_parallel_tree": 10, "subsample": 0.6, "colsample_bynode": 0.7, "eta": 1},
           rounds=1)
    native("xgb_ubj", {"objective": "reg:squarederror"}, ending="ubj")
    native("xgb_gamma", {"objective": "reg:gamma"}, positive, "ubj")
    native("xgb_tweedie", {"objective": "reg:tweedie", "tweedie_variance_power": 1.4},
           np.floor(positive * 2), "ubj")
    native("xgb_absolute", {"objective": "reg:absoluteerror"}, score * 1000, "ubj")
    native("xgb_logistic", {"objective": "reg:logistic"}, 1 / (1 + np.exp(-score)), "ubj")
    native("xgb_large", {"objective": "reg:squarederror"}, 1e6 + 1e4 * score, "ubj")
    if size > 1000:
        native("xgb_thousand", {"eta": 0.3, "max_depth": 6}, rounds=1000, ending="ubj")

    model = xgb.XGBRegressor(n_estimators=few, max_depth=depth, enable_categorical=True, max_cat_to_onehot=3)
    model.fit(train, score).save_model(cases.folder / "xgb_categories.json")
    cases.add("xgb_categories", "xgb_categories.json", ALL, MIXED, "DOUBLE PRECISION", model.predict(rows),
              leaf_of_xgboost(model.get_booster()))
    model = xgb.XGBClassifier(n_estimators=4, max_depth=depth, enable_categorical=True)
    model.fit(train, classes).save_model(cases.folder / "xgb_category_classes.ubj")
    cases.add("xgb_category_classes", "xgb_category_classes.ubj", ALL, MIXED, "VARCHAR",
              model.predict_proba(rows))
    half = len(train) // 2
    model = xgb.XGBRegressor(n_estimators=300, max_depth=depth, learning_rate=0.9, early_stopping_rounds=3)
    model.fit(train[NUMBERS][:half], score[:half], eval_set=[(train[NUMBERS][half:], score[half:])],
              verbose=False).save_model(cases.folder / "xgb_early.json")
    cases.add("xgb_early", "xgb_early.json", NUMBERS, FLOATS, "DOUBLE PRECISION",
              model.predict(rows[NUMBERS]), leaf_of_xgboost(model.get_booster()))
    codes = np.column_stack([train["a"], train["s"].cat.codes.replace(-1, np.nan)])
    coded = xgb.DMatrix(codes, score, feature_types=["q", "c"], enable_categorical=True)
    booster = xgb.train({"max_depth": depth}, coded, few)
    booster.save_model(cases.folder / "xgb_codes.json")
    code = rows["s"].cat.codes.replace(-1, np.nan)
    cases.rows["code"] = code
    cases.add("xgb_codes", "xgb_codes.json", ["a", "code"], ["DOUBLE PRECISION", "INTEGER"],
              "DOUBLE PRECISION", booster.predict(xgb.DMatrix(np.column_stack([rows["a"], code]),
                                                              feature_types=["q", "c"],
                                                              enable_categorical=True)))


def leaf_of_lightgbm(booster):
    frame = booster.trees_to_dataframe()
    return max(1.0, frame.loc[frame.left_child.isna(), "value"].abs().max())


def make_lightgbm(cases, score, size):
    train, rows = cases.train, cases.rows
    classes = np.digitize(score, np.quantile(score, [.3, .6, .8]))
    positive = np.exp(score / 3)
    complete = train[NUMBERS].fillna(0.25)

    few, leaves = (20, 31) if size > 1000 else (5, 7)

    def native(name, parameters, label=score, rounds=few, returns="DOUBLE PRECISION", data=None, columns=ALL,
               types=MIXED, expected=None):
        data = train[columns] if data is None else data
        parameters = {"num_leaves": leaves, "min_data_in_leaf": 5, "min_data_per_group": 5, "verbose": -1,
                      "seed": 7, "deterministic": True, "num_threads": 2, "cat_smooth": 1} | parameters
        booster = lgb.train(parameters, lgb.Dataset(data, label), rounds)
        file = f"{name}.txt"
        booster.save_model(cases.folder / file)
        predicted = booster.predict(rows[columns])
        cases.add(name, file, columns, types, returns, expected(predicted) if expected else predicted,
                  leaf_of_lightgbm(booster))

    native("lgb_regression", {})
    native("lgb_large", {}, 1e6 + 1e4 * score)
    native("lgb_binary", {"objective": "binary", "sigmoid": 2.5}, (classes > 1).astype(int))
    native("lgb_class", {"objective": "binary"}, (classes > 1).astype(int), few, "INTEGER",
           expected=lambda p: (p > 0.5).astype(int))
    native("lgb_multiclass", {"objective": "multiclass", "num_class": 4}, classes, 3, "INTEGER")
    native("lgb_ova", {"objective": "multiclassova", "num_class": 4, "sigmoid": 1.5}, classes, 3, "VARCHAR")
    native("lgb_poisson", {"objective": "poisson"}, np.floor(positive * 3))
    native("lgb_gamma", {"objective": "gamma"}, positive)
    native("lgb_tweedie", {"objective": "tweedie"}, np.floor(positive * 2))
    native("lgb_l1", {"objective": "regression_l1"}, score * 100)
    native("lgb_quantile", {"objective": "quantile", "alpha": 0.8})
    native("lgb_cross_entropy", {"objective": "cross_entropy"}, 1 / (1 + np.exp(-score)))
    native("lgb_forest", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6,
                          "objective": "binary"}, (classes > 1).astype(int))
    native("lgb_dart", {"boosting": "dart", "drop_rate": 0.4})
    native("lgb_no_missing", {}, data=complete, columns=NUMBERS, types=FLOATS)
    native("lgb_not_as_missing", {"use_missing": False}, columns=NUMBERS, types=FLOATS)
    if size > 1000:
        native("lgb_thousand", {"num_leaves": 63}, rounds=1000)


def make(cases, score, size):
    make_xgboost(cases, score, size)
    make_lightgbm(cases, score, size)


if __name__ == "__main__":
    main(make)
