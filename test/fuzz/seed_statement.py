#!/usr/bin/env python3
"""Writes corpus/statement: the statements of the unit test's cases, and what only a splitter meets."""
import pathlib

here = pathlib.Path(__file__).parent
cases = (here.parent / "unit" / "statement_cases.txt").read_text(encoding="utf-8")
statements = [case.split("\n----\n")[0] for case in cases.split("\n====\n") if case.strip()]
scripts = [
    "SELECT 1; -- one\nSELECT 'a;b', E'\\';', $q$;$q$, U&'\\0061'; /* /* ; */ */ SELECT \"a;\"\"b\";",
    "E'a'\n--'\n'\\';'", "$a$ open", "'open", "\"open", "/* open", "E'\\", "U&'\\+00006", "\ufeffSELECT\u00a01",
]
folder = here / "corpus" / "statement"
folder.mkdir(parents=True, exist_ok=True)
for old in folder.iterdir():
    old.unlink()
# Ten to a file: a fuzzer splits them itself, and the tree stays small.
for number in range(0, len(statements), 10):
    text = ";\n".join(statements[number : number + 10])
    (folder / f"statements_{number // 10:02}").write_text(text, encoding="utf-8")
for number, script in enumerate(scripts):
    (folder / f"script_{number:02}").write_text(script, encoding="utf-8")
