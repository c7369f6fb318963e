#!/usr/bin/env python3
"""Coefficients and reference values of core/predict/maths.c and maths_body.h, coefficients of activation.h beside it.

tools/maths.py coefficients               prints the constants as C hexadecimal floats
tools/maths.py singles                    the same for float32
tools/maths.py reference > test/reference/maths.csv

Standard library only. Polynomials interpolate at Chebyshev's nodes in 80-digit decimals, which
is within a small factor of the best fit; the bound printed beside each is the largest relative
error of the function before any rounding. Reference results are computed with 60 digits and
rounded once (float(Decimal) rounds to nearest even, subnormals too).
"""
import random
import struct
import sys
from decimal import Decimal as D
from decimal import getcontext, localcontext

getcontext().prec = 80
LN2 = D(2).ln()
PI = D("3.14159265358979323846264338327950288419716939937510582097494459230781640628620900")


def cosine(x):
    """Taylor's series; x is within a few units of 0."""
    term, total, n = D(1), D(1), 0
    while abs(term) > D(10) ** -78:
        n += 2
        term = -term * x * x / (n * (n - 1))
        total += term
    return total


def tanh(x):
    if abs(x) < D("1e-9"):
        return x - x**3 / 3 + 2 * x**5 / 15
    e = (2 * x).exp()
    return (e - 1) / (e + 1)


def solve(rows):
    """Gauss-Jordan elimination of an n × (n + 1) system."""
    n = len(rows)
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for r in range(n):
            if r != i and rows[r][i]:
                factor = rows[r][i]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    return [row[n] for row in rows]


def fit(function, low, high, degree):
    """Coefficients, from the constant up, of the interpolating polynomial on [low, high]."""
    n = degree + 1
    nodes = [(low + high) / 2 + (high - low) / 2 * cosine(PI * (2 * i + 1) / (2 * n)) for i in range(n)]
    return solve([[x**p for p in range(n)] + [function(x)] for x in nodes])


def evaluate(coefficients, x):
    total = D(0)
    for c in reversed(coefficients):
        total = total * x + D(float(c))
    return total


def exp_rest(r):  # exp(r) = 1 + r + r^2 * exp_rest(r)
    if abs(r) < D("1e-12"):
        return D(1) / 2 + r / 6 + r * r / 24
    return (r.exp() - 1 - r) / (r * r)


def log_rest(z):  # 2 atanh(s) = 2 s + s * z * log_rest(z), z = s^2
    if z < D("1e-20"):
        return D(2) / 3 + 2 * z / 5
    s = z.sqrt()
    return (((1 + s) / (1 - s)).ln() - 2 * s) / (s * z)


def tanh_rest(z):  # tanh(x) = x + x * z * tanh_rest(z), z = x^2
    if z < D("1e-20"):
        return D(-1) / 3 + 2 * z / 15
    x = z.sqrt()
    return (tanh(x) - x) / (x * z)


# name, function, from, to, degree, error of the whole function given that of the polynomial
FITS = [
    ("exp", exp_rest, -LN2 / 2 * D("1.001"), LN2 / 2 * D("1.001"), 11, lambda v, d: d * v * v / v.exp()),
    ("log", log_rest, D(0), D("0.02944"), 7, lambda v, d: d * v / 2),
    ("tanh", tanh_rest, D(0), D("0.3025"), 10, lambda v, d: d * v),
]


SINGLE_FITS = [
    ("exp", exp_rest, -LN2 / 2 * D("1.001"), LN2 / 2 * D("1.001"), 4, lambda v, d: d * v * v / v.exp()),
    ("tanh", tanh_rest, D(0), D("0.3025"), 4, lambda v, d: d * v),
]


def single(x):
    return struct.unpack("<f", struct.pack("<f", float(x)))[0]


def print_singles():
    high = float(int(LN2 * 2**15)) / 2**15  # 15 bits: its product with an exponent is exact
    print("ln2_high", high.hex())
    print("ln2_low", single(LN2 - D(high)).hex())
    print("log2_e", single(1 / LN2).hex())
    for name, function, low, high, degree, whole in SINGLE_FITS:
        coefficients = [single(c) for c in fit(function, low, high, degree)]
        points = [low + (high - low) * D(i) / 997 for i in range(998)]
        worst = max(abs(whole(x, evaluate(coefficients, x) - function(x))) for x in points)
        print(f"{name}: relative error {float(worst):.2e}, 2^-24 is 5.96e-08")
        for c in coefficients:
            print("   ", c.hex())


def print_coefficients():
    high = float(int(LN2 * 2**32)) / 2**32  # 32 bits: its product with an exponent is exact
    print("ln2_high", high.hex())
    print("ln2_low", float(LN2 - D(high)).hex())
    print("log2_e", float(1 / LN2).hex())
    for name, function, low, high, degree, whole in FITS:
        coefficients = fit(function, low, high, degree)
        points = [low + (high - low) * D(i) / 997 for i in range(998)]
        worst = max(abs(whole(x, evaluate(coefficients, x) - function(x))) for x in points)
        print(f"{name}: relative error {float(worst):.2e}, 2^-53 is 1.11e-16")
        for c in coefficients:
            print("   ", float(c).hex())


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def rounded(function, x):
    getcontext().prec = 60
    return float(function(D(x)))


def logistic(x):
    return 1 / (1 + (-x).exp())


def softplus(x):
    with localcontext() as context:
        context.prec = 400  # 1 + exp(-700) has 305 digits
        return (1 + x.exp()).ln()


EDGES = [0.0, -0.0, 5e-324, -5e-324, 2.2250738585072014e-308, 1e-300, -1e-300, 1e-17, -1e-17, 0.5, 1.0, -1.0,
         0.34657359027997264, 0.34657359027997270, -0.34657359027997270, 0.55, -0.55, 0.5499999999999999,
         709.78, 709.782712893384, -708.3964185322641, -745.1332191019411, -745.13321910194122, -744.0, -740.25]


def inputs(name, generator):
    yield from EDGES
    for _ in range(400):
        if name == "log":
            yield generator.choice([generator.uniform(0.5, 2), 2.0 ** generator.uniform(-1070, 1023),
                                    1 + generator.uniform(-1, 1) * 2.0 ** generator.uniform(-52, -1)])
        else:
            reach = {"exp": 740, "tanh": 20, "logistic": 700, "softplus": 700}[name]
            yield generator.choice([generator.uniform(-reach, reach), generator.uniform(-2, 2),
                                    generator.uniform(-1, 1) * 2.0 ** generator.uniform(-60, 0)])


def print_reference():
    print("function,input,result")
    generator = random.Random(20261122)
    functions = {"exp": lambda x: x.exp(), "log": lambda x: x.ln(), "tanh": tanh, "logistic": logistic,
                 "softplus": softplus}
    for name, function in functions.items():
        for x in inputs(name, generator):
            if name == "log" and x <= 0:
                continue
            result = x if name == "tanh" and x == 0 else rounded(function, x)
            print(f"{name},{bits(x):016x},{bits(result):016x}")


if __name__ == "__main__":
    {"coefficients": print_coefficients, "singles": print_singles, "reference": print_reference}[sys.argv[1]]()
