#!/usr/bin/env python3
"""Make linear.csv: elastic nets by scikit-learn 1.9 (numbers) and by SciPy 1.17's L-BFGS-B over the
weights' positive and negative parts (labels). Run: python3 linear.py > linear.csv

Lines: "row", four columns, a number, a label of two, a label of three; then
"fit", problem, penalty, share, objective, origin and weights of each output in turn. The objective is
mean loss + penalty * (share * sum |w| + (1 - share) / 2 * sum w^2); half the squared error, or log loss."""
import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import ElasticNet

ROWS, COLUMNS = 120, 4
draw = np.random.default_rng(29)
x = draw.normal(size=(ROWS, COLUMNS)) * [1, 2, 0.5, 1] + [0, 3, -1, 10]
x[:, 3] += 0.7 * x[:, 0]
x = np.round(x * 1024) / 1024  # a float32 holds them
signal = x @ [1.0, -0.6, 0.8, 0.0] + 2
number = np.round((signal + draw.normal(size=ROWS)) * 1024) / 1024
two = (signal + draw.logistic(size=ROWS) > 0).astype(int)
three = np.argmax(np.stack([signal, 0.5 * x[:, 3] - 5, -x[:, 1] + 3]) + draw.gumbel(size=(3, ROWS)), axis=0)

for i in range(ROWS):
    print("row", *(repr(float(v)) for v in x[i]), repr(float(number[i])), two[i], three[i], sep=",")


def log_loss(margin, problem):
    """Mean log loss, and its slopes into the margins."""
    if problem == "two":
        sign = np.where(two == 1, -1, 1)
        loss = np.logaddexp(0, sign * margin[:, 0])
        return loss.mean(), (1 / (1 + np.exp(-margin)) - two[:, None]) / ROWS
    total = np.logaddexp.reduce(margin, axis=1)
    likely = np.exp(margin - total[:, None])
    return np.mean(total - margin[np.arange(ROWS), three]), (likely - np.eye(3)[three]) / ROWS


def fit_labels(problem, penalty, share):
    """Origin and weights; columns are centred meanwhile."""
    outputs = 1 if problem == "two" else 3
    shift = x.mean(axis=0)

    def slope(v):
        up, down = v[outputs:].reshape(2, outputs, COLUMNS)
        w = up - down
        loss, slopes = log_loss((x - shift) @ w.T + v[:outputs], problem)
        loss += penalty * (share * (up + down).sum() + (1 - share) / 2 * (w**2).sum())
        g = slopes.T @ (x - shift) + penalty * (1 - share) * w
        ends = np.stack([g + penalty * share, -g + penalty * share])
        return loss, np.concatenate([slopes.sum(axis=0), ends.ravel()])

    best = np.zeros(outputs * (1 + 2 * COLUMNS))
    bounds = [(None, None)] * outputs + [(0, None)] * (2 * outputs * COLUMNS)
    for _ in range(20):  # again from where it ended
        best = minimize(slope, best, jac=True, method="L-BFGS-B", bounds=bounds,
                        options={"maxiter": 100000, "maxfun": 1000000, "ftol": 1e-16, "gtol": 1e-12}).x
    up, down = best[outputs:].reshape(2, outputs, COLUMNS)
    return best[:outputs] - (up - down) @ shift, up - down


def show(problem, penalty, share, origin, weight):
    margin = x @ weight.T + origin
    loss = np.mean((margin[:, 0] - number) ** 2) / 2 if problem == "number" else log_loss(margin, problem)[0]
    objective = loss + penalty * (share * np.abs(weight).sum() + (1 - share) / 2 * (weight**2).sum())
    values = [v for o, w in zip(origin, weight) for v in [o, *w]]
    print("fit", problem, penalty, share, repr(float(objective)), *(repr(float(v)) for v in values), sep=",")


for penalty in (1.0, 0.1, 0.001):
    for share in (0.0, 0.5, 1.0):
        if share == 0:  # its coordinate descent is for l1; the ridge has a closed form
            centred = x - x.mean(axis=0)
            w = np.linalg.solve(centred.T @ centred / ROWS + penalty * np.eye(COLUMNS),
                                centred.T @ (number - number.mean()) / ROWS)
            show("number", penalty, share, [number.mean() - x.mean(axis=0) @ w], w[None])
        else:
            fit = ElasticNet(alpha=penalty, l1_ratio=share, tol=1e-14, max_iter=10**6).fit(x, number)
            show("number", penalty, share, [fit.intercept_], fit.coef_[None])
        for problem in ("two", "three"):
            show(problem, penalty, share, *fit_labels(problem, penalty, share))
