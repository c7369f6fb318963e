#!/usr/bin/env python3
"""Fresh models of XGBoost, LightGBM and CatBoost: 100,000 rows predicted as by their libraries. Run by tools/live.sh.

    test_import_live.py FORETELL FOLDER [SEED]

Those of other versions are made by the libraries of these versions (test/reference/import/versions.py).
"""
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "test/program"), str(ROOT / "test/reference/import")]
import import_cases  # noqa: E402
import versions  # noqa: E402

ROWS = 100000
RECIPES = ["sklearn_models", "make", "catboost_models", "pickle_models", "missing_values", "archives"]


def check(shell, folder, name, seed):
    worst, wrong = import_cases.check(shell, folder)
    print(f"{name}: {len(worst)} models, {ROWS} rows, seed {seed}: at worst {max(worst.values()):.2g} of "
          "what is allowed", flush=True)
    print("".join(line + "\n" for line in wrong), end="", flush=True)
    return len(wrong)


def main():
    shell, environments = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    models = environments / "models"
    seed = sys.argv[3] if len(sys.argv) > 3 else str(int(time.time()) % 100000)
    wrong = 0
    for recipe in RECIPES:
        subprocess.run([sys.executable, ROOT / f"test/reference/import/{recipe}.py", models / recipe, str(ROWS), seed],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wrong += check(shell, models / recipe, recipe, seed)
    for name in versions.VERSIONS:
        for made in versions.make(environments, models, ROWS, seed, [name]):
            wrong += check(shell, made, name, seed)
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
