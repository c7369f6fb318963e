#!/usr/bin/env python3
"""Runs the unit tests of one folder: area_tests.py BUILD FOLDER, for instance `build core/import`.

A test belongs to the folder whose header it includes first, directly or through include/foretell/. SLOW
ones are named and left out, so that an area takes less than half a minute.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SLOW = {"train": "it trains whole models"}


def area_of(test):
    """The folder of the first header of ours, as core/learn; empty: none."""
    for name in re.findall(r'#include "([^"]+)"', test.read_text(encoding="utf-8")):
        if name.startswith("foretell/"):
            found = sorted(ROOT.glob(f"*/**/{pathlib.Path(name).stem}.c"))
            found = [path for path in found if "build" not in path.parts[len(ROOT.parts)]]
            if found:
                return str(found[0].parent.relative_to(ROOT))
        elif "/" in name and not name.startswith("test/"):
            return str(pathlib.Path(name).parent)
    return ""


def main():
    build, folder = sys.argv[1], sys.argv[2].rstrip("/")
    tests = [path.stem[5:] for path in sorted((ROOT / "test/unit").glob("test_*.c"))
             if (area_of(path) + "/").startswith(folder + "/")]
    for name in [name for name in tests if name in SLOW]:
        tests.remove(name)
        print(f"left out: {name}, {SLOW[name]}; meson test -C {build} {name}")
    if not tests:
        print(f"no unit test includes a header of {folder}")
        return 1
    return subprocess.run(["meson", "test", "-C", build, "--no-rebuild", *tests], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
