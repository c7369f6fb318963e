#!/usr/bin/env python3
"""Checks the direction of the #include lines: they point down the layers, never up.

A public header include/foretell/noun.h belongs to the folder that holds noun.c, or to the one that
HEADER_ONLY names. Fails on an arrow that points up or sideways, on a cycle between headers, on one
between modules (a .c with its .h) that cycles_allowed.txt does not list, on an
outside header that a layer has no business with, and on a .c file that does not include its own header
first. Tests and benchmarks stand outside the house and see all of it.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
ROOT = ROOT if ROOT.is_dir() else ROOT.parent.parent

# Folder: the folders it stands on; what those stand on is included.
BELOW = {
    "core/base": [],
    "core/data": ["core/base"],
    "core/model": ["core/data"],
    "core/predict": ["core/model"],
    "core/import/archive": ["core/base"],
    "core/import/document": ["core/base"],
    "core/import/base": ["core/predict"],
    "core/import/xgboost": ["core/import/base", "core/import/document"],
    "core/import/lightgbm": ["core/import/base", "core/import/document"],
    "core/import/catboost": ["core/import/base", "core/import/document"],
    "core/import/mxnet": ["core/import/base", "core/import/document"],
    "core/import/columns": ["core/import/base"],
    "core/import/onnx": ["core/import/columns"],
    "core/import/pickle": ["core/import/base", "core/import/document"],
    "core/import/sklearn": ["core/import/columns", "core/import/pickle", "core/import/archive"],
    "core/import": ["core/import/xgboost", "core/import/lightgbm", "core/import/catboost", "core/import/onnx",
                    "core/import/pickle", "core/import/archive",
                    "core/import/mxnet", "core/import/sklearn"],
    "core/remote": ["core/model"],
    "core/job": ["core/model"],
    "core/learn": ["core/job", "core/import/xgboost"],
    "core/train": ["core/learn"],
    "core/sql": ["core/model", "core/job"],
    "core/command": ["core/sql", "core/predict", "core/remote", "core/job"],
    "trainer": ["core/train", "core/import", "core/job"],
    "hosts/duckdb": ["core/command"],
    "hosts/postgres": ["core/command"],
    "shell": ["hosts/duckdb"],
}

# Public headers without a .c of their name, or with several.
HEADER_ONLY = {
    "host": "core/command",
}

# Headers of libraries, and who may include them.
LIBRARIES = {
    r"openssl/": ["core/base"],
    r"zstd\.h": ["core/model"],
    r"(archive(_entry)?|zlib)\.h": ["core/import/archive"],
    r"curl/": ["core/remote"],
    r"jansson\.h": ["core/job", "core/import", "core/remote", "core/train", "core/command", "trainer",
                    "hosts/duckdb", "hosts/postgres", "shell"],
    r"protobuf-c": ["core/import/onnx"],
    r"(histedit|editline/readline|readline/readline)\.h": ["shell"],
    r"(xgboost/|omp\.h)": ["core/learn"],
    r"(postgres|fmgr)\.h": ["hosts/postgres"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)

errors = []


def complain(path, line, message):
    errors.append(f"{path.relative_to(ROOT)}:{line}: {message}")


def layer_of(path):
    """The layer that a file of the house belongs to, or None."""
    parts = path.relative_to(ROOT).parts
    for size in (3, 2, 1):
        if "/".join(parts[:size]) in BELOW:
            return "/".join(parts[:size])
    return None


def reach(layer, seen=None):
    """Every layer that `layer` stands on, itself included."""
    seen = set() if seen is None else seen
    if layer not in seen:
        seen.add(layer)
        for lower in BELOW[layer]:
            reach(lower, seen)
    return seen


def owner_of(header):
    """The layer of a public header."""
    noun = header.stem
    if noun in HEADER_ONLY:
        return HEADER_ONLY[noun]
    holders = [layer for layer in BELOW if (ROOT / layer / f"{noun}.c").exists()]
    if len(holders) != 1:
        found = "in several folders: " + ", ".join(holders) if holders else "in no folder"
        complain(header, 1, f"{noun}.c is {found}; name the owner in tools/layers.py")
        return None
    return holders[0]


def resolve(path, style, name):
    """The file of ours that an include names, or None for one from outside."""
    public = ROOT / "include" / name
    if name.startswith("foretell/"):
        return public
    if style == "<":
        return None
    for candidate in (ROOT / name, path.parent / name):
        if candidate.exists():
            return candidate.resolve()
    return ROOT / name


def includes_of(path):
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(2)) + 1, match.group(1), match.group(2)


def check_library(path, line, layer, name):
    for pattern, layers in LIBRARIES.items():
        if re.match(pattern, name) and layer not in layers:
            complain(path, line, f"<{name}> has no place in {layer}")


def check_own_header_first(path, lines):
    own = {f"foretell/{path.stem}.h", f"{path.parent.relative_to(ROOT)}/{path.stem}.h"}
    names = [name for _, _, name in lines]
    mine = next((name for name in names if name in own), None)
    if mine and names[0] != mine:
        complain(path, lines[0][0], f"include {mine} first")


def is_generated(header):
    """Made by protoc-c of the .proto that stands beside it."""
    return header.name.endswith(".pb-c.h") and header.with_name(
        header.name.replace(".pb-c.h", ".proto")).exists()


def check_file(path, layer, owners):
    """Check one file; give the headers of ours that it includes."""
    lines = list(includes_of(path))
    if path.suffix == ".c":
        check_own_header_first(path, lines)
    targets = []
    for line, style, name in lines:
        target = resolve(path, style, name)
        if target is None:
            check_library(path, line, layer, name)
        elif is_generated(target):
            continue
        elif not target.exists():
            complain(path, line, f"{name} does not exist")
        else:
            targets.append(target)
            lower = owners.get(target) or layer_of(target)
            if lower not in reach(layer):
                complain(path, line, f"{layer} must not include {name}, which is {lower}'s")
    return targets


def check_cycles(graph):
    done, trail = set(), []

    def visit(header):
        if header in trail:
            ring = trail[trail.index(header):] + [header]
            names = " -> ".join(str(each.relative_to(ROOT)) for each in ring)
            complain(header, 1, f"headers in a circle: {names}")
        elif header not in done:
            trail.append(header)
            for lower in graph.get(header, ()):
                visit(lower)
            trail.pop()
            done.add(header)

    for header in sorted(graph):
        visit(header)


def module_of(path, owners):
    """A .c and its .h, as a path without ending; a public header is its owner's."""
    if path in owners:
        inner = ROOT / owners[path] / path.name
        if inner.with_suffix(".c").exists():
            path = inner
    return str(path.relative_to(ROOT).with_suffix(""))


