#!/usr/bin/env python3
"""Models of XGBoost that were trained with a number that means missing: missing_values.py FOLDER [ROWS [SEED]]

Writes what make.py writes; the files do not say the number, so that the cases have SETTINGS. The committed
ones (test/fixtures/import/missing) are of 60 rows and seed 1, by xgboost 3.2.0, numpy 2.4.6, pandas 3.1.1 and
scipy 1.17.1.
"""
import pathlib
import sys

import numpy as np
import pandas as pd
import scipy.sparse
import xgboost as xgb

from cases import Cases

NUMBERS = ["a", "b", "c", "i"]
TYPES = ["DOUBLE PRECISION", "REAL", "DOUBLE PRECISION", "INTEGER"]


def make_rows(count, random):
    """Zeros of both signs, numbers that are zero as float32, -999 and its neighbours, NULL."""
    frame = pd.DataFrame({name: random.standard_normal(count).astype("f4").astype("f8") for name in NUMBERS[:3]})
    frame["i"] = random.integers(-2, 3, count).astype("f8")
    for name in NUMBERS[:3]:
        odd = [0.0, -0.0, np.nan, -999.0, float(np.nextafter(np.float32(-999), np.float32(0))), 1e-45, float(np.float32(0.1))]
        frame.loc[random.random(count) < 0.5, name] = random.choice(odd)
        chosen = random.random(count) < 0.5
        frame.loc[chosen, name] = random.choice(odd, chosen.sum())
    frame.loc[random.random(count) < 0.1, "i"] = np.nan
    return frame


def score_of(frame, missing):
    value = frame.to_numpy()
    gone = np.isnan(value) | (value.astype("f4") == np.float32(missing))
    return np.where(gone, 3.0, np.clip(np.nan_to_num(value), -2, 2)) @ np.array([1, -2, 0.5, 1.5])


def main():
    folder = pathlib.Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    random = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    folder.mkdir(parents=True, exist_ok=True)
    train, rows = make_rows(2000, random), make_rows(size, random)
    cases = Cases(folder, train, rows)
    options = {"n_estimators": 5, "max_depth": 3}

    def add(name, model, missing, predicted):
        model.save_model(folder / f"{name}.json")
        cases.add(name, f"{name}.json", NUMBERS, TYPES, "DOUBLE PRECISION", predicted, settings=f"MISSING {missing}")

    for name, missing in [("zero", "0"), ("nines", "-999"), ("tenth", "'0.1'"), ("exponent", "-9.99e2")]:
        number = float(missing.strip("'"))
        model = xgb.XGBRegressor(missing=number, **options).fit(train.to_numpy("f4"), score_of(train, number))
        add(name, model, missing, model.predict(rows.to_numpy("f4")))
    linear = xgb.XGBRegressor(booster="gblinear", missing=-999, n_estimators=20).fit(train.to_numpy("f4"), score_of(train, -999))
    add("linear", linear, "-999", linear.predict(rows.to_numpy("f4")))
    sparse = [scipy.sparse.csr_matrix(frame.to_numpy("f4")) for frame in (train, rows)]
    label = (score_of(train, 0) > 2).astype(int)
    model = xgb.XGBClassifier(**options).fit(sparse[0], label)  # as libsvm files: no zeros in them
    add("sparse", model, "0", model.predict_proba(sparse[1])[:, 1])
    cases.add("labels", "sparse.json", NUMBERS, TYPES, "INTEGER", 20 - 10 * model.predict(sparse[1]),
              settings="MISSING 0, LABELS '20,10'")
    cases.write()


if __name__ == "__main__":
    main()
