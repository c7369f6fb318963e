#!/usr/bin/env python3
"""Runs golden SQL tests (*.test, see README.md) against a host.

    run.py [--build FOLDER] [--host duckdb|postgresql] [--jobs N] [--verbose] [FILE ...]

Every record runs as a process of its own on the file's database, so that whatever a record relies
on has been stored; records between `session` and `end` share one process. The last line of the
output is "sql: N passed, N failed, N skipped", counted in records.
"""
import argparse
import concurrent.futures
import contextlib
import dataclasses
import difflib
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "test/postgres"))
import server  # noqa: E402

DATA_FOLDERS = [ROOT / "examples/data", ROOT / "../shared/data", ROOT / "test/fixtures"]
SQLSTATE = re.compile(r"[0-9A-Z]{5}(?=\s|$)")
MARK = "ft-record-%d"
SHOWN = 5  # failures of one file; later ones mostly follow from earlier ones


@dataclasses.dataclass
class Record:
    line: int
    kind: str  # ok, error, notice, query
    sql: str
    expected: list = dataclasses.field(default_factory=list)
    types: str = ""
    order: str = "nosort"
    text: str = ""  # what an error or a notice must say
    timeout: float = 600
    session: int = 0  # 0: a process of its own


class BadTest(Exception):
    """The test file itself is wrong."""


class Skip(Exception):
    """The file cannot run here."""


# ---------------------------------------------------------------- reading a file


class Reader:
    """Turns the lines of a test file into records for one host."""

    def __init__(self, path, host):
        self.path, self.host = path, host.name
        self.make_table = host.make_table
        text = path.read_text(encoding="utf-8").replace("{fixtures}", str(host.fixtures))
        self.lines = text.split("\n")
        self.at = 0
        self.records = []
        self.session = self.sessions = 0
        self.timeout = 600.0
        self.condition = True

    def fail(self, message):
        raise BadTest(f"{self.path.name}:{self.at}: {message}")

    def block(self):
        """The lines up to a blank line."""
        lines = []
        while self.at < len(self.lines) and self.lines[self.at].strip():
            lines.append(self.lines[self.at])
            self.at += 1
        return lines

    def add(self, kind, **fields):
        line, lines = self.at, self.block()
        if "----" in lines:
            cut = lines.index("----")
            lines, expected = lines[:cut], lines[cut + 1 :]
        else:
            expected = []
        if not lines:
            self.fail(f"a {kind} record without SQL")
        if self.condition:
            self.records.append(Record(line, kind, "\n".join(lines), expected,
                                       timeout=self.timeout, session=self.session, **fields))
        self.condition = True

    def statement(self, rest):
        kind, _, text = rest.partition(" ")
        if kind not in ("ok", "error", "notice"):
            self.fail(f'statement ok, error or notice, not "{kind}"')
        if kind == "notice" and (not text or self.session):
            self.fail("statement notice needs its text, and no session")
        self.add(kind, text=text.strip())

    def query(self, rest):
        words = rest.split()
        order = words[1] if len(words) > 1 else "nosort"
        if not words or not re.fullmatch("[TIRB]+", words[0]) or order not in ("nosort", "rowsort"):
            self.fail("query <types of T, I, R, B> [nosort|rowsort]")
        self.add("query", types=words[0], order=order)

    def load(self, rest):
        words = rest.split()
        if len(words) not in (1, 2):
            self.fail("load <dataset> [table]")
        table = words[1] if len(words) == 2 else words[0]
        for folder in DATA_FOLDERS:
            for ending in (".csv.gz", ".csv"):
                file = folder / (words[0] + ending)
                if file.exists():
                    sql = self.make_table(table, file.resolve())
                    self.records.append(Record(self.at, "ok", sql, session=self.session))
                    return
        raise Skip(f"data set {words[0]} is not here")

    def directive(self, word, rest):
        if word == "statement":
            self.statement(rest)
        elif word == "query":
            self.query(rest)
        elif word == "load":
            self.load(rest)
        elif word in ("skipif", "onlyif"):
            self.condition = (rest == self.host) == (word == "onlyif")
        elif word == "needs":
            if rest != self.host:
                raise Skip(f"it is written for {rest}")
        elif word == "timeout":
            self.timeout = float(rest)
        elif word == "session" and not self.session:
            self.sessions += 1
            self.session = self.sessions
        elif (word == "end" and self.session) or word == "restart":
            self.session = 0
        else:
            self.fail(f'"{word}" has no place here')

    def read(self):
        while self.at < len(self.lines):
            line = self.lines[self.at].strip()
            self.at += 1
            if line and not line.startswith("#"):
                word, _, rest = line.partition(" ")
                self.directive(word, rest.strip())
        return self.records


