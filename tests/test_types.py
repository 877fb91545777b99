"""Types of the library as a user's editor and type checker see them."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import os
import subprocess
import sys

import pytest

import optimizer
from optimizer.tables.schema import SHEETS
from optimizer.tables.sheets import Offer
from tests.conftest import ROOT

SCRIPT = ROOT / "tests" / "typed_user_script.py"


def mypy(path, cache):
    # As for a package that is installed, only what the script itself has wrong is told.
    options = ["--strict", "--follow-imports", "silent", "--cache-dir", str(cache)]
    command = [sys.executable, "-m", "mypy", *options, str(path)]
    run = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.slow
def test_a_users_script_is_typed_in_strict_mode(cache):
    assert mypy(SCRIPT, cache) == (0, "Success: no issues found in 1 source file\n")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("optimizer.sovle(case)", "attr-defined"),
        ("optimizer.studies.aply(case)", "attr-defined"),
        ("case.supply[0].prise", "attr-defined"),
        ("case.supply[0].price + 'a'", "operator"),
        ("optimizer.solve(case, time_limt=3)", "call-arg"),
        ("sheets.Offer(offer='A', site='Mine', material='ore')", "call-arg"),
    ],
)
def test_a_slip_in_a_users_script_is_found_by_a_type_checker(tmp_path, cache, line, told):
    script = tmp_path / "slip.py"
    script.write_text(
        "import optimizer\nfrom optimizer.tables import sheets\n"
        f"print(sheets.Offer)\ncase = optimizer.read('case.xlsx')\n{line}\n",
        encoding="utf-8",
    )
    code, said = mypy(script, cache)
    assert code == 1
    assert "slip.py:5: error: " in said
    assert f"[{told}]" in said


def test_the_script_uses_every_sheet_and_most_public_names():
    """The check of types is as wide as the library."""
    used = {
        node.attr
        for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert {sheet.attribute for sheet in SHEETS.values()} <= used
    assert len(used & set(optimizer.__all__)) > len(optimizer.__all__) / 2


def test_type_checkers_and_the_lazy_imports_know_the_same_names():
    source = ast.parse((ROOT / "optimizer" / "__init__.py").read_text(encoding="utf-8"))
    checking = next(node for node in source.body if isinstance(node, ast.If))
    seen = {
        alias.asname or alias.name
        for node in checking.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == {*optimizer.__all__, "examples", "studies"}


def test_completion_shows_public_names_and_no_others():
    shown = [name for name in dir(optimizer) if not name.startswith("__")]
    assert shown == sorted({*optimizer.__all__, "examples", "studies"})
    assert all(hasattr(optimizer, name) for name in shown)


def test_the_signature_of_a_record_names_its_columns():
    parameters = inspect.signature(Offer).parameters
    columns = [field.name for field in dataclasses.fields(Offer) if "column" in field.metadata]
    assert set(columns) < set(parameters)
    assert all(each.kind is each.KEYWORD_ONLY for each in parameters.values())
