"""The house: rooms in the order of the data, libraries in their rooms, files of one subject."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from optimizer.tables.schema import COMMON, SHEETS
from tests.conftest import ROOT

PACKAGE = ROOT / "optimizer"
ORDER = (
    "version",
    "errors",
    "html_cards",
    "argument_kinds",
    "progress_bars",
    "interrupts",
    "staging",
    "atomic_write",
    "tables",
    "network",
    "workbook_check",
    "model",
    "solver",
    "examples",
    "result",
    "audit",
    "tracing",
    "explain",
    "result_tables",
    "result_json",
    "result_card",
    "step_clock",
    "solve_options",
    "plan_result",
    "plan_steps",
    "plan",
    "studies",
    "report",
    "web_app",
    "cli",
)
"""Rooms; each may use itself and those before it."""

EVERYWHERE = set(ORDER)
LIBRARIES = {
    "pyomo": {"model", "solver", "result", "result_tables", "explain"},
    "highspy": {"solver"},
    "openpyxl": {"tables"},
    "python_calamine": {"tables"},
    "xlsxwriter": {"tables", "report"},
    "msgspec": EVERYWHERE,
    "numpy": EVERYWHERE,
    "scipy": {"explain", "studies"},
    "pandas": EVERYWHERE,
    "pycountry": {"tables"},
    "distributed": {"studies"},
    "pyarrow": {"report"},
    "tqdm": {"progress_bars"},
}
"""Rooms in which a library may be used; another may not be used at all."""

FILES = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room(path: Path) -> str:
    """Room of a file: its folder, or its own name."""
    return name_of(path).split("/")[0].removesuffix(".py")


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path))


@cache
def imports(path: Path) -> dict[str, bool]:
    """Modules that a file uses: True for those that are loaded with the file itself.

    Imports inside functions count too, those for type checkers alone do not.
    """
    found: dict[str, bool] = {}
    for name, at_once in _imports(tree(path), True):
        found[name] = found.get(name, False) or at_once
    return found


def _imports(node: ast.AST, at_once: bool) -> Iterator[tuple[str, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from ((alias.name, at_once) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"relative import in line {child.lineno}"
            names = [alias.name for alias in child.names] if child.module == "optimizer" else [""]
            yield from ((f"{child.module}.{name}".rstrip("."), at_once) for name in names)
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for other in child.orelse:
                yield from _imports(other, at_once)
        else:
            inside = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            yield from _imports(child, at_once and not inside)


def rooms_used(path: Path) -> set[str]:
    names = (name.split(".") for name in imports(path))
    own = (parts[1] for parts in names if parts[0] == "optimizer" and len(parts) > 1)
    return {name for name in own if name != "__version__"}


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef)]


def test_the_rooms_are_those_of_the_house():
    found = {room(path) for path in FILES} - {"__init__", "__main__"}
    assert found == set(ORDER)


def test_imports_run_one_way():
    back = [
        f"{name_of(path)} uses {used}"
        for path in FILES
        if room(path) in ORDER
        for used in rooms_used(path)
        if ORDER.index(used) > ORDER.index(room(path))
    ]
    assert not back


def _targets(path: Path) -> set[str]:
    """Files of the package that a file uses, wherever in it: late and for type checkers too."""
    used: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            used |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            used |= {_defined_in(node.module, alias.name) for alias in node.names}
    return {name for name in used if name in MODULES}


MODULES = {
    ".".join(("optimizer", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(
        ".__init__"
    ): path
    for path in FILES
}


def _defined_in(module: str, name: str) -> str:
    """Module that a name comes from: a door hands on what its rooms define."""
    if f"{module}.{name}" in MODULES:
        return f"{module}.{name}"
    path = MODULES.get(module)
    for node in ast.walk(tree(path)) if path and path.name == "__init__.py" else ():
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if name == (alias.asname or alias.name):
                    return _defined_in(node.module, alias.name)
    return module


def test_no_files_use_each_other_in_a_circle():
    uses = {name: _targets(path) - {"optimizer"} for name, path in MODULES.items()}

    def reached(start: str) -> set[str]:
        found, open_ends = set(), [start]
        while open_ends:
            new = uses[open_ends.pop()] - found
            found |= new
            open_ends += new
        return found

    # A door imports the files of its room, and these name no door of their own room.
    circles = {name: uses[name] for name in uses if name in reached(name)}
    assert not circles


def _stems() -> Iterator[tuple[str, str]]:
    for path in FILES:
        if path.stem not in ("__init__", "__main__"):
            yield path.stem, name_of(path)


def _classes() -> Iterator[tuple[str, str]]:
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                yield node.name, name_of(path)


def _constants() -> Iterator[tuple[str, str]]:
    for path in FILES:
        for node in tree(path).body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
            for target in targets:
                # ``logger`` is what the field calls the logger of a module.
                if isinstance(target, ast.Name) and not target.id.startswith(("_", "logger")):
                    yield target.id, name_of(path)


@pytest.mark.parametrize("names", [_stems, _classes, _constants])
def test_a_name_stands_once_in_the_package(names):
    places: dict[str, list[str]] = {}
    for name, where in names():
        places.setdefault(name, []).append(where)
    assert not {name: where for name, where in places.items() if len(where) > 1}


def test_the_package_itself_loads_nothing():
    loaded = imports(PACKAGE / "__init__.py")
    standard = {"__future__", "importlib", "typing", "warnings"}
    assert set(loaded) == {*standard, "optimizer.version"}


def test_libraries_have_their_rooms():
    others = {
        (name.split(".")[0], room(path))
        for path in FILES
        for name in imports(path)
        if name.split(".")[0] not in (*sys.stdlib_module_names, "optimizer")
    }
    assert not [f"{lib} in {here}" for lib, here in others if here not in LIBRARIES.get(lib, ())]


def test_frames_are_loaded_only_where_one_is_asked_for():
    assert not [name_of(path) for path in FILES if imports(path).get("pandas")]


def test_the_audit_uses_nothing_that_it_judges():
    judged = [
        f"{path.name} uses {name}"
        for path in (PACKAGE / "audit").glob("*.py")
        for name in imports(path)
        if name.startswith("optimizer.")
        and not name.startswith(("optimizer.audit", "optimizer.tables"))
        and name not in ("optimizer.result.result_layouts", "optimizer.errors")
    ]
    assert not judged
    assert not [
        path.name
        for path in (PACKAGE / "audit").glob("*.py")
        if {"pyomo", "highspy"} & {name.split(".")[0] for name in imports(path)}
    ]


def test_the_report_sees_tables_and_a_result():
    seen = {used for path in FILES if room(path) == "report" for used in rooms_used(path)}
    assert seen <= {
        "version",
        "errors",
        "atomic_write",
        "tables",
        "result",
        "result_card",
        "explain",
        "studies",
        "plan",
        "report",
    }


def test_a_file_has_one_subject_and_fewer_than_400_lines():
    # sheets.py declares every column of the workbook on one page.
    lines = {name_of(path): text(path).count("\n") for path in FILES}
    lines.pop("tables/sheets.py")
    assert not {name: count for name, count in lines.items() if count >= 400}


def test_a_function_fits_the_eye():
    long = [
        f"{name_of(path)}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in FILES
        for node in functions(path)
        if node.end_lineno - node.lineno + 1 > 60
    ]
    assert not long


def public(node: ast.AST) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Functions and classes of a module or class whose names do not begin with ``_``."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.ClassDef)) and not child.name.startswith("_"):
            yield child
            if isinstance(child, ast.ClassDef):
                yield from public(child)


def is_overload(node: ast.AST) -> bool:
    """True for a signature alone, whose function says what it is."""
    return any(ast.unparse(each) == "overload" for each in getattr(node, "decorator_list", ()))


def test_what_is_public_says_what_it_is():
    silent = [
        f"{name_of(path)}: {getattr(node, 'name', 'the file')}"
        for path in FILES
        for node in (tree(path), *public(tree(path)))
        if not ast.get_docstring(node) and not is_overload(node)
    ]
    assert not silent


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a path of a machine", r"""["'](/(home|root|work|Users|tmp|opt|mnt)/|[A-Za-z]:\\)"""),
        ("work left undone", r"\b(TODO|FIXME|XXX|HACK)\b"),
        ("a print", r"(?m)^\s*print\("),
        ("a debugger", r"\bbreakpoint\(|\bpdb\b"),
        ("a big M out of the air", r"(?i)\bbig_?m\s*=\s*\d"),
    ],
)
def test_no_file_holds(what, pattern):
    found = {name_of(path): re.findall(pattern, text(path)) for path in FILES}
    assert not {name: hits for name, hits in found.items() if hits}, what


def test_only_the_command_line_speaks_to_people():
    others = [path for path in FILES if room(path) not in ("cli", "__main__")]
    for word in ("sys.stderr", "sys.stdout", "sys.exit", "SystemExit("):
        assert not [name_of(path) for path in others if word in text(path)], word


def test_names_without_meaning_are_refused():
    parts = {part.removesuffix(".py") for path in FILES for part in name_of(path).split("/")}
    assert parts.isdisjoint({"utils", "helpers", "core", "config", "common", "misc"})


def test_every_column_of_the_workbook_has_a_meaning_and_a_number_its_unit():
    for sheet in SHEETS.values():
        assert sheet.meaning
        for name, column in sheet.columns.items():
            where = f"{sheet.name}: {name}"
            assert column.meaning, where
            if column.kind == "number" and name not in COMMON and where != "Options: most":
                assert column.unit or column.maximum == 1, where


def test_the_name_of_a_test_is_a_sentence():
    short = [
        f"{path.name}: {node.name}"
        for path in (ROOT / "tests").glob("test_*.py")
        for node in functions(path)
        if node.name.startswith("test_") and node.name.count("_") < 3
    ]
    assert not short
