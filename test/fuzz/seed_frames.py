#!/usr/bin/env python3
"""The first inputs of fuzz_frames: seed_frames.py FOLDER (test/fuzz/corpus/frames)

Each file is what a pipe may carry. A batch has a count of columns and their types in front, as the
target wants them.
"""
import json
import struct
import sys
from pathlib import Path

WIDTH = [0, 1, 2, 4, 8, 4, 8, 8, None, 4, 8, 8, 8]  # bytes of a value, in the order of enum ft_type
TEXT = 8


def frame(kind, payload):
    return struct.pack("<IB", len(payload) + 1, ord(kind)) + payload


def report(kind, **keys):
    return frame(kind, json.dumps(keys, separators=(",", ":")).encode())


def column(kind, rows, missing):
    head = bytes([kind, missing]) + (b"\x05".ljust(8, b"\0") if missing else b"")
    if kind != TEXT:
        return head + b"\x01" * (rows * WIDTH[kind])
    texts = [b"gold", b"", "Zoë".encode()][:rows]
    return head + b"".join(struct.pack("<I", len(t)) for t in texts) + b"".join(texts)


def batch(rows, kinds, missing):
    head = bytes([len(kinds), *kinds]) + struct.pack("<II", rows, len(kinds))
    return frame("B", head + b"".join(column(k, rows, missing) for k in kinds))


JOB = report(
    "J", model="churn",
    field=[{"name": "plan", "type": "varchar", "precision": 0, "scale": 0},
           {"name": "fee", "type": "numeric", "precision": 9, "scale": 2}],
    target=1, automatic=False, model_type="XGBOOST", problem="REGRESSION",
    objective="reg:squarederror", hyperparameter=[{"name": "eta", "value": "0.1"}],
    max_cells="0", max_runtime_s=5400, max_trials=0, predict_ns=0,
    seed="18446744073709551615", threads=2)
PROGRESS = report("P", phase="trying configurations", fraction=0.5, seconds_left=3.5,
                  metric="AUC", score=0.91, rows="5000")
UNKNOWN = report("P", phase="", fraction=None, seconds_left=-1, metric="", score=None, rows="0")
NOTICE = report("N", text="column \"caf\u00e9\" is \u001b[2J constant")
ERROR = report("X", status="DATA", message="one class only", hint="Choose another TARGET.")

SEEDS = {
    "job": JOB,
    "progress": PROGRESS + UNKNOWN,
    "notice": NOTICE,
    "error": ERROR,
    "artifact": frame("A", b"FTMODEL\n"),
    "batch": batch(3, [1, 3, 6, 8], 0),
    "batch_missing": batch(3, [1, 8, 9, 12], 1),
    "batch_empty": batch(0, [8], 0),
    "to_trainer": JOB + batch(3, [8, 7], 1) + frame("E", b""),
    "from_trainer": PROGRESS + NOTICE + frame("A", b"FTMODEL\n"),
    "cut": JOB[:40],
    "claim": struct.pack("<IB", 1 << 30, ord("A")) + b"123",
}

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, content in SEEDS.items():
    (folder / name).write_bytes(content)
