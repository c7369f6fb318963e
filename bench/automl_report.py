"""The file of results, and the tables made of it.

A file is tab-separated, a line a fold, with a line of names first; lines are only ever added, and of
two with the same key the later one counts. Empty is "not known". `build` names the trainer measured
(the first digits of its SHA-256), so that results of two of them are kept apart.
"""
import csv
import math
import pathlib

import automl_scores as scores
from automl_sets import SETS

KEY = ("build", "method", "set", "seed", "fold", "budget", "max_trials", "settings")
FIELDS = KEY + ("metric", "score", "score_se", "own", "low", "high", "wall", "trainer_mb", "shell_mb",
                "rows", "columns", "trials", "rate", "predict_ns", "artifact_bytes", "model_type",
                "status", "sha256", "sql_ns", "cpu")
NUMBERS = {"score", "score_se", "own", "low", "high", "wall", "trainer_mb", "shell_mb", "rate",
           "predict_ns", "sql_ns", "cpu", "artifact_bytes", "rows", "columns", "trials"}
WHOLE = {"seed", "fold", "budget", "max_trials"}
BASELINE = "xgboost-defaults"


def key_of(row):
    return tuple(row[field] for field in KEY)


def read_results(path):
    """Rows by key; {} when there is no file."""
    rows = {}
    if not path or not pathlib.Path(path).exists():
        return rows
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            for field in NUMBERS:
                row[field] = float(row[field]) if row.get(field) else None  # a file may lack the newest
            for field in WHOLE:
                row[field] = int(row[field] or 0)
            rows[key_of(row)] = row
    return rows


def write_cell(value):
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.8g}"
    return " ".join(str(value).split())


def add_result(path, row):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+", encoding="utf-8") as file:
        file.seek(0)
        fields = file.readline().rstrip("\n").split("\t")
        if fields == [""]:
            fields = FIELDS
            file.write("\t".join(fields) + "\n")
        file.write("\t".join(write_cell(row.get(field)) for field in fields) + "\n")


def show_number(value, signed=False):
    """Four digits after the point of small numbers, fewer of large ones."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    digits = 4 if abs(value) < 10 else 2 if abs(value) < 1000 else 0
    return f"{value:{'+' if signed else ''}.{digits}f}"


def show_error(values, signed=False):
    return f"{show_number(scores.mean(values), signed)} ± {show_number(scores.standard_error(values))}"


def judge(one, values):
    """Has the mean reached what is asked?"""
    if one.asked is None:
        return "-"
    short = -scores.gains(one.metric, [scores.mean(values)], [one.asked])[0]
    if short <= 0:
        return "pass"
    return "pass (1 se)" if short <= scores.standard_error(values) else "SHORT"


def judge_pair(differences):
    """Is it never worse, within the error of the estimate?"""
    gain, error = scores.mean(differences), scores.standard_error(differences)
    return "better" if gain > error else "same" if gain >= -error else "WORSE"


def show_table(head, lines):
    widths = [max(len(line[i]) for line in [head] + lines) for i in range(len(head))]
    for line in [head] + lines:
        cells = [line[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(line[1:], widths[1:])]
        print("  ".join(cells).rstrip())


def pairs_of(one, rows, others):
    """(differences, positive is better) over the folds and seeds that both have"""
    by_fold = {(row["seed"], row["fold"]): row["score"] for row in others
               if row["set"] == one.name and row["score"] is not None}
    both = [(row["score"], by_fold[row["seed"], row["fold"]]) for row in rows
            if (row["seed"], row["fold"]) in by_fold]
    return scores.gains(one.metric, *zip(*both)) if both else []


def quality_line(one, rows, baseline, singles):
    values = [row["score"] for row in rows]
    pairs = pairs_of(one, rows, baseline)
    line = [one.name, one.metric, str(len(values)), show_error(values), show_number(one.asked),
            judge(one, values)]
    line += [show_error(pairs, True), judge_pair(pairs)] if pairs else ["-", "-"]
    best = None
    for method, of_method in singles.items():
        gained = pairs_of(one, rows, of_method)
        if len(gained) == len(rows) and (best is None or scores.mean(gained) < scores.mean(best[1])):
            best = method, gained
    line += [f"{show_error(best[1], True)} {best[0]}"] if best else ["-"]
    return line + [show_number(value) for value in one.published or ("-",) * 4]


def covers(row):
    """Is the held fold's score in the interval, by the errors of both? None without an interval."""
    if row["own"] is None or row["low"] is None or row["high"] is None:
        return None
    own_error = (row["high"] - row["low"]) / (2 * 1.96)
    return abs(row["own"] - row["score"]) <= 1.96 * math.hypot(own_error, row["score_se"] or 0)


