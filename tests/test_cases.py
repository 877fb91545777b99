"""Cases with a known answer: published optima, and answers worked by hand (tests/cases)."""

from __future__ import annotations

import json
from functools import cache

import pytest

import optimizer
from tests.conftest import CASES

KNOWN = json.loads((CASES / "cases.json").read_text(encoding="utf-8"))
NOT_YET = "not yet part of the model"


@cache
def solved(file: str) -> optimizer.Result | None:
    """Result of a case; None if it says that it uses what is not yet part of the model."""
    try:
        return optimizer.solve(optimizer.read(CASES / file))
    except optimizer.WorkbookError as error:
        errors = [finding for finding in error.findings if finding.severity == "error"]
        if errors and all(NOT_YET in finding.message for finding in errors):
            return None
        raise


def result_of(case) -> optimizer.Result:
    result = solved(case["file"])
    if result is None:
        pytest.skip(NOT_YET)
    return result


each_case = pytest.mark.parametrize("case", KNOWN["cases"], ids=lambda case: case["case"])


@each_case
def test_the_optimum_is_the_known_one(case):
    result = result_of(case)
    if case["expected"] is None:
        assert result.status == "infeasible"
        assert result.objective is None
        with pytest.raises(optimizer.NoPlanError):
            result.raise_for_status()
    else:
        assert result.raise_for_status().status == "optimal"
        assert result.objective == pytest.approx(case["expected"], rel=KNOWN["tolerance"])


@each_case
def test_the_plan_passes_the_audit(case):
    result = result_of(case)
    if result.objective is not None:
        assert result.audit.passed, result.audit.verdict
        assert result.audit.cost == pytest.approx(result.objective, rel=1e-9, abs=1e-9)


@each_case
def test_the_tables_add_up(case):
    """Costs to the objective, balances to zero, what is wanted to delivered and short."""
    result = result_of(case)
    if result.objective is None:
        assert result.tables == {}
        return
    tables = result.tables
    paid = sum(tables["Costs"]["discounted"])
    size = sum(map(abs, tables["Costs"]["discounted"]))
    assert paid == pytest.approx(result.objective, rel=1e-9, abs=1e-9 * max(size, 1))
    assert sum(result.costs.values()) == pytest.approx(paid, rel=1e-12, abs=1e-9)
    most = max((max(map(abs, row[3:-1])) for row in tables["Balance"].rows()), default=1)
    assert max(map(abs, tables["Balance"]["difference"]), default=0) <= 1e-7 * max(most, 1)
    assert result.shortage == pytest.approx(sum(tables["Shortages"]["short"]), abs=1e-12)
    assert all(verdict.startswith("kept") for verdict in tables["Compliance"]["verdict"])


def test_nearly_every_case_is_solved():
    skipped = [case["case"] for case in KNOWN["cases"] if solved(case["file"]) is None]
    assert len(KNOWN["cases"]) - len(skipped) >= 65, f"not yet: {skipped}"


def test_every_workbook_in_the_folder_has_a_known_answer():
    files = {path.name for path in CASES.glob("*.xlsx") if not path.name.startswith("~$")}
    marked = {name for name in files if name.endswith(".checked.xlsx")}
    assert files - marked == {case["file"] for case in KNOWN["cases"]}


def test_every_case_says_where_its_answer_comes_from():
    for case in KNOWN["cases"]:
        worked = case["case"].startswith(("hand_", "nochina_"))
        assert worked or case["source"], case["case"]