# ---------------------------------------------------------------- running it


def parse_csv(text):
    """Rows of a CSV text; an unquoted empty field is NULL, a quoted one is the empty string."""
    rows, row, at = [], [], 0
    field = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)')
    while at < len(text):
        match = field.match(text, at)
        if not match:
            raise ValueError(f"not CSV: {text[at:at + 40]!r}")
        quoted, bare, ending = match.groups()
        if quoted is not None:
            row.append(quoted.replace('""', '"') or "(empty)")
        else:
            row.append(bare if bare else "NULL")
        at = match.end()
        if ending != ",":
            rows.append(row)
            row = []
    return rows


def same_value(kind, got, expected):
    if got == expected:
        return True
    if kind != "R":
        return False
    try:
        return math.isclose(float(got), float(expected), rel_tol=1e-9, abs_tol=1e-12)
    except ValueError:
        return False


def difference(record, rows):
    """What is wrong with the rows of a query, or nothing."""
    expected = [line.split("\t") for line in record.expected]
    if record.order == "rowsort":
        rows, expected = sorted(rows), sorted(expected)
    width = len(record.types)
    same = len(rows) == len(expected) and all(
        len(row) == len(want) == width
        and all(map(same_value, record.types, row, want))
        for row, want in zip(rows, expected))
    if same:
        return ""
    wide = next((row for row in rows if len(row) != width), None)
    note = f"{len(wide)} columns instead of {width}\n" if wide else ""
    return note + "\n".join(difflib.unified_diff(
        ["\t".join(row) for row in expected], ["\t".join(row) for row in rows],
        "expected", "got", lineterm="", n=2))


def wrong_message(record, stderr):
    """What the error or notice text lacks, or nothing."""
    state = SQLSTATE.match(record.text) if record.kind == "error" else None
    text = record.text[state.end():].strip() if state else record.text
    first = stderr.split("\n", 1)[0]
    if state and state.group() not in first:
        return f"SQLSTATE {state.group()} expected:\n{stderr}"
    for part in [text, *record.expected]:
        if part not in stderr:
            return f'"{part}" is not in:\n{stderr}'
    return ""


def judge(record, status, stdout, stderr):
    """What is wrong with a record's outcome, or nothing."""
    if status < 0 or status > 1:
        return f"the program ended with status {status}\n{stderr}"
    if record.kind == "error":
        return wrong_message(record, stderr) if status else "no error"
    if status:
        return stderr or "failed without a message"
    if record.kind == "notice":
        return wrong_message(record, stderr)
    return difference(record, parse_csv(stdout)[1:]) if record.kind == "query" else ""


