"""The benchmark's instances are what they claim to be; its floor solves the same programme.

Nothing is timed here: ``python -m tests.benchmarks`` measures.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import optimizer
from tests.benchmarks import chart, floor, generator, methods, page, product
from tests.benchmarks.world import SIZES
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def tutorial() -> optimizer.Case:
    return optimizer.read_frames(generator.frames("tutorial"))


def test_the_smallest_instance_has_an_audited_plan(tutorial: optimizer.Case) -> None:
    result = optimizer.solve(tutorial).raise_for_status()
    assert result.audit is not None
    assert result.audit.passed, result.audit.verdict
    wanted = sum(
        tonnes for line in result.network.lines if any(line.penalty) for tonnes in line.quantity
    )
    assert 0 < result.shortage < 0.5 * wanted  # something is scarce, most is delivered


@pytest.mark.parametrize("name", ["tutorial", "XS", "S", "SM", "M"])
def test_sizes_are_within_15_percent_of_what_they_claim(name: str) -> None:
    kept = optimizer.build_network(optimizer.read_frames(generator.frames(name))).pruning.kept
    assert kept == pytest.approx(SIZES[name].variables, rel=0.15)


@pytest.mark.parametrize("name", SIZES)
def test_the_same_seed_gives_the_same_rows(name: str) -> None:
    assert generator.instance(name) == generator.instance(name)
    assert generator.instance(name, seed=2) != generator.instance(name)


def test_a_workbook_and_frames_are_the_same_case(tutorial: optimizer.Case, tmp_path: Path) -> None:
    case = optimizer.read(generator.write("tutorial", tmp_path / "tutorial.xlsx"))
    for sheet in ("Supply", "Lanes", "Demand", "Stocks"):
        found, expected = case.rows(sheet), tutorial.rows(sheet)
        assert [vars(row) for row in found] == [vars(row) for row in expected], sheet


@pytest.mark.slow
def test_every_instance_is_free_of_errors_and_of_idle_plants() -> None:
    for name in ("tutorial", "XS", "S"):
        case = optimizer.read_frames(generator.frames(name))
        found = optimizer.solve(case).warnings
        assert not [finding for finding in found if finding.sheet == "Processes"], name


@pytest.mark.parametrize("method", ["simplex", "ipx"])
def test_the_floor_and_the_product_find_the_same_optimum(
    method: str, tutorial: optimizer.Case, tmp_path: Path
) -> None:
    product.keep(tutorial, tmp_path / "tutorial.npz")
    theirs = floor.objective(tmp_path / "tutorial.npz", method)
    assert optimizer.solve(tutorial).objective == pytest.approx(theirs, rel=1e-7)


@pytest.mark.parametrize("method", ["simplex", "ipx"])
def test_a_method_alone_finds_it_too_or_says_that_it_had_no_time(
    method: str, tutorial: optimizer.Case, tmp_path: Path
) -> None:
    product.keep(tutorial, tmp_path / "tutorial.npz")
    found = methods.ask(str(tmp_path / "tutorial.npz"), method, 60)
    assert found["status"] == methods.OPTIMAL
    assert found["objective"] == pytest.approx(optimizer.solve(tutorial).objective, rel=1e-7)
    hurried = methods.ask(str(tmp_path / "tutorial.npz"), method, 0)
    assert (hurried["status"], hurried["objective"]) == ("Time limit reached", None)


def test_the_fastest_method_is_one_that_found_the_optimum() -> None:
    found = {
        "simplex": {"status": "Optimal", "seconds": 3.0},
        "ipx": {"status": "Solve error", "seconds": 1.0},
        "hipo": {"status": "Optimal", "seconds": 2.0},
    }
    assert methods.fastest(found) == "hipo"
    assert methods.fastest({"ipx": found["ipx"]}) is None


def test_the_floor_imports_numpy_and_highspy_alone() -> None:
    said = _run(
        "import sys; from tests.benchmarks import floor;"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    assert not {"optimizer", "pyomo", "pandas", "scipy", "xlsxwriter"} & set(said.split())


@pytest.mark.parametrize(
    "command",
    [
        "import optimizer",
        "from optimizer.cli import main; main(['--help'])",
        "from optimizer.cli import main; main(['check', '--quiet', {workbook!r}])",
    ],
    ids=["import optimizer", "--help", "check"],
)
def test_what_should_start_at_once_loads_neither_pyomo_nor_pandas(
    command: str, tmp_path: Path
) -> None:
    workbook = generator.write("tutorial", tmp_path / "tutorial.xlsx")
    said = _run(
        "import sys\n"
        "try:\n"
        f"    {command.format(workbook=str(workbook))}\n"
        "except SystemExit:\n"
        "    pass\n"
        "print('loaded', *sorted({name.split('.')[0] for name in sys.modules}))"
    )
    loaded = said.splitlines()[-1].split()
    assert not {"pyomo", "pandas", "highspy"} & set(loaded)


def test_a_plan_is_made_without_pandas_scipy_and_the_whole_of_pyomo(tmp_path: Path) -> None:
    workbook = generator.write("tutorial", tmp_path / "tutorial.xlsx")
    said = _run(
        "import sys\n"
        "from optimizer.cli import main\n"
        f"main(['solve', '--quiet', {str(workbook)!r}, '--output', {str(tmp_path / 'plan')!r}])\n"
        "print('loaded', *(name for name in ('pandas', 'scipy', 'pyomo.environ')"
        " if name in sys.modules))"
    )
    assert said.splitlines()[-1].strip() == "loaded"


def test_the_floor_writes_a_workbook(tutorial: optimizer.Case, tmp_path: Path) -> None:
    import numpy as np
    from python_calamine import load_workbook

    path = tmp_path / "floor.xlsx"
    floor.write(path, np.array([0.0, 1.5, 2.25]), np.array([3.0, 0.0, -1.0]))
    assert zipfile.ZipFile(path).testzip() is None
    with load_workbook(str(path)) as book:
        assert book.get_sheet_by_index(0).to_python() == [[1.0, 1.5, 0.0], [2.0, 2.25, -1.0]]


def test_the_page_has_marks_and_the_chart_is_drawn() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert text.count(page.BEGIN) == text.count(page.END) == 1
    drawn = chart.growth({"read": [(100, 0.1), (1000, 1.0)], "memory": [(100, 50), (1000, 90)]})
    assert drawn.startswith("<svg")
    assert ">read<" in drawn


def _run(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_product_tells_its_steps_and_the_size_of_its_programme(tmp_path: Path) -> None:
    tutorial = ROOT / "inputs" / "tutorial.xlsx"
    command = [sys.executable, "-m", "tests.benchmarks.product", tutorial, tmp_path / "plan.xlsx"]
    told = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    steps = ("read", "check", "network", "build", "transfer", "solve", "extract", "audit", "prices")
    assert {*steps, "write"} <= told["steps"].keys()
    assert told["steps"].keys() <= told["peaks"].keys()
    assert (told["columns"], told["passed"]) == (91, True)
