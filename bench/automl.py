#!/usr/bin/env python3
"""Measures AutoML: trains on four folds of five, judges on the fifth, prints it beside what others got.

  bench/automl.py --budget 60                       all sets, five folds, three seeds: hours
  bench/automl.py --budget 15 --sets openml_kc1,openml_vehicle --folds 0,1 --seeds 1
  bench/automl.py --max-trials 4 --budget 300       by trials, not by seconds, on a busy machine
  bench/automl.py --method auto-mlp --budget 60     one learner alone: MODEL_TYPE MLP
  bench/automl.py --report                          tables of what is in the file of results
  bench/automl.py --compare 1a2b3c4d                this build against another, fold by fold
  bench/automl.py --limits                          does MAX_RUNTIME hold?
  bench/automl.py --large                           3 million rows: memory and time

Results are added to a file, and what is in it is not run again; so an interrupted run goes on where
it was. Budgets are wall seconds of one training on all processors: leave the machine alone meanwhile.
"""
import argparse
import concurrent.futures
import csv
import pathlib
import sys

import automl_report
import automl_run
import automl_sets
from automl_sets import BY_NAME, FOLDS, LOG_LOSS, OTHER_TARGETS, SEEDS, SETS

ROOT = pathlib.Path(__file__).resolve().parent.parent
BASELINE_FILE = ROOT / "bench/automl_baseline.tsv"


def numbers(text):
    return [int(word) for word in text.split(",")]


def words(text):
    return text.split(",")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--data", default=ROOT / "../shared/data", help="the folder of the sets (../shared/data)")
    add("--program", default=ROOT / "build/foretell", help="what to measure (build/foretell)")
    add("--sets", type=words, default=[], help="names with commas between; all by default")
    add("--folds", type=numbers, default=list(range(FOLDS)), help="of 0,1,2,3,4; all by default")
    add("--seeds", type=numbers, default=list(SEEDS), help="1,2,3 by default")
    add("--budget", type=numbers, default=[60], help="seconds; several with commas; 0 gives no limit")
    add("--max-trials", type=int, default=0, help="MAX_TRIALS")
    add("--settings", default="", help="more settings of the statement, such as 'PREDICT_NS 5000'")
    add("--method", type=words, default=["auto"],
        help="auto, auto-xgboost, auto-linear_learner, auto-mlp, xgboost-defaults")
    add("--model-type", type=words, help="xgboost,mlp is the same as --method auto-xgboost,auto-mlp")
    add("--threads", type=int, default=0, help="of the shell and its trainer; all processors by default")
    add("--time-rows", action="store_true", help="time the model in SQL too, on one thread")
    add("--jobs", type=int, default=1, help="trainings at a time; more than 1 falsifies times")
    add("--out", default=ROOT / "build/automl.tsv", help="the file of results (build/automl.tsv)")
    add("--build", help="the name results are kept by; by default made of the trainer's bytes")
    add("--report", action="store_true", help="run nothing, print the tables of --build or of all")
    add("--compare", metavar="BUILD", help="run nothing, print the gain on another build's results")
    add("--limits", action="store_true", help="time MAX_RUNTIME 10 on every set, 3 on mlc_churn")
    add("--large", action="store_true", help="train on 3 million rows of 30 columns in --budget")
    add("--rows", type=int, default=3000000, help="of --large")
    options = parser.parse_args()
    if options.model_type:
        options.method = ["auto-" + word.lower() for word in options.model_type]
    unknown = [name for name in options.sets if name not in BY_NAME and name not in OTHER_TARGETS]
    if unknown:
        parser.error(f"unknown set {', '.join(unknown)}; there are {', '.join(BY_NAME)}")
    return options