def run_process(command, timeout):
    """Status, output and errors; a process that hangs is a failure like others."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return 124, "", f"no end after {timeout:g} s"
    except OSError as error:  # built anew at this very moment, for one
        return 126, "", str(error)
    return done.returncode, done.stdout.decode("utf-8", "replace"), \
        done.stderr.decode("utf-8", "replace")


def run_session(command, records):
    """Run records in one process. A marker before each tells where its output begins."""
    arguments = list(command)
    for index, record in enumerate(records):
        mark = MARK % index
        arguments += ["-c", f"SELECT '{mark}' AS \"{mark}\"", "-c", record.sql]
    status, stdout, stderr = run_process(arguments, sum(record.timeout for record in records))
    outputs, rest = [], stdout
    for index in range(len(records)):
        mark = MARK % index
        before, found, rest = rest.partition(f"{mark}\n{mark}\n")
        if not found:
            break
        if index:
            outputs.append(before)
    outputs.append(rest)
    for index, record in enumerate(records):
        if index >= len(outputs):
            yield record, "not reached"
            continue
        last = index == len(outputs) - 1
        yield record, judge(record, status if last else 0, outputs[index], stderr)


def run_records(command, records):
    at = 0
    while at < len(records):
        record, until = records[at], at + 1
        if record.session:
            while until < len(records) and records[until].session == record.session:
                until += 1
            yield from run_session(command, records[at:until])
        else:
            # A notice is what -q leaves out.
            words = [word for word in command if record.kind != "notice" or word != "-q"]
            result = run_process([*words, "-c", record.sql], record.timeout)
            yield record, judge(record, *result)
        at = until


def run_file(path, options):
    """(passed, failed, skipped, report) of one file."""
    try:
        records = Reader(path, options.host).read()
        if not records:
            raise Skip(f"nothing in it is for {options.host.name}")
    except Skip as reason:
        return 0, 0, 1, f"skipped  {path.name}: {reason}"
    except (BadTest, ValueError) as error:
        return 0, 1, 0, f"FAILED   {error}"
    passed, report, start = 0, [], time.monotonic()
    with tempfile.TemporaryDirectory(prefix="foretell-test-") as folder:
        command = [options.host.program, "-q", "--format", "csv",
                   options.host.database(folder, path.stem)]
        for record, wrong in run_records(command, records):
            if wrong:
                report.append(f"{path.name}:{record.line}: {record.sql}\n{wrong.rstrip()}\n")
            else:
                passed += 1
    head = f"{'FAILED' if report else 'ok':8} {path.name} ({len(records)} records, " \
        f"{time.monotonic() - start:.1f} s)"
    shown = report if options.verbose else report[:SHOWN]
    more = [f"… and {len(report) - SHOWN} more in {path.name}"] if len(report) > len(shown) else []
    return passed, len(report), 0, "\n".join([head, *shown, *more])


# ---------------------------------------------------------------- the program


class Embedded:
    """Each file has a database file of its own."""

    name = "duckdb"
    fixtures = ROOT / "test/fixtures"

    def __init__(self, build):
        self.program = str(pathlib.Path(build).resolve() / "foretell")
        if not os.access(self.program, os.X_OK):
            sys.exit(f"{self.program} has not been built")

    def database(self, folder, stem):
        return os.path.join(folder, stem + ".db")

    def make_table(self, table, file):
        path = str(file).replace("'", "''")
        return f"CREATE TABLE {table} AS SELECT * FROM read_csv('{path}')"

    def close(self):
        pass


class Postgres(Embedded):
    """Each file has a database of its own on a server that ends with the tests. CSV files go through
    DuckDB, which finds their types, so that both hosts train on the same rows."""

    name = "postgresql"
    types = {"VARCHAR": "text", "DOUBLE": "double precision", "HUGEINT": "numeric"}

    def __init__(self, build):
        super().__init__(build)
        self.lock = threading.Lock()
        self.tables = {}
        self.installation = server.Installation(build)
        self.fixtures = self.installation.fixtures
        self.server = server.Server(self.installation, settings={"log_statement": "none"})
        self.server.start()

    def database(self, _, stem):
        self.server.psql(f'CREATE DATABASE "{stem}"')
        self.server.psql("CREATE EXTENSION foretell", database=stem)
        self.server.psql((HERE / "dialect_postgresql.sql").read_text(encoding="utf-8"), database=stem)
        self.server.psql(f'ALTER DATABASE "{stem}" SET search_path = main, public')
        return self.server.url(stem)

    def convert(self, file):
        """(columns and types, a CSV file that the server can read)"""
        csv = self.installation.folder / f"table{len(self.tables)}.csv"  # names may come twice
        describe = f"DESCRIBE SELECT * FROM read_csv('{file}')"
        copy = f"COPY (SELECT * FROM read_csv('{file}')) TO '{csv}' (HEADER)"
        done = subprocess.run([self.program, "-q", "--format", "csv", "-c", describe, "-c", copy],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
        rows = [row[:2] for row in parse_csv(done.stdout)[1:]]
        return ", ".join(f'"{name}" {self.types.get(kind, kind)}' for name, kind in rows), csv

    def make_table(self, table, file):
        with self.lock:
            if file not in self.tables:
                self.tables[file] = self.convert(file)
        columns, csv = self.tables[file]
        return f"CREATE TABLE {table} ({columns}); COPY {table} FROM '{csv}' (FORMAT csv, HEADER)"

    def close(self):
        self.server.stop()
        self.installation.remove()


HOSTS = {"duckdb": Embedded, "postgresql": Postgres}


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=str(ROOT / "build"))
    parser.add_argument("--host", default="duckdb", choices=HOSTS)
    parser.add_argument("--jobs", type=int, default=min(4, os.cpu_count() or 1))
    parser.add_argument("--verbose", action="store_true", help="print passing files and every failure")
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    options.files = options.files or sorted(HERE.glob("**/*.test"))
    return options


def main():
    options = parse_options()
    totals = [0, 0, 0]
    try:
        options.host = HOSTS[options.host](options.build)
    except server.Missing as missing:
        print(f"FAILED   the tests on {options.host}: {missing}\nsql: 0 passed, 1 failed, 0 skipped")
        return 1
    with contextlib.closing(options.host), \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for *counts, report in pool.map(lambda path: run_file(path, options), options.files):
            totals = [a + b for a, b in zip(totals, counts)]
            if options.verbose or not report.startswith("ok"):
                print(report, flush=True)
    print("sql: %d passed, %d failed, %d skipped" % tuple(totals))
    return 1 if totals[1] else 0


if __name__ == "__main__":
    sys.exit(main())
