#!/usr/bin/env python3
"""Kills the shell in the middle of statements and looks whether the database is whole.

    FORETELL=build/foretell test/program/kills.py [--kills 500] [--seed 1] [--no-strace]

Each statement is killed at a random moment and, where strace is installed, at its Nth write, fsync,
ftruncate or unlink. After each kill the database must open and be as it was before the statement or as
it is after it: models, functions, schemas, rows and the bits predicted. Prints one line, and each state
that is neither. test_kills runs it with few kills; 500 take about ten minutes.
"""
import argparse
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SHELL = os.path.abspath(os.environ.get("FORETELL", "build/foretell"))
CALLS = ("pwrite64", "fsync", "ftruncate", "unlink")
TRIALS = "SETTINGS (MAX_TRIALS 1)"
SETUP = f"""
CREATE TABLE rows AS SELECT i, i % 7 AS a, i % 5 AS b, i % 7 + i % 3 > 4 AS y FROM range(400) r(i);
CREATE TABLE predictions (i BIGINT, y BOOLEAN);
CREATE SCHEMA s;
CREATE MODEL s.m FROM (SELECT a, b, y FROM rows) TARGET y FUNCTION f {TRIALS};
CREATE MODEL other FROM (SELECT a, b, y FROM rows WHERE i > 9) TARGET y FUNCTION g {TRIALS};
"""
STATEMENTS = {
    "CREATE MODEL": f"CREATE MODEL s.n FROM (SELECT b, a, y FROM rows) TARGET y FUNCTION h {TRIALS}",
    "OR REPLACE": f"CREATE OR REPLACE MODEL s.m FROM (SELECT b, a, y FROM rows WHERE i > 50) TARGET y "
                  f"FUNCTION f2 {TRIALS}",
    "DROP MODEL": "DROP MODEL s.m",
    "DROP SCHEMA": "DROP SCHEMA s CASCADE",
    "INSERT": "INSERT INTO predictions SELECT i, s.f(r) FROM rows r",
}
OBJECTS = """
SELECT 'schema', schema_name FROM duckdb_schemas() WHERE database_name = current_database()
UNION ALL SELECT 'function', schema_name || '.' || function_name FROM duckdb_functions()
          WHERE database_name = current_database() AND NOT internal
UNION ALL SELECT 'table', table_name FROM duckdb_tables() WHERE database_name = current_database()
UNION ALL SELECT 'rows', count(*) || ' ' || coalesce(sum(i * (1 + y::INT)), 0) FROM predictions
UNION ALL SELECT 'model', schema_name || '.' || model_name || ' ' || version || ' ' || state || ' ' ||
          is_current || ' ' || coalesce(model_sha256, '') FROM foretell.model
UNION ALL SELECT 'call', schema_name || '.' || function_name FROM foretell.model WHERE is_current AND state = 'READY'
ORDER BY ALL"""


def shell(path, text, *arguments):
    return subprocess.run([SHELL, "-q", "--format", "csv", *arguments, "-c", text, str(path)],
                          capture_output=True, text=True, timeout=120, check=False)


def state_of(path):
    """What the database has, as text; a model whose function does not answer is in it as an error."""
    done = shell(path, OBJECTS)
    if done.returncode != 0:
        return "does not open: " + done.stderr
    calls = re.findall(r"^call,(.*)$", done.stdout, re.M)
    state = done.stdout + done.stderr
    for call in calls:
        answer = shell(path, f"SELECT md5(string_agg({call}_prob(r)::VARCHAR, ',' ORDER BY i)) AS bits FROM rows r")
        state += f"{call}: {answer.stdout}{answer.stderr}"
    return state


def told(path):
    """What opening the file had to repair."""
    return subprocess.run([SHELL, "--format", "csv", "-r", "-c", "SELECT 1", str(path)],
                          capture_output=True, text=True, timeout=60, check=False).stderr


class Statement:
    """One statement: its database before and after, how long it takes and which calls it makes."""

    def __init__(self, name, base, folder, traced):
        self.name, self.text, self.base = name, STATEMENTS[name], base
        self.path = folder / "work.db"
        self.before = state_of(base)
        self.outcomes = {"before": 0, "after": 0, "half": 0}
        self.fresh()
        begin = time.monotonic()
        done = shell(self.path, self.text)
        self.seconds = time.monotonic() - begin
        assert done.returncode == 0, done.stderr
        self.after = state_of(self.path)
        assert self.after != self.before
        self.calls = self.count_calls(folder) if traced else {}

    def fresh(self):
        for left in self.path.parent.glob("work.db*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        shutil.copy(self.base, self.path)

    def count_calls(self, folder):
        self.fresh()
        log = folder / "calls.txt"
        subprocess.run(["strace", "-f", "-qq", "-o", str(log), "-e", "trace=" + ",".join(CALLS), SHELL, "-q",
                        "-c", self.text, str(self.path)], capture_output=True, check=True, timeout=300)
        text = log.read_text(encoding="utf-8", errors="replace")
        counts = {call: len(re.findall(rf" {call}\(", text)) for call in CALLS}
        return {call: count for call, count in counts.items() if count}

    def command(self, chance):
        """The command line, and after how many seconds it is killed from outside."""
        plain = [SHELL, "-q", "-c", self.text, str(self.path)]
        if not self.calls or chance.random() < 0.4:
            return plain, chance.uniform(0, self.seconds)
        call = chance.choice(sorted(self.calls))
        number = chance.randint(1, self.calls[call])
        return ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                f"inject={call}:signal=KILL:when={number}", *plain], None

    def kill(self, chance):
        """Run the statement and kill it; False: it was through before."""
        self.fresh()
        command, after = self.command(chance)
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                process.wait(after if after is not None else 120)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
        return process.returncode not in (0, 1)

    def judge(self):
        words = told(self.path)
        state = state_of(self.path)
        kept = {self.before: "before", self.after: "after"}.get(state, "half")
        left = list(self.path.parent.glob("work.db.tmp*"))
        if words or left:
            kept = "half"
        self.outcomes[kept] += 1
        if kept == "half":
            print(f"{self.name}: {words}{state}{left}", file=sys.stderr)


def run(kills, seed, traced):
    chance = random.Random(seed)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        base = folder / "base.db"
        done = shell(base, SETUP)
        assert done.returncode == 0, done.stderr
        statements = [Statement(name, base, folder, traced) for name in STATEMENTS]
        done = through = 0
        while done < kills:
            statement = statements[done % len(statements)]
            if statement.kill(chance):
                done += 1
                statement.judge()
            else:
                through += 1
    parts = [f"{s.name} {s.outcomes['before']} before, {s.outcomes['after']} after" for s in statements]
    halves = sum(s.outcomes["half"] for s in statements)
    print(f"{done} kills in {time.monotonic() - begin:.0f} s{'' if traced else ' (no strace)'}: {halves} half "
          f"states; {'; '.join(parts)}; {through} were through before the kill")
    return halves


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-strace", action="store_true")
    options = parser.parse_args()
    traced = not options.no_strace and shutil.which("strace") is not None
    return 1 if run(options.kills, options.seed, traced) else 0


if __name__ == "__main__":
    sys.exit(main())
