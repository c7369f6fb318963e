#!/usr/bin/env python3
"""Fresh models of XGBoost and LightGBM: 100,000 rows predicted as by their libraries. Run by tools/live.sh.

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


def main():
    shell, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve() / "models"
    seed = sys.argv[3] if len(sys.argv) > 3 else str(int(time.time()) % 100000)
    subprocess.run([sys.executable, ROOT / "test/reference/import/make.py", folder, str(ROWS), seed], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    worst, wrong = import_cases.check(shell, folder)
    print(f"import: {len(worst)} models, {ROWS} rows, seed {seed}: at worst {max(worst.values()):.2g} of what is allowed")
    print("\n".join(wrong))
    return len(wrong) > 0


if __name__ == "__main__":
    sys.exit(main())