def cost_line(one, rows):
    def most(field):
        known = [row[field] for row in rows if row[field] is not None]
        return max(known) if known else None

    told = [row for row in rows if row["own"] is not None]
    flattery = scores.gains(one.metric, [r["own"] for r in told], [r["score"] for r in told])
    covered = [c for c in map(covers, rows) if c is not None]
    def average(field):
        known = [row[field] for row in rows if row[field] is not None]
        return scores.mean(known) if known else None

    return [one.name, f"{average('wall'):.1f}", f"{most('wall'):.1f}", show_number(average("cpu")),
            f"{most('trainer_mb'):.0f}", f"{average('trials'):.1f}", f"{average('rate') / 1e6:.2f}",
            show_number(most("predict_ns")), show_number(most("sql_ns")),
            f"{most('artifact_bytes') / 1e6:.2f}", show_error(flattery, True) if flattery else "-",
            f"{sum(covered)} of {len(covered)}" if covered else "-"]


QUALITY_HEAD = ["set", "metric", "n", "mean ± se", "asked", "verdict", "gain on defaults", "",
                "gain on best single", "AutoGluon 1h", "H2O 1h", "LightAutoML 1h", "FLAML 1h"]
COST_HEAD = ["set", "seconds", "most", "cpu s", "MB", "trials", "Mcells/s", "ns/row", "in SQL",
             "artifact MB", "own score - held", "covered"]


def group_rows(rows, names):
    """Rows of each set that has some, failures apart: [(set, [row])]"""
    groups = []
    for one in SETS:
        found = [row for row in rows if row["set"] == one.name and row["score"] is not None]
        if found and (not names or one.name in names):
            groups.append((one, found))
    return groups


def report_part(build, method, budget, max_trials, settings, results, names):
    def pick(wanted, **more):
        return [row for row in results.values() if row["method"] == wanted
                and all(row[field] == value for field, value in more.items())]

    same = {"build": build, "budget": budget, "max_trials": max_trials, "settings": settings}
    rows, baseline = pick(method, **same), pick(BASELINE)
    alone = {m: pick(m, **same) for m in {row["method"] for row in results.values()}
             if m.startswith("auto-") and m != method} if method == "auto" else {}
    groups = group_rows(rows, names)
    if not groups:
        return
    limits = [f"{budget} seconds" if budget else "no limit of time"]
    limits += [f"{max_trials} trials"] * bool(max_trials) + [settings] * bool(settings)
    print(f"\n{method}, {', '.join(limits)}, build {build}\n")
    show_table(QUALITY_HEAD, [quality_line(one, found, baseline if method != BASELINE else [],
                                           alone)
                              for one, found in groups])
    print()
    show_table(COST_HEAD, [cost_line(one, found) for one, found in groups])
    failed = [row for row in rows if row["score"] is None]
    for row in failed:
        print(f"failed: {row['set']} seed {row['seed']} fold {row['fold']}: {row['status']}")


def report(results, build=None, names=()):
    """Prints a part for each method and budget; of one build, or of all. The defaults of XGBoost are
    a column of the others, and a part only where there is nothing else."""
    parts = {(row["budget"], row["max_trials"], row["settings"], row["method"], row["build"])
             for row in results.values() if build is None or row["build"] == build}
    chosen = [part for part in parts if part[3] != BASELINE] or parts
    for budget, max_trials, settings, method, of_build in sorted(chosen):
        report_part(of_build, method, budget, max_trials, settings, results, names)


def compare(results, build, other, names=()):
    """Prints how much better `build` is than `other`, fold by fold, at the same method and limits."""
    def parts(of_build):
        found = {}
        for row in results.values():
            if row["build"] == of_build and row["score"] is not None:
                found.setdefault((row["method"], row["budget"], row["max_trials"], row["settings"]),
                                 []).append(row)
        return found

    ours, theirs = parts(build), parts(other)
    for part in sorted(ours.keys() & theirs.keys()):
        lines = []
        for one, found in group_rows(ours[part], names):
            pairs = pairs_of(one, found, theirs[part])
            if pairs:
                lines.append([one.name, one.metric, str(len(pairs)), show_error(pairs, True),
                              judge_pair(pairs)])
        print(f"\n{part[0]}, {part[1]} seconds: {build} against {other}\n")
        show_table(["set", "metric", "n", "gain ± se", ""], lines)
