"""No library is used by its private names, and a call from Python leaves the process as it was."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import CASES, ROOT

FILES = sorted((ROOT / "optimizer").rglob("*.py"))


def defined(tree: ast.AST) -> Iterator[str]:
    """Names of functions, and of attributes that are set, in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__")


BOUNDED = {"optimizer/tables/marked_copy.py": {"_cells"}}
"""openpyxl has no public way to the cells that a sheet holds: all others make the empty ones, of
which a sheet has 17 billion. So its version is bounded."""


def test_a_private_name_is_bounded_by_the_version_of_its_library():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert "openpyxl>=3.1,<3.2" in declared["dependencies"]
    sheet = openpyxl.Workbook().active
    sheet["XFD1048576"] = 1
    assert [cell.coordinate for cell in sheet._cells.values()] == ["XFD1048576"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_private_names_are_those_of_the_file_itself(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    documented = {"_exit"}  # of os
    documented |= BOUNDED.get(path.relative_to(ROOT).as_posix(), set())
    assert not {name for name in used if is_private(name)} - set(defined(tree)) - documented


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_class_overrides_a_private_method_of_a_library(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "super()"
    }
    assert not {name for name in called if is_private(name)}


LIBRARY_CALL = """
import gc, os, signal, sys, threading
import optimizer
def state():
    handlers = [signal.getsignal(number) for number in signal.valid_signals()]
    return dict(os.environ), handlers, gc.isenabled(), gc.get_threshold(), threading.active_count()
before = state()
optimizer.solve(optimizer.read(sys.argv[1]), explain=True).raise_for_status()
assert state() == before
import numpy, numpy.testing, pyomo.environ, pyomo.kernel
assert numpy.array.__doc__
assert pyomo.core.kernel.variable.variable is pyomo.kernel.variable
"""


def test_a_solve_from_python_leaves_the_process_as_it_was():
    run = subprocess.run(
        [sys.executable, "-c", LIBRARY_CALL, str(CASES / "hand_gate_fee.xlsx")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr


def test_the_profiler_of_python_prints_what_it_measured(tmp_path):
    words = ["solve", str(CASES / "hand_gate_fee.xlsx"), "--quiet", "--output", str(tmp_path)]
    run = subprocess.run(
        [sys.executable, "-m", "cProfile", "-m", "optimizer", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "function calls" in run.stdout, run.stderr
    assert (tmp_path / "plan.xlsx").is_file()
