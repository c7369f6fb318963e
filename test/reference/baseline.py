#!/usr/bin/env python3
"""Make baseline.csv: scores of answers that need no column, by scikit-learn 1.x's dummies.
Run: python3 baseline.py > baseline.csv

A line: kind (classes or numbers), metric, value, targets separated by spaces. Class 1 of two is positive.
f1_macro is the mean over 4000 guesses by the classes' shares: right to two digits. Then lines "scores":
metric, value, target:prediction pairs; recall and precision are of class 2."""
import random
import warnings

import numpy as np
from sklearn import metrics as m
from sklearn.dummy import DummyClassifier, DummyRegressor

warnings.filterwarnings("ignore")
random.seed(23)


def show(kind, metric, value, rows):
    print(f"{kind},{metric},{float(value)!r},{' '.join(str(r) for r in rows)}")


def classes(target):
    x, y = np.zeros((len(target), 1)), np.array(target)
    most = DummyClassifier(strategy="most_frequent").fit(x, y)
    share = DummyClassifier(strategy="prior").fit(x, y)
    show("classes", "accuracy", m.accuracy_score(y, most.predict(x)), target)
    show("classes", "log_loss", m.log_loss(y, share.predict_proba(x), labels=share.classes_), target)
    guess = [DummyClassifier(strategy="stratified", random_state=s).fit(x, y).predict(x) for s in range(4000)]
    show("classes", "f1_macro", np.mean([m.f1_score(y, g, average="macro") for g in guess]), target)
    if len(set(target)) == 2:
        show("classes", "f1", m.f1_score(y, np.ones(len(y))), target)
        show("classes", "auc", m.roc_auc_score(y, share.predict_proba(x)[:, 1]), target)


def numbers(target):
    x, y = np.zeros((len(target), 1)), np.array(target)
    mean = DummyRegressor(strategy="mean").fit(x, y).predict(x)
    show("numbers", "mse", m.mean_squared_error(y, mean), target)
    show("numbers", "rmse", m.mean_squared_error(y, mean) ** 0.5, target)
    show("numbers", "mae", m.mean_absolute_error(y, mean), target)
    show("numbers", "r2", m.r2_score(y, mean), target)


def scores(count):
    target = [random.choice([0, 0, 0, 1, 1, 2]) for _ in range(count)]
    answer = [t if random.random() < 0.7 else random.choice([0, 1, 2]) for t in target]
    rows = [f"{t}:{a}" for t, a in zip(target, answer)]
    show("scores", "recall", m.recall_score(target, answer, average=None)[2], rows)
    show("scores", "precision", m.precision_score(target, answer, average=None)[2], rows)
    target = [round(random.gauss(100, 20), 3) for _ in range(count)]
    answer = [round(0.6 * t + 40 + random.gauss(0, 9), 3) for t in target]
    show("scores", "r2", m.r2_score(target, answer), [f"{t}:{a}" for t, a in zip(target, answer)])


classes([int(i % 5 == 2) for i in range(200)])
classes([int(i % 5 != 2) for i in range(200)])
classes([0] * 90 + [1] * 70 + [2] * 40)
numbers([round(random.gauss(50, 12), 3) for _ in range(40)])
scores(60)
