"""Models of a folder that test/reference/import/make.py wrote, imported by the shell and compared."""
import subprocess


def run_sql(shell, sql, *options):
    done = subprocess.run([shell, "-q", "--format", "csv", *options], input=sql, capture_output=True, text=True, timeout=280)
    if done.returncode:
        raise AssertionError(done.stderr.strip() or f"exit status {done.returncode}")
    return done.stdout


def read_cases(folder):
    names = ["name", "file", "columns", "types", "returns", "expected", "largest", "settings"]
    for line in (folder / "cases.tsv").read_text(encoding="utf-8").splitlines():
        case = {"settings": ""} | dict(zip(names, line.split("\t")))
        for key in ("columns", "types", "expected"):
            case[key] = case[key].split(",")
        yield case


def call(case, function):
    return f"{function}({', '.join(chr(34) + name + chr(34) for name in case['columns'])})"


def worst_of(case):
    """SQL for the worst difference, as a share of what is allowed."""
    function = case["name"]
    if len(case["expected"]) > 1:
        labels = range(len(case["expected"]))
        parts = [f"abs(list_extract(p.probabilities, list_position(p.labels, '{label}')) - "
                 f"\"{case['expected'][label]}\")" for label in labels]
        return (f"SELECT max(greatest({', '.join(parts)})) / 1e-5 FROM "
                f"(SELECT *, {call(case, function + '_probabilities')} AS p FROM rows) AS q")
    expected = f'"{case["expected"][0]}"'
    if case["returns"] == "VARCHAR":
        return f"SELECT count(*) FILTER ({call(case, function)} <> {expected}::VARCHAR) * 1e9 FROM rows"
    if case["returns"] in ("BOOLEAN", "INTEGER"):
        return f"SELECT count(*) FILTER ({call(case, function)}::INTEGER <> {expected}) * 1e9 FROM rows"
    return (f"SELECT max(abs({call(case, function)} - {expected}) / "
            f"greatest(1, abs({expected}), {case['largest']})) / 1e-5 FROM rows")


def check(shell, folder, database=":memory:"):
    """The number of cases, and words on each that is off."""
    cases = list(read_cases(folder))
    sql = (f"CREATE TABLE rows AS SELECT * FROM read_csv('{folder}/rows.csv', header = true, "
           "auto_type_candidates = ['BIGINT', 'DOUBLE', 'VARCHAR']);\n")
    for case in cases:
        settings = f" SETTINGS ({case['settings']})" if case["settings"] else ""
        sql += (f"CREATE MODEL {case['name']} FROM '{folder}/{case['file']}' FUNCTION {case['name']} "
                f"({', '.join(case['types'])}) RETURNS {case['returns']}{settings};\n")
    sql += "\nUNION ALL\n".join(f"SELECT '{case['name']}', ({worst_of(case)})" for case in cases) + ";\n"
    worst = {}
    for line in run_sql(shell, sql).splitlines():
        name, _, value = line.partition(",")
        if name in {case["name"] for case in cases}:
            worst[name] = float(value)
    wrong = [f"{name}: {value:.3g} times what is allowed" for name, value in worst.items() if not value <= 1]
    wrong += [f"{case['name']}: no answer" for case in cases if case["name"] not in worst]
    return worst, wrong
