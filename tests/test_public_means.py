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
import decimal, gc, io, locale, logging, os, random, signal
import sys, tempfile, threading, time, warnings
import numpy
import openpyxl, pandas, pyomo.environ, highspy  # what they change themselves is not ours
import optimizer
folder = tempfile.mkdtemp()

def state():
    root = logging.getLogger()
    return {
        "environment": dict(os.environ),
        "signals": [signal.getsignal(number) for number in signal.valid_signals()],
        "collector": (gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), [*gc.callbacks]),
        "threads": threading.active_count(),
        "logging": (root.level, list(root.handlers), logging.root.manager.disable),
        "warnings": (list(warnings.filters), warnings.showwarning),
        "numpy": (numpy.get_printoptions(), numpy.geterr()),
        "locale": locale.setlocale(locale.LC_ALL),
        "limits": (sys.getrecursionlimit(), sys.getswitchinterval()),
        "hooks": (sys.excepthook, threading.excepthook, sys.stdout, sys.stderr, sys.gettrace()),
        "folder": os.getcwd(),
        "decimal": str(decimal.getcontext()),
        "random": random.getstate(),
    }

def call():
    case = optimizer.read(sys.argv[1])
    result = optimizer.solve(case, explain=True).raise_for_status()
    optimizer.write(result, os.path.join(folder, "plan.xlsx"))
    optimizer.write_page(result, io.BytesIO())
    m = optimizer.build_model(case)
    optimizer.solve_model(m)
    optimizer.alternatives(case, 0.05, optimizer.RunSettings(workers=1))
    optimizer.write_marked_copy(sys.argv[1], optimizer.check(sys.argv[1]), io.BytesIO())
    optimizer.Result.from_json(result.to_json())

before, seen, over = state(), set(), threading.Event()
filters = warnings.filters

def watch():
    while not over.is_set():
        seen.add((gc.isenabled(), gc.get_threshold(), warnings.filters is filters))
        time.sleep(1e-4)

watcher = threading.Thread(target=watch)
watcher.start()
call()
over.set()
watcher.join()
assert seen == {(True, before["collector"][1], True)}, seen
after = state()
assert after == before, [name for name in before if after[name] != before[name]]
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


HOST = """
import sys, threading
import highspy, numpy
import optimizer

class Cycle:
    count = 0
    def __init__(self):
        self.own = self
        Cycle.count += 1
    def __del__(self):
        Cycle.count -= 1

case, over, most, failed = optimizer.read(sys.argv[1]), threading.Event(), [0], []

def make_cycles():
    while not over.is_set():
        [Cycle() for _ in range(100)]
        most[0] = max(most[0], Cycle.count)

def solve_own():
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 2)
    x, y = (highs.addVariable(0, 4) for _ in range(2))
    highs.addConstr(x + y <= 6)
    highs.maximize(x + 2 * y)
    if abs(highs.getObjectiveValue() - 10) > 1e-6:
        failed.append(highs.getModelStatus())

host = threading.Thread(target=make_cycles)
host.start()
solve_own()
threads = [
    threading.Thread(target=lambda: optimizer.solve(case).raise_for_status()) for _ in range(2)
]
for thread in threads:
    thread.start()
for _ in range(20):
    solve_own()
for thread in threads:
    thread.join()
optimizer.solve(case).raise_for_status()
solve_own()
over.set()
host.join()
assert not failed, failed
assert most[0] < 200_000, most  # garbage of a second or more would be millions
"""


def test_a_host_with_cycles_and_a_highspy_of_its_own_runs_beside_solves():
    run = subprocess.run(
        [sys.executable, "-c", HOST, str(CASES / "hand_gate_fee.xlsx")],
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
