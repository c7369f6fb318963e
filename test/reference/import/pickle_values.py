#!/usr/bin/env python3
"""One value of every kind, pickled in every way: pickle_values.py FOLDER

Writes protocol0.pkl to protocol5.pkl and values.joblib; with numpy before 2.0 the names begin with numpy1_.
test/unit/test_pickle.c has the value in words. The committed ones are by Python 3.11.7 with numpy 2.4.6 and
joblib 1.6.0, and with numpy 1.23.5.
"""
import collections
import pathlib
import pickle
import sys

import numpy as np

try:
    import joblib
except ImportError:
    joblib = None


def make_value():
    shared = ["once"]
    record = np.array([(1, 2.5, 3), (-4, 5.5, 6)], dtype=[("left", "<i8"), ("gain", "<f8"), ("u", "u1")])
    return [None, True, False, 1, -2, 300, 70000, 2**40, -2**63, 2**63 - 1, 2**70, 1.5, float("-inf"),
            "a'\\é€😀\n", b"\x00\xff'", bytearray(b"ab"), b"", (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [],
            {"k": [1], 2: "v"}, {7}, frozenset([8]), collections.OrderedDict(a=1),
            collections.defaultdict(list, b=2), slice(1, None), shared, shared,
            np.arange(6, dtype="i4").reshape(2, 3), np.asfortranarray(np.arange(6.).reshape(2, 3)) / 2,
            np.array(2.5, "f4"), np.array([True, False]), np.array(["no", "né"]), np.array([b"x", b"yz"]),
            np.array(["o", None, 3], dtype=object), record, np.array([1, 258], ">u2"), np.array([0.5], "f2"),
            np.zeros((0, 3)), np.float32(1.5), np.int64(-3), np.bool_(True), np.str_("é")]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    prefix = "numpy1_" if np.__version__.startswith("1.") else ""
    for protocol in range(6):
        (folder / f"{prefix}protocol{protocol}.pkl").write_bytes(pickle.dumps(make_value(), protocol))
    if joblib:
        joblib.dump(make_value(), folder / f"{prefix}values.joblib")


if __name__ == "__main__":
    main()
