#!/usr/bin/env python3
"""Make metrics.csv: scores by scikit-learn 1.x for rows by rule. Run: python3 metrics.py > metrics.csv

A line: case, metric, value, rows as target:score pairs separated by spaces. For classes the score is
the probability of label 1 (two labels) or probabilities separated by "/"."""
import math
import random

from sklearn import metrics as m

random.seed(17)


def show(case, name, value, rows):
    print(f"{case},{name},{float(value)!r},{' '.join(rows)}")


def two_classes(case, count, steps):
    target = [random.randrange(2) for _ in range(count)]
    target[0], target[1] = 0, 1
    score = [round(min(0.99, max(0.01, random.random() * 0.6 + 0.3 * t)) * steps) / steps for t in target]
    score = [min(0.99, max(0.01, s)) for s in score]
    label = [int(s >= 0.5) for s in score]
    rows = [f"{t}:{s!r}" for t, s in zip(target, score)]
    show(case, "auc", m.roc_auc_score(target, score), rows)
    show(case, "accuracy", m.accuracy_score(target, label), rows)
    show(case, "f1", m.f1_score(target, label), rows)
    show(case, "f1_macro", m.f1_score(target, label, average="macro"), rows)
    show(case, "log_loss", m.log_loss(target, score), rows)


def numbers(case, count):
    target = [random.uniform(0, 50) for _ in range(count)]
    value = [max(0.01, t + random.gauss(0, 5)) for t in target]
    rows = [f"{t!r}:{v!r}" for t, v in zip(target, value)]
    show(case, "mse", m.mean_squared_error(target, value), rows)
    show(case, "mae", m.mean_absolute_error(target, value), rows)
    show(case, "mape", m.mean_absolute_percentage_error(target, value), rows)
    show(case, "msle", m.mean_squared_log_error(target, value), rows)
    grades = [int(t // 10) for t in target]
    gains = [2**g - 1 for g in grades]
    rows = [f"{g}:{v!r}" for g, v in zip(grades, value)]
    show(case, "ndcg", m.ndcg_score([gains], [value]), rows)


two_classes("few", 9, 1000)
two_classes("ties", 60, 5)
two_classes("many", 200, 10000)
numbers("numbers", 40)
