#!/usr/bin/env python3
"""Models of other versions of XGBoost and LightGBM, each made by its own library.

    versions.py ENVIRONMENTS FOLDER [ROWS [SEED [VERSION…]]]

A version's packages come from PyPI into a virtual environment in ENVIRONMENTS, once; the recipe beside this
file then runs in it and writes FOLDER/VERSION (cases.py says what). A version that pip cannot install
is left out, and said so. The packages are those of Python 3.11, but for XGBoost 3.4.

The committed ones (test/fixtures/import/VERSION) are of 20 rows and seed 1, LightGBM's of 60:
    versions.py ENVIRONMENTS test/fixtures/import 20 1 xgboost/0.90 …
    versions.py ENVIRONMENTS test/fixtures/import 60 1 lightgbm/2.3 …
"""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
OLD = ["numpy==1.23.5", "scipy==1.10.1", "pandas==1.5.3", "scikit-learn==1.2.2"]
NEWER = ["numpy==1.26.4", "scipy==1.11.4", "pandas==2.1.4", "scikit-learn==1.3.2"]
VERSIONS = {  # name: recipe, packages
    "xgboost/0.90": ("xgboost_models.py", ["xgboost==0.90", *OLD]),
    "xgboost/1.2": ("xgboost_models.py", ["xgboost==1.2.1", *OLD]),
    "xgboost/1.5": ("xgboost_models.py", ["xgboost==1.5.2", *OLD]),
    "xgboost/1.7": ("xgboost_models.py", ["xgboost==1.7.6", *NEWER]),
    "xgboost/2.1": ("xgboost_models.py", ["xgboost-cpu==2.1.4", *NEWER]),
    "xgboost/3.2": ("xgboost_models.py", ["xgboost-cpu==3.2.0", *NEWER]),
    "xgboost/3.4": ("xgboost_models.py", ["xgboost-cpu==3.4.1", *NEWER]),  # wants Python 3.12
    "pickle/xgboost-0.90": ("pickle_models.py", ["xgboost==0.90", *OLD]),
    "pickle/xgboost-1.2": ("pickle_models.py", ["xgboost==1.2.1", *OLD]),
    "pickle/xgboost-1.7": ("pickle_models.py", ["xgboost==1.7.6", *NEWER]),
    "pickle/xgboost-2.1": ("pickle_models.py", ["xgboost-cpu==2.1.4", *NEWER]),
    "pickle/lightgbm-2.3": ("pickle_models.py", ["lightgbm==2.3.1", *NEWER]),
    "pickle/lightgbm-3.3": ("pickle_models.py", ["lightgbm==3.3.5", *NEWER]),
    "lightgbm/2.3": ("lightgbm_models.py", ["lightgbm==2.3.1", *NEWER]),
    "lightgbm/3.3": ("lightgbm_models.py", ["lightgbm==3.3.5", *NEWER]),
    "lightgbm/4.7": ("lightgbm_models.py", ["lightgbm==4.7.0", *NEWER]),
    "linear_learner": ("linear_learner.py", ["mxnet==1.9.1", "numpy==1.23.5", "pandas==2.1.4"]),
}


def prepare(folder, packages):
    """The environment's Python; None where pip fails."""
    python = folder / "bin/python"
    if (folder / ".ready").exists():
        return python
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    done = subprocess.run([python, "-m", "pip", "install", "-q", *packages], capture_output=True, text=True,
                          timeout=900)
    if done.returncode:
        print(f"{folder.name}: left out, since pip fails: {(done.stderr.strip().splitlines() or [''])[-1]}")
        return None
    (folder / ".ready").touch()
    return python


def make(environments, folder, rows, seed, names):
    """Write the models of each version; the folders written."""
    written = []
    for name in names or VERSIONS:
        recipe, packages = VERSIONS[name]
        python = prepare(pathlib.Path(environments) / packages[0].replace("==", "-"), packages)
        if python is None:
            continue
        done = subprocess.run([python, HERE / recipe, folder / name, str(rows), str(seed)], capture_output=True,
                              text=True, timeout=1800)
        if done.returncode:
            raise SystemExit(f"{name}: {done.stderr}")
        written.append(folder / name)
    return written


def main():
    environments, folder, *more = sys.argv[1:]
    rows, seed = (more + ["20", "1"][len(more):])[:2]
    for written in make(environments, pathlib.Path(folder), rows, seed, more[2:]):
        print(written)


if __name__ == "__main__":
    main()
