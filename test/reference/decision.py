#!/usr/bin/env python3
"""Make decision.csv: the best F1 that any threshold gives, by scikit-learn 1.x.
Run: python3 decision.py > decision.csv

A line: the best F1, rows as target:probability pairs separated by spaces."""
import random

from sklearn.metrics import f1_score

random.seed(17)
target = [int(i % 12 == 5) for i in range(1000)]
score = [round(min(0.99, max(0.001, random.gauss(0.06, 0.03) + 0.1 * t)), 6) for t in target]
best = max(f1_score(target, [int(s >= cut) for s in score]) for cut in score)
print(f"{float(best)!r},{' '.join(f'{t}:{s!r}' for t, s in zip(target, score))}")
