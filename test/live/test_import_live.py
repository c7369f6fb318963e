#!/usr/bin/env python3
"""Fresh models of XGBoost, LightGBM and CatBoost: 100,000 rows predicted as by their libraries. Run by tools/live.sh.

    test_import_live.py FORETELL FOLDER [SEED]
"""
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "test/program"))
import import_cases  # noqa: E402

ROWS = 100000
RECIPES = ["make", "catboost_models"]


def main():
    shell, models = sys.argv[1], pathlib.Path(sys.argv[2]).resolve() / "models"
    seed = sys.argv[3] if len(sys.argv) > 3 else str(int(time.time()) % 100000)
    failed = 0
    for recipe in RECIPES:
        folder = models / recipe
        subprocess.run([sys.executable, ROOT / f"test/reference/import/{recipe}.py", folder, str(ROWS), seed],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        worst, wrong = import_cases.check(shell, folder)
        print(f"{recipe}: {len(worst)} models, {ROWS} rows, seed {seed}: "
              f"at worst {max(worst.values()):.2g} of what is allowed")
        print("\n".join(wrong))
        failed += len(wrong)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
