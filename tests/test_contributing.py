"""The worked changes in CONTRIBUTING.md apply to this checkout, and do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT

PATCHES = re.findall(r"```diff\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL)
SHOWN = (
    # The new column is read.
    """
from optimizer.tables import SHEETS
assert SHEETS["Materials"].columns["hazard_class"].header == "hazard class"
""",
    # At the end 4 t must lie at the buyer, and a yard of 2 t has no room for them.
    """
import optimizer
from tests.conftest import SITES, make
from tests.test_model import STORE
case = {**STORE, "Sites": [*SITES[:3], {**SITES[3], "yard": 2}]}
result = optimizer.solve(make(**case))
assert result.status == "infeasible", result.status
assert "Sites!" in str(result.conflict), result.conflict
assert optimizer.solve(make(**STORE)).status == "optimal"
""",
    # Tonnes by mode are those of Shipments, and the audit has looked.
    """
import optimizer
from optimizer import examples
result = optimizer.solve(examples.tutorial())
modes, shipments = result.tables["Modes"], result.tables["Shipments"]
assert abs(sum(modes["tonnes"]) - sum(shipments["tonnes"])) < 1e-6
assert result.audit.passed
assert "Modes" in [check.name for check in result.audit.checks]
""",
)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("patch") is None, reason="the program patch is not installed")
@pytest.mark.parametrize("number", range(3), ids=["a column", "a constraint", "a result table"])
def test_a_worked_change_applies_and_does_what_it_says(number, tmp_path):
    leave_out = shutil.ignore_patterns("__pycache__", "cases", "*.png")
    for folder in ("optimizer", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=leave_out)
    command = ["patch", "--strip=1", "--fuzz=0", "--silent"]
    subprocess.run(command, cwd=tmp_path, input=PATCHES[number], text=True, check=True)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SHOWN[number]],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_there_are_three_worked_changes():
    assert len(PATCHES) == 3
