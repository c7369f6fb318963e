"""Scores of predictions, each with its standard error, computed here and not by what is measured."""
import math

LEAST_PROBABILITY = 1e-15


def mean(values):
    return math.fsum(values) / len(values)


def deviation(values):
    """The standard deviation of a sample; 0 of one value."""
    if len(values) < 2:
        return 0.0
    middle = mean(values)
    return math.sqrt(math.fsum((v - middle) ** 2 for v in values) / (len(values) - 1))


def standard_error(values):
    return deviation(values) / math.sqrt(len(values))


def middle_ranks(values):
    """Ranks from 1; equal values share the mean of theirs."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    first = 0
    while first < len(order):
        last = first
        while last + 1 < len(order) and values[order[last + 1]] == values[order[first]]:
            last += 1
        for place in range(first, last + 1):
            ranks[order[place]] = (first + last) / 2 + 1
        first = last + 1
    return ranks


def score_auc(positive, values):
    """(area under the ROC curve, its standard error by DeLong's method)"""
    highs = [v for v, p in zip(values, positive) if p]
    lows = [v for v, p in zip(values, positive) if not p]
    ranks = middle_ranks(highs + lows)
    inner_high, inner_low = middle_ranks(highs), middle_ranks(lows)
    of_high = [(all_ - own) / len(lows) for all_, own in zip(ranks, inner_high)]
    of_low = [1 - (all_ - own) / len(highs) for all_, own in zip(ranks[len(highs):], inner_low)]
    error = math.hypot(standard_error(of_high), standard_error(of_low))
    return mean(of_high), error


def score_log_loss(labels, probabilities):
    """labels: what was true; probabilities: a dictionary of labels a row"""
    losses = [-math.log(max(row.get(label, 0.0), LEAST_PROBABILITY))
              for label, row in zip(labels, probabilities)]
    return mean(losses), standard_error(losses)


def score_rmse(targets, values):
    squares = [(t - v) ** 2 for t, v in zip(targets, values)]
    root = math.sqrt(mean(squares))
    return root, standard_error(squares) / (2 * root) if root > 0 else 0.0


def is_better(metric, first, second):
    return first > second if metric == "AUC" else first < second


def gains(metric, values, others):
    """How much better each value is than its other; positive is better."""
    return [(v - o) * (1 if metric == "AUC" else -1) for v, o in zip(values, others)]
