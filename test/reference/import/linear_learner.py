#!/usr/bin/env python3
"""Models in the form of SageMaker's linear learner, predicted by MXNet: linear_learner.py FOLDER [ROWS [SEED]]

Writes what make.py writes. The algorithm itself is not public, its files are MXNet's: a module's graph and
parameters, and additional-params.json, in a zip in a tar.gz. The committed ones (test/fixtures/import/linear_learner)
are of 20 rows and seed 1, by mxnet 1.9.1, numpy 1.23.5 and pandas 2.1.4.
"""
import io
import json
import pathlib
import sys
import tarfile
import tempfile
import zipfile

import mxnet as mx
import numpy as np
import pandas as pd

from cases import Cases

NUMBERS = ["a", "b", "c", "d"]
TYPES = ["DOUBLE PRECISION", "REAL", "REAL", "INTEGER"]
PARTS = ["additional-params.json", "manifest.json", "mx-mod-symbol.json", "mx-mod-0000.params"]


def make_rows(count, random):
    frame = pd.DataFrame({name: random.standard_normal(count).astype("f4") for name in NUMBERS[:3]})
    frame["b"] *= np.float32(50)
    frame["d"] = random.integers(-3, 9, count)
    return frame


def make_module(output, weight, bias):
    """The graph as the algorithm names it."""
    total = mx.sym.broadcast_add(mx.sym.dot(mx.sym.var("data"), mx.sym.var("fc0_weight", shape=weight.shape)),
                                 mx.sym.var("fc0_bias", shape=bias.shape, lr_mult=10.0))
    return mx.mod.Module(getattr(mx.sym, output)(total, mx.sym.var("out_label")), label_names=["out_label"])


def write_archive(path, module, additional):
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        module.save_checkpoint(str(folder / "mx-mod"), 0)
        (folder / "additional-params.json").write_text(json.dumps(additional))
        (folder / "manifest.json").write_text('{"additional-params.json": "json", "mx-mod": "mxnet_module", "version": 1}')
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in PARTS:
                archive.writestr(zipfile.ZipInfo(name), (folder / name).read_bytes())
    with tarfile.open(path, "w:gz") as archive:
        info = tarfile.TarInfo("model_algo-1")
        info.size = len(out.getvalue())
        archive.addfile(info, io.BytesIO(out.getvalue()))


def main():
    folder = pathlib.Path(sys.argv[1])
    size = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    random = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    folder.mkdir(parents=True, exist_ok=True)
    rows = make_rows(size, random)
    cases = Cases(folder, rows, rows)
    data = rows.to_numpy("f4")

    def add(name, output, outputs, additional, returns="DOUBLE PRECISION"):
        weight = (random.standard_normal((4, outputs)) / [[1], [50], [1], [4]]).astype("f4")
        bias = random.standard_normal((1, outputs)).astype("f4")
        module = make_module(output, weight, bias)
        label = (size,) if output == "SoftmaxOutput" else (size, outputs)
        module.bind(data_shapes=[("data", data.shape)], label_shapes=[("out_label", label)], for_training=False)
        module.set_params({"fc0_weight": mx.nd.array(weight), "fc0_bias": mx.nd.array(bias)}, {})
        file = f"{name}.tar.gz"
        write_archive(folder / file, module, additional)
        predicted = module.predict(mx.io.NDArrayIter(data, batch_size=size)).asnumpy()
        predicted = predicted[:, 0] if outputs == 1 else predicted
        cases.add(name, file, NUMBERS, TYPES, returns, predicted)
        return file, predicted

    logistic = {"threshold": 0.37, "loss_type": "logistic", "predictor_type": "binary_classifier"}
    file, score = add("binary", "LogisticRegressionOutput", 1, logistic)
    cases.add("class_of_threshold", file, NUMBERS, TYPES, "BOOLEAN", (score >= 0.37).astype(int))
    add("squared", "LinearRegressionOutput", 1, {"threshold": 0.5, "loss_type": "squared_loss", "predictor_type": "regressor"})
    add("absolute", "MAERegressionOutput", 1, {"loss_type": "absolute_loss", "predictor_type": "regressor"})
    add("classes", "SoftmaxOutput", 3, {"loss_type": "softmax_loss", "predictor_type": "multiclass_classifier"}, "INTEGER")
    cases.write()


if __name__ == "__main__":
    main()
