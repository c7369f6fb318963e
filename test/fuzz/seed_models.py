#!/usr/bin/env python3
"""Writes the corpora of the readers of models anew, out of test/fixtures/import: seed_models.py"""
import io
import json
import pathlib
import re
import struct
import tarfile
import zipfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
MODELS = HERE.parent / "fixtures" / "import"
SEEDS = {
    "xgboost": ["xgb_binary.json", "xgb_codes.json", "xgb_categories.json", "xgb_linear_classes.json",
                "xgboost/3.2/xgb_dart_poisson.json", "xgb_softprob.json"],
    "ubjson": ["xgb_ubj.ubj", "xgb_gamma.ubj", "xgb_category_classes.ubj"],
    "catboost": ["catboost/cat_rmse.cbm", "catboost/cat_multi_nodes.json", "catboost/cat_lossguide.cbm",
                 "catboost/cat_class.json", "catboost/cat_ctr.cbm", "catboost/cat_ctr_json.json", "catboost/cat_onehot.cbm"],
    "compressed": [f"pickle/newest/xgb_{way}.joblib" for way in ("zlib", "bz2", "lzma", "xz")],
    "pickle": ["pickle/values/protocol0.pkl", "pickle/values/protocol2.pkl", "pickle/values/protocol5.pkl",
               "pickle/values/numpy1_protocol2.pkl", "pickle/values/values.joblib",
               "pickle/xgboost-0.90/xgb_answers.pkl", "pickle/lightgbm-3.3/lgb_answers.pkl"],
    "binary": ["xgboost/0.90/xgb_dart", "xgboost/0.90/xgb_linear", "xgboost/1.2/xgb_regression_state.raw",
               "xgboost/1.7/xgb_softprob", "xgboost/2.1/xgb_stopped.deprecated"],
    "lightgbm": ["lgb_regression.txt", "lgb_ova.txt", "lgb_forest.txt", "lgb_no_missing.txt",
                 "lightgbm/4.7/codes.json", "lightgbm/4.7/zeros.json", "lightgbm/4.7/linear_classes.txt",
                 "lightgbm/4.7/linear.json"],
}


# Of three or four inputs, by their types and what FUNCTION returns (fuzz_onnx.c: the first two bytes).
ONNX = {
    b"\x00\x00": ["text_most_frequent", "pca_columns"],
    b"\x09\x00": ["bagging_number", "lightgbm_split", "xgboost_poisson", "whitened_tree", "polynomial_tree",
                  "yeo_johnson_tree", "bins_hot_ridge", "norm_max_tree", "linear_svc_value", "svr_rbf", "svr_sigmoid"],
    b"\x09\x01": ["ada_three", "bagging_two", "calibrated_three", "vote_hard_three", "stack_two",
                  "rest_linear", "isolation"],
    b"\x11\x00": ["opset_5_mean"],
    b"\x11\x01": ["opset_5_three"],
}


def pack(names):
    """The same bytes every time: no times, no owners."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=9, format=tarfile.USTAR_FORMAT) as archive:
        for name, content in names:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    data = bytearray(out.getvalue())
    data[4:8] = bytes(4)  # gzip's time
    return bytes(data)


def write_linear_learner(name):
    """The graph, the additional parameters and the parameters, the first two with their lengths in front."""
    with tarfile.open(MODELS / f"linear_learner/{name}.tar.gz") as outer:
        inner = zipfile.ZipFile(io.BytesIO(outer.extractfile("model_algo-1").read()))
    symbol, more, parameters = (inner.read(file) for file in
                                ("mx-mod-symbol.json", "additional-params.json", "mx-mod-0000.params"))
    folder = HERE / "corpus" / "mxnet"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(struct.pack("<HH", len(symbol), len(more)) + symbol + more + parameters)
    (folder / f"{name}_parameters").write_bytes(parameters)


SKOPS = ["1.9.1/sk_tree", "1.9.1/sk_forest_four", "1.9.1/sk_boosting_two", "1.9.1/sk_pipeline", "1.9.1/sk_logistic_four", "1.9.1/sk_hist_words", "1.9.1/sk_net",
         "1.2.2/sk_pipeline_ordinal"]


def lay_out(file):
    """The schema, and its arrays in order by the names 0.npy, 1.npy, …: what fuzz_skops.c packs."""
    with zipfile.ZipFile(file) as archive:
        schema, arrays = archive.read("schema.json").decode(), []
        for name in archive.namelist():
            if name != "schema.json":
                schema = schema.replace(f'"{name}"', f'"{len(arrays)}.npy"')
                arrays.append(archive.read(name))
    schema = json.dumps(shorten(json.loads(schema)), separators=(",", ":")).encode()
    return b"\x00\xff\x00\xff".join([schema] + arrays)


def shorten(node):
    """Without what no reader looks at."""
    if isinstance(node, list):
        return [shorten(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {key: shorten(value) for key, value in node.items() if key not in ("key_types", "__id__", "is_json")}


def main():
    for target, files in SEEDS.items():
        folder = HERE / "corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for file in files:
            seed = re.sub(r"\.(json|ubj|txt|raw|deprecated)$", "", file.replace("/", "_"))
            (folder / seed).write_bytes((MODELS / file).read_bytes())
    for head, names in ONNX.items():
        for name in names:
            seed = head + (MODELS.parent / "onnx" / f"{name}.onnx").read_bytes()
            (HERE / "corpus" / "onnx" / name).write_bytes(seed)
    folder = HERE / "corpus" / "skops"
    folder.mkdir(parents=True, exist_ok=True)
    for name in SKOPS:
        (folder / name.replace("/", "_")).write_bytes(lay_out(MODELS / "sklearn" / f"{name}.skops"))
    folder = HERE / "corpus" / "archive"
    folder.mkdir(parents=True, exist_ok=True)
    linear = (MODELS / "xgb_linear.json").read_bytes()
    (folder / "sagemaker").write_bytes(pack([("xgboost-model", (MODELS / "xgb_ubj.ubj").read_bytes())]))
    (folder / "two").write_bytes(pack([("model.json", linear), ("readme", b"text")]))
    (folder / "outside").write_bytes(pack([("../model.json", linear)]))
    for file in ("archives/fold_poisson.tar.gz", "archives/zipped.zip", "linear_learner/squared.tar.gz"):
        seed = pathlib.PurePath(file).name.partition(".")[0]
        (folder / seed).write_bytes((MODELS / file).read_bytes())
    for name in ("binary", "classes"):
        write_linear_learner(name)


if __name__ == "__main__":
    main()
