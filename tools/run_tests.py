#!/usr/bin/env python3
"""Runs every test on a build folder: unit tests and corpora, golden SQL, whole programs.

    run_tests.py FOLDER [unit|sql|postgres|citus|program ...]

Prints what failed, and as its last line "N passed, N failed" (", N skipped"), counted in cases.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CASES = re.compile(r"^\[  (PASSED|FAILED|SKIPPED)  \] (\d+) test\(s\)", re.M)
TOTALS = re.compile(r"^\w+: (\d+) passed, (\d+) failed, (\d+) skipped$")
GOOD_LINES = re.compile(r"^\[( RUN {6}| {7}OK )\].*\n", re.M)
SKIPPED = 77  # the exit status of a program that cannot run here


def count_cases(result):
    """(passed, failed, skipped) cases of one program that meson ran."""
    counts = {"PASSED": 0, "FAILED": 0, "SKIPPED": 0}
    for kind, number in CASES.findall(result.get("stdout", "") + result.get("stderr", "")):
        counts[kind] += int(number)
    good = result["result"] in ("OK", "EXPECTEDFAIL")
    if result["result"] == "SKIP":
        return 0, 0, 1
    if not good:
        counts["FAILED"] = max(1, counts["FAILED"])
    elif not any(counts.values()):
        counts["PASSED"] = 1
    return counts["PASSED"], counts["FAILED"], counts["SKIPPED"]


def run_unit(build):
    log = build / "meson-logs/testlog.json"
    log.unlink(missing_ok=True)
    # sanitizers and a busy machine are slow; what hangs is ended all the same
    done = subprocess.run(["meson", "test", "-C", str(build), "--no-rebuild", "--timeout-multiplier", "5"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if not log.exists():
        if "No tests defined" in done.stdout:
            return 0, 0, 0
        print(done.stdout + done.stderr)
        return 0, 1, 0
    totals = (0, 0, 0)
    for line in log.read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        counts = count_cases(result)
        totals = tuple(map(sum, zip(totals, counts)))
        if counts[1]:
            print(f"FAILED   {result['name']}: {result['result']} after {result['duration']:.1f} s")
            print(GOOD_LINES.sub("", result.get("stdout", "") + result.get("stderr", "")))
    return totals


def run_script(words):
    """A script whose last line tells how its cases went."""
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    totals = None
    for line in process.stdout:
        match = TOTALS.match(line)
        if match:
            totals = tuple(map(int, match.groups()))
        elif not line.startswith("ok "):
            print(line, end="", flush=True)
    process.wait()
    return totals or (0, 1, 0)


def run_sql(build):
    return run_script([ROOT / "test/sql/run.py", "--build", str(build)])


def run_postgres(build):
    """The server's own cases, and the golden SQL but for the data sets' judgement of learners."""
    files = [path for path in sorted((ROOT / "test/sql").glob("*.test"))
             if not path.name.startswith("set_")]
    own = run_script([ROOT / "test/postgres/test_postgres", str(build)])
    golden = run_script([ROOT / "test/sql/run.py", "--build", str(build), "--host", "postgresql",
                         *files])
    return tuple(map(sum, zip(own, golden)))


def run_citus(build):
    return run_script([ROOT / "test/postgres/test_citus", str(build)])


def run_program(build):
    """test/program/test_*: scripts that drive the programs from outside, one case each."""
    totals = [0, 0, 0]
    environment = dict(os.environ, FORETELL=str(build / "foretell"), FORETELL_BUILD=str(build),
                       FORETELL_SOURCE=str(ROOT))
    for script in sorted((ROOT / "test/program").glob("test_*")):
        if not os.access(script, os.X_OK):
            continue
        with tempfile.TemporaryDirectory(prefix="foretell-test-") as folder:
            try:
                done = subprocess.run([script], cwd=folder, env=environment, text=True, timeout=1200,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, check=False)
                status, output = done.returncode, done.stdout
            except subprocess.TimeoutExpired as late:
                status, output = 124, (late.stdout or b"").decode("utf-8", "replace")
        totals[{0: 0, SKIPPED: 2}.get(status, 1)] += 1
        if status:
            word = "skipped " if status == SKIPPED else "FAILED  "
            print(f"{word} {script.name}: status {status}\n{output}", flush=True)
    return tuple(totals)


SUITES = {"unit": run_unit, "sql": run_sql, "postgres": run_postgres, "citus": run_citus,
          "program": run_program}


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    totals = (0, 0, 0)
    for name in sys.argv[2:] or SUITES:
        start = time.monotonic()
        counts = SUITES[name](build)
        totals = tuple(map(sum, zip(totals, counts)))
        print("%-8s %d of %d passed in %.1f s" % (
            name, counts[0], sum(counts[:2]), time.monotonic() - start), flush=True)
    print("%d passed, %d failed" % totals[:2] + (", %d skipped" % totals[2] if totals[2] else ""))
    return 1 if totals[1] or not totals[0] else 0


if __name__ == "__main__":
    sys.exit(main())
