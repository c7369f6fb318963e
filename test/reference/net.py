#!/usr/bin/env python3
"""Answers of a small net, worked out apart from our code: test/reference/net.py > test/reference/net.csv

Standard library only. A product or a sum of two float32 in double, rounded to float32 once, is the
float32 operation. Activations are taken in double and rounded, so answers behind ReLU are exact and
the others near. test/unit/test_net.c makes the same net of the same formulas.
"""
import math
import random
import struct

FEATURES, TERMS, WIDTH, OUTPUTS = 4, 5, 7, 3
LOOKUPS = [(2, 4), (3, 3)]  # feature, rows
ACTIVATIONS = ["none", "relu", "selu", "mish", "tanh", "logistic"]
SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772


def single(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def bits(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]


def number(i, j, seed):
    """Of any sign, exact in float32: the formula that the test has too."""
    return ((i * 37 + j * 101 + seed * 59) % 129 - 64) / 64


def activate(name, x):
    value = {"none": lambda: x, "relu": lambda: max(x, 0.0),
             "selu": lambda: SCALE * (x if x > 0 else ALPHA * math.expm1(x)),
             "mish": lambda: x * math.tanh(math.log1p(math.exp(x))),
             "tanh": lambda: math.tanh(x), "logistic": lambda: 1 / (1 + math.exp(-x))}[name]()
    return single(value)


def term(t, feature):
    x = feature[t % FEATURES]
    if math.isnan(x):
        return number(t, 3, 1)
    value = single(single(x - number(t, 0, 1)) * single(1.5 + t / 4))
    return min(max(value, -1.0 - t), 2.0 + t)


def chosen(rows, x):
    if math.isnan(x):
        return rows - 1
    return int(x) if 0 <= x < rows - 1 else 0


def layer(seed, inputs, outputs, x, begin):
    sums = []
    for o in range(outputs):
        total = begin(o)
        for i in range(inputs):
            total = single(total + single(x[i] * number(i, o, seed)))
        sums.append(total)
    return sums


def answer(name, feature):
    def begin(o):
        total, first = number(o, 9, 2), TERMS
        for of, rows in LOOKUPS:
            total = single(total + number(first + chosen(rows, feature[of]), o, 2))
            first += rows
        return total

    x = layer(2, TERMS, WIDTH, [term(t, feature) for t in range(TERMS)], begin)
    x = [activate(name, value) for value in x]
    x = layer(3, WIDTH, WIDTH, x, lambda o: number(o, 9, 3))
    x = [activate(name, value) for value in x]
    return layer(4, WIDTH, OUTPUTS, x, lambda o: number(o, 9, 4))


def draw(generator, feature):
    if generator.random() < 0.15:
        return math.nan
    if feature >= 2:
        return float(generator.randrange(-1, 6))
    return single(generator.uniform(-3, 3))


if __name__ == "__main__":
    generator = random.Random(5)
    print("activation," + ",".join(f"feature{f}" for f in range(FEATURES)) + ",first,second,third")
    for name in ACTIVATIONS:
        for _ in range(20):
            row = [draw(generator, f) for f in range(FEATURES)]
            result = answer(name, row)
            print(f"{ACTIVATIONS.index(name)}," + ",".join(f"{bits(x):08x}" for x in row + result))