def list_tasks(options):
    """What is to be run, seed by seed and fold by fold, so that an early end leaves a fair part."""
    for budget in options.budget:
        for seed in options.seeds:
            for fold in options.folds:
                for one in SETS:
                    if options.sets and one.name not in options.sets:
                        continue
                    for method in options.method:
                        foreign = method == automl_report.BASELINE
                        yield {"build": options.build, "method": method, "set": one.name, "seed": seed,
                               "fold": fold, "budget": 0 if foreign else budget,
                               "max_trials": 0 if foreign else options.max_trials,
                               "settings": "" if foreign else options.settings,
                               "threads": options.threads, "time_rows": options.time_rows}


def run_task(options, task, targets):
    one = BY_NAME[task["set"]]
    row = dict(task, metric=one.metric)
    folds = automl_sets.deal_folds(targets, task["seed"], one.metric != automl_sets.RMSE)
    try:
        row.update(automl_run.run_fold(options.program, options.data, one, targets, folds,
                                       task["fold"], task))
    except automl_run.RunFailed as failure:
        row["status"] = str(failure)
    return row


def show_progress(row, done, total):
    score = automl_report.show_number(row.get("score"))
    own = automl_report.show_number(row.get("own"))
    print(f"[{done}/{total}] {row['set']} {row['method']} seed {row['seed']} fold {row['fold']} "
          f"budget {row['budget']}: {row['metric']} {score} (own {own}), {row.get('wall', 0):.1f} s, "
          f"{row.get('trials', 0)} trials, {row.get('trainer_mb', 0):.0f} MB, {row['status']}",
          flush=True)


def run_all(options):
    results = automl_report.read_results(options.out)
    tasks, seen = [], set()
    for task in list_tasks(options):
        key = automl_report.key_of(task)
        known = results.get(key)
        if key not in seen and (known is None or known["score"] is None):
            tasks.append(task)
        seen.add(key)
    targets = {name: automl_sets.read_target(options.data, BY_NAME[name])
               for name in {task["set"] for task in tasks}}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = [pool.submit(run_task, options, task, targets[task["set"]]) for task in tasks]
        for done, future in enumerate(concurrent.futures.as_completed(waiting), 1):
            row = future.result()
            automl_report.add_result(options.out, row)
            show_progress(row, done, len(tasks))


def all_results(options):
    results = automl_report.read_results(BASELINE_FILE)
    results.update(automl_report.read_results(options.out))
    return results


def check_limit(options, name, target, budget, bound):
    rows, wall, memory, status = automl_run.time_limit(options.program, options.data, name, target,
                                                       budget, options.threads)
    verdict = "ok" if wall <= bound and not status.startswith(("error", "exit")) else "TOO LATE"
    limit = f"MAX_RUNTIME {budget}" if budget else "no MAX_RUNTIME"
    print(f"{name}: {rows} rows, {limit}: {wall:.1f} s of at most {bound}, {verdict}; "
          f"trainer {memory:.0f} MB, {status}", flush=True)
    return verdict == "ok"


def run_limits(options):
    """Every set of the list in the folder, smallest promises first."""
    fine = [check_limit(options, "mlc_churn", "churn", 3, 4),
            check_limit(options, "mlc_churn", "churn", 0, 75)] if not options.sets else []
    with open(pathlib.Path(options.data) / "MANIFEST.tsv", encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file, delimiter="\t")]
    for name in names:
        if options.sets and name not in options.sets:
            continue
        target = BY_NAME[name].target if name in BY_NAME else OTHER_TARGETS.get(name)
        if target:
            fine.append(check_limit(options, name, target, 10, 12))
    return 0 if all(fine) else 1


def main():
    options = read_options()
    wanted = options.build
    options.build = options.build or automl_run.build_of(options.program)
    if options.limits:
        return run_limits(options)
    if options.large:
        automl_run.run_large(options.program, options.rows, options.budget[0], options.threads)
        return 0
    if options.compare:
        automl_report.compare(all_results(options), options.build, options.compare, options.sets)
        return 0
    if not options.report:
        run_all(options)
        wanted = options.build
    automl_report.report(all_results(options), wanted, options.sets)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
