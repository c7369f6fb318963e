"""One training on the rows of all folds but one, and what it predicts for that one.

Each step is a process of its own: the shell makes a database file, trains, and predicts. The memory
of the trainer, the shell's child, is read from /proc while it lives.
"""
import contextlib
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time

import automl_scores as scores
from automl_sets import AUC, LOG_LOSS, RMSE, path_of

TIMED_ROWS = 200000
GRACE_SECONDS = 120  # after which a training that does not end is killed
OWN_SCORE = {AUC: "validation:auc", LOG_LOSS: "validation:log_loss", RMSE: "validation:rmse"}
FOREIGN_OBJECTIVE = {AUC: "binary:logistic", LOG_LOSS: "multi:softmax", RMSE: "reg:squarederror"}
OBJECTIVE = {AUC: " OBJECTIVE 'AUC'", LOG_LOSS: "", RMSE: " OBJECTIVE 'MSE'"}


class RunFailed(Exception):
    """The message says what."""


def quote(text):
    return "'" + str(text).replace("'", "''") + "'"


def name(text):
    return '"' + text.replace('"', '""') + '"'


def write_create(one, method, seed, budget, max_trials, settings, classes=0):
    """The statement that trains model m with the function f on the table train."""
    head = f"CREATE MODEL m FROM train TARGET {name(one.target)} FUNCTION f"
    limits = ([f"MAX_RUNTIME {budget}"] if budget else []) + [f"SEED {seed}"]
    if method == "xgboost-defaults":
        number = f", NUM_CLASS '{classes}'" if one.metric == LOG_LOSS else ""
        return (f"{head} AUTO OFF MODEL_TYPE XGBOOST OBJECTIVE '{FOREIGN_OBJECTIVE[one.metric]}' "
                f"PREPROCESSORS 'none' HYPERPARAMETERS DEFAULT EXCEPT (NUM_ROUND '100'{number}) "
                f"SETTINGS ({', '.join(limits)})")
    if max_trials:
        limits.append(f"MAX_TRIALS {max_trials}")
    if settings:
        limits.append(settings)
    learner = method.partition("auto-")[2]
    model_type = f" MODEL_TYPE {learner.upper()}" if learner else ""
    return f"{head}{model_type}{OBJECTIVE[one.metric]} SETTINGS ({', '.join(limits)})"