def rings_of(graph):
    """Sets of nodes that reach each other (Tarjan), of more than one."""
    index, low, stack, rings = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for lower in graph.get(node, ()):
            if lower not in index:
                visit(lower)
            if lower in stack:
                low[node] = min(low[node], low[lower])
        if low[node] == index[node]:
            ring = stack[stack.index(node):]
            del stack[stack.index(node):]
            if len(ring) > 1:
                rings.append(sorted(ring))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return rings


def check_modules(graph):
    """Rings of modules are those that the list has, or a part of one."""
    listed = ROOT / "tools/cycles_allowed.txt"
    lines = listed.read_text(encoding="utf-8").splitlines()
    allowed = [set(line.split(":")[0].split()) for line in lines if line and line[0] != "#"]
    found = rings_of(graph)
    for ring in found:
        if not any(set(ring) <= each for each in allowed):
            complain(ROOT / (ring[0] + ".c"), 1, "modules in a circle: " + ", ".join(ring))
    for each in allowed:
        if not any(set(ring) & each for ring in found):
            complain(listed, 1, "no circle any more: " + ", ".join(sorted(each)))


def main():
    owners = {}
    for header in sorted((ROOT / "include/foretell").glob("*.h")):
        owner = owner_of(header)
        if owner:
            owners[header] = owner
    files = {header: owner for header, owner in owners.items()}
    for layer in BELOW:
        for path in sorted((ROOT / layer).rglob("*.[ch]")):
            files[path] = layer_of(path)
    graph, modules = {}, {}
    for path, layer in files.items():
        targets = check_file(path, layer, owners)
        if path.suffix == ".h":
            graph[path] = targets
        module = module_of(path, owners)
        modules.setdefault(module, set()).update(
            other for other in (module_of(target, owners) for target in targets) if other != module)
    check_cycles(graph)
    check_modules(modules)
    for error in errors:
        print(error)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
