#!/usr/bin/env python3
"""Archives as SageMaker's XGBoost leaves them, of k-fold trainings too: archives.py FOLDER [ROWS [SEED]]

Writes what make.py writes. Of several folds the predictions are what SageMaker's container serves: their mean,
or, of an objective that gives classes, the most frequent class, of equal ones the first. The committed ones
(test/fixtures/import/archives) are of 60 rows and seed 1, by xgboost 3.2.0, numpy 2.4.6 and pandas 3.1.1.
"""
import io
import pathlib
import sys
import tarfile
import zipfile

import numpy as np
import pandas as pd
import xgboost as xgb

from cases import Cases

NUMBERS = ["a", "b", "c"]
WORDS = ["red", "green", "blue", "lilac", "white", "black"]
TYPES = ["DOUBLE PRECISION", "REAL", "DOUBLE PRECISION"]
BESIDE = {"code/inference.py": b"import model\n", "code/requirements.txt": b"xgboost\n", "._xgboost-model": b"Mac"}


def make_rows(count, random):
    frame = pd.DataFrame({name: random.standard_normal(count).astype("f4") for name in NUMBERS})
    for name in NUMBERS:
        frame.loc[random.random(count) < 0.15, name] = np.nan
    frame["s"] = pd.Categorical(random.choice(WORDS, count).astype(object), categories=WORDS)
    return frame


def write_archive(path, files):
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name), content)
        return
    with tarfile.open(path, "w:gz", compresslevel=9) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


class Trainer:
    def __init__(self, cases, score, size):
        self.cases, self.score, self.few = cases, score, 10 if size > 1000 else 3

    def folds(self, parameters, label, columns, count=3):
        """Boosters, each of the rows outside its part; `best` of each: the rounds that are served."""
        categories = "s" in columns
        data = self.cases.train[columns]
        for k in range(count):
            chosen = np.arange(len(data)) % count != k if count > 1 else np.ones(len(data), dtype=bool)
            if categories:  # a fold that has not seen them all
                chosen &= (data["s"] != WORDS[k]).to_numpy()
            matrices = [xgb.DMatrix(data[rows], label[rows], enable_categorical=categories)
                        for rows in (chosen, ~chosen if count > 1 else chosen)]
            booster = xgb.train({"max_depth": 3, "nthread": 2, "seed": k, "eta": 0.8} | parameters, matrices[0], self.few,
                                evals=[(matrices[1], "validation")], early_stopping_rounds=2, verbose_eval=False)
            yield booster

    def add(self, name, parameters, label, columns=NUMBERS, types=TYPES, returns="DOUBLE PRECISION", vote=False, count=3,
            ending="tar.gz", named="xgboost-model-{}"):
        boosters = list(self.folds(parameters, label, columns, count))
        files = {named.format(k): bytes(booster.save_raw("ubj")) for k, booster in enumerate(boosters)}
        file = f"{name}.{ending}"
        write_archive(self.cases.folder / file, files | BESIDE)
        rows = xgb.DMatrix(self.cases.rows[columns], enable_categorical="s" in columns)
        served = [(0, booster.best_iteration + 1) if ending != "zip" else (0, 0) for booster in boosters]
        predicted = np.array([booster.predict(rows, iteration_range=rounds) for booster, rounds in zip(boosters, served)])
        if vote:
            votes = np.stack([(predicted == label).sum(axis=0) for label in range(4)])
            predicted = votes.argmax(axis=0)
        else:
            predicted = predicted.astype("f8").mean(axis=0)
        leaves = [booster.trees_to_dataframe().query("Feature == 'Leaf'").Gain.abs().max() for booster in boosters]
        self.cases.add(name, file, columns, types, returns, predicted, max(1.0, *leaves))
        return file, predicted


def main():
    folder = pathlib.Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    random = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    folder.mkdir(parents=True, exist_ok=True)
    cases = Cases(folder, make_rows(900, random), make_rows(size, random))
    numbers = np.nan_to_num(cases.train[NUMBERS].to_numpy("f8"))
    score = numbers @ [1, -0.5, 0.3] + np.sin(3 * numbers[:, 1]) + cases.train["s"].cat.codes.to_numpy() / 3
    score += random.standard_normal(len(score)) * 0.5
    classes = np.digitize(score, np.quantile(score, [.3, .6, .8]))
    trainer = Trainer(cases, score, size)
    trainer.add("fold_numbers", {}, score)
    trainer.add("fold_poisson", {"objective": "count:poisson"}, np.floor(np.exp(score / 3)), count=2)
    file, chance = trainer.add("fold_binary", {"objective": "binary:logistic"}, score > 1)
    cases.add("fold_class", file, NUMBERS, TYPES, "BOOLEAN", (chance > 0.5).astype(int))
    trainer.add("fold_hinge", {"objective": "binary:hinge"}, score > 1, returns="INTEGER", vote=True, count=4)
    trainer.add("fold_softprob", {"objective": "multi:softprob", "num_class": 4}, classes, returns="INTEGER")
    trainer.add("fold_softmax", {"objective": "multi:softmax", "num_class": 4}, classes, returns="INTEGER", vote=True)
    trainer.add("fold_categories", {}, score, columns=NUMBERS + ["s"], types=TYPES + ["VARCHAR"])
    trainer.add("one_fold", {}, score, count=1)
    trainer.add("one_file", {}, score, count=1, named="xgboost-model")
    trainer.add("zipped", {}, score, count=1, ending="zip", named="model/model.ubj")
    cases.write()


if __name__ == "__main__":
    main()