def children_of(pid):
    found = []
    with contextlib.suppress(OSError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(OSError):
                found += [int(word) for word in (task / "children").read_text().split()]
    return found


def most_memory(pid):
    """(a process's name, mebibytes that it has held at most so far)"""
    with contextlib.suppress(OSError, KeyError, ValueError):
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        status = dict(line.split(":", 1) for line in lines if ":" in line)
        return status["Name"].strip(), int(status["VmHWM"].split()[0]) / 1024
    return "", 0.0


class Shell:
    """The program that is measured, on a database file in a folder of its own."""

    def __init__(self, program, folder, threads=0):
        self.program = str(program)
        self.folder = pathlib.Path(folder)
        self.database = str(self.folder / "bench.db")
        self.threads = ["--threads", str(threads)] if threads else []
        self.wall = self.cpu = self.trainer_mb = self.shell_mb = 0.0

    def run(self, sql, seconds=600.0):
        """What the statements print, as objects; wall, cpu and …_mb are of this run."""
        script = self.folder / "script.sql"
        script.write_text(sql, encoding="utf-8")
        words = [self.program, "-q", "--no-history", "--format", "jsonlines", *self.threads,
                 "-f", str(script), self.database]
        with open(self.folder / "out", "w+", encoding="utf-8") as out, \
                open(self.folder / "err", "w+", encoding="utf-8") as err:
            begin = time.monotonic()
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            ended = threading.Event()
            watcher = threading.Thread(target=self._watch, args=(process, ended, begin + seconds))
            watcher.start()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.wall, self.cpu = time.monotonic() - begin, used.ru_utime + used.ru_stime
            ended.set()
            watcher.join()
            if process.returncode:
                err.seek(0)
                said = [line for line in err.read().splitlines() if line.startswith("error")]
                raise RunFailed(said[0] if said else f"exit status {process.returncode} "
                                f"after {self.wall:.0f} s")
            out.seek(0)
            return [json.loads(line) for line in out if line.startswith("{")]

    def _watch(self, process, ended, deadline):
        self.trainer_mb = self.shell_mb = 0.0
        while not ended.wait(0.03):
            shell, held = most_memory(process.pid)
            self.shell_mb = max(self.shell_mb, held)
            for child in children_of(process.pid):
                name_, held = most_memory(child)
                if name_ != shell:  # until it becomes the trainer, a child is the shell's copy
                    self.trainer_mb = max(self.trainer_mb, held)
            if time.monotonic() > deadline:
                process.kill()


def load_rows(shell, data, one, folds, fold):
    """Tables train and held: the rows of the other folds, and of this one."""
    listed = shell.folder / "folds.csv"
    listed.write_text("".join(f"{row},{of}\n" for row, of in enumerate(folds)))
    kept = f" EXCLUDE ({', '.join(map(name, one.drop))})" if one.drop else ""
    pick = f"SELECT w.*{kept} FROM whole w JOIN folds k ON k.r = w.rowid WHERE k.fold"
    shell.run(f"""
CREATE TEMP TABLE whole AS SELECT * FROM read_csv({quote(path_of(data, one.name))}, sample_size = -1);
CREATE TEMP TABLE folds AS SELECT * FROM read_csv({quote(listed)}, header = false,
  columns = {{'r': 'BIGINT', 'fold': 'INTEGER'}});
CREATE TABLE train AS {pick} <> {fold} ORDER BY k.r;
CREATE TABLE held AS {pick} = {fold} ORDER BY k.r;""")
    counts = shell.run("SELECT (SELECT count(*) FROM train) + (SELECT count(*) FROM held) AS n, "
                       "(SELECT count(*) FROM duckdb_columns() WHERE table_name = 'train') - 1 AS columns, "
                       "(SELECT count(*) FROM train) AS rows")[0]
    if counts["n"] != len(folds):
        raise RunFailed(f"{counts['n']} rows were loaded, not {len(folds)}")
    return counts["rows"], counts["columns"]


def check_held(one, expected, rows):
    """The rows predicted are those that the folds name."""
    if one.metric == RMSE:
        same = [float(text) for text in expected] == [row["t"] for row in rows]
    else:
        pairs = {(text, row["t"]) for text, row in zip(expected, rows)}
        same = len(expected) == len(rows) and len(pairs) == len({text for text, _ in pairs})
    if not same:
        raise RunFailed("the rows were loaded in another order than the file's")


def score_held(shell, one, expected):
    """(score, its standard error) on the table held."""
    target = name(one.target)
    if one.metric == RMSE:
        rows = shell.run(f"SELECT CAST({target} AS DOUBLE) AS t, f(h) AS v FROM held h ORDER BY h.rowid")
        check_held(one, expected, rows)
        return scores.score_rmse([row["t"] for row in rows], [row["v"] for row in rows])
    rows = shell.run(f"""SELECT t, CAST(p.labels AS VARCHAR[]) AS l, p.probabilities AS p FROM
  (SELECT CAST({target} AS VARCHAR) AS t, f_prob(h) AS p, h.rowid AS r FROM held h) ORDER BY r""")
    check_held(one, expected, rows)
    probabilities = [dict(zip(row["l"], row["p"])) for row in rows]
    labels = [row["t"] for row in rows]
    if one.metric == LOG_LOSS:
        return scores.score_log_loss(labels, probabilities)
    positive = max(probabilities[0])
    return scores.score_auc([label == positive for label in labels],
                            [row[positive] for row in probabilities])


def read_own(one, manifest):
    """The model's own score and interval: (value, low, high), None where it says nothing."""
    for metric in manifest.get("metrics", []):
        if metric.get("name") == OWN_SCORE[one.metric]:
            return metric.get("value"), metric.get("low"), metric.get("high")
    return None, None, None


def describe_model(shell):
    """(manifest, artifact's bytes, sha256) of model m"""
    row = shell.run("SELECT manifest, artifact_bytes, model_sha256 FROM foretell.model "
                    "WHERE model_name = 'm' AND is_current")[0]
    return json.loads(row["manifest"]), row["artifact_bytes"], row["model_sha256"]


def time_rows(shell):
    """Nanoseconds that one thread takes for a row in SQL, the reading of it included."""
    sql = "SELECT max(f(t)) FROM many t;"
    rows = shell.run(f"CREATE TABLE many AS SELECT t.* FROM train t, "
                     f"range(1 + {TIMED_ROWS} // (SELECT count(*) FROM train)); "
                     "SELECT count(*) AS n FROM many")[0]["n"]
    single = Shell(shell.program, shell.folder, 1)
    walls = []
    for times in (1, 5):
        single.run(sql * times)
        walls.append(single.wall)
    return (walls[1] - walls[0]) / 4 / rows * 1e9


def run_fold(program, data, one, targets, folds, fold, options):
    """A row of results (a dictionary). options: method, seed, budget, max_trials, settings, threads,
    time_rows"""
    with tempfile.TemporaryDirectory(prefix="foretell-bench-") as folder:
        shell = Shell(program, folder, options["threads"])
        rows, columns = load_rows(shell, data, one, folds, fold)
        statement = write_create(one, options["method"], options["seed"], options["budget"],
                                 options["max_trials"], options["settings"], len(set(targets)))
        shell.run(statement, (options["budget"] or 600) * 2 + GRACE_SECONDS)
        result = {"rows": rows, "columns": columns, "wall": shell.wall, "cpu": shell.cpu,
                  "trainer_mb": shell.trainer_mb, "shell_mb": shell.shell_mb}
        manifest, size, sha256 = describe_model(shell)
        expected = [target for target, of in zip(targets, folds) if of == fold]
        result["score"], result["score_se"] = score_held(shell, one, expected)
        result["own"], result["low"], result["high"] = read_own(one, manifest)
        trials = max(1, int(manifest.get("trials_run") or 1))
        result.update(trials=trials, rate=rows * columns * trials / result["wall"],
                      predict_ns=manifest.get("predict_ns"), artifact_bytes=size,
                      model_type=manifest.get("model_type"),
                      status=manifest.get("training_status"), sha256=sha256[:12],
                      sql_ns=time_rows(shell) if options["time_rows"] else None)
        return result


def time_limit(program, data, name_, target, budget, threads=0):
    """(rows, wall seconds, trainer's MB, status) of training on a whole set in a budget"""
    with tempfile.TemporaryDirectory(prefix="foretell-bench-") as folder:
        shell = Shell(program, folder, threads)
        shell.run(f"CREATE TABLE train AS SELECT * FROM "
                  f"read_csv({quote(path_of(data, name_))}, sample_size = -1)")
        rows = shell.run("SELECT count(*) AS n FROM train")[0]["n"]
        limit = f"MAX_RUNTIME {budget}, " if budget else ""
        try:
            shell.run(f"CREATE MODEL m FROM train TARGET {name(target)} FUNCTION f "
                      f"SETTINGS ({limit}SEED 1)", 600)
        except RunFailed as failure:
            return rows, shell.wall, shell.trainer_mb, str(failure)
        return rows, shell.wall, shell.trainer_mb, describe_model(shell)[0]["training_status"]


LARGE_COLUMNS = 30


def make_large(rows):
    """SQL for a table of 30 columns and a target that depends on a part of them with noise."""
    words = [f"CAST(sin(i * {k + 1}.37 + {k}) * 50 + hash(i * 31 + {k}) % 1000 / 100.0 AS FLOAT) AS x{k}"
             for k in range(18)]
    words += [f"CAST(hash(i * 17 + {k}) % {10 ** (k % 5 + 1)} AS INTEGER) AS n{k}" for k in range(8)]
    words += [f"'c' || (hash(i * 13 + {k}) % {5 * 4 ** k}) AS c{k}" for k in range(4)]
    return (f"CREATE TABLE train AS SELECT *, x0 + x1 * (n0 - 4) / 5 + CASE c0 WHEN 'c1' THEN 30 ELSE 0 END "
            f"+ hash(x2, n5) % 41 > 20 AS y FROM (SELECT {', '.join(words)} FROM range({rows}) t(i))")


def run_large(program, rows, budget, threads=0):
    """Prints what a large table costs."""
    with tempfile.TemporaryDirectory(prefix="foretell-bench-") as folder:
        shell = Shell(program, folder, threads)
        shell.run(make_large(rows))
        shell.run(f"CREATE MODEL m FROM train TARGET y FUNCTION f "
                  f"SETTINGS (MAX_RUNTIME {budget}, SEED 1)", budget * 3 + 600)
        wall, trainer, own = shell.wall, shell.trainer_mb, shell.shell_mb
        manifest, size, _ = describe_model(shell)
        print(f"{rows} rows x {LARGE_COLUMNS} columns, MAX_RUNTIME {budget}: {wall:.1f} s, "
              f"trainer {trainer:.0f} MB, shell {own:.0f} MB, "
              f"together {(trainer + own) / 1024:.2f} GiB; "
              f"{manifest['rows']['used']} rows used, {manifest['trials_run']} trials, "
              f"{manifest['training_status']}, {manifest['metrics'][0]}, {size} bytes", flush=True)


def build_of(program):
    """Eight digits that name what is measured: other programs, other results."""
    import hashlib
    trainer = pathlib.Path(os.environ.get("FORETELL_TRAINER") or
                           pathlib.Path(program).with_name("foretell-trainer"))
    return hashlib.sha256(trainer.read_bytes()).hexdigest()[:8]
